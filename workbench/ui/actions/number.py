"""A slider and a spin box that are one editor of one number."""

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QSpinBox, QStyle, QStyleOptionSlider, QWidget

from workbench.core.params import Field
from workbench.ui import theme
from workbench.ui.actions import values as v

BOX_WIDTH = 84
MAX_DECIMALS = 9


class Slider(QSlider):
    """Goes to where it is clicked, leaves the wheel to the page unless it has the focus, and marks the default."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._mark: int | None = None

    def set_mark(self, position: int | None) -> None:
        """Where the default is."""
        self._mark = position
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab the handle wherever the groove is pressed, by moving the handle there first."""
        if event.button() == Qt.MouseButton.LeftButton and not self._handle().contains(event.position().toPoint()):
            self.setSliderDown(True)            # the jump belongs to the drag that it begins
            self.setValue(self._at(event.position().toPoint()))
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._mark is not None:
            painter = QPainter(self)
            painter.setPen(theme.colors().outline)
            x = self._x(self._mark)
            painter.drawLine(x, self.height() // 2 + 5, x, self.height() // 2 + 8)
            painter.end()
        super().paintEvent(event)

    def _option(self) -> QStyleOptionSlider:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return option

    def _handle(self) -> Any:
        return self.style().subControlRect(QStyle.ComplexControl.CC_Slider, self._option(),
                                           QStyle.SubControl.SC_SliderHandle, self)

    def _x(self, position: int) -> int:
        handle = self._handle().width()
        span = self.width() - handle
        return handle // 2 + QStyle.sliderPositionFromValue(self.minimum(), self.maximum(), position, span)

    def _at(self, point: QPoint) -> int:
        handle = self._handle().width()
        return QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), point.x() - handle // 2,
                                              self.width() - handle)


class _Whole(QSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class _Real(QDoubleSpinBox):
    """Shows as many digits as a number needs, and no zeros behind them."""

    shortest = 0        # digits behind the point that are always there

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    def textFromValue(self, value: float) -> str:
        text = self.locale().toString(float(f"{value:.{v.SIGNIFICANT}g}"), "g", v.SIGNIFICANT)
        fixed = self.locale().toString(value, "f", self.shortest)
        return fixed if self.shortest and abs(value - round(value, self.shortest)) < 1e-9 else text

    def validate(self, text: str, position: int) -> Any:
        number = text.removesuffix(self.suffix()).strip()
        if number.lower().endswith(("e", "e-", "e+")):      # on the way to 1e-5
            return QValidator.State.Intermediate, text, position
        value, ok = self.locale().toDouble(number)
        if ok and self.minimum() <= value <= self.maximum():
            return QValidator.State.Acceptable, text, position
        return super().validate(text, position)

    def valueFromText(self, text: str) -> float:
        value, ok = self.locale().toDouble(text.removesuffix(self.suffix()).strip())
        return value if ok else super().valueFromText(text)


class NumberEditor(QWidget):
    """`changed(value, finished)`: unfinished while the slider is held, finished when it is let go or a key commits."""

    changed = Signal(object, bool)

    def __init__(self, field: Field, limits: v.Limits, parent: QWidget | None = None) -> None:
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
        layout.addWidget(self.box)
        self.setFocusProxy(self.slider)
        self.set_limits(limits)
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.sliderReleased.connect(self._on_released)
        self.box.valueChanged.connect(self._on_box)

    @property
    def held(self) -> bool:
        return self.slider.isSliderDown()

    def value(self) -> Any:
        return self.box.value()

    def set_value(self, value: Any) -> None:
        """Show a value; says nothing. A slider in the hand stays where the hand is."""
        if value is None:
            return
        with _Quiet(self.box), _Quiet(self.slider):
            self.box.setValue(value)
            if self._scale and not self.held:
                self.slider.setValue(self._scale.position(value))

    def set_limits(self, limits: v.Limits) -> None:
        """Another layer has other ends: a rank goes as far as the smaller side of its matrix."""
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
            if scale is not None:
                self.slider.setRange(0, scale.steps)
                self.slider.setPageStep(max(scale.steps // 10, 1))
                default = self._field.default
                self.slider.set_mark(None if default is None or default > scale.high else scale.position(default))
                self.slider.setValue(scale.position(value))

    def set_names(self, name: str, help_text: str) -> None:
        for widget in (self.slider, self.box):
            widget.setAccessibleName(name)
            widget.setAccessibleDescription(help_text)
            widget.setToolTip(help_text)

    def _dress_box(self) -> None:
        box, field = self.box, self._field
        box.setKeyboardTracking(False)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.setFixedWidth(BOX_WIDTH)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setSuffix(f" {field.unit}" if field.unit else "")
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

    def _on_released(self) -> None:
        self.changed.emit(self.value(), True)

    def _on_box(self, value: Any) -> None:
        if self._scale:
            with _Quiet(self.slider):
                self.slider.setValue(self._scale.position(value))
        self.changed.emit(value, True)


class _Quiet:
    """Signals of a widget held back, and given back as they were."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def __enter__(self) -> None:
        self._was = self._widget.blockSignals(True)

    def __exit__(self, *_: object) -> None:
        self._widget.blockSignals(self._was)
