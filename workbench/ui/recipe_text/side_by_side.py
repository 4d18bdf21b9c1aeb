"""Two recipes side by side, layer by layer, differences first."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
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
from workbench.core.recipe.recipe import Recipe
from workbench.ui.text.describe import stacks_of, steps_words
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, tooltip
from workbench.ui.widgets.rows import WholeRows

ROW = 26


class Comparison(QWidget):
    """Signal: `closed` by its button or Escape. The layers that differ can be copied as a table for spreadsheets."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copied: list[tuple[str, ...]] = []  # headings, and the rows that differ
        self._alike: list[QTableWidgetItem] = []  # cells of the others
        self.title = Elided(Qt.TextElideMode.ElideMiddle, self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.copy_button = QPushButton(self.tr("Copy"), self)
        self.copy_button.setToolTip(self.tr("Copy the layers that differ, with the steps of both"))
        self.copy_button.clicked.connect(self.copy)
        self.close_button.clicked.connect(self.closed)
        self.table = QTableWidget(0, 3, self)
        WholeRows(self.table)
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
        head.addWidget(self.copy_button)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        theme.signals.changed.connect(self._dress)

    def show_two(
        self,
        names: tuple[str, str],
        recipes: tuple[Recipe, Recipe],
        model: ModelSummary,
        methods: Mapping[str, MethodInfo],
    ) -> None:
        one, other = (stacks_of(recipe, model) for recipe in recipes)
        rows = sorted(one, key=lambda path: one[path] == other[path])  # those that differ first, else as in the model
        count = sum(one[path] != other[path] for path in one)
        self.title.show_text(
            self.tr("{first} and {second}: {n} of {total} layers differ").format(
                first=names[0], second=names[1], n=count, total=len(rows)
            )
        )
        self.copy_button.setEnabled(count > 0)
        self._copied = [(self.tr("Layer"), *names)]
        self.table.setHorizontalHeaderLabels([self.tr("Layer"), *names])
        self._alike = []  # before their items are replaced
        self.table.setRowCount(len(rows))
        for row, path in enumerate(rows):
            texts = (path, *(steps_words(stacks[path], methods) for stacks in (one, other)))
            differs = one[path] != other[path]
            if differs:
                self._copied.append(texts)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(tooltip(text))
                self.table.setItem(row, column, item)
                self._alike += [] if differs else [item]
        self._dress()

    def _dress(self) -> None:
        """Mute the layers without a difference."""
        for item in self._alike:
            item.setForeground(theme.colors().muted)

    def copy(self) -> None:
        """Copy title, headings and the rows that differ, with tabs between cells."""
        lines = [self.title.full, *("\t".join(cells) for cells in self._copied)]
        QGuiApplication.clipboard().setText("\n".join(lines))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
