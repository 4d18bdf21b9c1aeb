"""Menu of recently opened files."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.base.plain import plain
from workbench.ui.base import settings
from workbench.ui.commands.actions import set_enabled


class RecentMenu(QMenu):
    """Recent files of one kind (see settings.recent). Filled when it opens, again only if they changed."""

    def __init__(self, title: str, kind: str, open_path: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(title, parent)
        self._kind, self._open = kind, open_path
        self._shown: list[str] | None = None
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        paths = settings.recent(self._kind)
        if paths == self._shown:
            return
        self._shown = paths
        self.clear()
        for path in paths:
            action = self.addAction(plain(f"{Path(path).name}  —  {Path(path).parent}").replace("&", "&&"))
            action.triggered.connect(partial(lambda path: self._open(path), path))
        if not paths:
            set_enabled((self.addAction(self.tr("No recent files")),), False, self.tr("No file was opened yet."))
