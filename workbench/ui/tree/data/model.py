"""Qt model of the layer tree. Rows move only when they are regrouped: edits change only texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QGuiApplication, QPalette

from workbench.core.analysis.report import LayerChange
from workbench.core.base.quantities import MetricInfo, size
from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.recipe.recipe import Recipe
from workbench.ui.text import format
from workbench.ui.text.describe import coupling_of
from workbench.ui.text.i18n import aside, listed, said
from workbench.ui.tree.data import cells
from workbench.ui.tree.data.cells import BARRED, FACTS, NUMERIC, Column
from workbench.ui.tree.data.grouping import Grouping
from workbench.ui.tree.data.nodes import Node, build, take_over
from workbench.ui.widgets.labels import tooltip

if TYPE_CHECKING:
    from workbench.core.layer_data.views import LayerFacts

Index = QModelIndex | QPersistentModelIndex
NODE_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
BAR_ROLE = Qt.ItemDataRole.UserRole + 2  # (filled, outlined) as fractions of the widest bar
GROUP_ROLE = Qt.ItemDataRole.UserRole + 3  # the letter of the layers coupled with this one


COLOR_ROLE = Qt.ItemDataRole.UserRole + 4  # 0..1 for the colour of the row; None for none
COLUMNS = len(Column)
_COLUMN = tuple(Column)  # by number: a cell is asked for many roles each time it is painted
_ANSWERED = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.FontRole,
        NODE_ROLE,
        SORT_ROLE,
        BAR_ROLE,
        GROUP_ROLE,
        COLOR_ROLE,
    )
)


class LayerTreeModel(QAbstractItemModel):
    """Indexes carry the number of their node, so that an outdated one can never point into freed memory."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[Layer, ...] = ()
        self.grouping = Grouping.MODULES
        self._nodes: list[Node] = build(())
        self._by_path: dict[str, Node] = {}
        self._couplings = Couplings()
        self._groups: dict[str, str] = {}
        self._most: dict[Column, float] = {}  # the largest number of any layer
        self._colored: Column | None = None
        self._losses: Mapping[str, float] = {}
        self._metric, self._candidate = MetricInfo(), ""
        self._loss_of = ""
        self._headers = {
            Column.NAME: self.tr("Layer"),
            Column.OP: self.tr("Operator"),
            Column.SHAPE: self.tr("Shape"),
            Column.PARAMETERS: self.tr("Parameters"),
            Column.MACS: self.tr("MACs"),
            Column.BYTES: self.tr("Bytes"),
            Column.ACTIONS: self.tr("Steps"),
            Column.AFTER: self.tr("Now"),
            Column.LOSS: self.tr("Loss"),
            Column.ZEROS: self.tr("Zeros"),
            Column.STABLE: self.tr("Stable rank"),
            Column.RANK: self.tr("Rank for 90 %"),
            Column.TIME: self.tr("Time"),
        }

    # -- content ---------------------------------------------------------------------------------------------------

    def set_model(self, summary: ModelSummary | None) -> None:
        """Set another model: the tree is reset."""
        self.beginResetModel()
        self._layers = summary.layers if summary else ()
        self._nodes = build(self._layers, self.grouping)
        self._by_path = {node.path: node for node in self._nodes if node.layer is not None}
        self._losses = {}
        self._couplings, self._groups = Couplings(), {}
        self._measure(*NUMERIC)
        self.endResetModel()

    def group_by(self, grouping: Grouping) -> None:
        """Regroup the layers, keeping what is known of them: the tree is reset."""
        self.beginResetModel()
        self.grouping = grouping
        self._nodes = build(self._layers, grouping)
        take_over(self._nodes, self._by_path)
        self._by_path = {node.path: node for node in self._nodes if node.layer is not None}
        self.endResetModel()

    def set_state(self, recipe: Recipe, changes: Mapping[str, LayerChange], paths: Iterable[str] | None = None) -> None:
        """Show the steps of the recipe and their result; `paths` limits the update to these layers."""
        stale: set[Node] = set()
        for path in self._by_path if paths is None else paths:
            node = self._by_path.get(path)
            if node is not None and node.set_own(
                recipe.actions_for(path), changes.get(path), recipe.leaves_alone(path)
            ):
                stale.update((node, *node.ancestors()))
        for node in sorted(stale, key=lambda n: n.id, reverse=True):
            node.sum_up()
        self._tell(stale, Column.ACTIONS, Column.AFTER)
        if stale and self._colored == Column.AFTER:
            self._recolor()

    def _tell(self, nodes: Iterable[Node], first: Column, last: Column, roles: Sequence[int] = ()) -> None:
        """Emit one signal for the rows below each module, from the first that changed to the last."""
        rows: dict[Node, list[Node]] = {}
        for node in nodes:
            if node.parent is not None:
                rows.setdefault(node.parent, []).append(node)
        for below in rows.values():
            top, bottom = min(below, key=lambda node: node.row), max(below, key=lambda node: node.row)
            self.dataChanged.emit(self._index(top, first), self._index(bottom, last), list(roles))

    def set_couplings(self, couplings: Couplings) -> None:
        """Mark coupled layers with the same letter."""
        if couplings == self._couplings:
            return
        self._couplings, self._groups = couplings, couplings.names()
        self._tell(self._by_path.values(), Column.NAME, Column.NAME, (GROUP_ROLE, Qt.ItemDataRole.ToolTipRole))

    def set_losses(self, losses: Mapping[str, float], metric: MetricInfo, candidate: str, name: str) -> None:
        """Set the drops per layer for one candidate, whose `name` heads the column."""
        if (losses, metric, candidate) == (self._losses, self._metric, self._candidate):
            return
        self._losses, self._metric, self._candidate = losses, metric, candidate
        self._loss_of = name
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, Column.LOSS, Column.LOSS)
        for path, node in self._by_path.items():
            node.loss = losses.get(path)
        self._tell(self._by_path.values(), Column.LOSS, Column.LOSS)
        self._measure(Column.LOSS)
        if self._colored == Column.LOSS:
            self._recolor()

    def set_times(self, shares: Mapping[str, float | None]) -> None:
        """Set the share of each layer in the time of a run; empty: not measured."""
        for path, node in self._by_path.items():
            node.time = shares.get(path)
        self._tell(self._by_path.values(), Column.TIME, Column.TIME)
        self._measure(Column.TIME)
        if self._colored == Column.TIME:
            self._recolor()

    def set_facts(self, facts: Iterable[LayerFacts]) -> None:
        """Set facts about the weights of some layers."""
        for found in facts:
            node = self._by_path.get(found.path)
            if node is not None:
                node.facts = found
                for column in FACTS:
                    self._most[column] = max(self._most[column], cells.number(node, column) or 0.0)
                self.dataChanged.emit(self._index(node, FACTS[0]), self._index(node, FACTS[-1]))
        if self._colored in FACTS:
            self._recolor()

    def color_by(self, column: Column | None) -> None:
        """Colour the rows by their number in that column."""
        self._colored = column
        self._recolor()

    def scale(self, column: Column) -> float:
        """Return the number with the last colour: the largest of any layer; 1 for shares."""
        return 1.0 if column in (Column.ZEROS, Column.RANK) else self._most.get(column, 0.0)

    def title(self, column: Column) -> str:
        """Return the long title of a column."""
        if column == Column.LOSS and self._loss_of:
            return self.tr("Loss: {candidate}").format(candidate=self._loss_of)
        return self.tr("New bytes") if column == Column.AFTER else self._headers[column]

    def figures(self, column: Column) -> set[str]:
        """Return the texts of all rows in a column, the longest that steps make of them (cells.widest)."""
        return {cells.widest(node, column, self._metric) for node in self._nodes[1:]}

    def _measure(self, *columns: Column) -> None:
        for column in columns:
            found = [cells.number(node, column) for node in self._by_path.values()]
            self._most[column] = max((each for each in found if each is not None), default=0.0)

    def _recolor(self) -> None:
        self._tell(self._by_path.values(), Column.NAME, Column.NAME, (COLOR_ROLE,))

    def node(self, index: Index) -> Node:
        return self._nodes[index.internalId()] if index.isValid() else self._nodes[0]

    def index_of(self, path: str) -> QModelIndex:
        """Return the index of a layer; invalid if there is none with that path."""
        node = self._by_path.get(path)
        return self._index(node, Column.NAME) if node else QModelIndex()

    def _index(self, node: Node, column: int) -> QModelIndex:
        return self.createIndex(node.row, column, node.id)

    # -- QAbstractItemModel ----------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if parent.isValid() and parent.column() != Column.NAME:
            return QModelIndex()
        below = self._nodes[parent.internalId() if parent.isValid() else 0].children
        if not (0 <= row < len(below) and 0 <= column < COLUMNS):
            return QModelIndex()
        return self.createIndex(row, column, below[row].id)

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        above = self.node(index).parent
        return self._index(above, Column.NAME) if above is not None and above.parent is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() and parent.column() != Column.NAME else len(self.node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < COLUMNS:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[Column(section)]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.title(Column(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        if role == Qt.ItemDataRole.ToolTipRole and section in FACTS:
            return self.tr("Of the original weights")
        if role == Qt.ItemDataRole.ToolTipRole and section == Column.TIME:
            return self.tr(
                "Share of one run's time, measured in ONNX Runtime for the current recipe (Run > "
                "Measure layers). Empty: the runtime has fused the layer into another operator."
            )
        if role == Qt.ItemDataRole.ToolTipRole and section == Column.LOSS:
            return self.tr(
                "Loss of the model with the candidate selected in the sensitivity matrix on one "
                "layer alone: {candidate}"
            ).format(candidate=self._candidate or "–")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ANSWERED or not index.isValid():
            return None
        node, column = self.node(index), _COLUMN[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cells.text(node, column, self._metric)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self._tip(node, column) or "")
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole if _is_muted(node, column):
                return QGuiApplication.palette().brush(QPalette.ColorRole.PlaceholderText)
            case Qt.ItemDataRole.FontRole if column == Column.AFTER and not node.settled:
                font = QFont()
                font.setItalic(True)
                return font
            case _ if role == NODE_ROLE:
                return node
            case _ if role == SORT_ROLE:
                return cells.order(node, column)
            case _ if role == GROUP_ROLE and column == Column.NAME:
                return self._groups.get(node.path) if node.layer is not None else None
            case _ if role == BAR_ROLE and column in BARRED:
                return cells.bar(node, column, self._most[Column.BYTES if column == Column.AFTER else column])
            case _ if role == COLOR_ROLE and column == Column.NAME:
                return self._color(node)
        return None

    def _color(self, node: Node) -> float | None:
        found = cells.number(node, self._colored) if self._colored is not None else None
        most = self.scale(self._colored) if self._colored is not None else 0.0
        return None if found is None or most <= 0 else max(found, 0.0) / most

    def _tip(self, node: Node, column: Column) -> str:
        lines = [node.path]
        if node.layer is not None:
            lines.append(f"{node.layer.op} {node.layer.dtype}")
            if node.layer.uses > 1:
                lines.append(self.tr("Read by {n} nodes of the graph.").format(n=node.layer.uses))
            if node.layer.locked:
                lines.append(self.tr("Cannot be edited: {reason}").format(reason=said(node.layer.locked)))
            if node.alone:
                lines.append(self.tr("Left alone: no steps with other layers, by presets or by a search"))
            if coupled := coupling_of(self._couplings, node.path):
                lines.append(coupled)
        lines += [f"{number}. {action}" for number, action in enumerate(node.actions, 1)]
        if node.edited:
            kind = self.tr("exact") if node.settled else self.tr("forecast")
            lines.append(
                listed(
                    (f"{size(node.bytes)} → {size(node.after)}", aside(format.smaller(node.bytes, node.after), kind))
                )
            )
        if node.layer is not None and node.path in self._losses:
            lines.append(
                self.tr("{metric} drop {loss} with {candidate} on this layer alone (measured)").format(
                    loss=format.plain_loss(self._losses[node.path], self._metric),
                    metric=self._metric,
                    candidate=self._candidate,
                )
            )
        if node.change is not None:
            lines += [said(text) for text in (node.change.storage, node.change.note) if text]
        return "\n".join(lines)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in NUMERIC else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _is_muted(node: Node, column: Column) -> bool:
    if node.layer is not None and node.layer.locked:
        return True
    if column == Column.ACTIONS and node.alone:
        return True
    return column == Column.AFTER and (not node.edited or not node.settled)
