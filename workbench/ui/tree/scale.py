"""Colour scale of the rows, below the tree while they are coloured."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.core.base.quantities import amount, size
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.data.columns import ColumnChoice
from workbench.ui.tree.data.model import LayerTreeModel
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import muted
from workbench.ui.widgets.legend import Legend


class ColorScale(QWidget):
    """The column, and its smallest and largest number beside the colours."""

    def __init__(self, model: LayerTreeModel, choice: ColumnChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model, self._choice = model, choice
        self.title = muted("", self)
        self.title.setWordWrap(False)
        self.legend = Legend(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, theme.UNIT)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.legend)
        choice.changed.connect(self.refresh)
        model.dataChanged.connect(self.refresh)
        model.modelReset.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        column = self._choice.colored
        if self.isHidden() != (column is None):
            self.setVisible(column is not None)
        if column is not None:
            self.title.setText(self._model.title(column))
            self.legend.set_ends(*_ends(column, self._model.scale(column)))


def _ends(column: Column, most: float) -> tuple[str, str]:
    match column:
        case Column.BYTES | Column.AFTER:
            return "0", size(round(most))
        case Column.PARAMETERS | Column.MACS:
            return "0", amount(round(most))
        case Column.ZEROS | Column.RANK:
            return "0 %", "100 %"
    return "0", f"{most:.3g}"
