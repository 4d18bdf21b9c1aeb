"""Two recipes side by side, layer by layer: first where they differ."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.action import MethodInfo
from workbench.ui.plans.entries import Entry
from workbench.ui.tabs.plan import signs, words
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, tooltip

ROW = 26


class Comparison(QWidget):
    """`closed` by its button or Escape."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Elided(Qt.TextElideMode.ElideMiddle, self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.close_button.setToolTip(self.tr("Back to the list of recipes"))
        self.close_button.clicked.connect(self.closed)
        self.table = QTableWidget(0, 3, self)
        self.table.setAccessibleName(self.tr("Recipes layer by layer"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setFrameShape(QTableWidget.Shape.NoFrame)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addLayout(head)
        column.addWidget(self.table, 1)

    def show_two(self, first: Entry, second: Entry, model: ModelSummary, methods: Mapping[str, MethodInfo]) -> None:
        names = words.name_of(first), words.name_of(second)
        one, other = (words.stacks_of(entry.point.recipe, model) for entry in (first, second))
        rows = sorted(one, key=lambda path: one[path] == other[path])  # those that differ first, else as in the model
        count = sum(one[path] != other[path] for path in one)
        self.title.show_text(
            self.tr("{first} and {second}: {n} of {total} layers differ").format(
                first=names[0], second=names[1], n=count, total=len(rows)
            )
        )
        self.table.setHorizontalHeaderLabels([self.tr("Layer"), *names])
        self.table.setRowCount(len(rows))
        for row, path in enumerate(rows):
            same = one[path] == other[path]
            texts = (path, *(words.steps_words(stacks[path], methods) for stacks in (one, other)))
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(tooltip(text))
                if same:
                    item.setForeground(signs.color("muted"))
                self.table.setItem(row, column, item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
