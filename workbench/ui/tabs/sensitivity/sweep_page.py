"""Sweep page: one parameter increased until the drop of the metric exceeds the limit."""

from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.analysis.sweep import Curve, Sweep, SweepPoint, with_step
from workbench.core.base.quantities import MetricInfo, size
from workbench.core.recipe.params import Field
from workbench.ui.actions import families
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.plots.axis import number
from workbench.ui.session.session import Session
from workbench.ui.session.sweeps import Sweeps
from workbench.ui.tabs.sensitivity.running import Running
from workbench.ui.tabs.sensitivity.sweep_plot import SweepPlot
from workbench.ui.tabs.time_limit import TimeLimit
from workbench.ui.text import format
from workbench.ui.text.describe import name_words, unless_none
from workbench.ui.text.i18n import listed, said, titled, tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import label, muted
from workbench.ui.widgets.rows import at_most

FIRST = "prune.magnitude"
FORM_WIDEST = 760  # pixels


class SweepPage(QWidget):
    """Follows the session and its sweeps; "use it" goes through the session's undo stack."""

    def __init__(self, session: Session, sweeps: Sweeps, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.sweeps = session, sweeps
        self._fields: dict[str, Field] = {}
        self._build_form()
        self.running = Running(self.tr("Stop sweep"), self.session.trainings, self)
        self.why_not = muted("", self)
        self.plot = SweepPlot(self)
        self.proposal = label("", self, -1)
        self.use = QPushButton(self.tr("Use value"), self)
        foot = QHBoxLayout()
        foot.setSpacing(theme.DOUBLE)
        foot.addWidget(self.proposal, 1)
        foot.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addLayout(at_most(FORM_WIDEST, self._form))
        for widget in (self.running, self.why_not):
            column.addWidget(widget)
        column.addWidget(self.plot, 1)
        column.addLayout(foot)
        self._connect()
        self._show_methods()
        self.refresh()

    # -- building --------------------------------------------------------------------------------------------------

    def _build_form(self) -> None:
        self.method, self.parameter, self.layers = (QComboBox(self) for _ in range(3))
        self.method.setAccessibleName(self.tr("Swept method"))
        self.parameter.setAccessibleName(self.tr("Swept parameter"))
        self.layers.setAccessibleName(self.tr("Layers with this method"))
        self.layers.addItem(self.tr("All layers"), False)
        self.layers.addItem(self.tr("Selected layers"), True)
        self.values = QLineEdit(self)
        self.values.setPlaceholderText(self.tr("Values: an even grid"))
        self.values.setAccessibleName(self.tr("Values to try"))
        self.values.setToolTip(self.tr("Numbers separated by commas; empty: an even grid over the whole range"))
        self.tolerance = QDoubleSpinBox(self)
        self.tolerance.setRange(0.0, 100.0)
        self.tolerance.setDecimals(2)
        self.tolerance.setSingleStep(0.1)
        self.tolerance.setValue(1.0)
        self.tolerance.setAccessibleName(self.tr("Allowed drop"))
        self.tolerance.setToolTip(self.tr("Allowed drop of the metric, in points or in its unit"))
        self.minutes = TimeLimit(0.0, self.tr("Minutes after which the sweep ends with what it has"), self)
        self.minutes.setAccessibleName(self.tr("Minutes"))
        self.minutes.setPrefix(self.tr("minutes: "))
        self.start_button = QPushButton(self.tr("Sweep"), self)
        self.start_button.setObjectName("primary")
        theme.set_icon(self.start_button, "play", "on_accent")
        self._form = QWidget(self)
        form = QGridLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(theme.UNIT)
        form.setVerticalSpacing(theme.UNIT)
        for column, widget in enumerate((self.method, self.parameter, self.layers, self.start_button)):
            form.addWidget(widget, 0, column)
        form.addWidget(self.values, 1, 0)
        form.addWidget(self.minutes, 1, 1)
        form.addWidget(self.tolerance, 1, 2, 1, 2)
        for column, share in enumerate((3, 2, 2)):
            form.setColumnStretch(column, share)
        for box, letters in ((self.method, 10), (self.parameter, 7), (self.layers, 7)):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(letters)

    def _connect(self) -> None:
        session, sweeps = self.session, self.sweeps
        session.methods_changed.connect(self._show_methods)
        for signal in (session.data_changed, session.selection_changed, session.model_changed):
            signal.connect(self._show_controls)
        sweeps.changed.connect(self.refresh)
        theme.signals.changed.connect(self._dress)
        progress = session.turns.piece(
            self.running, lambda: self.running.show_progress(sweeps.progress), Place.ELSEWHERE
        )
        sweeps.progressed.connect(progress.soon)
        self.method.currentIndexChanged.connect(lambda _: self._show_parameters())
        self.layers.currentIndexChanged.connect(lambda _: self._show_controls())
        self.values.textChanged.connect(lambda _: self._show_controls())
        self.values.returnPressed.connect(self.start)
        self.start_button.clicked.connect(self.start)
        self.running.stop.clicked.connect(sweeps.stop)
        self.running.here.clicked.connect(sweeps.go_on_here)
        self.plot.picked.connect(lambda _: self._show_proposal())
        self.use.clicked.connect(self.use_picked)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        curve = self.sweeps.curve
        if curve is None:
            self.plot.setting = None
        field = self._field_of(curve) if curve is not None else None
        self.plot.show_curve(
            curve,
            self._axis(curve, field),
            bool(field and field.log and not curve.sweep.values) if curve is not None else False,
        )
        self._show_title(curve)
        self._show_controls()
        self._show_proposal()

    def _show_title(self, curve: Curve | None) -> None:
        info = self.session.methods.get(curve.sweep.method) if curve is not None else None
        self.plot.title.setText(families.name(info) if info is not None else self.tr("Curve"))
        self.plot.subtitle.show_text(self._where(curve.chosen) if curve is not None else "")

    def _where(self, layers: tuple[str, ...]) -> str:
        return layers[0] if len(layers) == 1 else self.tr("on {n} layers").format(n=len(layers))

    def _show_methods(self) -> None:
        """List the methods with a numeric parameter."""
        chosen = self.method.currentData() or FIRST
        self.method.blockSignals(True)
        self.method.clear()
        for info in self.session.methods.values():
            if any(_sweeps(field) for field in info.fields):
                self.method.addItem(families.name(info), info.id)
        self._dress()
        self.method.setCurrentIndex(max(self.method.findData(chosen), 0))
        self.method.blockSignals(False)
        self._show_parameters()

    def _dress(self) -> None:
        """Set the icons of the families, in the colours of the theme."""
        for index in range(self.method.count()):
            info = self.session.methods.get(self.method.itemData(index))
            if info is not None:
                self.method.setItemIcon(index, theme.icon(families.icon_name(info.family)))

    def _show_parameters(self) -> None:
        info = self.session.methods.get(self.method.currentData() or "")
        self._fields = {field.name: field for field in info.fields if _sweeps(field)} if info is not None else {}
        self.parameter.clear()
        for name in self._fields:
            self.parameter.addItem(tr(name_words(name)), name)
        self._show_controls()

    def _show_controls(self) -> None:
        running = bool(self.sweeps.job)
        reason = ""
        if self.session.data is None:
            reason = self.tr("Losses are measured on samples. Open a data set first.")
        elif not self._paths():
            reason = unless_none(self.session.model, self.tr("Select layers that can be edited."))
        elif self._numbers() is None:
            reason = self.tr("Enter the values as numbers, separated by commas.")
        metric = self.session.data.metric if self.session.data is not None else MetricInfo()
        self.tolerance.setPrefix(self.tr("allowed drop: "))
        unit = self.tr("points") if metric.percent else metric.unit
        self.tolerance.setSuffix(f" {unit}" if unit else "")
        self.start_button.setEnabled(not reason and not running and bool(self._fields))
        for widget in (self.method, self.parameter, self.layers, self.values, self.tolerance, self.minutes):
            widget.setEnabled(not running)
        self.running.setVisible(running)
        notes = () if self.sweeps.curve is None else self.sweeps.curve.notes
        self.why_not.setText(self.sweeps.failure or reason or " ".join(map(said, notes)))
        self.why_not.setVisible(bool(self.why_not.text()) and not running)

    def _show_proposal(self) -> None:
        curve, point = self.sweeps.curve, self.plot.picked_point
        self.use.setEnabled(point is not None)
        if curve is None or not curve.points:
            self.proposal.setText(
                self.tr(
                    "Raises one parameter step by step, with the rest of the recipe fixed, and proposes "
                    "the last value within the allowed drop."
                )
            )
        elif point is None:
            self.proposal.setText(self.tr("The first value already exceeds the allowed drop."))
        else:
            self.proposal.setText(self._words(curve, point))

    def _words(self, curve: Curve, point: SweepPoint) -> str:
        head = self.tr("Proposed") if point is curve.proposed else self.tr("Selected")
        loss = self.tr("drop {loss} (95 % interval {low} … {high}), ● measured, {n} samples in {folds} folds").format(
            loss=format.plain_loss(point.drop, curve.metric),
            low=format.loss_text(point.low, curve.metric),
            high=format.loss_text(point.high, curve.metric),
            n=f"{curve.samples:,}",
            folds=curve.sweep.folds,
        )
        setting = f"{tr(name_words(curve.sweep.parameter))} {number(point.setting)}"
        text = titled(head, listed((setting, loss, size(point.bytes))))
        if point is curve.proposed and curve.held_out is not None:
            text += "\n" + self.tr("Loss on folds not used for the proposal: {loss}.").format(
                loss=format.plain_loss(curve.held_out, curve.metric)
            )
        return text

    def _axis(self, curve: Curve | None, field: Field | None) -> str:
        if curve is None or field is None:
            return ""
        return listed((tr(name_words(field.name)), tr(field.unit) if field.unit else ""))

    def _field_of(self, curve: Curve) -> Field | None:
        info = self.session.methods.get(curve.sweep.method)
        return next((field for field in info.fields if field.name == curve.sweep.parameter), None) if info else None

    # -- hand ------------------------------------------------------------------------------------------------------

    def _paths(self) -> tuple[str, ...]:
        layers = self.session.model.layers if self.session.model is not None else ()
        paths = tuple(layer.path for layer in layers if not layer.locked)
        return tuple(path for path in paths if path in self.session.selection) if self.layers.currentData() else paths

    def _numbers(self) -> tuple[float, ...] | None:
        """Return the typed values; None if they are not numbers."""
        try:
            return tuple(float(part) for part in self.values.text().replace(";", ",").split(",") if part.strip())
        except ValueError:
            return None

    def start(self) -> None:
        """Start the sweep that the form describes."""
        values = self._numbers()
        if not self.start_button.isEnabled() or values is None or self.session.data is None:
            return
        scale = 100 if self.session.data.metric.percent else 1
        self.sweeps.start(
            Sweep(
                self.method.currentData(),
                self._paths(),
                self.parameter.currentData(),
                values,
                self.tolerance.value() / scale,
                min(5, self.session.data.samples),
                self.minutes.seconds,
            )
        )

    def use_picked(self) -> None:
        """Give the swept layers the step with the chosen value, as one undoable step."""
        curve, point = self.sweeps.curve, self.plot.picked_point
        if curve is not None and point is not None:
            recipe = with_step(self.session.recipe, self.session.free(curve.chosen), curve.action(point.setting))
            words = self.tr("use {parameter} {value}").format(
                parameter=tr(name_words(curve.sweep.parameter)), value=number(point.setting)
            )
            self.session.change_recipe(recipe, words)


def _sweeps(field: Field) -> bool:
    """Return whether a field is a number with both bounds, or the threshold, which takes quantiles of the
    magnitudes."""
    ends = field.low is not None and field.high is not None
    return field.kind in ("int", "float") and (ends or field.name == "threshold")
