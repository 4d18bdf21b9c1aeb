"""Images of a layer's weights: the matrix as heat maps, and the kernels if there are some."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from workbench.core.layer_data.layer_queries import Wanted, WantKernels, WantTile
from workbench.core.layer_data.views import EditView, LayerView
from workbench.ui.plots.weights.heat import HeatMaps
from workbench.ui.plots.weights.kernels import KernelGrid
from workbench.ui.widgets import theme


class PicturesView(QSplitter):
    """Sends requests by `wanted` only while visible; the answers come by `show_picture` and `show_failure`."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setHandleWidth(theme.DOUBLE)
        self.setChildrenCollapsible(False)
        self.maps, self.kernels = HeatMaps(self), KernelGrid(self)
        for part in (self.maps, self.kernels):
            self.addWidget(part)
            part.wanted.connect(self.wanted)
        self.setFocusProxy(self.maps.canvas)
        self._path = ""
        self._has_kernels = False
        self._stale = True

    def show_layer(self, view: LayerView | None, edit: EditView | None, has_kernels: bool) -> None:
        """Request the images again, as the weights changed."""
        path = view.path if view is not None else ""
        self._has_kernels = has_kernels
        self.kernels.setVisible(has_kernels)
        if path != self._path or not path:
            self._path = path
            self.maps.forget()
            self.kernels.forget()
        self._stale = True
        self._ask()

    def show_picture(self, wanted: Wanted, picture: Any) -> None:
        if isinstance(wanted, WantTile):
            self.maps.show_picture(wanted, picture)
        elif isinstance(wanted, WantKernels):
            self.kernels.show_picture(wanted, picture)

    def show_failure(self, wanted: Wanted, sentence: str) -> None:
        if isinstance(wanted, WantTile):
            self.maps.show_sentence(sentence)
        elif isinstance(wanted, WantKernels):
            self.kernels.show_failure(wanted, sentence)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        if self._stale and self._path and self.isVisible():
            self._stale = False
            self.maps.ask()
            if self._has_kernels:
                self.kernels.ask()
