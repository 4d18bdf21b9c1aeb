"""Table model: original, current recipe and snapshots as rows, each figure with how it was obtained."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from workbench.core.base.quantities import amount, ratio_digits, size, three_digits
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.snapshot import Snapshot
from workbench.ui.session.session import Session
from workbench.ui.text import format
from workbench.ui.text.i18n import counted, listed, said, tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import tooltip

Index = QModelIndex | QPersistentModelIndex
NOTE_ROLE = Qt.ItemDataRole.UserRole
SURE_ROLE = Qt.ItemDataRole.UserRole + 1
FIRST_SNAPSHOT = 2  # rows before the first snapshot
COUNTS = 500  # recipes whose edited layers are counted once
NO_INDEX = QModelIndex()


class Column(IntEnum):
    NAME = 0
    SIZE = 1
    SMALLER = 2
    METRIC = 3
    CHANGE = 4
    MACS = 5
    LATENCY = 6


@dataclass(frozen=True)
class Cell:
    """A figure, its source in a word, and whether it is reliable."""

    text: str
    note: str = ""
    sure: bool = True
    tip: str = ""


class SnapshotsModel(QAbstractTableModel):
    """Original, current recipe and snapshots, as of the last `refresh`. Names of snapshots can be edited in place."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._states: tuple[Snapshot, ...] = ()
        self._rows: list[tuple[Cell, ...]] = []
        self._counts: dict[Hashable, int] = {}
        self._metric = tr("Accuracy")
        session.model_changed.connect(self._counts.clear)

    def refresh(self) -> None:
        """Update the rows; reset only if rows were added or removed, so that selection and editor stay."""
        snapshots = self._session.snapshots
        opened = self._session.model is not None
        states = (snapshots.before(), snapshots.now(), *snapshots.all) if opened else ()
        rows = [self._row(state, first=index == 0) for index, state in enumerate(states)]
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._states, self._rows = states, rows
            self.endResetModel()
        elif rows != self._rows:
            self._states, self._rows = states, rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))
        metric = said(self._session.metric.heading) or tr("Accuracy")
        if metric != self._metric:
            self._metric = metric
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, Column.METRIC, Column.METRIC)

    @property
    def has_latency(self) -> bool:
        """Return whether any latency was measured."""
        return any(state.totals is not None and state.totals.latency_ms is not None for state in self._states)

    def name_of(self, row: int) -> str:
        """Return the name of the snapshot in this row; "" for the original and the current recipe."""
        return self._states[row].name if FIRST_SNAPSHOT <= row < len(self._states) else ""

    @property
    def states(self) -> tuple[Snapshot, ...]:
        """Return the states row by row."""
        return self._states

    def state_in(self, row: int) -> Snapshot:
        return self._states[row]

    def row_of(self, name: str) -> int:
        return next((row for row in range(FIRST_SNAPSHOT, len(self._states)) if self._states[row].name == name), -1)

    # -- what Qt asks ----------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not index.row() < len(self._rows):
            return None
        cell = self._rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return cell.text
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(cell.tip) or None
            case Qt.ItemDataRole.AccessibleTextRole:
                return listed((cell.text, cell.note))
            case Qt.ItemDataRole.FontRole if index.column() == Column.NAME and index.row() < FIRST_SNAPSHOT:
                return theme.font(weight=QFont.Weight.DemiBold)
            case Qt.ItemDataRole.TextAlignmentRole if index.column() != Column.NAME:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return {NOTE_ROLE: cell.note, SURE_ROLE: cell.sure}.get(role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        name = self.name_of(index.row())
        if role != Qt.ItemDataRole.EditRole or not name or not str(value).strip():
            return False
        self._session.snapshots.rename(name, str(value))
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        editable = index.isValid() and index.column() == Column.NAME and index.row() >= FIRST_SNAPSHOT
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == Column.NAME else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (tr("Snapshot"), tr("File size"), tr("Smaller"), self._metric, tr("Change"), tr("MACs"), tr("Latency"))[
            section
        ]

    # -- cells -----------------------------------------------------------------------------------------------------

    def _row(self, state: Snapshot, first: bool) -> tuple[Cell, ...]:
        totals, model = state.totals, self._session.model
        if totals is not None and model is not None and state.recipe.changes_nothing:
            first = first or totals.bytes.value == model.bytes
        words = self._words(state, first)
        note = " · ".join(part for part in (" ".join(state.note.split()), words) if part)
        name = Cell(state.name, note, tip="\n".join(part for part in (state.name, words, state.note) if part))
        if totals is None or model is None:
            return name, *(Cell("…", sure=False) for _ in list(Column)[1:])
        how = "" if first else format.source_text(totals.bytes)
        smaller = (
            Cell("–")
            if first
            else Cell(
                tr("{times}x").format(times=ratio_digits(model.bytes / totals.bytes.value)),
                tr("{share} kept").format(share=format.percent(totals.bytes.value / model.bytes)),
                totals.bytes.how == "verified",
            )
        )
        verified = totals.bytes.how == "verified"
        tip = "" if first else format.explain(totals.bytes)
        return (
            name,
            Cell(size(totals.bytes.value), how, verified, tip),
            smaller,
            self._metric_cell(state),
            self._change(state),
            self._count(model.macs, totals.macs, first),
            self._latency(state),
        )

    def _words(self, state: Snapshot, first: bool) -> str:
        if first:
            return tr("no steps")
        edited = self._edited(state.recipe)
        words = counted("{n} layers", edited, "{n} layer")
        if state.trained is not None:
            words = listed((words, tr("trained") if state.trained else tr("before training")))
        return words

    def _edited(self, recipe: Recipe) -> int:
        """Return the number of layers with steps, cached by recipe."""
        key = recipe.in_effect
        if key not in self._counts:
            if len(self._counts) > COUNTS:
                self._counts.clear()
            layers = self._session.model.layers if self._session.model else ()
            self._counts[key] = sum(bool(recipe.actions_for(layer.path)) for layer in layers)
        return self._counts[key]

    def _metric_cell(self, state: Snapshot) -> Cell:
        data, value = self._session.data, state.totals.value if state.totals else None
        if data is None or value is None:
            return Cell("–", tr("not measured"), sure=False)
        text = format.value_text(value.value, state.metric) + format.margin_text(value, state.metric)
        if state.data != data.fingerprint:
            return Cell(text, tr("on other data"), False, tr("Restore the snapshot to measure it on the open data."))
        return Cell(text, format.source_text(value, data.samples), value.how != "estimated", format.explain(value))

    def _change(self, state: Snapshot) -> Cell:
        data, change = self._session.data, state.change
        if data is None or change is None or state.data != data.fingerprint:
            return Cell("–")
        settled = format.is_settled(change)
        original, value = self._session.snapshots.before().totals, state.totals.value if state.totals else None
        shown = (original.value.value, value.value) if original and original.value and value else None
        same = change.value == 0 and change.how == "measured"
        note = (
            tr("no change on these samples") if same else tr("paired difference") if settled else tr("not significant")
        )
        return Cell(
            format.change_text(change, state.metric, shown),
            note,
            settled or same,
            tr("Compressed minus original on the same samples. Grey while the 95 % interval contains 0."),
        )

    def _count(self, before: int | None, after: int | None, first: bool) -> Cell:
        if before is None or after is None:
            return Cell("–")
        same = amount(before) == amount(after)
        note = "" if first else tr("unchanged") if same else format.shrunk_briefly(before, after)
        return Cell(amount(after), note)

    def _latency(self, state: Snapshot) -> Cell:
        latency = state.totals.latency_ms if state.totals else None
        if latency is None:
            return Cell("–", tip=tr("Not measured. Press Measure in the scoreboard, or export."))
        return Cell(
            f"{three_digits(latency.value)} ms",
            format.source_text(latency),
            tip=tr("Median of paired runs of the original and the exported file on this machine."),
        )
