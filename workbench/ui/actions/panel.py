"""Steps panel: the steps of the selected layers, in the order in which they are applied."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.analysis.report import LayerChange
from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.layer_curve import LayerCurve
from workbench.core.layer_data.layer_queries import WantOutlook
from workbench.core.layer_data.method_insight import Outlook
from workbench.core.layer_data.views import LayerView
from workbench.core.recipe.action import Action, MethodInfo, in_order, moved
from workbench.core.targets.target import Target
from workbench.ui.actions import families, order, step_sentence, target_support
from workbench.ui.actions.adding.add_menu import AddMenu
from workbench.ui.actions.adding.menu import FamiliesMenu
from workbench.ui.actions.adding.recommended import recommended
from workbench.ui.actions.card.learning import Curves
from workbench.ui.actions.card.reorder import Reorder
from workbench.ui.actions.card.step import StepCard
from workbench.ui.actions.form import values as v
from workbench.ui.actions.header import Header, LeftAlone, Placeholder
from workbench.ui.actions.result import ResultCard
from workbench.ui.commands.actions import set_enabled
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import muted
from workbench.ui.widgets.rows import set_column

MIN_WIDTH = 304  # a form and a scroll bar beside it


class ActionPanel(QWidget):
    """Takes core values, emits `actions_changed(actions, text, finished)` with the whole stack as it should be.

    text                     name of the edit for the undo list; `finished` is false while a slider is held
    outlook_wanted(wanted)   figures of the current layer that a sentence needs, answered by `set_outlook`
    effects_wanted(steps)    predicted effects of these steps, answered by `AddMenu.show_effect`
    """

    actions_changed = Signal(tuple, str, bool)
    outlook_wanted = Signal(object)
    effects_wanted = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._methods: dict[str, MethodInfo] = {}
        self._layers: tuple[Layer, ...] = ()
        self._actions: tuple[Action, ...] = ()
        self._view: LayerView | None = None
        self._unavailable: dict[str, str] = {}
        self._conflicts: dict[str, str] = {}
        self._target: Target | None = None
        self._forbidden: dict[str, str] = {}
        self._couplings = Couplings()
        self._outlooks: dict[WantOutlook, Outlook] = {}
        self.curves = Curves()
        self._cards: list[StepCard] = []
        self._spare: dict[str, StepCard] = {}  # hidden, by method
        self.header = Header(self)
        self.result = ResultCard(self)
        self.alone = LeftAlone(self)
        self.hint = muted("", self)
        self.menu, self.families = AddMenu(self), FamiliesMenu(self)
        self.menu.chosen.connect(self.add_step)
        self.menu.aboutToShow.connect(self.recommend)
        self.families.chosen.connect(lambda method_id: self.add_step(Action(method_id)))
        self.add = QPushButton(self.tr("Add a step"), self)
        self.nothing, self.locked = Placeholder("layers", self), Placeholder("info", self)
        self._pages = QStackedWidget(self)
        self._build()
        self._show_page()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def set_methods(self, methods: Mapping[str, MethodInfo] | Iterable[MethodInfo]) -> None:
        known = tuple(methods.values() if isinstance(methods, Mapping) else methods)
        self._methods = {method.id: method for method in known}
        self.menu.set_methods(known)
        self.families.set_methods(known)
        self.add.setEnabled(bool(known))
        if any(card.method != self._methods.get(card.action.method) for card in self._cards):
            self._drop_cards()  # they were created before their methods were known
        for card in self._cards:
            card.set_methods(known, self._unavailable)
        self._judge()
        self.set_actions(self._actions)

    def set_target(self, target: Target | None) -> None:
        """Set the target device: unsupported steps cannot be added, and are marked if present."""
        if target is not self._target:
            self._target = target
            self._judge()

    def _judge(self) -> None:
        self._forbidden = target_support.forbidden(self._target, self._layers, self._methods)
        self._tell_menu()
        self._mark()

    def _mark(self) -> None:
        """Mark steps that the target does not support."""
        reasons = target_support.not_taken(self._target, self._layers, self._actions, self._methods)
        for place, card in enumerate(self._cards):
            card.set_not_taken(reasons.get(place, ""))

    def set_layers(self, layers: tuple[Layer, ...]) -> None:
        """Set the selection; the stack follows by `set_actions`. Statistics of the previous layer are dropped."""
        if layers == self._layers:
            return
        self._layers = tuple(layers)
        self.forget_outlooks()
        self.set_view(None)
        self.set_change(None)
        self._judge()
        self._show_page()

    def set_view(self, view: LayerView | None) -> None:
        """Set the statistics of the current layer, for bounds of sliders and predicted effects."""
        self._view = view
        self.set_unavailable(view.unavailable if view else {})
        self._tell_cards()

    def set_outlook(self, wanted: WantOutlook, outlook: Outlook) -> None:
        self._outlooks[wanted] = outlook
        self._tell_outlooks()

    def forget_outlooks(self) -> None:
        """Drop the outlooks, as the layer or the data changed; needed ones are requested again."""
        self._outlooks = {}
        self._tell_outlooks()

    def _tell_outlooks(self) -> None:
        for card in self._cards:
            card.set_outlooks(self._outlooks)

    def show_curve(self, curve: LayerCurve) -> None:
        """Show the training curve so far of a step that trains a layer."""
        if any(layer.path == curve.path for layer in self._layers):
            self.curves.take(curve, self._actions)
            self._tell_curves()

    def _tell_curves(self) -> None:
        paths = [layer.path for layer in self._layers]
        for index, card in enumerate(self._cards):
            card.set_curve(self.curves.of(paths, self._actions, index))

    def set_couplings(self, couplings: Couplings) -> None:
        """Set the couplings of channels between layers."""
        self._couplings = couplings
        self._tell_cards()

    def _tell_cards(self) -> None:
        for card in self._cards:
            card.set_context(self._layers, self._view, self._couplings.beside(layer.path for layer in self._layers))

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        """Set method id -> why this layer cannot have it."""
        self._unavailable = {method: said(reason) for method, reason in reasons.items()}
        self._tell_menu()
        for card in self._cards:
            card.set_methods(self._methods.values(), self._unavailable)

    def set_conflicts(self, reasons: Mapping[str, str]) -> None:
        """Set method id -> why it cannot be added to the present steps."""
        self._conflicts = {method: said(reason) for method, reason in reasons.items()}
        self._tell_menu()

    def _tell_menu(self) -> None:
        for menu in (self.menu, self.families):
            menu.set_unavailable(self.reasons)

    @property
    def reasons(self) -> dict[str, str]:
        """Return method id -> why no step of it can be added."""
        return {**self._forbidden, **self._conflicts, **self._unavailable}

    def recommend(self) -> None:
        """Let the menu begin with what suits the layer, and request the effects."""
        steps = recommended(self._layers, self._view, self._actions, self._methods, self.reasons, self._target)
        self.menu.recommend(steps)
        self.effects_wanted.emit(steps)

    def set_actions(self, actions: tuple[Action, ...]) -> None:
        """Show a stack. Cards whose method stays are kept, with the focus and the slider that is held."""
        self._actions = tuple(actions)
        focused = self._in_a_card()
        for position, action in enumerate(self._actions):
            self._place(position, action)
        for card in self._cards[len(self._actions) :]:
            self._discard(card)
        del self._cards[len(self._actions) :]
        for index, card in enumerate(self._cards):
            card.head.set_movable(*(moved(self._actions, index, index + by) is not None for by in (-1, 1)))
        self._mark()
        self._tell_curves()
        self._show_page()
        if focused and not self._in_a_card():
            self.add.setFocus(Qt.FocusReason.OtherFocusReason)  # the card that had it was undone

    def _in_a_card(self) -> bool:
        """Return whether the focus is in a card."""
        focused = QApplication.focusWidget()
        return focused is not None and any(card.isAncestorOf(focused) for card in self._cards)

    def set_left_alone(self, count: int) -> None:
        """Set how many of the layers the recipe leaves alone."""
        self.alone.show_count(count, len(self._layers))
        self._show_page()

    def set_change(self, change: LayerChange | None) -> None:
        """Show the result of the stack for the current layer."""
        if change is not None:
            self.result.show_change(change)
        self.result.setVisible(change is not None)

    @property
    def cards(self) -> tuple[StepCard, ...]:
        return tuple(self._cards)

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme.set_icon(self.add, "add")
        self.add.setIconSize(QSize(theme.ICON, theme.ICON))
        self.add.setMenu(self.menu)
        self.add.setEnabled(False)
        self.hint.setText(
            self.tr(
                "Steps prune, factorise, distil or quantise this layer. Add one and drag its slider: "
                "size and accuracy follow."
            )
        )
        self.nothing.show_model(None)
        self.result.hide()
        inner = QWidget(self)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.DOUBLE)
        self._column.setSpacing(theme.UNIT)
        self._column.addWidget(self.alone)
        self._column.addWidget(self.hint)
        self._stack = QVBoxLayout()
        self._stack.setSpacing(theme.UNIT)
        self._column.addLayout(self._stack)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addStretch(1)
        self._scroll = scroll = QScrollArea(self)
        set_column(scroll, inner)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reorder = Reorder(scroll, lambda: self._cards, lambda *places: order.refusal(self._actions, *places))
        self.reorder.moved.connect(self._move)
        steps = QWidget(self)
        page = QVBoxLayout(steps)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(scroll)
        page.addWidget(self.result)
        for widget in (steps, self.nothing, self.locked):
            self._pages.addWidget(widget)
        self._steps = steps
        top = QVBoxLayout()
        top.setContentsMargins(theme.DOUBLE, theme.DOUBLE, theme.DOUBLE, theme.UNIT)
        top.addWidget(self.header)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._pages, 1)
        self.setMinimumWidth(MIN_WIDTH)

    def _show_page(self) -> None:
        self.header.setVisible(bool(self._layers))
        able = any(not layer.locked for layer in self._layers)
        set_enabled([self.families.menuAction()], able, self.tr("Select a layer that can be edited."))
        if not self._layers:
            self._pages.setCurrentWidget(self.nothing)
            return
        self.header.show_layers(self._layers, self.alone.count)
        if all(layer.locked for layer in self._layers):
            self.locked.show_text(self.tr("Cannot be edited"), said(self._layers[0].locked))
            self._pages.setCurrentWidget(self.locked)
            return
        self.hint.setVisible(not self._actions and self.alone.count < len(self._layers))
        self._pages.setCurrentWidget(self._steps)

    def _place(self, index: int, action: Action) -> None:
        """Make the card at `index` show this step: reuse it, move one up, or create one."""
        for found in range(index, len(self._cards)):
            if self._cards[found].action.method == action.method:
                for card in self._cards[index:found]:
                    self._discard(card)
                del self._cards[index:found]
                self._cards[index].set_action(action)
                return
        card = self._spare.pop(action.method) if action.method in self._spare else self._made(action)
        card.set_action(action)
        card.set_outlooks(self._outlooks)
        card.set_context(self._layers, self._view, self._couplings.beside(layer.path for layer in self._layers))
        card.set_methods(self._methods.values(), self._unavailable)
        self._cards.insert(index, card)
        self._stack.insertWidget(index, card)
        card.show()  # now rather than with the layout, as it may be about to get the focus

    def _made(self, action: Action) -> StepCard:
        card = StepCard(action, self._methods.get(action.method), self)
        card.replaced.connect(lambda method_id, card=card: self._replace(card, method_id))
        card.changed.connect(lambda changed, name, finished, card=card: self._on_changed(card, name, finished))
        card.removed.connect(lambda card=card: self._remove(card))
        card.moved.connect(lambda by, card=card: self._move(self._cards.index(card), self._cards.index(card) + by))
        self.reorder.watch(card.head, card.grip)
        card.switched.connect(lambda off, card=card: self._switch(card, off))
        card.outlook_wanted.connect(self.outlook_wanted)
        return card

    def _drop_cards(self) -> None:
        for card in self._cards:
            self._discard(card)
        self._cards.clear()
        for card in self._spare.values():
            card.deleteLater()
        self._spare.clear()

    def _discard(self, card: StepCard) -> None:
        """Keep a card for the next step of its method, as undo and selection alternate between few."""
        self._stack.removeWidget(card)
        card.hide()
        if card.action.method in self._spare:
            card.deleteLater()
        else:
            self._spare[card.action.method] = card

    # -- editing ---------------------------------------------------------------------------------------------------

    def add_step(self, step: Action) -> None:
        """Add a step, with default parameters if it names none."""
        method_id, method = step.method, self._methods[step.method]
        limits = step_sentence.limits(self._layers, self._view, method)
        action = Action(method_id, dict(step.params) or v.starting(method.fields, limits))
        action = target_support.fitting(self._target, self._layers, action, method)
        actions = in_order((*self._actions, action))
        index = max(i for i, each in enumerate(actions) if each.method == method_id)
        self._edit(actions, self.tr("Add {title}").format(title=families.name(method)))
        self._look_at(self._cards[index])

    def _replace(self, card: StepCard, method_id: str) -> None:
        """Replace the method of a step, keeping the parameters that both have."""
        index, method = self._cards.index(card), self._methods[method_id]
        if method_id == card.action.method:
            return
        params = v.carried(card.action.params, method.fields, step_sentence.limits(self._layers, self._view, method))
        action = Action(method_id, params, card.action.off)
        text = self.tr("{old} → {new}").format(old=card.title, new=families.name(method))
        self._edit((*self._actions[:index], action, *self._actions[index + 1 :]), text)
        self._look_at(self._cards[index])

    def _remove(self, card: StepCard) -> None:
        index = self._cards.index(card)
        self._discard(self._cards.pop(index))
        self._edit(
            self._actions[:index] + self._actions[index + 1 :], self.tr("Remove {title}").format(title=card.title)
        )
        target = self._cards[min(index, len(self._cards) - 1)].head.remove if self._cards else self.add
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, index: int, to: int) -> None:
        """Move a step; the focus goes to its button that moves it on if there is one, else to its parameters."""
        actions = moved(self._actions, index, to)
        if actions is None:
            return
        self._edit(actions, self.tr("Move {title}").format(title=self._cards[index].title))
        if not self._cards[to].head.focus_mover(to - index):
            self._cards[to].focus_form()

    def _switch(self, card: StepCard, off: bool) -> None:
        index, text = self._cards.index(card), self.tr("Switch off {title}") if off else self.tr("Switch on {title}")
        turned = self._actions[index].switched(off)
        self._edit((*self._actions[:index], turned, *self._actions[index + 1 :]), text.format(title=card.title))

    def _edit(self, actions: tuple[Action, ...], text: str) -> None:
        self.set_actions(actions)
        self.actions_changed.emit(actions, text, True)

    def _look_at(self, card: StepCard) -> None:
        card.focus_form()
        self._column.activate()  # otherwise the card is not yet at its final position
        self._scroll.ensureWidgetVisible(card, 0, theme.UNIT)

    def _on_changed(self, card: StepCard, name: str, finished: bool) -> None:
        index = self._cards.index(card)
        self._actions = (*self._actions[:index], card.action, *self._actions[index + 1 :])
        self._tell_curves()
        self.actions_changed.emit(self._actions, v.edit_text(card.title, name), finished)
