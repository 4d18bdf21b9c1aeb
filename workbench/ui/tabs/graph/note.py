"""Message in place of the graph: why there is none, and what to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.ui.tabs.graph.obstacle import Obstacle
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain

WIDTH = 460


class Note(QWidget):
    """Signals: `unguarded`: the user wants the graph without Chromium's sandbox; `again`: try once more."""

    unguarded = Signal()
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Plain(self)
        self.title.setFont(theme.font(2, QFont.Weight.DemiBold))
        self.what, self.detail = Plain(self), Plain(self)
        self.detail.setForegroundRole(self.detail.palette().ColorRole.PlaceholderText)
        self.without = QPushButton(self.tr("Show without sandbox"), self)
        self.without.clicked.connect(self.unguarded)
        self.retry = QPushButton(self.tr("Try again"), self)
        self.retry.clicked.connect(self.again)
        column = QVBoxLayout()
        column.setSpacing(theme.UNIT)
        for label in (self.title, self.what, self.detail):
            label.setWordWrap(True)
            label.setFixedWidth(WIDTH)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(self.without)
        row.addWidget(self.retry)
        row.addStretch()
        column.addLayout(row)
        middle = QHBoxLayout(self)
        middle.addStretch()
        middle.addLayout(column)
        middle.addStretch()
        column.insertStretch(0)
        column.addStretch()
        self.wait(self.tr("Open a model to see its graph."))

    def wait(self, words: str) -> None:
        """Show that the graph is loading."""
        self._show(words, "", "")

    def explain(self, obstacle: Obstacle) -> None:
        """Show why WebEngine cannot start here, and what to do."""
        title = self.tr("The graph cannot be shown here")
        rest = " " + self.tr("Everything else works without it.")
        match obstacle.kind:
            case "library":
                what = self.tr(
                    "Qt WebEngine could not be loaded. Install PySide6-Addons, or the system library "
                    "named below (on Debian and Ubuntu: apt install libnss3 libasound2 libxcomposite1 "
                    "libxdamage1 libxrandr2 libxtst6 libxkbfile1)."
                )
            case "netron":
                what = self.tr(
                    "The graph view needs netron, exactly version 9.3.3. Install it with: pip install netron==9.3.3"
                )
            case "root":
                what = self.tr(
                    "The program runs as root, and Chromium refuses to start its sandbox for root. Start "
                    "the program as an ordinary user, or show the graph without the sandbox."
                )
            case _:
                what = self.tr(
                    "This system does not allow ordinary users to create the namespaces that Chromium's "
                    "sandbox needs. Ask your administrator to allow them, or show the graph without the "
                    "sandbox."
                )
        guarded = obstacle.kind in ("root", "namespaces")
        if guarded:
            rest += " " + self.tr(
                "Without the sandbox, a malicious model file that takes over the page could reach "
                "your files; the page still has no network access. This choice lasts until the "
                "program is closed."
            )
        self._show(title, what + rest, obstacle.detail, without=guarded, retry=not guarded)

    def complain(self, words: str) -> None:
        """Show that the graph view has crashed."""
        self._show(self.tr("The graph view has crashed"), words, "", retry=True)

    def _show(self, title: str, what: str, detail: str, without: bool = False, retry: bool = False) -> None:
        for label, text in ((self.title, title), (self.what, what), (self.detail, detail)):
            label.setText(text)
            label.setVisible(bool(text))
        self.without.setVisible(without)
        self.retry.setVisible(retry)
