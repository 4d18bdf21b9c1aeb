"""What is there when nothing is open: the four steps, and the ways to begin."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui import settings, theme
from workbench.ui.engine_link import EngineLink
from workbench.ui.jobs import Jobs, JobStrip


class WelcomePage(QWidget):
    """`open_asked` for a file dialog, `demo_asked` with the demo's name, `file_asked` with a path."""

    open_asked = Signal()
    demo_asked = Signal(str)
    file_asked = Signal(str)

    def __init__(self, jobs: Jobs, link: EngineLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        column = QVBoxLayout()
        column.setSpacing(24)
        column.addStretch(2)
        column.addWidget(self._heading())
        column.addLayout(self._steps())
        column.addLayout(self._buttons())
        column.addWidget(JobStrip(jobs, link, self))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(4)
        column.addLayout(self._recent)
        column.addStretch(3)
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(column, 4)
        outer.addStretch(1)
        self.refresh_recent()

    def _heading(self) -> QWidget:
        box = QWidget(self)
        title = QLabel(self.tr("Make a trained model smaller, and see what it costs"), box, wordWrap=True)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() + 10)
        font.setBold(True)
        title.setFont(font)
        below = QLabel(self.tr("What you see while you drag is what runs after the export: the same graph, "
                               "measured in the same runtime."), box, wordWrap=True)
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
            (self.tr("Look"), self.tr("inside every layer: its weights, singular values, share of the bytes")),
            (self.tr("Compress"), self.tr("each layer: prune, quantise, factor, distil; size and accuracy follow")),
            (self.tr("Export"),
             self.tr("a file that is really smaller and behaves as shown; it is reopened and checked")),
        )
        grid = QGridLayout()
        grid.setSpacing(16)
        for column, (word, text) in enumerate(steps):
            card = QFrame(self)
            card.setObjectName("card")
            card.setFrameShape(QFrame.Shape.StyledPanel)
            head = QLabel(f"{column + 1}  {word}", card)
            font = head.font()
            font.setBold(True)
            font.setPointSizeF(font.pointSizeF() + 2)
            head.setFont(font)
            body = QLabel(text, card, wordWrap=True)
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
        for button, name, role in ((self.open_button, "open", "on_accent"), (self.cnn_button, "play", "text"),
                                   (self.vit_button, "play", "text")):
            theme.set_icon(button, name, role)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.open_button, self.cnn_button, self.vit_button):
            row.addWidget(button)
        row.addStretch()
        hint = QLabel(self.tr("or drop files here"), self)
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        row.addWidget(hint)
        return row

    def refresh_recent(self) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        paths = settings.recent()
        if paths:
            self._recent.addWidget(QLabel(self.tr("Recent"), self))
        for path in paths[:5]:
            button = QPushButton(f"{Path(path).name}    {Path(path).parent}", self)
            button.setObjectName("quiet")
            button.setToolTip(path)
            button.clicked.connect(lambda _=False, path=path: self.file_asked.emit(path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
