"""One step of the stack as a card: what it is, its parameters, what it will do here, why it works."""

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from workbench.core.action import Action, MethodInfo
from workbench.core.layer import Layer
from workbench.core.views import LayerView
from workbench.ui import theme
from workbench.ui.actions import families, meaning
from workbench.ui.actions import values as v
from workbench.ui.actions.form import ParamForm
from workbench.ui.actions.labels import Icon, heading, muted
from workbench.ui.actions.why import Why


class StepCard(QFrame):
    """`changed(action, field, finished)`; `removed()`. `method` is None where the method is not installed."""

    changed = Signal(object, str, bool)
    removed = Signal()

    def __init__(self, action: Action, method: MethodInfo | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.action = action
        self.method = method
        self._view: LayerView | None = None
        self.title = heading(method.title if method else action.method, self)
        self.remove = _remove_button(self, self.title.text())
        self.remove.clicked.connect(self.removed)
        self.form: ParamForm | None = None
        self.sentence = muted("", self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.UNIT + theme.HALF, theme.UNIT, theme.UNIT, theme.UNIT)
        self._column.setSpacing(theme.UNIT)
        self._column.addLayout(self._head())
        if method is None:
            self.sentence.setText(self.tr("This method is not installed; the step cannot be applied."))
            self._column.addWidget(self.sentence)
        else:
            self._build(method)
        self.setAccessibleName(self.title.text())

    def set_action(self, action: Action) -> None:
        """Show other parameters of the same method."""
        self.action = action
        if self.form is not None:
            self.form.set_values(action.params)
        self._explain()

    def set_context(self, layers: tuple[Layer, ...], view: LayerView | None) -> None:
        """The layers that the step will be applied to, and the statistics of the one on show where they are known."""
        self._view = view
        if self.form is not None and self.method is not None:
            self.form.set_limits(meaning.limits(layers, view, self.method))
        self._explain()

    @property
    def held(self) -> bool:
        return self.form is not None and self.form.held

    def focus_form(self) -> None:
        """Put the keyboard where the first parameter is."""
        target = self.form.first() if self.form is not None else self.remove
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _head(self) -> QHBoxLayout:
        family = families.title(self.action.family)
        icon = Icon(families.icon_name(self.action.family), parent=self)
        icon.setToolTip(family)
        note = muted(family, self)
        note.setWordWrap(False)
        head = QHBoxLayout()
        head.setSpacing(theme.UNIT)
        self.title.setWordWrap(False)
        head.addWidget(icon)
        head.addWidget(self.title)
        head.addWidget(note)
        head.addStretch(1)
        head.addWidget(self.remove)
        return head

    def _build(self, method: MethodInfo) -> None:
        self.form = ParamForm(method.fields, self.action.params, self)
        self.form.set_convert(lambda name, value, to: meaning.converted(self._view, name, value, to))
        self.form.changed.connect(self._on_changed)
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, theme.HALF, 0)
        body.setSpacing(theme.UNIT)
        if method.fields:
            body.addWidget(self.form)
        body.addWidget(self.sentence)
        self.why = Why(method, self)
        body.addWidget(self.why)
        self._column.addLayout(body)
        self._explain()

    def _explain(self) -> None:
        if self.method is None:
            return
        text = meaning.sentence(self.method, self.action.params, self._view)
        self.sentence.setText(text)
        self.sentence.setVisible(bool(text))

    def _on_changed(self, name: str, value: Any, finished: bool) -> None:
        assert self.method is not None
        self.action = self.action.with_param(name, value, v.rivals(self.method.fields, name))
        self._explain()
        self.changed.emit(self.action, name, finished)


def _remove_button(card: QWidget, title: str) -> QToolButton:
    button = QToolButton(card)
    button.setObjectName("remove")
    theme.set_icon(button, "remove", "muted")
    button.setIconSize(QSize(theme.ICON, theme.ICON))
    text = card.tr("Remove {title}").format(title=title)
    button.setToolTip(text)
    button.setAccessibleName(text)
    return button
