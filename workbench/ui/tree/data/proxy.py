"""Natural sorting and filtering of the layer tree."""

import re
from typing import Any

from PySide6.QtCore import QObject, QSortFilterProxyModel

from workbench.ui.tree.data.filter import parse
from workbench.ui.tree.data.model import NODE_ROLE, SORT_ROLE, Index

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
