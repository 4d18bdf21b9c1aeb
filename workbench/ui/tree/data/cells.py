"""Cells of the layer tree, by column: number, text, sort key."""

import math
from enum import IntEnum
from typing import Any

from workbench.core.base.quantities import MetricInfo, amount, size
from workbench.core.recipe.action import Action
from workbench.ui.text import format
from workbench.ui.text.i18n import listed, tr
from workbench.ui.tree.data.nodes import Node


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
    ZEROS = 9
    STABLE = 10
    RANK = 11
    TIME = 12


FACTS = (Column.ZEROS, Column.STABLE, Column.RANK)  # columns for which the weights must be read
PARTS = ("layer", "block")  # names of methods that would be read as a layer's: "layer 12" of distill.layer
COUNTED = (Column.ACTIONS,)  # columns that are as wide as their texts need, beside NUMERIC
NUMERIC = (Column.PARAMETERS, Column.MACS, Column.BYTES, Column.AFTER, Column.LOSS, *FACTS, Column.TIME)
BARRED = (Column.BYTES, Column.AFTER, Column.LOSS, Column.TIME)


def number(node: Node, column: Column) -> float | None:
    """Return the number of a layer in a column; None for modules and unknown values."""
    layer, facts = node.layer, node.facts
    if layer is None:
        return None
    match column:
        case Column.PARAMETERS:
            return layer.parameters
        case Column.MACS:
            return layer.macs
        case Column.BYTES:
            return layer.bytes
        case Column.AFTER:
            return node.change.bytes_after if node.change else layer.bytes
        case Column.LOSS:
            return node.loss
        case Column.TIME:
            return node.time
        case Column.ZEROS:
            return facts.zeros if facts else None
        case Column.STABLE:
            return facts.stable_rank if facts else None
        case Column.RANK if facts and facts.rank_90 is not None and facts.full_rank:
            return facts.rank_90 / facts.full_rank
    return None


def bar(node: Node, column: Column, most: float) -> tuple[float, float] | None:
    """Return the filled and outlined part of a bar, as shares of the largest number of any layer, `most`; None for
    modules, which would only repeat their layers."""
    found = number(node, column)
    if found is None or most <= 0 or (column == Column.AFTER and not node.actions):
        return None
    share = max(found, 0.0) / most
    if column == Column.AFTER:
        assert node.layer is not None
        return share, node.layer.bytes / most
    return (share, share) if share else None


def text(node: Node, column: Column, metric: MetricInfo) -> str:
    """Return the text of a cell; `metric`: that of the drops."""
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
        case Column.ACTIONS if node.alone and not node.children:
            return tr("alone")
        case Column.ACTIONS:
            return short(node.actions) if node.layer or not node.edited else tr("{n} edited").format(n=node.edited)
        case Column.AFTER:
            return "" if not node.edited else size(node.after) if node.settled else forecast(node.after)
        case Column.LOSS:
            return "" if node.loss is None else format.loss_text(node.loss, metric)
        case Column.TIME:
            return "" if node.time is None else format.percent(node.time, 1)
    return _fact(node, column)


def widest(node: Node, column: Column, metric: MetricInfo) -> str:
    """Return the longest text of a cell, whatever the steps are, so that column widths do not change with them; "" of
    the steps of a layer, which become signs where there is no room."""
    if column == Column.AFTER:
        return forecast(node.bytes)
    if column != Column.ACTIONS:
        return text(node, column, metric)
    return tr("{n} edited").format(n=sum(1 for _ in node.layers())) if node.children else tr("alone")


def forecast(count: float) -> str:
    """Return a size that is not exact."""
    return f"○ {size(count)}"


def _fact(node: Node, column: Column) -> str:
    found = number(node, column)
    if found is None or node.facts is None:
        return ""
    if column == Column.ZEROS:
        return format.percent(found, 1)
    return f"{found:.3g}" if column == Column.STABLE else f"{node.facts.rank_90} / {node.facts.full_rank}"


def order(node: Node, column: Column) -> Any:
    """Return the sort key of a row: modules by the sums of their layers, unknown values first."""
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
        case Column.NAME:
            return node.name
    found = number(node, column)
    return -math.inf if found is None else found


def short(actions: tuple[Action, ...]) -> str:
    """Return each step by its method and the first number that was set: 'magnitude 0.5, affine 4'."""
    return listed(f"{_name(action.method)} {first_number(action)}".strip() for action in actions)


def _name(method: str) -> str:
    """Return the name of a method within its family; with the family where it names what is replaced, not how."""
    family, _, name = method.partition(".")
    return name if name not in PARTS else f"{family} {name}"


def first_number(action: Action) -> str:
    """Return the first number that was set, or ""."""
    numbers = (value for value in action.params.values() if not isinstance(value, bool | str) and value is not None)
    value = next(numbers, None)
    return "" if value is None else f"{value:.3g}"
