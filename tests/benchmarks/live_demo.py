"""The live figures that are measured on the demo: for bench_live.py."""

import tempfile
import time
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest

from tests.benchmarks.bench_methods import STRENGTHS, rows_of
from workbench.core import recipe
from workbench.core.action import Action
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.resources import resource_path
from workbench.engine.export import export
from workbench.engine.workspace import Workspace
from workbench.ui.demo import demo_paths
from workbench.ui.engine_link import EngineLink
from workbench.ui.session import Session


@dataclass(frozen=True)
class Row:
    """One line of the table. `details` are printed under it."""

    measure: str
    bar: str
    found: str
    holds: bool | None
    details: tuple[str, ...] = ()


def bench_back() -> list[Row]:
    """Undo in the window: the figures of a state that was measured before."""
    app = QCoreApplication.instance() or QCoreApplication([])
    link = EngineLink()
    session, asked = Session(link), []
    link.start()
    demo = demo_paths()
    session.open(demo.model, data=demo.data, calibration=demo.calibration)

    def complete() -> bool:
        return session.preview is not None and session.preview.complete and session.preview_is_current

    def wait() -> None:
        while not complete():
            QTest.qWait(20)

    wait()
    session.set_actions([session.current], (Action("quantize.affine", {"bits": 4}),), "4 bits")
    wait()
    session.set_actions([session.current], (Action("quantize.affine", {"bits": 3}),), "3 bits")
    wait()
    seconds = []
    request = link.request
    link.request = lambda *given, **more: asked.append(given[0]) or request(*given, **more)
    for verb in (session.undo, session.redo) * 5:
        start = time.perf_counter()
        verb()
        app.processEvents()
        seconds.append(time.perf_counter() - start)
        assert complete()
    link.request = request
    link.shutdown()
    return [Row("back to a state measured before", "under 50 ms, nothing recomputed",
                f"longest of 10: {1e3 * max(seconds):.1f} ms, {len(asked)} requests to the engine",
                max(seconds) < 0.05 and not asked)]


def bench_agreement() -> list[Row]:
    """The preview's decisions against the exported file's, every method on every layer of the demo that takes it."""
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    workspace = workspace.attach(str(resource_path("demo/fashion_test.npz")), Job(),
                                 calibration=str(resource_path("demo/fashion_calibration.npz")))
    done: dict[str, int] = {}
    refused: list[str] = []
    for name, actions in rows_of(STRENGTHS["cnn"]).items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                report = export(workspace, recipe.Recipe((recipe.Row("*", actions),)), folder, Job())
            except UserError as error:
                refused.append(f"{name} is refused: {error.what}")
                print("   ", refused[-1], flush=True)
                continue
        assert report.verified is not None
        done[name] = round((1 - report.verified.agreement) * report.verified.samples)
    differing = {name: count for name, count in done.items() if count}
    return [Row("preview against exported file, every method", "same top-1 on every sample but float ties",
                f"{len(done)} settings on 2,000 samples: {sum(differing.values())} decisions differ", not differing,
                (*(f"{name}: {count} samples" for name, count in differing.items()), *refused))]
