"""The program at work, to be killed: opens the demo on the data it is given, prunes a layer, pins that, prunes more,
goes back, prunes otherwise, and says when that is kept."""

import sys

from PySide6.QtCore import QTimer

from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.ui.session import autosave
from workbench.ui.shell import app
from workbench.ui.shell.app import run
from workbench.ui.shell.main_window import MainWindow


def work(window: MainWindow) -> None:
    session = window.session
    if session.data is None or session.preview is None or session.preview.value is None:
        QTimer.singleShot(50, window, lambda: work(window))
        return
    session.set_actions(["head"], (Action("prune.magnitude", {"sparsity": 0.5}),), "prune")
    session.snapshots.add("half")
    session.set_actions(["head"], (Action("prune.magnitude", {"sparsity": 0.7}),), "prune")
    session.undo()
    session.set_actions(["head"], (Action("prune.magnitude", {"sparsity": 0.9}),), "prune")
    say_when_kept(window)


def say_when_kept(window: MainWindow) -> None:
    kept = [path.read_text(encoding="utf-8") for path in autosave.folder().glob("*.mcw")]
    if any("0.9" in text and "half" in text for text in kept):
        print("kept", flush=True)
    else:
        QTimer.singleShot(20, window, lambda: say_when_kept(window))


class Busy(MainWindow):
    """Begins to work as soon as it was painted."""

    def prepare_workspace(self) -> None:
        super().prepare_workspace()
        QTimer.singleShot(0, self, lambda: work(self))


if __name__ == "__main__":
    app.MainWindow = Busy
    sys.exit(run(demo_paths().model, sys.argv[1]))
