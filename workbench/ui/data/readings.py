"""Table of the ways of reading data, with the original's metric under each."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from workbench.core.analysis.data_check import DataCheck, Reading
from workbench.core.analysis.report import Figure
from workbench.core.base.quantities import metric_text
from workbench.ui.text import format
from workbench.ui.text.i18n import said
from workbench.ui.widgets.labels import tooltip
from workbench.ui.widgets.rows import WholeRows

MOST_ROWS = 8  # before the table scrolls


class Readings(QTableWidget):
    """A row for each reading, the proposed one selected at first; unsuitable ones cannot be selected."""

    chose = Signal(int)  # a row

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self.setAccessibleName(self.tr("Readings"))
        WholeRows(self)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.itemSelectionChanged.connect(lambda: self.chose.emit(self.chosen))

    def show_check(self, found: DataCheck) -> None:
        """Show the readings of a check."""
        metric = self.tr("Metric") if found.metric is None else said(found.metric.heading)
        reading = QTableWidgetItem(self.tr("Reading"))
        reading.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHorizontalHeaderLabels(["", metric, self.tr("Gain at least")])
        self.setHorizontalHeaderItem(0, reading)
        self.setRowCount(len(found.readings))
        for row, each in enumerate(found.readings):
            self._fill(row, each, found)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        rows = min(MOST_ROWS, max(1, len(found.readings)))
        self.setFixedHeight(header.sizeHint().height() + rows * self.rowHeight(0) + 2 * self.frameWidth())
        self.selectRow(found.best)

    def _fill(self, row: int, each: Reading, found: DataCheck) -> None:
        fits = each.value is not None and found.metric is not None
        value = metric_text(each.value, found.metric) if each.value is not None and found.metric is not None else ""
        gain = ""
        if each.low is not None and found.metric is not None:
            gain = format.change_text(Figure(each.low, "measured"), found.metric)
        for column, text in enumerate((said(each.title), value if fits else self.tr("does not fit"), gain)):
            item = QTableWidgetItem(text)
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if not fits:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            if each.refused:
                item.setToolTip(tooltip(said(each.refused)))
            self.setItem(row, column, item)

    @property
    def chosen(self) -> int:
        """Return the selected row, or -1."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else -1
