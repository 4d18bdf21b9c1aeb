"""Recently opened models: a click opens one, missing ones are marked, each can be removed from the list."""

from pathlib import Path

from PySide6.QtCore import Qt, QThreadPool, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from workbench.core.base.files import exists
from workbench.core.base.plain import plain
from workbench.core.base.system import network_place
from workbench.ui.base import settings
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, Plain, tooltip

SHOWN = 5


class RecentList(QWidget):
    """Signals: `chosen` with a path; `emptied` when the last row was removed.

    Whether files exist is checked in another thread, as a disk may be slow.
    """

    chosen = Signal(str)
    emptied = Signal()
    _looked = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, RecentRow] = {}
        self._title = Plain(self.tr("Recent"), self)
        self._title.setFont(theme.font(weight=QFont.Weight.DemiBold))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._title)
        self._column.addSpacing(theme.HALF)
        self._looked.connect(self._mark)
        self.refresh()

    def refresh(self) -> None:
        for row in self.rows.values():
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = {path: RecentRow(path, self) for path in settings.recent()[:SHOWN]}
        self._title.setVisible(bool(self.rows))
        for path, row in self.rows.items():
            row.open.clicked.connect(lambda _=False, path=path: self.chosen.emit(path))
            row.remove.clicked.connect(lambda _=False, path=path: self._forget(path))
            self._column.addWidget(row)
            if not network_place(path):  # another computer is contacted only after a click
                QThreadPool.globalInstance().start(lambda path=path: self._looked.emit(path, exists(path)))

    def _mark(self, path: str, there: bool) -> None:
        if not there and path in self.rows:
            self.rows[path].show_missing()

    def _forget(self, path: str) -> None:
        """Remove a row; the focus goes to the row that takes its place."""
        index = list(self.rows).index(path)
        settings.forget(path)
        self.refresh()
        rows = list(self.rows.values())
        if rows:
            rows[min(index, len(rows) - 1)].remove.setFocus()
        else:
            self.emptied.emit()


class RecentRow(QWidget):
    """name   folder   [x]"""

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.missing = False
        file = Path(path)
        self.open = QPushButton(plain(file.name).replace("&", "&&"), self)  # a name, not a shortcut
        self.open.setObjectName("quiet")
        self.open.setToolTip(tooltip(path))
        self.open.setAccessibleDescription(path)
        self.folder = Elided(Qt.TextElideMode.ElideMiddle, self)
        self.folder.set_muted()
        self.folder.show_text(str(file.parent))
        self.note = Plain(self.tr("not found"), self)
        self.note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.note.hide()
        self.remove = QToolButton(self)
        theme.set_icon(self.remove, "cancel", "muted")
        self.remove.setAccessibleName(self.tr("Remove {name} from this list").format(name=file.name))
        self.remove.setToolTip(self.tr("Remove from this list; the file is kept"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.open)
        row.addWidget(self.folder, 1)
        row.addWidget(self.note)
        row.addWidget(self.remove)

    def show_missing(self) -> None:
        """Mark the file as missing."""
        self.missing = True
        self.open.setEnabled(False)
        self.note.show()
