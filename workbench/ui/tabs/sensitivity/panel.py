"""The matrix with the elements of every plot: title, legend of its colours, saving and copying."""

from PySide6.QtWidgets import QWidget

from workbench.core.base.quantities import MetricInfo
from workbench.ui.plots.base import PlotPanel
from workbench.ui.tabs.sensitivity.matrix import MatrixModel
from workbench.ui.tabs.sensitivity.table import MatrixTable
from workbench.ui.text import format
from workbench.ui.widgets import theme
from workbench.ui.widgets.legend import Legend


class MatrixPanel(PlotPanel):
    """The sensitivity matrix with its menu. `matrix` is the table; a saved image has all of its cells, including those
    scrolled out of view."""

    def __init__(self, model: MatrixModel, parent: QWidget | None = None) -> None:
        self.matrix = MatrixTable(model)
        super().__init__(self.tr("Loss per layer"), self.matrix, (), "", parent)
        self.model = model
        self.matrix.setAccessibleName(self.tr("Loss per layer and candidate"))
        self.legend = Legend(self)
        self.legend.setToolTip(
            self.tr(
                "Loss in points or in the metric's unit. Colour scale: square root, so that small "
                "losses can be told apart. Hatched: predicted only."
            )
        )
        self.tools.addWidget(self.legend)
        self.redraw()

    def redraw(self) -> None:
        scan = self.model.scan
        metric = scan.metric if scan is not None else MetricInfo()
        self.legend.set_ends("0", format.plain_loss(self.model.top, metric))
        self.subtitle.show_text(
            "" if scan is None else self.tr("{metric}, {n} samples").format(metric=metric, n=f"{scan.samples:,}")
        )
        self.matrix.viewport().update()

    def _turn(self, page: QWidget) -> None:
        super()._turn(page)
        self.readout.hide()  # the description of a cell is below, where there is room
        self.table.hide()
        drawn = page is self.canvas
        self.legend.setVisible(drawn)
        self.title.setVisible(drawn)
        self.subtitle.setVisible(drawn)

    def to_csv(self) -> str:
        return self.model.to_csv()

    def whole(self) -> "MatrixPanel":
        """Return a copy as large as its cells need."""
        copy = MatrixPanel(self.model)
        copy.show_canvas()
        header = self.matrix.horizontalHeader()
        copy.matrix.sortByColumn(header.sortIndicatorSection(), header.sortIndicatorOrder())
        across, down = copy.matrix.horizontalHeader(), copy.matrix.verticalHeader()
        copy.resize(
            across.length() + down.sizeHint().width() + theme.DOUBLE,
            down.length() + across.sizeHint().height() + copy.title.sizeHint().height() + 2 * theme.DOUBLE,
        )
        return copy
