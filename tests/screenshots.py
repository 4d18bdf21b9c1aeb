"""Pictures of every screen, light and dark, at 1x and 2x: `python -m tests.screenshots` fills out/screenshots."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

OUT = Path("out/screenshots")
SIZE = (1440, 900)
WAIT_S = 120.0


def main() -> int:
    """One process a scale, because Qt reads the scale when it starts."""
    if len(sys.argv) > 1:
        return Photographer(sys.argv[1]).run()
    for scale in ("1", "2"):
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
        subprocess.run([sys.executable, "-m", "tests.screenshots", scale], env=environment, check=True)
    print(*sorted(str(path) for path in OUT.glob("*.png")), sep="\n")
    return 0


class Photographer:
    """Opens the demo in a real window with a real engine, does what a user does, and takes pictures on the way."""

    def __init__(self, scale: str) -> None:
        from PySide6.QtCore import QSettings
        from PySide6.QtWidgets import QApplication

        from workbench.ui.engine_link import EngineLink
        from workbench.ui.session import Session
        from workbench.ui.window import MainWindow

        self.folder = tempfile.TemporaryDirectory()
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, self.folder.name)
        self.scale = scale
        self.app = QApplication([])
        self.link = EngineLink()
        self.session = Session(self.link)
        self.failures: list[str] = []
        self.session.failed.connect(lambda *words: self.failures.extend(words))
        self.set_theme("light")
        self.window = MainWindow(self.session)
        self.window.resize(*SIZE)
        self.window.painted.connect(self.link.start)
        self.window.show()

    def run(self) -> int:
        OUT.mkdir(parents=True, exist_ok=True)
        try:
            self.shoot_both("welcome")
            self.open_demo()
            self.shoot_both("opened")
            self.edit()
            self.shoot_both("inspect")
            self.couple()
            self.shoot_both("coupled")
            self.dialogs()
        finally:
            self.session.undo_stack.setClean()
            self.window.close()
            self.link.shutdown()
            self.folder.cleanup()
        return 0

    def open_demo(self) -> None:
        self.window.build_workspace()
        self.window.commands.open_demo()
        self.wait(lambda: self.measured and self.session.view is not None and bool(self.session.methods))

    def edit(self) -> None:
        from workbench.core.action import Action
        layers = [layer for layer in self.session.model.layers if not layer.locked]
        largest = max(layers, key=lambda layer: layer.bytes)
        last = layers[-1]
        int4 = (Action("quantize.affine", {"bits": 4, "granularity": "channel"}),)
        self.session.set_actions([layer.path for layer in layers], int4, "4 bits everywhere")
        self.session.set_actions([last.path], (Action("lowrank.svd", {"rank": 6}),), "factor")
        self.session.select([largest.path])
        self.session.set_actions([largest.path], (Action("prune.magnitude", {"sparsity": 0.5}), *int4), "prune")
        self.wait(lambda: self.measured and self.session.view is not None and self.session.edit is not None)

    def couple(self) -> None:
        """Channels removed from a layer that others hang together with."""
        from workbench.core.action import Action
        path = self.session.couplings.groups[0][0]
        self.session.select([path])
        self.session.set_actions([path], (Action("prune.channels", {"ratio": 0.3}),), "remove channels")
        self.wait(lambda: self.measured and self.session.view is not None and self.session.edit is not None)

    def dialogs(self) -> None:
        from workbench.ui import about, dialogs
        from workbench.ui.crash import CrashDialog
        window = self.window
        window.menus.show_palette()
        self.shoot_child("palette")
        about.show_about(window, self.link.versions)
        self.shoot_child("about")
        about.show_guide(window)
        self.shoot_child("guide")
        about.show_model(window, self.session.model)
        self.shoot_child("model")
        dialogs.complain(window, "Cannot open this model", "truncated.onnx is not a complete ONNX file.",
                         "Download or export it again.")
        self.shoot_child("complaint")
        CrashDialog("ValueError: example", "Traceback (most recent call last):\n  …", window).open()
        self.shoot_child("crash")
        self.export()

    def export(self) -> None:
        from PySide6.QtWidgets import QDialog
        self.window.export()
        dialog = self.window.findChild(QDialog, "export")
        dialog.folder.setText(str(Path(self.folder.name) / "export"))
        self.shoot_both("export-form", dialog)
        dialog.start.click()
        self.wait(lambda: dialog.pages.currentWidget() is dialog.outcome)
        self.shoot_both("export-result", dialog)
        dialog.accept()
        self.shoot_both("exported")

    @property
    def measured(self) -> bool:
        preview = self.session.preview
        return (self.session.data is not None and preview is not None and preview.complete
                and self.session.preview_is_current)

    def set_theme(self, name: str) -> None:
        from workbench.ui import theme
        theme.apply(self.app, name)

    def shoot_child(self, name: str) -> None:
        from PySide6.QtWidgets import QDialog
        self.settle()
        dialog = self.window.findChild(QDialog, name)
        self.shoot_both(name, dialog)
        dialog.close()

    def shoot_both(self, name: str, widget=None) -> None:
        for theme in ("dark", "light"):
            self.set_theme(theme)
            self.settle()
            (widget or self.window).grab().save(str(OUT / f"{name}-{theme}-{self.scale}x.png"))

    def settle(self) -> None:
        from PySide6.QtTest import QTest
        QTest.qWait(350)

    def wait(self, condition: Callable[[], bool]) -> None:
        from PySide6.QtTest import QTest
        deadline = time.monotonic() + WAIT_S
        while not condition():
            if self.failures:
                raise RuntimeError(" ".join(self.failures))
            if time.monotonic() > deadline:
                raise TimeoutError("the window did not get there in time")
            QTest.qWait(50)
        self.settle()


if __name__ == "__main__":
    sys.exit(main())
