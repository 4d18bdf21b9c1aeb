"""Inspect tab: facts, weights and singular values of the selected layer; parameters can be dragged in both plots."""

import math
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.layer_data.layer_queries import Wanted, WantWhitened
from workbench.core.layer_data.pictures import Whitened
from workbench.core.layer_data.views import EditView, LayerView
from workbench.core.recipe.action import Action, MethodInfo
from workbench.ui.actions.form.values import dragged, offered
from workbench.ui.plots.base import SMALLEST
from workbench.ui.plots.splitter import FIRST, SECOND, PlotPair
from workbench.ui.plots.weights.histogram import Age
from workbench.ui.plots.weights.provisional import below_set_to_zero
from workbench.ui.plots.weights.spectrum import SpectrumPlot
from workbench.ui.tabs.inspect.layer_header import LayerHeader
from workbench.ui.tabs.inspect.pictures_view import PicturesView
from workbench.ui.tabs.inspect.selection_view import SelectionView
from workbench.ui.tabs.inspect.weights_view import WeightsView
from workbench.ui.text.describe import coupling_of, unless_none
from workbench.ui.text.plot_params import edge_of, from_edge, from_rank, from_threshold, rank_of, threshold_of
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle
from workbench.ui.widgets.labels import Plain

COMFORT = 300  # pixels of height of a plot with its table
PICTURES, LAYERS = 3, 4  # after the places of plots.splitter


@dataclass(frozen=True)
class Handle:
    """A parameter that is a line in a plot: index of the step in the stack, field, and value.

    offered     the value does not apply yet: dragging enables it
    """

    step: int
    field: str
    value: Any
    offered: bool = False


class InspectTab(QWidget):
    """Signals: `action_dragged(step, field, value, finished)` while a line is moved and when it is released.
    `wanted(question)`: request for a figure, answered by `show_picture` (see core.layer_data.layer_queries).
    `chosen(path)`: among several layers."""

    action_dragged = Signal(int, str, object, bool)
    wanted = Signal(object)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer: Layer | None = None
        self._view: LayerView | None = None
        self._edit: EditView | None = None
        self._current = True  # the edit belongs to the current steps
        self._white: Whitened | None = None
        self._couplings = Couplings()
        self._handles: dict[str, Handle] = {}
        self._stack: tuple[Action, ...] = ()  # without those that are switched off
        self._dragged: tuple[Handle, Any] | None = None
        self._several = self._images_before = False
        self.header = LayerHeader(self)
        self.weights = WeightsView(self)
        self.histogram = self.weights.histogram
        self.spectrum = SpectrumPlot(self)
        self.plots = PlotPair(
            self.weights, self.spectrum, (self.tr("Weights"), self.tr("Singular values")), COMFORT, self
        )
        self.hint = Plain(self)
        self.set_model(None)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setForegroundRole(self.hint.palette().ColorRole.PlaceholderText)
        self._pictures: PicturesView | None = None
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.plots)
        self.pages.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)  # one plot may be all
        self.pages.setMinimumHeight(SMALLEST[1])
        self.pictures_button = toggle(
            self,
            self.tr("Images"),
            self.tr("Weight images"),
            self.tr("Weight matrix before, after and difference, and kernels"),
        )
        self.selection = SelectionView(self)
        self.selection.chosen.connect(self.chosen)
        self.pages.addWidget(self.selection)
        self.layers_button = toggle(
            self, self.tr("Selection"), self.tr("Selection"), self.tr("All selected layers side by side, with totals")
        )
        self.layers_button.hide()
        self.plots.group.addButton(self.pictures_button, PICTURES)
        self.plots.group.addButton(self.layers_button, LAYERS)
        self.plots.group.idClicked.connect(self._turn)
        for button in (*self.plots.buttons, self.pictures_button, self.layers_button):
            self.header.corner.addWidget(button)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.DOUBLE, theme.DOUBLE, theme.DOUBLE, theme.DOUBLE)
        column.setSpacing(theme.DOUBLE)
        column.addWidget(self.header)
        column.addWidget(self.pages, 100)
        column.addStretch(1)  # fills the space if a locked layer has nothing to draw
        self._content = content
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(content)
        self.weights.wanted.connect(self.wanted)
        self.histogram.dragged.connect(self._on_threshold)
        self.histogram.range_dragged.connect(self._on_range)
        self.histogram.drag_finished.connect(self._on_finished)
        self.spectrum.whitening_asked.connect(self._on_whitening)
        self.spectrum.dragged.connect(self._on_rank)
        self.spectrum.drag_finished.connect(self._on_finished)

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show_layer(
        self, layer: Layer | None, view: LayerView | None = None, edit: EditView | None = None, current: bool = True
    ) -> None:
        """Show a layer, its statistics, and the effect of its steps or (not `current`) of older ones. Those of another
        layer are not drawn, as the right ones follow in a moment."""
        view = view if layer is not None and view is not None and view.path == layer.path else None
        edit = edit if view is not None and edit is not None and edit.change.path == view.path else None
        shown = (layer == self._layer, view is self._view, edit is self._edit, current == self._current)
        if all(shown):
            return
        if view is not self._view:  # another layer, or another model's layer of the same name
            self._white = None
        self._layer, self._view, self._edit, self._current = layer, view, edit, current
        self._pages.setCurrentWidget(self._content if layer is not None else self.hint)
        if layer is not None:
            self._draw(layer)

    def set_model(self, model: ModelSummary | None) -> None:
        """Set the model, which may have no layer to select."""
        self.hint.setText(unless_none(model, self.tr("Select a layer to inspect it.")))

    def set_couplings(self, couplings: Couplings) -> None:
        if couplings is not self._couplings:
            self._couplings = couplings
            self._show_header()

    def show_picture(self, wanted: Wanted, picture: Any) -> None:
        """Show the answer to a request of `wanted` about the current layer."""
        if isinstance(wanted, WantWhitened):
            self._white = picture
            self._show_spectrum()
            self._place_handles()
        else:
            self.weights.show_picture(wanted, picture)
            if self._pictures is not None:
                self._pictures.show_picture(wanted, picture)

    def ask_again(self) -> None:
        """Request again the figures on show that are not part of the layer's statistics, as they may be others now."""
        self._white = None
        if self._view is None:
            return
        self._show_spectrum()
        if self.spectrum.whiten_button.isChecked():
            self.wanted.emit(WantWhitened())
        self.weights.ask()
        self._show_pictures()

    def show_failure(self, wanted: Wanted, sentence: str) -> None:
        """Show why the figure is not available."""
        if isinstance(wanted, WantWhitened):
            self.spectrum.refuse_whitening(sentence)
        if self._pictures is not None:
            self._pictures.show_failure(wanted, sentence)

    def show_pictures(self, wanted: bool) -> None:
        """Show images of the weights instead of their distributions, or the reverse."""
        self.plots.group.button(PICTURES if wanted else self.plots.shown).setChecked(True)
        self.pages.setCurrentWidget(self.pictures if wanted else self.plots)

    def _turn(self, place: int) -> None:
        if place == LAYERS:
            self.show_several()
        else:
            self.show_pictures(place == PICTURES)

    def show_several(self) -> None:
        """Show all selected layers side by side."""
        self.layers_button.setChecked(True)
        self.pages.setCurrentWidget(self.selection)

    def set_several(self, several: bool) -> None:
        """Set whether several layers are selected, which are first shown side by side; a single one as before, also
        by its images."""
        if several == self._several:
            if self.pages.currentWidget() is self.selection:
                self.layers_button.setChecked(True)  # whatever plot the steps prefer
            return
        self._several = several
        self.layers_button.setVisible(several)
        self.plots.buttons[-1].setVisible(not several)  # both plots of one layer: room for the name
        if several:
            self._images_before = self._pictures is not None and self.pages.currentWidget() is self._pictures
            self.show_several()
        elif self.pages.currentWidget() is self.selection:
            self.show_pictures(self._images_before)

    def turn_pictures(self) -> None:
        """Switch between images of the weights and their distributions."""
        self.show_pictures(self.pages.currentWidget() is self.plots)

    @property
    def pictures(self) -> PicturesView:
        """View of the images, created when first shown, so that no start waits for it."""
        if self._pictures is None:
            self._pictures = PicturesView(self)
            self.pages.addWidget(self._pictures)
            self._pictures.wanted.connect(self.wanted)
            self._show_pictures()
        return self._pictures

    def _show_pictures(self) -> None:
        layer = self._layer
        if self._pictures is not None and layer is not None:
            has_kernels = layer.op.startswith("Conv") and layer.count > math.prod(layer.shape[:2])
            self._pictures.show_layer(self._view, self._edit, has_kernels)

    def set_actions(self, actions: tuple[Action, ...], methods: dict[str, MethodInfo]) -> None:
        """Place the lines of the draggable parameters; the first step that uses a plot gets it."""
        before, self._handles = self._handles, {}
        stack, self._stack = self._stack, tuple(action for action in actions if not action.off)
        for step, action in enumerate(actions):
            info = methods.get(action.method)
            if info is None or action.off:
                continue
            for plot, (field, value) in dragged(info.fields, action.params).items():
                self._handles.setdefault(plot, Handle(step, field.name, value))
            for plot, (field, value) in offered(info.fields, action.params).items():
                self._handles.setdefault(plot, Handle(step, field.name, value, offered=True))
        if any(action.family in ("lowrank", "distill") for action in actions):
            self._handles.pop("range", None)  # the levels belong to the factors
        last = max(self._handles, key=lambda plot: self._handles[plot].step, default="")
        self.plots.prefer(SECOND if last == "spectrum" else FIRST)
        if self._handles != before:
            self._place_handles()
        if self._stack != stack and not self._current:
            self._show_weights()

    def _show_weights(self) -> None:
        """Show the weights and their edit; while the edit belongs to older steps, an estimate, or the old one,
        marked."""
        edit, view = self._edit, self._view
        if view is None or self._current:
            self.weights.show_layer(view, edit)
            return
        threshold = self._lone_threshold()
        if threshold is not None:
            self.weights.show_layer(view, below_set_to_zero(view, threshold), Age.ESTIMATED)
        else:
            self.weights.show_layer(view, edit, Age.OLDER)

    def _lone_threshold(self) -> float | None:
        """Return the magnitude up to which weights become zero, if the steps do nothing else."""
        handle, view = self._handles.get("histogram"), self._view
        if handle is None or view is None or len(self._stack) != 1:
            return None
        if any(name != handle.field for name, value in self._stack[0].params.items() if value is not None):
            return None  # other parameters may zero more weights
        return threshold_of(handle.field, handle.value, view.magnitudes)

    def _draw(self, layer: Layer) -> None:
        view = self._view
        self._show_header()
        self._show_weights()
        self._show_spectrum()
        self._show_pictures()
        if self.spectrum.whiten_button.isChecked() and view is not None:
            self.wanted.emit(WantWhitened())
        if view is None:
            self.histogram.show_sentence(self.tr("Computing the histogram…"))
            self.spectrum.show_sentence(self.tr("Computing the singular values…"))
        drawable = view is not None or not layer.locked
        self.pages.setVisible(drawable)
        for button in self.plots.group.buttons():
            button.setVisible(drawable and (button is not self.layers_button or self._several))
        self._place_handles()

    def _show_header(self) -> None:
        if self._layer is not None:
            self.header.show_layer(self._layer, self._view.spectrum if self._view is not None else None)
            self.header.show_coupling(coupling_of(self._couplings, self._layer.path))

    def _show_spectrum(self) -> None:
        white = self._white if self.spectrum.whiten_button.isChecked() else None
        self.spectrum.show_layer(self._view, self._edit, white)

    def _on_whitening(self, wanted: bool) -> None:
        if wanted and self._view is not None:
            self.wanted.emit(WantWhitened())
        elif not wanted:
            self._show_spectrum()

    def _place_handles(self) -> None:
        view = self._view
        histogram, spectrum = self._handles.get("histogram"), self._handles.get("spectrum")
        threshold = rank = None
        if histogram is not None and view is not None:
            threshold = threshold_of(histogram.field, histogram.value, view.magnitudes)
        if spectrum is not None and view is not None and view.spectrum is not None:
            rank = rank_of(spectrum.field, spectrum.value, view.spectrum)
        self.histogram.set_handle(threshold)
        self.histogram.set_range(*self._range())
        self.spectrum.set_handle(rank)

    def _range(self) -> tuple[float | None, bool]:
        """Return the ends of the quantisation range: from the step, or from the edit if the method determines it."""
        handle, view = self._handles.get("range"), self._view
        if handle is None or view is None:
            return None, False
        if not handle.offered:
            return edge_of(handle.value, view.magnitudes), False
        levels = self._edit.levels if self._edit is not None else None
        return (float(levels.values[-1]) if levels is not None else None), True

    # -- hand ----------------------------------------------------------------------------------------------------------

    def _on_threshold(self, threshold: float) -> None:
        handle = self._handles.get("histogram")
        if handle is not None and self._view is not None:
            self._report(handle, from_threshold(handle.field, threshold, self._view.magnitudes))

    def _on_range(self, edge: float) -> None:
        handle = self._handles.get("range")
        if handle is not None and self._view is not None:
            self._report(handle, from_edge(edge, self._view.magnitudes))

    def _on_rank(self, rank: int) -> None:
        handle = self._handles.get("spectrum")
        if handle is not None and self._view is not None and self._view.spectrum is not None:
            self._report(handle, from_rank(handle.field, rank, self._view.spectrum))

    def _report(self, handle: Handle, value: Any) -> None:
        self._dragged = handle, value
        self._follow(handle, value)
        self.action_dragged.emit(handle.step, handle.field, value, False)

    def _follow(self, moved: Handle, value: Any) -> None:
        """Draw the dragged line's value at once, as the known edit is that of the previous value."""
        self._handles = {
            plot: replace(moved, value=value) if known is moved else known for plot, known in self._handles.items()
        }
        self._current = False
        self._show_weights()

    def _on_finished(self) -> None:
        if self._dragged is not None:
            (handle, value), self._dragged = self._dragged, None
            self.action_dragged.emit(handle.step, handle.field, value, True)
        self._place_handles()
