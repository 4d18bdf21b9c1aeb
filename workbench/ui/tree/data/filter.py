"""Language of the filter box: `conv2 op:gemm params>1e5 bytes<=20k has:prune is:edited`; all terms must match."""

import operator
import re
from collections.abc import Callable

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
