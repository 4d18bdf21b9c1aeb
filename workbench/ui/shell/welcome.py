"""Welcome page: the four stages of work, and the ways to begin."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.ui.base import settings
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.engine_client.jobs import Jobs, JobStrip
from workbench.ui.panels.recent import RecentList
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain

WIDEST = 1040  # beyond, lines are too long to read


class WelcomePage(QWidget):
    """Signals: `open_asked` for a file dialog, `demo_asked` with the demo's name, `file_asked` with a path,
    `tour_asked`."""

    open_asked = Signal()
    demo_asked = Signal(str)
    file_asked = Signal(str)
    tour_asked = Signal()

    def __init__(self, jobs: Jobs, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        content = QWidget(self)
        content.setMaximumWidth(WIDEST)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(24)
        column.addStretch(2)
        column.addWidget(self._heading())
        column.addLayout(self._steps())
        column.addLayout(self._buttons())
        self.offer = self._tour_offer()
        column.addWidget(self.offer)
        column.addWidget(JobStrip(jobs, link, self, patience=0))  # there is nothing else to look at
        self.recent = RecentList(self)
        self.recent.chosen.connect(self.file_asked)
        self.recent.emptied.connect(self.open_button.setFocus)
        column.addWidget(self.recent)
        column.addStretch(3)
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(content, 4)
        outer.addStretch(1)

    def _heading(self) -> QWidget:
        box = QWidget(self)
        title = Plain(self.tr("Make a trained model smaller, and see the cost in accuracy"), box, wordWrap=True)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() + 10)
        font.setBold(True)
        title.setFont(font)
        below = Plain(
            self.tr("The preview measures the graph that is exported, in the same runtime."), box, wordWrap=True
        )
        below.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(title)
        layout.addWidget(below)
        return box

    def _steps(self) -> QGridLayout:
        steps = (
            (self.tr("Open"), self.tr("a trained model, ONNX or PyTorch, and data to measure it with")),
            (self.tr("Inspect"), self.tr("every layer: weights, singular values, share of the size")),
            (self.tr("Compress"), self.tr("any layer: prune, quantise, factorise or distil; size and accuracy follow")),
            (self.tr("Export"), self.tr("a smaller file that is reopened and compared with the preview")),
        )
        grid = QGridLayout()
        grid.setSpacing(16)
        for column, (word, text) in enumerate(steps):
            card = QFrame(self)
            card.setObjectName("card")
            card.setFrameShape(QFrame.Shape.StyledPanel)
            head = Plain(f"{column + 1}  {word}", card)
            font = head.font()
            font.setBold(True)
            font.setPointSizeF(font.pointSizeF() + 2)
            head.setFont(font)
            body = Plain(text, card, wordWrap=True)
            body.setAlignment(Qt.AlignmentFlag.AlignTop)
            layout = QVBoxLayout(card)
            layout.setContentsMargins(16, 16, 16, 16)
            layout.addWidget(head)
            layout.addWidget(body, 1)
            grid.addWidget(card, 0, column)
            grid.setColumnStretch(column, 1)
        return grid

    def _buttons(self) -> QHBoxLayout:
        self.open_button = QPushButton(self.tr("Open a model…"), self)
        self.open_button.setObjectName("primary")
        self.open_button.clicked.connect(self.open_asked)
        self.cnn_button = QPushButton(self.tr("Try the demo: convolutional network"), self)
        self.cnn_button.clicked.connect(lambda: self.demo_asked.emit("fashion_cnn"))
        self.vit_button = QPushButton(self.tr("Try the demo: vision transformer"), self)
        self.vit_button.clicked.connect(lambda: self.demo_asked.emit("fashion_vit"))
        for button, name, role in (
            (self.open_button, "open", "on_accent"),
            (self.cnn_button, "play", "text"),
            (self.vit_button, "play", "text"),
        ):
            theme.set_icon(button, name, role)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.open_button, self.cnn_button, self.vit_button):
            row.addWidget(button)
        row.addStretch()
        hint = Plain(self.tr("or drop files here"), self)
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        row.addWidget(hint)
        return row

    def _tour_offer(self) -> QWidget:
        """Return the offer of the tour, made once: whatever the answer, it does not return. The tour stays in the Help
        menu."""
        box = QWidget(self)
        words = Plain(self.tr("New here? A short tour of the demo: try the main tasks once."), box)
        self.tour_button = QPushButton(self.tr("Take the tour"), box)
        self.tour_button.clicked.connect(self.tour_asked)
        self.no_tour_button = QPushButton(self.tr("No, thanks"), box)
        self.no_tour_button.clicked.connect(self._decline)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(words)
        row.addWidget(self.tour_button)
        row.addWidget(self.no_tour_button)
        row.addStretch()
        box.setVisible(not settings.tour_was_offered())
        return box

    def _decline(self) -> None:
        settings.choose("tour", "declined")
        self.open_button.setFocus()
        self.offer.hide()
