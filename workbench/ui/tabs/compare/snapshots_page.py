"""Table of snapshots with its buttons (take, restore, rename, note, delete), and the steps of two side by side."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.commands.snapshot_commands import SnapshotCommands, button
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.recipe_text.side_by_side import Comparison
from workbench.ui.session.session import Session
from workbench.ui.tabs.compare.snapshots_chart import SnapshotsChart
from workbench.ui.tabs.compare.snapshots_model import FIRST_SNAPSHOT, Column, SnapshotsModel
from workbench.ui.tabs.compare.two_lines import TwoLines
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import muted
from workbench.ui.widgets.rows import WholeRows

NARROWEST_NAME, WIDEST = 120, 960  # pixels of a name; of a comparison
BESIDE = 1200  # width of the page in pixels from which the chart is beside the table
TABLE = 84  # pixels of height that the table keeps beside the chart: its header and two rows


class SnapshotsTable(QTableView):
    """F2 renames, Shift+F2 edits the note, Return restores, Delete deletes the selected snapshot; `chosen` has its name
    if it is the only one, and the number of selected rows."""

    chosen = Signal(str, int)

    def __init__(self, model: SnapshotsModel, commands: SnapshotCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self.states = model
        self.setModel(model)
        self.setItemDelegate(TwoLines(self))
        WholeRows(self)
        self.setAccessibleName(self.tr("Snapshots"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = self.horizontalHeader()
        header.setAccessibleName(self.tr("Figures"))
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(NARROWEST_NAME // 2)
        header.setHighlightSections(False)
        self.doubleClicked.connect(lambda index: commands.restore.trigger() if index.row() >= FIRST_SNAPSHOT else None)
        self.selectionModel().selectionChanged.connect(self._tell)
        model.modelReset.connect(self._tell)
        model.dataChanged.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        self._fit()
        rows = self.selectionModel().selectedRows()
        self.chosen.emit(self.states.name_of(rows[0].row()) if len(rows) == 1 else "", len(rows))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Hide figures that follow from others, or that the scoreboard has, too, while names have too little room."""
        shown = [each for each in Column if each is not Column.LATENCY or self.states.has_latency]
        room = self.width() - NARROWEST_NAME
        for column in (Column.MACS, Column.SMALLER):
            if sum(map(self._width_of, shown[1:])) > room:
                shown.remove(column)
        for column in Column:
            self.setColumnHidden(column, column not in shown)

    def _width_of(self, column: Column) -> int:
        """Return the width of a column, also of a hidden one."""
        header = self.horizontalHeader()
        title = self.states.headerData(column, Qt.Orientation.Horizontal)
        return max(self.sizeHintForColumn(column), header.fontMetrics().horizontalAdvance(str(title)) + theme.DOUBLE)

    def choose(self, name: str) -> None:
        if (row := self.states.row_of(name)) >= 0:
            self.selectRow(row)
            self.setCurrentIndex(self.states.index(row, Column.NAME))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        commands = {
            Qt.Key.Key_Delete: self._commands.remove,
            Qt.Key.Key_Return: self._commands.restore,
            Qt.Key.Key_Enter: self._commands.restore,
            Qt.Key.Key_F2: self._commands.note if shift else self._commands.rename,
        }
        command = commands.get(Qt.Key(event.key()))
        if command is not None and self.state() != QAbstractItemView.State.EditingState:
            command.trigger()
            return
        super().keyPressEvent(event)

    def edit_name(self) -> None:
        """Rename the selected snapshot in place."""
        rows = self.selectionModel().selectedRows()
        if rows:
            self.setFocus()
            self.edit(rows[0].siblingAtColumn(Column.NAME))

    def _open_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions([*self._commands.of_one, self._commands.differences])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(where))


class SnapshotsPage(QWidget):
    """Snapshots beside the original and the current recipe; each can be restored."""

    def __init__(self, session: Session, commands: SnapshotCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = SnapshotsModel(session, self)
        self.table = SnapshotsTable(self.model, commands, self)
        self.table.chosen.connect(commands.choose)
        self.comparison = Comparison(self)
        self.pages = QStackedWidget(self)
        self.chart = SnapshotsChart(self)
        self.both = QSplitter(Qt.Orientation.Vertical, self)
        for part, widget in enumerate((self.table, self.chart)):
            self.both.addWidget(widget)
            self.both.setCollapsible(part, True)
            self.both.setStretchFactor(part, 1)
        self.table.setMinimumHeight(TABLE)
        self.chart.picked.connect(self._choose_row)
        self.chart.restored.connect(lambda row: commands.restore.trigger() if row >= FIRST_SNAPSHOT else None)
        self.table.chosen.connect(lambda *_: self._mark_chosen())
        for page in (self.both, self.comparison):
            self.pages.addWidget(page)
        self.comparison.close_button.setToolTip(self.tr("Back to the snapshots"))
        self.table.chosen.connect(self._compare_again)
        self.comparison.closed.connect(self._show_table)
        commands.differences.triggered.connect(self.show_differences)
        commands.rename.triggered.connect(self.table.edit_name)
        commands.taken.connect(self.table.choose)
        self.buttons = {
            name: button(action, icon, self)
            for name, action, icon in (
                ("take", commands.take, "pin"),
                ("restore", commands.restore, "undo"),
                ("rename", commands.rename, ""),
                ("note", commands.note, ""),
                ("differences", commands.differences, ""),
                ("remove", commands.remove, "remove"),
            )
        }
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        for name, each in self.buttons.items():
            if name != "differences":  # of two, and beside the table
                row.addWidget(each)
        row.addStretch(1)
        self.legend = muted(self.tr("○ forecast   ◐ estimated   ● measured   ✓ verified in the file"), self)
        below = QHBoxLayout()
        below.addWidget(self.legend, 1)
        below.addWidget(self.buttons["differences"])
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.UNIT)
        column.setSpacing(theme.UNIT)
        self.comparison.setMaximumWidth(WIDEST)
        column.addWidget(self.pages, 1)
        column.addLayout(below)
        column.addLayout(row)
        self._rows = session.turns.piece(self, self._refresh, Place.WHAT_IT_LOOKS_LIKE)
        for signal in (
            session.model_changed,
            session.data_changed,
            session.preview_changed,
            session.recipe_changed,
            session.timings.changed,
        ):
            signal.connect(self._rows.soon)
        session.snapshots.changed.connect(self._on_snapshots)
        self._rows.soon()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= BESIDE
        self.both.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def _refresh(self) -> None:
        session = self._session
        self.model.refresh()
        data = session.data.fingerprint if session.data is not None else ""
        self.chart.show_states(self.model.states, session.metric, data)
        self._mark_chosen()

    def _mark_chosen(self) -> None:
        self.chart.choose([index.row() for index in self.table.selectionModel().selectedRows()])

    def _choose_row(self, row: int) -> None:
        """Select the row of a clicked dot; the keyboard focus stays with the chart."""
        self.table.selectRow(row)
        self.table.setCurrentIndex(self.model.index(row, Column.NAME))

    def _on_snapshots(self) -> None:
        """Add and remove rows at once, so that clicks hit the right one."""
        self._rows.soon()
        if self.isVisible():
            self._rows.run()

    def show_differences(self) -> None:
        """Show the steps of the two selected states, layer by layer."""
        if self._compare():
            self.pages.setCurrentWidget(self.comparison)
            self.comparison.table.setFocus()

    def _compare(self) -> bool:
        """Compare the selected states; return whether two are selected."""
        session, rows = self._session, sorted(index.row() for index in self.table.selectionModel().selectedRows())
        if len(rows) != 2 or session.model is None:
            return False
        first, second = (self.model.state_in(row) for row in rows)
        self.comparison.show_two(
            (first.name, second.name), (first.recipe, second.recipe), session.model, session.methods
        )
        return True

    def _compare_again(self) -> None:
        """Compare again after a change of recipes or selection."""
        if self.pages.currentWidget() is self.comparison and not self._compare():
            self.pages.setCurrentWidget(self.both)

    def _show_table(self) -> None:
        self.pages.setCurrentWidget(self.both)
        self.table.setFocus()
