"""The layer tree as Qt sees it. Rows never move while a model is open: edits only change what cells say."""

import math
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QGuiApplication, QPalette

from workbench.core.action import Action
from workbench.core.couplings import Couplings
from workbench.core.layer import ModelSummary
from workbench.core.quantities import amount, size
from workbench.core.recipe import Recipe
from workbench.core.report import LayerChange
from workbench.ui import figures
from workbench.ui.translation import said
from workbench.ui.tree.nodes import Node, build
from workbench.ui.wording import coupling_of

Index = QModelIndex | QPersistentModelIndex
NODE_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
BAR_ROLE = Qt.ItemDataRole.UserRole + 2     # (filled, outlined) as fractions of the widest bar
GROUP_ROLE = Qt.ItemDataRole.UserRole + 3   # the letter of the layers that lose channels together with this one


class Column(IntEnum):
    NAME = 0
    OP = 1
    SHAPE = 2
    PARAMETERS = 3
    MACS = 4
    BYTES = 5
    ACTIONS = 6
    AFTER = 7
    LOSS = 8


COLUMNS = len(Column)
NUMERIC = (Column.PARAMETERS, Column.MACS, Column.BYTES, Column.AFTER, Column.LOSS)


class LayerTreeModel(QAbstractItemModel):
    """Indexes carry the number of their node, so that a stale one can never point into freed memory."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[Node] = build(())
        self._by_path: dict[str, Node] = {}
        self._couplings = Couplings()
        self._groups: dict[str, str] = {}
        self._widest = 1
        self._losses: Mapping[str, float] = {}
        self._metric = self._candidate = ""
        self._headers = {
            Column.NAME: self.tr("Layer"), Column.OP: self.tr("Operator"), Column.SHAPE: self.tr("Shape"),
            Column.PARAMETERS: self.tr("Parameters"), Column.MACS: self.tr("MACs"), Column.BYTES: self.tr("Bytes"),
            Column.ACTIONS: self.tr("Actions"), Column.AFTER: self.tr("New bytes"),
            Column.LOSS: self.tr("Loss"),
        }

    # -- content ---------------------------------------------------------------------------------------------------

    def set_model(self, summary: ModelSummary | None) -> None:
        """Another model: the only time the tree is reset."""
        self.beginResetModel()
        self._nodes = build(summary.layers if summary else ())
        self._by_path = {node.path: node for node in self._nodes if node.layer is not None}
        self._widest = max((node.layer.bytes for node in self._by_path.values() if node.layer), default=1) or 1
        self.endResetModel()

    def set_state(self, recipe: Recipe, changes: Mapping[str, LayerChange], paths: Iterable[str] | None = None) -> None:
        """Show the actions of the recipe and what came of them; `paths` limits the work to these layers."""
        stale: set[Node] = set()
        for path in self._by_path if paths is None else paths:
            node = self._by_path.get(path)
            if node is not None and node.set_own(recipe.actions_for(path), changes.get(path)):
                stale.update((node, *node.ancestors()))
        for node in sorted(stale, key=lambda n: n.id, reverse=True):
            node.sum_up()
            if node.parent is not None:
                self.dataChanged.emit(self._index(node, Column.ACTIONS), self._index(node, Column.AFTER))

    def set_couplings(self, couplings: Couplings) -> None:
        """Mark the layers that lose channels together with the same letter."""
        self._couplings, self._groups = couplings, couplings.names()
        for node in self._by_path.values():
            index = self._index(node, Column.NAME)
            self.dataChanged.emit(index, index, [GROUP_ROLE, Qt.ItemDataRole.ToolTipRole])

    def set_losses(self, losses: Mapping[str, float], metric: str, candidate: str) -> None:
        """What the metric loses where a layer alone has the candidate; the column says which."""
        if (losses, metric, candidate) == (self._losses, self._metric, self._candidate):
            return
        self._losses, self._metric, self._candidate = losses, metric, candidate
        title = self.tr("Loss: {candidate}").format(candidate=candidate) if candidate else self.tr("Loss")
        self._headers[Column.LOSS] = title
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, Column.LOSS, Column.LOSS)
        for node in self._by_path.values():
            index = self._index(node, Column.LOSS)
            self.dataChanged.emit(index, index)

    def node(self, index: Index) -> Node:
        return self._nodes[index.internalId()] if index.isValid() else self._nodes[0]

    def index_of(self, path: str) -> QModelIndex:
        """Of a layer; invalid when there is none of that path."""
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
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        if role == Qt.ItemDataRole.ToolTipRole and section == Column.LOSS:
            return self.tr("What the model loses when a layer alone has the candidate that is chosen in the "
                           "sensitivity matrix: {candidate}").format(candidate=self._candidate or "–")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node, column = self.node(index), Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._loss(node) if column == Column.LOSS else _text(node, column, self)
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(node, column)
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
                return self._losses.get(node.path, -math.inf) if column == Column.LOSS else _sort_value(node, column)
            case _ if role == GROUP_ROLE and column == Column.NAME:
                return self._groups.get(node.path) if node.layer is not None else None
            case _ if role == BAR_ROLE:
                return self._bar(node, column)
        return None

    def _bar(self, node: Node, column: Column) -> tuple[float, float] | None:
        """Layers are compared with the largest layer; a module's bar would only repeat that of its layers."""
        if node.layer is None or column not in (Column.BYTES, Column.AFTER, Column.LOSS):
            return None
        if column == Column.LOSS:
            most = max(self._losses.values(), default=0.0)
            share = max(self._losses.get(node.path, 0.0), 0.0) / most if most > 0 else 0.0
            return (share, share) if share else None
        if column == Column.AFTER and not node.actions:
            return None
        before = node.bytes / self._widest
        return (before, before) if column == Column.BYTES else (node.after / self._widest, before)

    def _loss(self, node: Node) -> str:
        loss = self._losses.get(node.path) if node.layer is not None else None
        return "" if loss is None else figures.loss_text(loss, self._metric)

    def _tip(self, node: Node, column: Column) -> str:
        lines = [node.path]
        if node.layer is not None:
            lines.append(f"{node.layer.op} {node.layer.dtype}")
            if node.layer.uses > 1:
                lines.append(self.tr("Read by {n} nodes of the graph.").format(n=node.layer.uses))
            if node.layer.locked:
                lines.append(self.tr("Cannot be edited: {reason}").format(reason=said(node.layer.locked)))
            if coupled := coupling_of(self._couplings, node.path):
                lines.append(coupled)
        lines += [f"{number}. {action}" for number, action in enumerate(node.actions, 1)]
        if node.edited:
            kind = self.tr("exact") if node.settled else self.tr("forecast")
            lines.append(f"{size(node.bytes)} → {size(node.after)}, {figures.smaller(node.bytes, node.after)} ({kind})")
        if node.layer is not None and node.path in self._losses:
            lines.append(self.tr("Loses {loss} of {metric} with {candidate} alone (measured)").format(
                loss=figures.plain_loss(self._losses[node.path], self._metric), metric=self._metric,
                candidate=self._candidate))
        if node.change is not None:
            lines += [said(text) for text in (node.change.storage, node.change.note) if text]
        return "\n".join(lines)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in NUMERIC else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _is_muted(node: Node, column: Column) -> bool:
    if node.layer is not None and node.layer.locked:
        return True
    return column == Column.AFTER and (not node.edited or not node.settled)


def _text(node: Node, column: Column, model: LayerTreeModel) -> str:
    match column:
        case Column.NAME:
            return node.name
        case Column.OP:
            return node.layer.op if node.layer else ""
        case Column.SHAPE:
            return " × ".join(map(str, node.layer.shape)) if node.layer else ""
        case Column.PARAMETERS:
            return amount(node.parameters)
        case Column.MACS:
            return "–" if node.macs is None else amount(node.macs)
        case Column.BYTES:
            return size(node.bytes)
        case Column.ACTIONS:
            if node.layer is None and node.edited:
                return model.tr("{n} edited").format(n=node.edited)
            return short(node.actions)
        case _:
            return "" if not node.edited else size(node.after) if node.settled else f"○ {size(node.after)}"


def short(actions: tuple[Action, ...]) -> str:
    """Each action by its method and the first number it was given: 'magnitude 0.5, affine 4'."""
    parts = []
    for action in actions:
        numbers = (value for value in action.params.values() if not isinstance(value, bool | str))
        value = next(numbers, None)
        parts.append(action.method.partition(".")[2] + ("" if value is None else f" {value:.3g}"))
    return ", ".join(parts)


def _sort_value(node: Node, column: Column) -> Any:
    match column:
        case Column.PARAMETERS:
            return node.parameters
        case Column.MACS:
            return -1 if node.macs is None else node.macs
        case Column.BYTES:
            return node.bytes
        case Column.AFTER:
            return node.after
        case Column.SHAPE:
            return node.layer.count if node.layer else 0
        case Column.OP:
            return node.layer.op.casefold() if node.layer else ""
        case Column.ACTIONS:
            return node.edited
        case _:
            return node.name
