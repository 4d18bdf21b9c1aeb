"""One step of the stack as a card: its parameters, its predicted effect, and an explanation."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.layer_curve import LayerCurve
from workbench.core.layer_data.layer_queries import WantOutlook
from workbench.core.layer_data.method_insight import Outlook
from workbench.core.layer_data.views import LayerView
from workbench.core.recipe.action import Action, MethodInfo
from workbench.ui.actions import families, rank_sentence, step_sentence
from workbench.ui.actions.card.explanation import Explanation
from workbench.ui.actions.card.head import CardHead
from workbench.ui.actions.card.learning import STOP, ErrorCurve
from workbench.ui.actions.card.reorder import Grip
from workbench.ui.actions.form import values as v
from workbench.ui.actions.form.form import ParamForm
from workbench.ui.text.plot_params import converted
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Caution, muted


class StepCard(QFrame):
    """Signals:

    changed(action, field, finished) removed()
    replaced(method id)      another method of the family is wanted
    moved(by)                to be applied `by` places later
    switched(off)            the step is to be switched off, or on
    outlook_wanted(wanted)   figures of the layer that the sentence needs (WantOutlook), answered by `set_outlooks`

    `method` is None if the method is not installed.
    """

    changed = Signal(object, str, bool)
    removed = Signal()
    replaced = Signal(str)
    moved = Signal(int)
    switched = Signal(bool)
    outlook_wanted = Signal(object)

    def __init__(self, action: Action, method: MethodInfo | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.action = action
        self.method = method
        self._view: LayerView | None = None
        self._alone = False
        self._layer: Layer | None = None
        self._along: tuple[str, ...] = ()
        self._paths: tuple[str, ...] = ()
        self._outlooks: Mapping[WantOutlook, Outlook] = {}
        self._asked: WantOutlook | None = None
        self._unavailable = self._not_taken = ""
        self.title = families.name(method) if method else action.method
        kind = families.kind(method) if method else families.title(action.family)
        self.head = CardHead(self.title, action.family, kind, self)
        self.grip = Grip(self, self.head)
        self.head.removed.connect(self.removed)
        self.head.replaced.connect(self.replaced)
        self.head.moved.connect(self.moved)
        self.head.switched.connect(self.switched)
        self.form: ParamForm | None = None
        self.sentence = muted("", self)
        self.learning: ErrorCurve | None = None  # created when there is something to draw
        self.warning = Caution(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.UNIT + theme.HALF, theme.UNIT, theme.UNIT, theme.UNIT)
        self._column.setSpacing(theme.UNIT)
        self._column.addWidget(self.head)
        self._column.addWidget(self.warning)
        if method is None:
            self.warning.show_text(self.tr("This method is not installed; the step cannot be applied."))
        else:
            self._build(method)
        self.setAccessibleName(self.title)
        self._show_off()

    def set_action(self, action: Action) -> None:
        """Show other parameters of the same method."""
        self.action = action
        if self.form is not None:
            self.form.set_values(action.params)
        self._explain()
        self._show_off()

    def set_context(self, layers: tuple[Layer, ...], view: LayerView | None, along: tuple[str, ...] = ()) -> None:
        """Set the layers that the step applies to, and the statistics of the current one if known.

        `along`: the coupled layers, which lose channels with them.
        """
        self._view, self._along, self._paths = view, along, tuple(layer.path for layer in layers)
        self._layer = layers[0] if len(layers) == 1 else None
        self._alone = len(layers) == 1  # with several layers, figures of one would be misleading
        if self.form is not None and self.method is not None:
            self.form.set_limits(step_sentence.limits(layers, view, self.method))
        self._explain()

    def set_outlooks(self, outlooks: Mapping[WantOutlook, Outlook]) -> None:
        """Take the known outlooks of the current layer; request those that are missing."""
        self._outlooks = outlooks
        if self._asked not in outlooks:
            self._asked = None
        self._explain()

    @property
    def wanted(self) -> WantOutlook | None:
        """Return the figures that the sentence needs; None if parameters and shape suffice."""
        if self.method is None or not self.method.outlook or not self._alone or self._view is None:
            return None
        return WantOutlook(self.method.id, str(self.action.params.get("span", "")))

    def set_methods(self, methods: Iterable[MethodInfo], unavailable: Mapping[str, str]) -> None:
        """Offer all methods, with the reason if one is unavailable for this layer."""
        family = tuple(method for method in methods if method.family == self.action.family)
        self.head.set_methods(family if self.method is not None else (), unavailable)
        self._unavailable = unavailable.get(self.method.id, "") if self.method is not None else ""
        self._warn()

    def set_not_taken(self, reason: str) -> None:
        """Show why the target device does not support this step; "" if it does."""
        self._not_taken = reason
        self._warn()

    def _warn(self) -> None:
        if self.method is not None:
            self.warning.show_text(self._unavailable or self._not_taken)

    def set_curve(self, curve: LayerCurve | None) -> None:
        """Show the training curve of this step."""
        if curve is None and self.learning is None:
            return
        if self.learning is None:
            self.learning = ErrorCurve(self)
            self.learning.stopped.connect(lambda step: self._on_changed(STOP, step, True))
            self._body.insertWidget(self._body.indexOf(self.why), self.learning)
        self.learning.show_curve(curve, int(self.action.params.get(STOP, 0)))

    @property
    def held(self) -> bool:
        return self.form is not None and self.form.held

    def focus_form(self) -> None:
        """Move the keyboard focus to the first parameter."""
        target = self.form.first() if self.form is not None else self.head.remove
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self, method: MethodInfo) -> None:
        self.form = ParamForm(method.fields, self.action.params, self)
        self.form.set_convert(lambda name, value, to: converted(self._view, name, value, to))
        self.form.changed.connect(self._on_changed)
        self._body = body = QVBoxLayout()
        body.setContentsMargins(0, 0, theme.HALF, 0)
        body.setSpacing(theme.UNIT)
        if method.fields:
            body.addWidget(self.form)
        body.addWidget(self.sentence)
        self.why = Explanation(method, self)
        body.addWidget(self.why)
        self._column.addLayout(body)
        self._explain()

    def _explain(self) -> None:
        if self.method is None:
            return
        outlook = self._outlooks.get(self.wanted) if self.wanted is not None else None
        text = ""
        if self._alone:
            text = step_sentence.sentence(self.method, self.action.params, self._view, self._layer, outlook)
        elif self.method.replaces and self._paths:
            text = step_sentence.replaced(self._paths, v.effective(self.method.fields, self.action.params))
        if self.method.coupled and self._along:
            along = step_sentence.together(self._along)
            text = rank_sentence.followed(text, along) if text else along
        self._ask()
        self.sentence.setText(text)
        self.sentence.setVisible(bool(text))

    def _ask(self) -> None:
        """Request an outlook once."""
        if (wanted := self.wanted) == self._asked:
            return
        self._asked = wanted
        if wanted is not None and wanted not in self._outlooks:
            self.outlook_wanted.emit(wanted)

    def _show_off(self) -> None:
        """Disable the form of a step that is switched off; its values are kept."""
        self.head.set_off(self.action.off)
        if self.form is not None:
            self.form.setEnabled(not self.action.off)
            self.sentence.setEnabled(not self.action.off)

    def _on_changed(self, name: str, value: Any, finished: bool) -> None:
        assert self.method is not None
        self.action = self.action.with_param(name, value, v.rivals(self.method.fields, name))
        if name == STOP and self.form is not None:
            self.form.set_values(self.action.params)
        self._explain()
        self.changed.emit(self.action, name, finished)
