"""One editor for each kind of field; all have `changed(value, finished)`, `value`, `set_value` and `set_names`."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QWidget

from workbench.core.recipe.params import Field
from workbench.ui.actions.form import values as v
from workbench.ui.actions.form.number import BOX_HEIGHT, NumberEditor
from workbench.ui.actions.form.wheel import WheelWithFocus
from workbench.ui.text.i18n import tr


class ChoiceEditor(WheelWithFocus, QComboBox):
    changed = Signal(object, bool)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for choice in field.choices:
            text = tr(str(choice))
            if choice == field.default:
                text = self.tr("{choice} (default)").format(choice=text)
            self.addItem(text, choice)
        self.activated.connect(lambda _: self.changed.emit(self.currentData(), True))

    def value(self) -> Any:
        return self.currentData()

    def set_value(self, value: Any) -> None:
        self.setCurrentIndex(self.findData(value))

    def set_names(self, name: str, help_text: str) -> None:
        _name(self, name, help_text)


class BoolEditor(QCheckBox):
    """A check box with its own label."""

    changed = Signal(object, bool)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(v.name_text(field.name), parent)
        self.setMinimumHeight(BOX_HEIGHT)
        self.clicked.connect(lambda checked: self.changed.emit(checked, True))

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: Any) -> None:
        self.setChecked(bool(value))

    def set_names(self, name: str, help_text: str) -> None:
        _name(self, name, help_text)


class TextEditor(QLineEdit):
    changed = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.editingFinished.connect(self._on_finished)

    def value(self) -> str:
        return self.text()

    def set_value(self, value: Any) -> None:
        self._shown = str(value or "")
        if self.text() != self._shown:
            self.setText(self._shown)

    def set_names(self, name: str, help_text: str) -> None:
        _name(self, name, help_text)

    def _on_finished(self) -> None:
        if self.text() != self._shown:  # leaving an untouched line is not an edit
            self._shown = self.text()
            self.changed.emit(self._shown, True)


Editor = NumberEditor | ChoiceEditor | BoolEditor | TextEditor


def editor_for(field: Field, limits: v.Limits, wide: bool, parent: QWidget) -> Editor:
    editor: Editor
    match field.kind:
        case "choice":
            editor = ChoiceEditor(field, parent)
        case "bool":
            editor = BoolEditor(field, parent)
        case "text":
            editor = TextEditor(parent)
        case _:
            editor = NumberEditor(field, limits, wide, parent)
    editor.setObjectName(field.name)
    editor.set_names(v.name_text(field.name), help_text(field))
    return editor


def help_text(field: Field) -> str:
    """Return the help of a field, with its bounds and its default."""
    lines = [tr(field.help)] if field.help else []
    facts = [text for text in (_range_text(field), _default_text(field)) if text]
    return "\n".join((*lines, " ".join(facts))).strip()


def _range_text(field: Field) -> str:
    if field.kind not in ("int", "float") or field.low is None:
        return ""
    if field.high is None:
        return tr("At least {low}.").format(low=v.value_text(field, field.low))
    return tr("{low} to {high}.").format(low=f"{field.low:g}", high=v.value_text(field, field.high))


def _default_text(field: Field) -> str:
    return "" if field.default is None else tr("Default: {value}.").format(value=v.value_text(field, field.default))


def _name(widget: QWidget, name: str, text: str) -> None:
    widget.setAccessibleName(name)
    widget.setAccessibleDescription(text)
    widget.setToolTip(text)
