"""Table of snapshots with its buttons: take, restore, rename, delete."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QMenu, QTableView, QVBoxLayout, QWidget

from workbench.ui.commands.snapshot_commands import SnapshotCommands, button
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.session.session import Session
from workbench.ui.tabs.compare.states import FIRST_SNAPSHOT, Column, StatesModel
from workbench.ui.tabs.compare.two_lines import TwoLines
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import muted
from workbench.ui.widgets.rows import at_most

NARROWEST_NAME, WIDEST = 104, 960  # pixels of a name; of the table


class StatesTable(QTableView):
    """F2 renames, Return restores, Delete deletes the snapshot that is chosen."""

    chosen = Signal(str)

    def __init__(self, model: StatesModel, commands: SnapshotCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self.states = model
        self.setModel(model)
        self.setItemDelegate(TwoLines(self))
        self.setAccessibleName(self.tr("Snapshots"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        self.setColumnHidden(Column.LATENCY, not self.states.has_latency)
        rows = self.selectionModel().selectedRows()
        self.chosen.emit(self.states.name_of(rows[0].row()) if rows else "")

    def choose(self, name: str) -> None:
        if (row := self.states.row_of(name)) >= 0:
            self.selectRow(row)
            self.setCurrentIndex(self.states.index(row, Column.NAME))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        commands = {
            Qt.Key.Key_Delete: self._commands.remove,
            Qt.Key.Key_Return: self._commands.restore,
            Qt.Key.Key_Enter: self._commands.restore,
            Qt.Key.Key_F2: self._commands.rename,
        }
        command = commands.get(Qt.Key(event.key()))
        if command is not None and self.state() != QAbstractItemView.State.EditingState:
            command.trigger()
            return
        super().keyPressEvent(event)

    def edit_name(self) -> None:
        """Rename the chosen one in place."""
        rows = self.selectionModel().selectedRows()
        if rows:
            self.setFocus()
            self.edit(rows[0].siblingAtColumn(Column.NAME))

    def _open_menu(self, where: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions(self._commands.of_one)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(where))


class StatesPage(QWidget):
    """Snapshots beside the original and the current recipe; each can be restored."""

    def __init__(self, session: Session, commands: SnapshotCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = StatesModel(session, self)
        self.table = StatesTable(self.model, commands, self)
        self.table.chosen.connect(commands.choose)
        commands.rename.triggered.connect(self.table.edit_name)
        commands.taken.connect(self.table.choose)
        self.buttons = {
            name: button(action, icon, self)
            for name, action, icon in (
                ("take", commands.take, "pin"),
                ("restore", commands.restore, "undo"),
                ("rename", commands.rename, ""),
                ("remove", commands.remove, "remove"),
            )
        }
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        for each in self.buttons.values():
            row.addWidget(each)
        row.addStretch(1)
        self.legend = muted(self.tr("○ forecast   ◐ estimated   ● measured   ✓ verified in the file"), self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.UNIT)
        column.setSpacing(theme.UNIT)
        column.addLayout(at_most(WIDEST, self.table), 1)
        column.addWidget(self.legend)
        column.addLayout(row)
        self._rows = session.turns.piece(self, self.model.refresh, Place.WHAT_IT_LOOKS_LIKE)
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

    def _on_snapshots(self) -> None:
        """Rows that come and go at once: what is clicked there must be what is there."""
        self._rows.soon()
        if self.isVisible():
            self._rows.run()
