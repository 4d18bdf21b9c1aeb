"""Training curve of a step that trains a layer, with a button that ends the training early."""

from collections.abc import Hashable, Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.layer_curve import LayerCurve
from workbench.core.recipe.action import Action
from workbench.ui.plots.curve import CurvePlot
from workbench.ui.text.format import short_percent
from workbench.ui.widgets.labels import tooltip

STOP = "stop"  # the parameter of methods that train a layer: the step after which they end
HEIGHT = 180  # pixels, of the plot and its words
FEWEST = 2  # points of a line


class ErrorCurve(CurvePlot):
    """Signal: `stopped(step)`: the user wants the best weights up to this step, and no further training."""

    stopped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent, x_label="")
        self.title.setText(self.tr("Response error"))
        self.canvas.setAccessibleName(self.title.text())
        self.pages.setFixedHeight(HEIGHT)
        self.curve: LayerCurve | None = None
        self.stop = QPushButton(self.tr("Stop here"), self)
        self.stop.setToolTip(tooltip(self.tr("Ends training and keeps the best weights so far.")))
        self.stop.clicked.connect(self._on_stop)
        self.column.addWidget(self.stop)
        self.hide()

    def show_curve(self, curve: LayerCurve | None, end: int = 0) -> None:
        """Show the curve of a training in progress or finished; None: there was none. `end`: the step after which it is
        to end."""
        self.curve = curve
        self.setVisible(curve is not None and len(curve.steps) >= FEWEST)
        if curve is None or self.isHidden():
            return
        points = [point for point in zip(curve.steps, curve.errors, strict=True) if not end or point[0] <= end]
        self.stop.setVisible(not curve.over and not end)
        self.show_points(points, MetricInfo())

    def _on_stop(self) -> None:
        if self.curve is not None:
            self.stopped.emit(self.curve.steps[-1])

    def _words(self, place: float, value: float) -> str:
        text = self.tr("step {step}: {error} of the outputs' variance")
        return text.format(step=f"{place:,.0f}", error=short_percent(value))

    def to_csv(self) -> str:
        return "\n".join(["step,error", *(f"{x:.0f},{y:.6g}" for x, y in self._points)])


class Curves:
    """Curves of trainings, by what they depend on: layer, earlier steps, parameters."""

    def __init__(self) -> None:
        self._known: dict[Hashable, LayerCurve] = {}  # the newest last

    def take(self, curve: LayerCurve, actions: tuple[Action, ...]) -> None:
        """Keep the curve of the step of these that trains."""
        for index, action in enumerate(actions):
            if action.method == curve.method:
                key = _training(curve.path, actions, index)
                self._known.pop(key, None)
                self._known[key] = curve

    def of(self, paths: Iterable[str], actions: tuple[Action, ...], index: int) -> LayerCurve | None:
        """Return the newest curve of one of these layers for the step at `index`, or None."""
        wanted = [_training(path, actions, index) for path in paths]
        return next((curve for key, curve in reversed(self._known.items()) if key in wanted), None)

    def forget(self) -> None:
        """Drop all curves, as the data or the model changed."""
        self._known.clear()


def _training(path: str, actions: tuple[Action, ...], index: int) -> Hashable:
    return path, actions[:index], actions[index].with_param(STOP, 0)
