"""Column widths of the layer tree: as the user set them, narrower if there is no room, never narrower than a figure or
what counts the edited layers of a module."""

import math

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QTreeView

from workbench.ui.text.i18n import tr
from workbench.ui.tree.data.cells import COUNTED, NUMERIC, Column
from workbench.ui.tree.data.model import LayerTreeModel
from workbench.ui.tree.delegate import AROUND, MARGIN, SIGN

# In pixels, as they are at first, and what they need at least; figures need what the widest of them takes, too.
WIDTHS = {
    Column.NAME: (150, 114),
    Column.OP: (70, 56),
    Column.SHAPE: (96, 76),
    Column.PARAMETERS: (76, 60),
    Column.MACS: (66, 56),
    Column.BYTES: (70, 56),
    Column.ACTIONS: (76, 54),
    Column.AFTER: (82, 64),
    Column.LOSS: (62, 44),
    Column.ZEROS: (60, 54),
    Column.STABLE: (84, 56),
    Column.RANK: (96, 70),
    Column.TIME: (66, 60),
}
PATH = 170  # pixels for the path of a layer


class ColumnWidths:
    """Column widths of one tree. Names get what the other columns leave; if that is too little, the others shrink."""

    def __init__(self, tree: QTreeView) -> None:
        self._tree = tree
        self._wanted = {column: widths[0] for column, widths in WIDTHS.items()}
        self._figures: dict[Column, int] = {}
        self._fitting = False
        self.whole_paths = False  # names of layers are their paths, not the last part of them
        tree.header().sectionResized.connect(self._on_section)

    def least(self, column: Column) -> int:
        return max(WIDTHS[column][1], self._figures.get(column, 0))

    def measure(self, model: LayerTreeModel) -> None:
        """Measure the figures of all rows, visible or not."""
        metrics, alone = QFontMetrics(self._tree.font()), tr("alone")

        def needed(text: str) -> int:
            return metrics.horizontalAdvance(text) + AROUND + (SIGN + 2 * MARGIN if text == alone else 0)  # its lock

        self._figures = {
            column: max(map(needed, model.figures(column)), default=0)
            for column in (*NUMERIC, *COUNTED)
            if not self._tree.isColumnHidden(column)
        }
        self.fit()

    def fit(self) -> None:
        """Distribute the room among the shown columns."""
        room = self._tree.viewport().width()
        others = [column for column in Column if column != Column.NAME and not self._tree.isColumnHidden(column)]
        wanted = {column: max(self._wanted[column], self.least(column)) for column in others}
        name = WIDTHS[Column.NAME][1]
        if self.whole_paths:  # they need more room, if the others can spare it
            name = min(max(room - sum(map(self.least, others)), name), PATH)
        lacking = sum(wanted.values()) + name - room
        spare = {column: wanted[column] - self.least(column) for column in others}
        share = min(max(lacking, 0) / max(sum(spare.values()), 1), 1.0)
        self._resize({column: wanted[column] - math.ceil(share * spare[column]) for column in others})
        taken = sum(self._tree.columnWidth(column) for column in others)
        self._resize({Column.NAME: max(name, room - taken)})

    def loosen(self) -> None:
        """Give all columns the width that the user set, whether they fit or not."""
        shown = (column for column in Column if column != Column.NAME and not self._tree.isColumnHidden(column))
        self._resize({column: self._wanted[column] for column in shown})

    def keep(self) -> None:
        """Store the current widths as those that the user set."""
        for column in Column:
            if not self._tree.isColumnHidden(column):
                self._wanted[column] = self._tree.columnWidth(column)

    def _resize(self, widths: dict[Column, int]) -> None:
        self._fitting = True
        for column, width in widths.items():
            self._tree.header().resizeSection(column, width)
        self._fitting = False

    def _on_section(self, column: int, before: int, now: int) -> None:
        if not self._fitting and before and now:  # by hand, and not shown or hidden
            self._wanted[Column(column)] = now
