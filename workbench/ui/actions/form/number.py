"""Editor of a number: a slider with a spin box."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSizePolicy, QSpinBox, QWidget

from workbench.core.recipe.params import Field
from workbench.ui.actions.form import values as v
from workbench.ui.actions.form.slider import Slider
from workbench.ui.actions.form.wheel import WheelWithFocus
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import theme

BOX_WIDTH, BOX_HEIGHT = 80, 26  # as wide as 1e-05 with its arrows, as high as a combo box
MAX_DECIMALS = 9


class _Whole(WheelWithFocus, QSpinBox):
    pass


class _Real(WheelWithFocus, QDoubleSpinBox):
    """Shows as many digits as a number needs, without trailing zeros."""

    shortest = 0  # minimum number of decimals

    def textFromValue(self, value: float) -> str:
        text = self.locale().toString(float(f"{value:.{v.SIGNIFICANT}g}"), "g", v.SIGNIFICANT)
        fixed = self.locale().toString(value, "f", self.shortest)
        return fixed if self.shortest and abs(value - round(value, self.shortest)) < 1e-9 else text

    def validate(self, text: str, position: int) -> Any:
        number = text.removesuffix(self.suffix()).strip()
        value, ok = self.locale().toDouble(number)
        if ok and self.minimum() <= value <= self.maximum():
            return QValidator.State.Acceptable, text, position
        if ok or number.lower().endswith(("e", "e-", "e+")):  # 1 is out of bounds, but a prefix of 1e-5
            return QValidator.State.Intermediate, text, position
        return super().validate(text, position)

    def valueFromText(self, text: str) -> float:
        value, ok = self.locale().toDouble(text.removesuffix(self.suffix()).strip())
        return value if ok else super().valueFromText(text)


class NumberEditor(QWidget):
    """Signals: `changed(value, finished)`: unfinished while the slider is held, finished when it is released or Enter
    commits. `reset()` requests the default.

    Slider and box side by side; with `wide` the slider alone, and the form places the `box` elsewhere.
    """

    changed = Signal(object, bool)
    reset = Signal()

    def __init__(self, field: Field, limits: v.Limits, wide: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._whole = field.kind == "int"
        self._scale: v.Scale | None = None
        self.slider = Slider(self)
        self.box: QSpinBox | QDoubleSpinBox = _Whole(self) if self._whole else _Real(self)
        self._dress_box()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.UNIT)
        layout.addWidget(self.slider, 1)
        if not wide:
            layout.addWidget(self.box)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_limits(limits)
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.settled.connect(self._on_settled)
        self.slider.reset.connect(self.reset)
        self.box.valueChanged.connect(self._on_box)

    @property
    def held(self) -> bool:
        return self.slider.held

    def value(self) -> Any:
        return self.box.value()

    def set_value(self, value: Any) -> None:
        """Show a value without emitting signals. A held slider does not move."""
        if value is None:
            return
        with _Quiet(self.box), _Quiet(self.slider):
            self.box.setValue(value)
            if self._scale and not self.held:
                self.slider.setValue(self._scale.position(value))

    def set_limits(self, limits: v.Limits) -> None:
        """Set other bounds for another layer: a rank is at most the smaller side of its matrix."""
        low, high = v.bounds(self._field, limits)
        scale = v.scale(self._field, limits)
        if scale == self._scale and scale is not None:
            return
        self._scale = scale
        value = self.box.value()
        with _Quiet(self.box), _Quiet(self.slider):
            top = high if high is not None else v.LARGEST_INT if self._whole else 1e9
            if isinstance(self.box, QSpinBox):
                self.box.setRange(round(low), round(top))
            else:
                self.box.setRange(low, top)
            self.slider.setVisible(scale is not None)
            self.setFocusProxy(self.slider if scale is not None else self.box)
            if scale is not None:
                self.slider.setRange(0, scale.steps)
                self.slider.setPageStep(max(scale.steps // 10, 1))
                default = self._field.default
                self.slider.set_mark(None if default is None or default > scale.high else scale.position(default))
                self.slider.setValue(scale.position(value))

    def show_if(self, shown: bool) -> None:
        """Show or hide both parts, wherever the box is."""
        self.setVisible(shown)
        self.box.setVisible(shown)

    def set_names(self, name: str, help_text: str) -> None:
        for widget in (self.slider, self.box):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(help_text)
            widget.setToolTip(help_text)

    def _dress_box(self) -> None:
        box, field = self.box, self._field
        box.setKeyboardTracking(False)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.setFixedSize(BOX_WIDTH, BOX_HEIGHT)
        box.setSuffix(f" {tr(field.unit)}" if field.unit else "")
        if isinstance(box, QSpinBox):
            box.setSingleStep(round(field.step or 1))
        elif isinstance(box, _Real):
            box.shortest = len(f"{field.step:g}".partition(".")[2]) if field.step else 0
            box.setDecimals(MAX_DECIMALS)
            box.setSingleStep(field.step or 0.01)
            if not field.step:
                box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def _on_slider(self, position: int) -> None:
        assert self._scale is not None
        value = self._scale.value(position)
        with _Quiet(self.box):
            self.box.setValue(value)  # type: ignore[arg-type]
        self.changed.emit(value, not self.held)

    def _on_settled(self) -> None:
        self.changed.emit(self.value(), True)

    def _on_box(self, value: Any) -> None:
        if self._scale:
            with _Quiet(self.slider):
                self.slider.setValue(self._scale.position(value))
        self.changed.emit(value, True)


class _Quiet:
    """Context that blocks the signals of a widget and restores their state."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def __enter__(self) -> None:
        self._was = self._widget.blockSignals(True)

    def __exit__(self, *_: object) -> None:
        self._widget.blockSignals(self._was)
