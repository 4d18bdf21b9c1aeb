"""Pictures of every screen: `python -m tests.screenshots` fills out/screenshots, or the folder of `--out`.

In a small window, light and dark, at 1x and 2x, in English and in Chinese; and in a large one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests import screens

WAIT_S = 300.0
TRAINED = 6  # points of a learning curve from which it looks like one


@dataclass(frozen=True)
class Shoot:
    """One process: Qt reads the scale when it starts, and words are those of the language that a window was made in."""

    scale: str = "1"
    language: str = "en"
    size: tuple[int, int] = (1280, 800)
    themes: tuple[str, ...] = ("dark", "light")
    dialogs: bool = True
    suffix: str = ""
    out: str = "out/screenshots"
    only: str = ""


SHOOTS = (
    Shoot(),
    Shoot(scale="2"),
    Shoot(language="zh_CN", suffix="-zh"),
    Shoot(size=(2560, 1440), dialogs=False, suffix="-large"),
    Shoot(language="zh_CN", size=(2560, 1440), dialogs=False, suffix="-large-zh"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description="Pictures of every screen.")
    parser.add_argument("--out", default=Shoot.out, help="folder, made where it is missing")
    parser.add_argument("--shoot", help="one Shoot alone, as JSON")
    parser.add_argument("--only", default="", help="names of tests.screens, with commas between them: no walk")
    arguments = parser.parse_args()
    if arguments.shoot:
        values = json.loads(arguments.shoot)
        shoot = Shoot(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
        return Photographer(shoot).run()
    for shoot in SHOOTS:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": shoot.scale}
        wanted = json.dumps({**asdict(shoot), "out": arguments.out, "only": arguments.only})
        subprocess.run([sys.executable, "-m", "tests.screenshots", "--shoot", wanted], env=environment, check=True)
    print(*sorted(str(path) for path in Path(arguments.out).glob("*.png")), sep="\n")
    return 0


class Photographer:
    """Opens the demo in a real window with a real engine, does what a user does, and takes pictures on the way."""

    def __init__(self, shoot: Shoot) -> None:
        from PySide6.QtCore import QCoreApplication, QSettings, Qt
        from PySide6.QtWidgets import QApplication

        from workbench.core.base.resources import demo_paths
        from workbench.ui.base import settings
        from workbench.ui.engine_client.client import EngineLink
        from workbench.ui.session.session import Session
        from workbench.ui.shell.main_window import MainWindow
        from workbench.ui.text import i18n

        self.folder = tempfile.TemporaryDirectory()
        os.environ["XDG_STATE_HOME"] = self.folder.name
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, self.folder.name)
        self.shoot, self.out = shoot, Path(shoot.out)
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        self.app = QApplication([])
        i18n.apply(self.app, shoot.language)
        for path in (str(Path(self.folder.name) / "resnet18.onnx"), demo_paths("fashion_vit").model):
            settings.remember(path)
        self.link = EngineLink()
        self.session = Session(self.link)
        self.failures: list[str] = []
        self.session.failed.connect(lambda *words: self.failures.extend(words))
        self.set_theme("light")
        self.window = MainWindow(self.session)
        self.window.resize(*shoot.size)
        self.window.painted.connect(self.link.start)
        self.window.show()

    def run(self) -> int:
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            if self.shoot.only:
                self.open_demo()
                self.edit()
            else:
                self.walk()
            for name, screen in screens.SCREENS.items():
                if not self.shoot.only or name in self.shoot.only.split(","):
                    screen(self)
        finally:
            self.session.undo_stack.setClean()
            self.session.snapshots.saved()
            self.window.close()
            self.link.shutdown()
            self.folder.cleanup()
        return 0

    def walk(self) -> None:
        """What a user meets on the way from the first page to the export."""
        self.shoot_both("welcome")
        self.open_demo()
        self.shoot_both("opened")
        self.edit()
        self.tabs()
        self.compare()
        self.present()
        self.window.workspace.tabs.setCurrentWidget(self.window.workspace.inspect)
        self.group()
        if self.shoot.dialogs:
            screens.couple(self)
            self.shoot_both("coupled")
            screens.tour(self)
            screens.dialogs(self)

    def open_demo(self) -> None:
        self.window.build_workspace()
        self.window.commands.open_demo()
        self.wait(lambda: self.measured and self.session.view is not None and bool(self.session.methods))

    def edit(self) -> None:
        from workbench.core.recipe.action import Action

        layers = [layer for layer in self.session.model.layers if not layer.locked]
        largest = max(layers, key=lambda layer: layer.bytes)
        last = layers[-1]
        int4 = (Action("quantize.affine", {"bits": 4, "granularity": "channel"}),)
        self.session.set_actions([layer.path for layer in layers], int4, "4 bits everywhere")
        self.session.set_actions([last.path], (Action("lowrank.svd", {"rank": 6}),), "factor")
        self.session.select([largest.path])
        self.session.set_actions([largest.path], (Action("prune.magnitude", {"sparsity": 0.5}), *int4), "prune")
        self.wait(lambda: self.measured and self.session.view is not None and self.session.edit is not None)

    def tabs(self) -> None:
        """Each of the views in the middle; the graph takes a browser's time to draw."""
        names = ("tabs", "graph", "sensitivity", "recover", "activations", "plan")
        tabs, graph, sensitivity, recover, activations, plan = (getattr(self.window.workspace, name) for name in names)
        for index in filter(tabs.isTabVisible, range(tabs.count())):
            tabs.setCurrentIndex(index)
            if tabs.widget(index) is self.window.workspace.inspect:
                self.pictures()
            if tabs.widget(index) is graph:
                graph.buttons["both"].click()
                self.wait(
                    lambda: (
                        sum(
                            any(letter.isdigit() for letter in side.head.text())  # the count of nodes
                            for side in graph.sides.values()
                        )
                        == 2
                    )
                )
            if tabs.widget(index) is sensitivity:
                self.sweep(sensitivity)
                self.scan(sensitivity)
            if tabs.widget(index) is activations:
                self.wait(lambda: activations.shown is not None)
            if tabs.widget(index) is recover:
                self.train()
            if tabs.widget(index) is plan:
                self.plan(plan)
            name = type(tabs.widget(index)).__name__.removesuffix("Tab").lower()
            self.shoot_both(name, rest_ms=3000 if name == "graph" else 350)
        self.session.undo()  # the training stage
        tabs.setCurrentIndex(0)
        self.wait(lambda: self.measured)

    def train(self) -> None:
        """A training stage before, while, and after it is run."""
        from workbench.core.recipe.recovery import Stage

        session, trainings = self.session, self.session.trainings
        self.shoot_both("recover-empty")
        session.change_recipe(replace(session.recipe, recover=(Stage("finetune", {"epochs": 2}),)), "training", True)
        trainings.start()
        self.wait(
            lambda: len(trainings.points) > TRAINED and any(point.metric is not None for point in trainings.points)
        )
        self.shoot_both("recover-training")
        trainings.finish()
        self.wait(lambda: trainings.result is not None and not trainings.job)

    def plan(self, tab) -> None:
        """The presets, and a trade-off with a recipe that is looked at."""
        from tests.ui import plan_sample

        self.wait(lambda: bool(tab.plans.forecasts))
        self.shoot_both("plan-presets")
        tab.plans.front = plan_sample.front(self.session.model)
        tab.plans.changed.emit()
        self.settle()
        self.shoot_both("plan-found")
        tab.plot.canvas.picked.emit(tab.plans.same.of(tab.plans.front.chosen), False)
        self.shoot_both("plan-look")
        tab.leave()

    def group(self) -> None:
        """The layers by what they are instead of where they are."""
        from workbench.ui.tree.data.grouping import Grouping

        groups = self.window.workspace.tree.groups
        groups.group_by(Grouping.SIZE)
        self.shoot_both("grouped")
        groups.group_by(Grouping.MODULES)

    def sweep(self, tab) -> None:
        """A few values on the last layer."""
        tab.switch.button(1).click()
        tab.sweep_page.layers.setCurrentIndex(1)
        tab.sweep_page.values.setText("0.3, 0.5, 0.7, 0.8, 0.9")
        tab.sweep_page.start_button.click()
        self.wait(lambda: tab.sweep_page.sweeps.curve is not None and tab.sweep_page.sweeps.curve.complete)
        self.shoot_both("sweep")
        tab.switch.button(0).click()

    def scan(self, tab) -> None:
        """Some candidates on the last layers, half of them measured: it takes seconds."""
        from workbench.core.analysis.sensitivity import CANDIDATES

        chosen, page = self.session.selection, tab.scan_page
        self.session.select([layer.path for layer in self.session.model.layers if not layer.locked][-5:])
        page.candidates.choose(CANDIDATES[:6])
        page.layers.setCurrentIndex(1)
        page.share.setCurrentIndex(1)
        page.start()
        self.wait(lambda: page.scans.plan is not None and page.scans.plan.complete)
        page.table.setCurrentIndex(page.table.model().index(1, 2))
        self.session.select(chosen)

    def pictures(self) -> None:
        """The pages of the inspect tab that are asked for: channels side by side, and the weights themselves."""
        inspect = self.window.workspace.inspect
        inspect.plots.choose(1)
        self.shoot_both("spectrum")
        inspect.plots.choose(2)
        inspect.weights.show_channels()
        inspect.spectrum.whiten_button.click()
        self.wait(lambda: inspect.weights.channels.canvas.isVisible())
        self.shoot_both("channels")
        inspect.weights.show_all()
        inspect.spectrum.whiten_button.click()
        inspect.show_pictures(True)
        self.wait(lambda: inspect.pictures.maps.heat.isVisible())
        self.shoot_both("pictures")
        inspect.show_pictures(False)
        inspect.plots.choose(0)

    def compare(self) -> None:
        """snapshots side by side; what changed, page by page; history and jobs in their docks."""
        from workbench.core.recipe.action import Action

        space, session = self.window.workspace, self.session
        tab = space.compare
        session.snapshots.add(session.snapshots.suggestion())
        session.set_actions(
            [session.current],
            (Action("prune.magnitude", {"sparsity": 0.9}), Action("quantize.affine", {"bits": 3})),
            "bolder",
        )
        self.wait(lambda: self.measured)
        session.snapshots.add("bolder")
        space.tabs.setCurrentWidget(tab)
        tab.states.table.choose("bolder")
        self.shoot_both("compare-states")
        for name in ("confusion", "classes", "samples"):
            tab.buttons[getattr(tab, name)].click()
            self.wait(lambda: tab.findings.current)
            if name == "samples":
                tab.samples.list.setCurrentIndex(tab.samples.model.index(1))
                tab.samples.ask()
                self.wait(lambda: tab.findings.attribution is not None and not tab.findings.attributing)
            self.shoot_both(f"compare-{name}")
        session.undo()
        for dock in (space.history_dock, space.jobs_dock):
            dock.show()
            dock.raise_()
            self.shoot_both(dock.objectName())
        for dock in (space.history_dock, space.jobs_dock):
            dock.hide()
        self.wait(lambda: self.measured)
        session.snapshots.take(())

    def present(self) -> None:
        from workbench.ui.presentation.window import Presentation
        from workbench.ui.tabs.compare.changed_predictions import Findings

        findings = Findings(self.session)
        presentation = Presentation(self.session, findings, self.window)
        presentation.resize(*self.shoot.size)
        presentation.show()
        self.wait(lambda: findings.current)
        for index, page in enumerate(presentation.pages):
            presentation.go_to(index)
            self.shoot_both(f"slide-{index + 1}-{page.key}", presentation)
        presentation.close()

    @property
    def measured(self) -> bool:
        preview = self.session.preview
        return (
            self.session.data is not None
            and preview is not None
            and preview.complete
            and self.session.preview_is_current
        )

    def set_theme(self, name: str) -> None:
        from workbench.ui.widgets import theme

        theme.apply(self.app, name)

    def shoot_child(self, name: str) -> None:
        from PySide6.QtWidgets import QDialog

        self.settle()
        dialog = self.window.findChild(QDialog, name)
        self.shoot_both(name, dialog)
        dialog.close()

    def shoot_both(self, name: str, widget=None, rest_ms: int = 350) -> None:
        for theme in self.shoot.themes:
            self.set_theme(theme)
            self.settle(rest_ms)
            file = self.out / f"{name}-{theme}-{self.shoot.scale}x{self.shoot.suffix}.png"
            (widget or self.window).grab().save(str(file))

    def settle(self, rest_ms: int = 350) -> None:
        from PySide6.QtTest import QTest

        deadline = time.monotonic() + rest_ms / 1000
        while time.monotonic() < deadline or self.session.turns.waiting:
            QTest.qWait(20)  # in small steps: a page waits for what is deleted between them

    def wait(self, condition: Callable[[], bool]) -> None:
        from PySide6.QtTest import QTest

        deadline = time.monotonic() + WAIT_S
        while not condition():
            if self.failures:
                raise RuntimeError(" ".join(self.failures))
            if time.monotonic() > deadline:
                raise TimeoutError("the window did not get there in time")
            QTest.qWait(20)
        self.settle()


if __name__ == "__main__":
    sys.exit(main())
