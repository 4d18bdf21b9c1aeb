"""Filter of the layer tree: its language (`conv2 op:gemm params>1e5 is:edited`), and natural sorting."""

import operator
import re
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QSortFilterProxyModel

from workbench.ui.tree.data.model import NODE_ROLE, SORT_ROLE, Index
from workbench.ui.tree.data.nodes import Node

Test = Callable[[Node], bool]
COMPARISON = re.compile(r"(params|parameters|macs|bytes|new)(<=|>=|<|>|=)([\d.]+(?:e\d+)?)([kmg]?)$", re.IGNORECASE)
OPERATORS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq}
SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
ATTRIBUTES = {"params": "parameters", "parameters": "parameters", "macs": "macs", "bytes": "bytes", "new": "after"}


def parse(text: str) -> Test:
    """Return a test for nodes that are layers. Words that are not expressions are searched for in path and operator."""
    tests = [_term(word) for word in text.split()]
    return lambda node: all(test(node) for test in tests)


def _term(word: str) -> Test:
    low = word.casefold()
    if match := COMPARISON.match(low):
        return _comparison(*match.groups())
    key, colon, value = low.partition(":")
    if colon and key == "op":
        return lambda node: node.layer is not None and value in node.layer.op.casefold()
    if colon and key == "has":
        return lambda node: any(value in action.method for action in node.actions)
    if colon and key == "is" and value in ("edited", "locked", "alone"):
        if value == "edited":
            return lambda node: bool(node.actions)
        if value == "alone":
            return lambda node: node.alone
        return lambda node: node.layer is not None and bool(node.layer.locked)
    return lambda node: low in node.path.casefold() or (node.layer is not None and low in node.layer.op.casefold())


def _comparison(name: str, sign: str, number: str, unit: str) -> Test:
    try:
        limit = float(number) * SCALES[unit]
    except ValueError:
        return lambda node: True  # "1.2.": the user is still typing
    attribute, compare = ATTRIBUTES[name], OPERATORS[sign]

    def test(node: Node) -> bool:
        value = getattr(node, attribute)
        return value is not None and compare(value, limit)

    return test


DIGITS = re.compile(r"(\d+)")


class LayerTreeProxy(QSortFilterProxyModel):
    """Shows a layer that passes the filter together with its modules; without a sort column in the order of the
    model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._test = parse("")
        self.setRecursiveFilteringEnabled(True)
        self.setDynamicSortFilter(False)  # rows must not jump about while the user drags a slider

    def set_filter(self, text: str) -> None:
        if text == self._text:
            return
        self._text, self._test = text, parse(text)
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        if not self._text.strip():
            return True
        node = self.sourceModel().index(row, 0, parent).data(NODE_ROLE)
        return node.layer is not None and self._test(node)

    def lessThan(self, left: Index, right: Index) -> bool:
        return natural(left.data(SORT_ROLE)) < natural(right.data(SORT_ROLE))


def natural(value: Any) -> Any:
    """Return a sort key that puts blocks.2 before blocks.10."""
    if not isinstance(value, str):
        return value
    return [(0, int(part), "") if part.isdigit() else (1, 0, part.casefold()) for part in DIGITS.split(value) if part]
