"""Pictures of single widgets, light and dark, at 1x and 2x: `python -m tests.ui.gallery` fills out/gallery."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.figures import TOP1

OUT = Path("out/gallery")


def main() -> int:
    """One process a scale, because Qt reads the scale when it starts."""
    if len(sys.argv) > 1:
        return shoot(sys.argv[1])
    for scale in ("1", "2"):
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
        subprocess.run([sys.executable, "-m", "tests.ui.gallery", scale], env=environment, check=True)
    return 0


def shoot(scale: str) -> int:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from workbench.ui.widgets import theme

    app = QApplication([])
    OUT.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        theme.apply(app, scheme)
        for name, widget in widgets():
            widget.show()
            QTest.qWait(60)
            widget.grab().save(str(OUT / f"{name}-{scheme}-{scale}x.png"))
            widget.close()
            widget.deleteLater()
    return 0


def widgets() -> Iterator[tuple[str, object]]:
    yield from plots()
    yield from tabs()
    yield from recover()


def tabs() -> Iterator[tuple[str, object]]:
    from tests.ui import sample
    from workbench.core.recipe.action import Action
    from workbench.ui.tabs.inspect.tab import InspectTab

    weight = sample.weights()
    stack = (*sample.STACK, Action("lowrank.svd", {"rank": 20}))
    for name, size in (("middle", (660, 640)), ("narrow", (420, 860)), ("wide", (1100, 480))):
        tab = InspectTab()
        tab.resize(*size)
        tab.show_layer(
            sample.LAYER, sample.view_of(weight), sample.edit_of(weight, sample.rounded(sample.pruned(weight)))
        )
        tab.set_actions(stack, sample.METHODS)
        yield f"inspect-{name}", tab
    for name, layer in (("locked", sample.LOCKED), ("nothing", None)):
        tab = InspectTab()
        tab.resize(660, 480)
        tab.show_layer(layer)
        yield f"inspect-{name}", tab


def recover() -> Iterator[tuple[str, object]]:
    """The Recover tab with a curve of temperatures, wide and narrow, and while a paused training waits."""
    from workbench.core.analysis.temperatures import TRIED, TemperatureCurve, Temperatures
    from workbench.core.layer_data.views import DataSummary
    from workbench.core.recipe.recipe import Recipe
    from workbench.core.recipe.recovery import Stage, TrainingPoint
    from workbench.ui.engine_client.client import EngineLink
    from workbench.ui.session.session import Session
    from workbench.ui.tabs.recover import RecoverTab

    curve = TemperatureCurve(Temperatures(seeds=3), TOP1)
    for seed in range(3):
        for value in TRIED:
            curve = curve.with_run(value, 0.85 + 0.03 * 0.97 ** ((value - 5) ** 2) + 0.004 * seed, None)
    for name, size, job in (("wide", (1000, 560), 0), ("narrow", (520, 760), 0), ("paused", (1000, 560), 1)):
        session = Session(EngineLink())
        session.data = DataSummary("test.npz", 2000, TOP1, True, "", sample_figure())
        session.recipe = Recipe(recover=(Stage("distill", {"teacher": "one.onnx, two.onnx"}),))
        trainings = session.trainings
        trainings.points = [
            TrainingPoint(
                0, step, step / 10, 0.3 + 2 * 0.9**step, 0.85 - 0.25 * 0.9**step if step % 10 == 0 else None, 0.001, 0.0
            )
            for step in range(31)
        ]
        trainings.job, trainings.paused = job, bool(job)
        trainings.curve = None if job else curve
        tab = RecoverTab(session, trainings)
        tab.resize(*size)
        yield f"recover-{name}", tab


def sample_figure():
    from workbench.core.analysis.report import Figure

    return Figure(0.92, "measured", 2000)


def plots() -> Iterator[tuple[str, object]]:
    from tests.ui import sample
    from workbench.ui.plots.weights.histogram import HistogramPlot
    from workbench.ui.plots.weights.spectrum import SpectrumPlot

    weight = sample.weights()
    view = sample.view_of(weight)
    edits = {
        "untouched": None,
        "pruned": sample.pruned(weight),
        "rounded": sample.rounded(weight),
        "both": sample.rounded(sample.pruned(weight)),
        "factored": sample.truncated(weight, 20),
    }
    for name, after in edits.items():
        edit = None if after is None else sample.edit_of(weight, after)
        histogram, spectrum = HistogramPlot(), SpectrumPlot()
        for plot in (histogram, spectrum):
            plot.resize(520, 340)
            plot.setContentsMargins(8, 8, 8, 8)
            plot.show_layer(view, edit)
        if name in ("pruned", "both"):
            histogram.set_handle(0.031)
        if name == "factored":
            spectrum.set_handle(20)
        yield f"histogram-{name}", histogram
        yield f"spectrum-{name}", spectrum
    log = HistogramPlot()
    log.resize(320, 300)
    log.show_layer(view, sample.edit_of(weight, edits["both"]))
    log.log_button.setChecked(True)
    log.set_handle(0.031)
    yield "histogram-log", log
    yield from pictures(weight, sample.rounded(sample.pruned(weight)))
    yield "spectrum-empty", SpectrumPlot()


def pictures(weight, after) -> Iterator[tuple[str, object]]:
    """What the engine makes on demand, of a pair of weights."""
    import numpy as np

    from tests.ui import sample
    from workbench.core.base.job import Job
    from workbench.core.layer_data import layer_queries as w
    from workbench.engine.inspection import layer_pictures
    from workbench.engine.layer_figures import images
    from workbench.engine.layer_figures.images import Pair
    from workbench.ui.plots.weights.channels import ChannelsPlot
    from workbench.ui.plots.weights.heat import HeatMaps
    from workbench.ui.plots.weights.kernels import KernelGrid

    pair = Pair(sample.LAYER, weight, after, None, None, np.ones(len(weight), bool))
    channels = ChannelsPlot()
    channels.show_picture(layer_pictures.channels(pair, w.WantChannels(), Job()))
    yield "channels", channels
    for name, plot, make in (("heat", HeatMaps(), images.tile), ("kernels", KernelGrid(), images.kernels)):
        plot.resize(660, 300)
        plot.wanted.connect(lambda wanted, plot=plot, make=make: plot.show_picture(wanted, make(pair, wanted, Job())))
        plot.ask()
        yield name, plot


if __name__ == "__main__":
    sys.exit(main())
