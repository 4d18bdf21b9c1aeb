"""Accuracy by class: how many samples are right, before and now, and how many changed in each way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.ui.tabs.compare.tables import RowsTable, Value
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import aside
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import muted
from workbench.ui.widgets.rows import at_most

if TYPE_CHECKING:
    from workbench.core.analysis.prediction_diff import Changes, ClassChange

WIDEST = 760  # pixels of the table


class ClassesPage(QWidget):
    """Signals: `attribution_asked`: request the layer that made this class worse; `chosen`: show its samples."""

    attribution_asked = Signal(str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = RowsTable(
            (
                self.tr("Class"),
                self.tr("Samples"),
                self.tr("Before"),
                self.tr("Now"),
                self.tr("Change"),
                self.tr("→ wrong"),
                self.tr("→ correct"),
            ),
            self.tr("Classes"),
            self,
        )
        self.table.doubleClicked.connect(lambda _: self._emit(self.chosen))
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self.table.sorted.modelReset.connect(self._enable)
        self.look = QPushButton(self.tr("Show samples"), self)
        self.look.clicked.connect(lambda: self._emit(self.chosen))
        self.find_layer = QPushButton(self.tr("Find responsible layer"), self)
        self.find_layer.clicked.connect(lambda: self._emit(self.attribution_asked))
        self.note = muted("", self)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(self.look)
        row.addWidget(self.find_layer)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.UNIT)
        column.setSpacing(theme.UNIT)
        column.addWidget(self.note)
        column.addLayout(at_most(WIDEST, self.table), 1)
        column.addLayout(row)
        self._worse: set[str] = set()
        self._enable()

    def show_changes(self, changes: Changes | None) -> None:
        """Show the classes, the one that lost most first."""
        classes = sorted(changes.per_class, key=lambda each: each.right_after - each.right_before) if changes else []
        self._worse = {each.name for each in classes if each.lost}
        self.table.rows.show_rows([_row(each) for each in classes], [each.name for each in classes])
        labelled = changes is None or changes.labelled
        self.note.setText("" if labelled else self.tr("No labels: predictions of the original count as correct."))
        self.note.setVisible(not labelled)
        self._enable()

    def _emit(self, signal: object) -> None:
        if (name := self.table.chosen()) is not None:
            signal.emit(name)  # type: ignore[attr-defined]

    def _enable(self) -> None:
        name = self.table.chosen()
        self.look.setEnabled(name is not None)
        self.find_layer.setEnabled(name in self._worse)


def _row(each: ClassChange) -> list[Value]:
    change = each.right_after - each.right_before
    points = 100 * change / each.samples
    text = aside(f"{change:+d}", f"{points:+.1f}").replace("-", "−") if change else "±0"
    return [
        Value(each.name, each.name),
        Value(f"{each.samples:,}", each.samples),
        *(
            Value(percent(right / each.samples, 1), right / each.samples)
            for right in (each.right_before, each.right_after)
        ),
        Value(text, points),
        Value(str(each.lost), each.lost),
        Value(str(each.won), each.won),
    ]
