"""Slider of the last slide: one value of the recipe, with figures that follow while it is dragged."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from workbench.core.recipe.params import Field
from workbench.ui.actions import families
from workbench.ui.actions.form.values import edit_text, effective, name_text
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain

STEPS = 200


@dataclass(frozen=True)
class Handle:
    """The dragged value: a field of the step `index` of the stack that these layers share."""

    paths: tuple[str, ...]
    index: int
    field: Field
    low: float
    high: float

    def value(self, session: Session) -> float:
        action = session.recipe.stack_for(self.paths[0])[self.index]
        values = effective(session.methods[action.method].fields, action.params)
        return float(values[self.field.name])


def handle_of(session: Session) -> Handle | None:
    """Return the first number of the last step of the stack that saves most; None if no step has a bounded number."""
    changes = [change for change in (session.preview.changes if session.preview else ()) if change.actions]
    for change in sorted(changes, key=lambda change: change.bytes_after - change.bytes_before):
        stack = session.recipe.stack_for(change.path)
        paths = tuple(other.path for other in changes if session.recipe.stack_for(other.path) == stack)
        for index in reversed(range(len(stack))):
            info = session.methods.get(stack[index].method) if not stack[index].off else None
            for field in info.fields if info else ():
                value = effective(info.fields, stack[index].params)[field.name] if info else None
                if (
                    field.kind in ("int", "float")
                    and value is not None
                    and field.low is not None
                    and field.high is not None
                ):
                    return Handle(paths, index, field, field.low, field.high)
    return None


class LiveSlider(QWidget):
    """Drags the handle's value through the session; each release is one undoable step."""

    def __init__(self, session: Session, handle: Handle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("live")
        self._session, self._handle = session, handle
        self.caption = Plain(self)
        self.value = Plain(self)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, self._steps)
        name = name_text(handle.field.name)
        self.slider.setAccessibleName(name)
        self.caption.setText(
            self.tr("{name} on {n} layers").format(name=name, n=len(handle.paths))
            if len(handle.paths) > 1
            else f"{name} · {handle.paths[0]}"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.DOUBLE)
        row.addWidget(self.caption)
        row.addWidget(self.slider, 1)
        row.addWidget(self.value)
        self.show_value()
        self.slider.valueChanged.connect(self._dragged)
        self.slider.sliderReleased.connect(self._released)

    def set_text_size(self, pixels: int) -> None:
        """Set the size of the text to that of the slide."""
        font = theme.font()
        font.setPixelSize(pixels)
        for label in (self.caption, self.value):
            label.setFont(font)

    @property
    def _steps(self) -> int:
        span = self._handle.high - self._handle.low
        return round(span) if self._handle.field.kind == "int" else STEPS

    def show_value(self) -> None:
        """Show the value of the recipe."""
        value = self._handle.value(self._session)
        share = (value - self._handle.low) / (self._handle.high - self._handle.low)
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * self._steps))
        self.slider.blockSignals(False)
        self.value.setText(f"{value:.4g} {tr(self._handle.field.unit)}".strip())

    def _dragged(self, position: int) -> None:
        self._set(position, finished=not self.slider.isSliderDown())

    def _released(self) -> None:
        self._set(self.slider.value(), finished=True)

    def _set(self, position: int, finished: bool) -> None:
        handle = self._handle
        value: Any = handle.low + position / self._steps * (handle.high - handle.low)
        if handle.field.kind == "int":
            value = round(value)
        stack = list(self._session.recipe.stack_for(handle.paths[0]))
        stack[handle.index] = stack[handle.index].with_param(handle.field.name, value)
        title = families.name(self._session.methods[stack[handle.index].method])
        self._session.set_actions(handle.paths, tuple(stack), edit_text(title, handle.field.name), finished)
        self.show_value()
