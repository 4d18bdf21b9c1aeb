"""Form built from a method's schema."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QToolButton, QWidget

from workbench.core.recipe.params import Field
from workbench.ui.actions.form import expert_switch
from workbench.ui.actions.form import values as v
from workbench.ui.actions.form.editors import BoolEditor, ChoiceEditor, Editor, editor_for, help_text
from workbench.ui.actions.form.number import NumberEditor
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain

LABEL_WIDTH = 96
Convert = Callable[[str, Any, str], Any]  # value of one member of a group -> equivalent value of another member


class _Mode(QComboBox):
    """Chooser of the active member of a group, in place of a label."""

    def wheelEvent(self, event: Any) -> None:
        event.ignore()


class _Name(Plain):
    """Name of a field; a double click requests its default."""

    reset = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset.emit()


class ParamForm(QWidget):
    """Signal: `changed(field, value, finished)`; `finished` is false while a slider moves.

    A double click on a slider or a name sets the default. In a group one member has a value; choosing another gives
    that one a value and the others none. `set_convert` provides the conversion for equivalent members (sparsity and
    threshold).
    """

    changed = Signal(str, object, bool)

    def __init__(
        self,
        fields: tuple[Field, ...],
        values: Mapping[str, Any] | None = None,
        parent: QWidget | None = None,
        limits: v.Limits | None = None,
    ) -> None:
        super().__init__(parent)
        self._fields = {field.name: field for field in fields}
        self._limits = dict(limits or {})
        self._convert: Convert | None = None
        self._last: dict[str, Any] = {}  # values of members before another was chosen
        self._editors: dict[str, Editor] = {}
        self.captions: dict[str, QLabel] = {}
        self._modes: dict[str, _Mode] = {}
        self._values: dict[str, Any] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.UNIT)
        self._grid.setVerticalSpacing(theme.HALF)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._build()
        self._build_more()
        self.set_values(values or {})

    def values(self) -> dict[str, Any]:
        """Return the values of every field that has one."""
        return {name: value for name, value in self._values.items() if value is not None}

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values; missing ones are at their defaults. Emits nothing, and moves no slider that is held."""
        self._values = v.effective(tuple(self._fields.values()), values)
        for name, value in self._values.items():
            if value is not None:
                self._last[name] = value
                self._editors[name].set_value(value)
        self._arrange()

    def set_limits(self, limits: v.Limits) -> None:
        """Set bounds that the layer imposes: field -> (low, high)."""
        self._limits = dict(limits)
        for name, editor in self._editors.items():
            if isinstance(editor, NumberEditor):
                editor.set_limits(self._limits)
                if self._values.get(name) is not None:
                    editor.set_value(self._values[name])

    def set_convert(self, convert: Convert | None) -> None:
        self._convert = convert

    @property
    def held(self) -> bool:
        """Return whether a slider of this form is held."""
        return any(isinstance(editor, NumberEditor) and editor.held for editor in self._editors.values())

    def editor(self, name: str) -> Editor:
        return self._editors[name]

    def mode(self, group: str) -> QComboBox:
        """Return the chooser of a group, for tests and shortcuts."""
        return self._modes[group]

    def first(self) -> QWidget:
        """Return the first widget for the keyboard."""
        return next((self._editors[name] for name in self._fields if self._values[name] is not None), self)

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        rows: dict[str, int] = {}  # members of a group share their rows; every row has one below it for a slider
        for field in self._fields.values():
            row = 2 * rows.setdefault(field.group or field.name, len(rows))
            # Sliders get the whole width, so that one pixel is a small step.
            wide = field.kind in ("int", "float") and (row == 0 or bool(field.drag))
            editor = editor_for(field, self._limits, wide, self)
            editor.changed.connect(lambda value, finished, name=field.name: self._on_changed(name, value, finished))
            if isinstance(editor, NumberEditor):
                editor.reset.connect(lambda name=field.name: self._reset(name))
            self._editors[field.name] = editor
            if wide and isinstance(editor, NumberEditor):
                editor.box.setParent(self)
                self._grid.addWidget(editor.box, row, 1, Qt.AlignmentFlag.AlignRight)
                self._grid.addWidget(editor, row + 1, 0, 1, 2)
            else:
                self._grid.addWidget(editor, row, 1)
            if field.group:
                self._add_member(field, row)
            elif not isinstance(editor, BoolEditor):
                self._add_label(field, editor, row)

    def _add_label(self, field: Field, editor: Editor, row: int) -> None:
        label = _Name(v.name_text(field.name), self)
        label.reset.connect(lambda: self._reset(field.name))
        label.setBuddy(editor)
        label.setToolTip(help_text(field))
        self.captions[field.name] = label
        self._grid.addWidget(label, row, 0)

    def _add_member(self, field: Field, row: int) -> None:
        if field.group not in self._modes:
            mode = _Mode(self)
            mode.setObjectName(f"mode-{field.group}")
            mode.setAccessibleName(self.tr("Parameter to set"))
            mode.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            mode.activated.connect(lambda _, group=field.group: self._on_mode(group))
            self._modes[field.group] = mode
            self._grid.addWidget(mode, row, 0)
        mode = self._modes[field.group]
        mode.addItem(v.name_text(field.name), field.name)
        mode.setItemData(mode.count() - 1, help_text(field), Qt.ItemDataRole.ToolTipRole)

    def _arrange(self) -> None:
        """Show the fields that apply to these values; those not at their default are bold."""
        for name, field in self._fields.items():
            chosen = not field.group or self._values[name] is not None
            shown = chosen and v.applies(field, self._values) and not self._folded(field)
            editor = self._editors[name]
            if isinstance(editor, NumberEditor):
                editor.show_if(shown)
            else:
                editor.setVisible(shown)
            if label := self.captions.get(name):
                label.setVisible(shown)
                changed = self._values[name] != field.default
                label.setFont(theme.font(weight=QFont.Weight.Medium if changed else QFont.Weight.Normal))
            if field.group and self._values[name] is not None:
                mode = self._modes[field.group]
                mode.setCurrentIndex(mode.findData(name))
                mode.setVisible(shown)

        folded = sum(self._is_expert(field) for field in self._fields.values())
        self.more.setVisible(folded > 0)
        self.more.setText(
            self.tr("Fewer settings") if expert_switch.all_shown() else self.tr("More settings ({n})").format(n=folded)
        )

    def _build_more(self) -> None:
        """Build the expert parameters of a method, which stay folded in all forms until requested."""
        self.more = QToolButton(self)
        self.more.setObjectName("fold")
        self.more.setToolTip(self.tr("Show all parameters of all steps, or the basic ones first"))
        self.more.clicked.connect(lambda: expert_switch.show_all(not expert_switch.all_shown()))
        self._grid.addWidget(self.more, self._grid.rowCount(), 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        expert_switch.switch.changed.connect(self._arrange)

    def _is_expert(self, field: Field) -> bool:
        """Return whether the switch decides if the field is shown: it applies, and has its default value."""
        value = self._values[field.name]
        member = bool(field.group) and value is None
        return field.expert and not member and value == field.default and v.applies(field, self._values)

    def _folded(self, field: Field) -> bool:
        return not expert_switch.all_shown() and self._is_expert(field)

    # -- changing --------------------------------------------------------------------------------------------------

    def _on_changed(self, name: str, value: Any, finished: bool) -> None:
        self._values[name] = value
        self._last[name] = value
        if isinstance(self._editors[name], ChoiceEditor | BoolEditor):
            self._arrange()
        self.changed.emit(name, value, finished)

    def _reset(self, name: str) -> None:
        """Set the default of a field, within the layer's bounds, as one edit."""
        default, editor = self._fields[name].default, self._editors[name]
        if default is None:
            return
        before = self._values[name]
        editor.set_value(default)
        value = editor.value()
        if value != before:
            self._on_changed(name, value, True)

    def _on_mode(self, group: str) -> None:
        chosen = self._modes[group].currentData()
        before = next(
            name for name, field in self._fields.items() if field.group == group and self._values[name] is not None
        )
        if chosen == before:
            return
        value = self._convert(before, self._values[before], chosen) if self._convert else None
        if value is None:
            value = self._fallback(chosen)
        self._values[before] = None
        self._values[chosen] = value
        self._last[chosen] = value
        editor = self._editors[chosen]
        editor.set_value(value)
        self._values[chosen] = value = editor.value()  # within the editor's bounds
        self._arrange()
        self.changed.emit(chosen, value, True)

    def _fallback(self, name: str) -> Any:
        """Return a value for a member that has none: its previous one, its default, the first choice, or the middle."""
        field = self._fields[name]
        for value in (self._last.get(name), field.default):
            if value is not None:
                return value
        if field.choices:
            return field.choices[0]
        scale = v.scale(field, self._limits)
        return scale.value(scale.steps // 2) if scale else field.low or 0
