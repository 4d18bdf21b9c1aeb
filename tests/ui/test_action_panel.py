"""The stack of steps: what is shown, and what a hand makes of it."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui import sample
from tests.ui.conftest import settle
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.params import Field
from workbench.methods.distill.block import BlockDistillation
from workbench.ui.actions import ActionPanel
from workbench.ui.actions.adding.menu import MethodMenu
from workbench.ui.actions.card.step import StepCard
from workbench.ui.widgets import theme

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
MAGNITUDE, AFFINE = sample.STACK
WANDA = MethodInfo(
    "prune.wanda",
    "prune",
    "Wanda",
    "Zeros by magnitude × input.",
    "|w| ‖x‖",
    "Sun 2024",
    (Field("sparsity", "float", 0.5, "Fraction that becomes zero.", low=0, high=1, step=0.01),),
)
SVD = Action("lowrank.svd", {"rank": 20})


@pytest.fixture(scope="module")
def view():
    return sample.view_of(sample.weights())


@pytest.fixture(scope="module", autouse=True)
def light(qapp):
    theme.apply(qapp, "light")


@pytest.fixture
def panel(qtbot, view):
    """A panel on one layer, without steps; gone afterwards, so that no later test restyles it."""
    panel = ActionPanel()
    panel.resize(340, 700)
    panel.heard = []
    panel.actions_changed.connect(lambda *what: panel.heard.append(what))
    panel.set_methods(sample.METHODS)
    panel.set_layers((sample.LAYER,))
    panel.set_view(view)
    panel.set_actions(())
    panel.show()
    settle()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    yield panel
    panel.close()
    panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def give(panel, *actions: Action) -> None:
    """Show a stack, and let the layout settle so that a mouse finds things."""
    panel.set_actions(actions)
    QApplication.processEvents()


def choose(panel, method: str) -> None:
    """Open the menu with the mouse, type the method, take it."""
    QTest.mouseClick(panel.add, LEFT)
    QTest.keyClicks(panel.menu, method)
    QTest.keyClick(panel.menu, KEY.Key_Return)


def slider(panel, card: int, field: str):
    return panel.cards[card].form.editor(field).slider


def at(slider, share: float) -> QPoint:
    return QPoint(round(slider.width() * share), slider.height() // 2)


# -- empty states ----------------------------------------------------------------------------------------------------


def test_without_a_selection_it_says_where_to_begin(panel):
    panel.set_layers(())
    assert panel.nothing.isVisible() and panel.nothing.title.text() == "Select a layer"
    assert not panel.header.isVisible() and not panel.add.isVisible()


def test_a_locked_layer_says_why(panel):
    panel.set_layers((sample.LOCKED,))
    assert panel.locked.isVisible() and panel.locked.sentence.text() == sample.LOCKED.locked
    assert panel.header.title.full == "norm" and not panel.add.isVisible()


def test_a_layer_without_steps_has_a_hint_that_goes_with_the_first(panel):
    assert panel.hint.isVisible() and panel.add.isVisible()
    panel.set_actions((MAGNITUDE,))
    assert not panel.hint.isVisible()


def test_several_layers_are_counted_with_those_that_can_be_edited(panel):
    panel.set_layers((sample.LAYER, sample.HEAD, sample.LOCKED))
    assert panel.header.title.full == "3 layers"
    assert "2 layers that can be edited" in panel.header.facts.text()
    give(panel, MAGNITUDE)
    panel.set_view(sample.view_of(sample.weights()))
    assert not panel.cards[0].sentence.isVisible()  # it would be true of one of them only
    assert panel.add.isVisible()


def test_methods_may_come_after_the_stack(qapp, qtbot):
    panel = ActionPanel()
    qtbot.addWidget(panel)
    panel.set_layers((sample.LAYER,))
    panel.set_actions((MAGNITUDE,))
    assert panel.cards[0].form is None and not panel.add.isEnabled()
    panel.set_methods(tuple(sample.METHODS.values()))
    assert panel.cards[0].form.values() == {"sparsity": 0.5} and panel.add.isEnabled()


# -- adding and removing ---------------------------------------------------------------------------------------------


def test_a_step_is_added_from_the_menu_where_it_is_applied(panel):
    panel.set_actions((AFFINE,))
    choose(panel, "prune.magnitude")
    stack = (Action("prune.magnitude", {"sparsity": 0.5}), AFFINE)
    assert panel.heard == [(stack, "Add Magnitude", True)]
    assert [card.action for card in panel.cards] == list(stack)
    assert slider(panel, 0, "sparsity").hasFocus()


def shown(menu) -> list[str]:
    """Texts of the entries that are there."""
    return [entry.text().partition("\t")[0] for entry in menu.actions() if entry.isVisible() and entry.text()]


@pytest.mark.parametrize(
    "typed, method, params",
    [
        ("int8", "quantize.affine", {"bits": 8}),
        ("4 bit", "quantize.affine", {"bits": 4}),
        ("quantize", "quantize.affine", None),
        ("quantise", "quantize.affine", None),
        ("svd", "lowrank.svd", None),
        ("factorize", "lowrank.svd", None),
        ("sparsity", "prune.magnitude", None),
    ],
)
def test_the_menu_finds_methods_by_every_usual_name(panel, typed, method, params):
    choose(panel, typed)
    added = panel.heard[-1][0][0]
    assert added.method == method and (params is None or added.params == params)


def test_the_menu_begins_with_what_suits_the_layer_and_the_rest_is_behind_families(panel):
    panel.set_view(sample.view_of(sample.weights()))
    asked = []
    panel.effects_wanted.connect(asked.append)
    QTest.mouseClick(panel.add, LEFT)
    names = ["Prune", "Low rank", "Distil", "Quantise"]
    assert shown(panel.menu)[-4:] == names and len(shown(panel.menu)) <= 4 + len(names)
    (steps,) = asked
    assert [entry.data() for entry in panel.menu.recommended.values()] == [step.method for step in steps]
    panel.menu.show_effect(steps[0], "61.0 kB, loss +0.002")
    first = panel.menu.recommended[steps[0]]
    assert first.text().rstrip().endswith("\t61.0 kB, loss +0.002")
    assert panel.menu.caption.isVisible()
    QTest.keyClicks(panel.menu, "nothing like this")
    assert shown(panel.menu) == [] and not panel.menu.caption.isVisible()
    for _ in "nothing like this":
        QTest.keyClick(panel.menu, KEY.Key_Backspace)
    assert shown(panel.menu)[-4:] == names
    panel.menu.setActiveAction(first)
    QTest.keyClick(panel.menu, KEY.Key_Return)
    assert panel.heard[-1][0] == (steps[0],)


def test_of_methods_that_fit_alike_what_suits_the_layer_comes_first(panel):
    panel.set_view(sample.view_of(sample.weights()))
    panel.menu.aboutToShow.emit()
    suiting = [step.method for step in panel.menu.recommended if step.method.startswith("prune.")]
    assert len(suiting) == 1, "the sample has one"
    choose(panel, "prune")
    assert panel.heard[-1][0][0].method == suiting[0]


def test_figures_that_arrive_late_do_not_push_the_menu_off_the_screen(panel):
    room = panel.screen().availableGeometry()
    panel.menu.popup(room.topRight())
    first = next(iter(panel.menu.recommended))
    panel.menu.show_effect(first, "61.0 kB, predicted loss +0.0021")
    assert room.contains(panel.menu.geometry())
    panel.menu.close()


def test_what_the_target_does_not_take_is_not_recommended(panel):
    panel.set_unavailable({"quantize.affine": "There are no integers there."})
    panel.menu.aboutToShow.emit()
    assert "quantize.affine" not in [step.method for step in panel.menu.recommended]


def test_steps_change_places_where_that_means_something(panel):
    give(panel, MAGNITUDE, AFFINE)
    assert not any(button.isVisible() for card in panel.cards for button in (card.head.earlier, card.head.later)), (
        "these are applied in this order whatever the list says"
    )
    give(panel, MAGNITUDE, SVD, AFFINE)
    assert [(c.head.earlier.isVisible(), c.head.later.isVisible()) for c in panel.cards] == [
        (False, True),
        (True, False),
        (False, False),
    ]
    QTest.mouseClick(panel.cards[0].head.later, LEFT)
    assert panel.heard[-1] == ((SVD, MAGNITUDE, AFFINE), "Move Magnitude", True), "the factors are pruned"
    assert panel.cards[1].action == MAGNITUDE and panel.cards[1].head.earlier.hasFocus()
    QTest.keyClick(panel.cards[1].head.earlier, KEY.Key_Space)
    assert panel.heard[-1][0] == (MAGNITUDE, SVD, AFFINE) and panel.cards[0].head.later.hasFocus()


def test_a_step_that_is_undone_leaves_the_focus_in_the_panel(panel):
    give(panel, MAGNITUDE)
    slider(panel, 0, "sparsity").setFocus()
    give(panel)
    assert panel.add.hasFocus()


def test_the_menu_is_grouped_and_says_why_something_cannot_be_had(panel):
    panel.set_unavailable({"distill.layer": "Needs calibration data."})
    entries = {entry.data(): entry for menu in panel.menu.findChildren(MethodMenu) for entry in menu.actions()}
    assert list(entries) == ["prune.magnitude", "lowrank.svd", "distill.layer", "quantize.affine"]
    assert not entries["distill.layer"].isEnabled()
    assert entries["distill.layer"].toolTip() == "Needs calibration data."
    assert entries["lowrank.svd"].isEnabled() and entries["lowrank.svd"].toolTip() == sample.SVD.summary


def test_the_menu_says_what_does_not_go_with_the_steps_that_are_there(panel):
    panel.set_unavailable({"distill.layer": "Needs calibration data."})
    panel.set_conflicts({"lowrank.svd": "Integers cannot follow a factoring."})
    entries = [entry for menu in panel.menu.findChildren(MethodMenu) for entry in menu.actions()]
    reasons = {entry.data(): entry.toolTip() for entry in entries if not entry.isEnabled()}
    assert reasons == {"distill.layer": "Needs calibration data.", "lowrank.svd": "Integers cannot follow a factoring."}


def test_a_step_is_removed_and_the_focus_stays_in_the_stack(panel):
    give(panel, *sample.STACK)
    QTest.mouseClick(panel.cards[0].head.remove, LEFT)
    assert panel.heard == [((AFFINE,), "Remove Magnitude", True)]
    assert panel.cards[0].head.remove.hasFocus()
    QTest.keyClick(panel.cards[0].head.remove, KEY.Key_Space)
    assert panel.heard[1] == ((), "Remove Integers", True)
    assert panel.cards == () and panel.add.hasFocus() and panel.hint.isVisible()


def test_a_step_whose_method_is_not_installed_can_only_be_removed(panel):
    panel.set_actions((Action("prune.rare", {"x": 1}),))
    card = panel.cards[0]
    assert card.form is None and "not installed" in card.warning.text.text()
    QTest.mouseClick(card.head.remove, LEFT)
    assert panel.heard == [((), "Remove prune.rare", True)]


def test_another_method_of_the_family_takes_the_place_and_the_sparsity(panel):
    panel.set_methods((*sample.METHODS.values(), WANDA))
    give(panel, Action("prune.magnitude", {"sparsity": 0.7}), AFFINE)
    name = panel.cards[0].head.others
    assert name.isVisible() and not panel.cards[1].head.others.isVisible()
    panel.cards[0].head.menu.aboutToShow.emit()
    entries = {entry.data(): entry for entry in panel.cards[0].head.menu.actions()}
    assert list(entries) == ["prune.magnitude", "prune.wanda"]
    entries["prune.wanda"].trigger()
    assert panel.heard == [((Action("prune.wanda", {"sparsity": 0.7}), AFFINE), "Magnitude → Wanda", True)]
    assert panel.cards[0].title == "Wanda" and slider(panel, 0, "sparsity").hasFocus()


def test_a_step_that_this_layer_cannot_have_says_so(panel):
    give(panel, MAGNITUDE, AFFINE)
    panel.set_unavailable({"prune.magnitude": "There are no weights to zero."})
    assert panel.cards[0].warning.isVisible()
    assert panel.cards[0].warning.text.text() == "There are no weights to zero."
    assert not panel.cards[1].warning.isVisible()
    panel.set_unavailable({})
    assert not panel.cards[0].warning.isVisible()


def test_a_new_step_is_scrolled_into_sight(panel):
    panel.resize(340, 400)
    give(panel, MAGNITUDE, SVD, Action("distill.layer"))
    choose(panel, "quantize.affine")
    card = panel.cards[3]
    assert 0 <= card.mapTo(panel, QPoint()).y() + card.height() <= panel.height()


def test_a_family_that_is_not_known_yet_is_shown_by_its_own_name(panel):
    other = MethodInfo("erase.all", "erase", "Erase", "Erases.", "", "", ())
    panel.set_methods((*sample.METHODS.values(), other))
    panel.set_actions((Action("erase.all"),))
    assert panel.cards[0].title == "Erase"


# -- changing --------------------------------------------------------------------------------------------------------


def test_a_dragged_slider_changes_its_step_and_says_when_it_is_done(panel):
    give(panel, *sample.STACK)
    bar = slider(panel, 0, "sparsity")
    QTest.mousePress(bar, LEFT, pos=at(bar, 0.25))
    QTest.mouseMove(bar, at(bar, 0.75))
    QTest.mouseRelease(bar, LEFT, pos=at(bar, 0.75))
    values = [(stack[0].params["sparsity"], text, finished) for stack, text, finished in panel.heard]
    assert [finished for *_, finished in values] == [False] * (len(values) - 1) + [True]
    assert {text for _, text, _ in values} == {"Magnitude: sparsity"}
    assert values[0][0] == pytest.approx(0.25, abs=0.04) and values[-1][0] == pytest.approx(0.75, abs=0.04)
    assert all(stack[1] is AFFINE for stack, *_ in panel.heard)


def test_the_same_stack_with_other_values_comes_back_into_the_slider_that_is_held(panel):
    give(panel, *sample.STACK)
    cards, bar = panel.cards, slider(panel, 0, "sparsity")
    panel.actions_changed.connect(lambda stack, *_: panel.set_actions(stack))  # as the window does
    QTest.mousePress(bar, LEFT, pos=at(bar, 0.3))
    QTest.mouseMove(bar, at(bar, 0.6))
    panel.set_view(None)
    panel.set_actions((Action("prune.magnitude", {"sparsity": 0.1}), AFFINE))  # a late answer
    assert panel.cards == cards and bar.isSliderDown() and bar.value() == pytest.approx(60, abs=4)
    QTest.mouseMove(bar, at(bar, 0.8))
    QTest.mouseRelease(bar, LEFT, pos=at(bar, 0.8))
    assert panel.heard[-1][0][0].params["sparsity"] == pytest.approx(0.8, abs=0.04)


def test_cards_are_kept_when_others_come_and_go(panel):
    panel.set_actions((MAGNITUDE, SVD, AFFINE))
    first, _, last = panel.cards
    panel.set_actions((MAGNITUDE, AFFINE))
    assert panel.cards == (first, last)
    panel.set_actions((SVD, AFFINE))
    assert panel.cards[1] is last and panel.cards[0].action == SVD
    order = [panel.cards[i].mapTo(panel, QPoint()).y() for i in range(2)]
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert order == sorted(order)


def test_undo_moves_the_slider_back(panel):
    panel.set_actions((Action("prune.magnitude", {"sparsity": 0.9}),))
    panel.set_actions((MAGNITUDE,))
    assert slider(panel, 0, "sparsity").value() == 50 and panel.heard == []


def test_choosing_threshold_keeps_what_the_step_does(panel, view):
    give(panel, MAGNITUDE)
    mode = panel.cards[0].form.mode("amount")
    mode.setFocus()
    QTest.keyClick(mode, KEY.Key_Down)
    ((stack, text, finished),) = panel.heard
    assert stack[0].params == {"threshold": pytest.approx(np.median(np.abs(sample.weights())), rel=0.01)}
    assert (text, finished) == ("Magnitude: threshold", True)
    assert slider(panel, 0, "threshold").isVisible()


def test_a_rank_goes_as_far_as_the_layer(panel):
    give(panel, SVD)
    bar = slider(panel, 0, "rank")
    bar.setFocus()
    QTest.keyClick(bar, KEY.Key_End)
    assert panel.heard[-1][0] == (Action("lowrank.svd", {"rank": 64}),)


# -- what it means ---------------------------------------------------------------------------------------------------


def test_a_step_says_what_it_will_do_to_this_layer(panel):
    panel.set_actions((MAGNITUDE, SVD))
    edge = np.median(np.abs(sample.weights()))
    assert panel.cards[0].sentence.text() == f"Weights from −{edge:.3g} to {edge:.3g} become zero."
    assert panel.cards[1].sentence.text().startswith("Rank 20 of 64 keeps 61.2")
    assert panel.cards[1].sentence.text().endswith("below break-even 52, so the layer shrinks.")
    panel.set_actions((MAGNITUDE, Action("lowrank.svd", {"rank": 53})))
    assert panel.cards[1].sentence.text().endswith("above break-even 52, so the layer grows.")
    panel.set_view(None)
    assert not panel.cards[0].sentence.isVisible()


def test_a_vector_has_no_spectrum_to_speak_of(panel, view):
    empty = dataclasses.replace(view.spectrum, values=np.zeros(0), energy=np.zeros(0), break_even=0)
    panel.set_view(dataclasses.replace(view, spectrum=empty))
    give(panel, SVD)
    assert not panel.cards[0].sentence.isVisible()
    panel.set_view(dataclasses.replace(view, spectrum=None))
    assert not panel.cards[0].sentence.isVisible()


def test_the_result_says_bytes_error_and_storage(panel):
    give(panel, *sample.STACK)
    panel.set_change(sample.CHANGE)
    result = panel.result
    assert result.isVisible() and result.bytes.text() == "74.0 kB → 8.36 kB"
    assert result.ratio.text() == "8.8x smaller (11 % kept)"
    assert "int4 per channel" in result.details.text() and "17.4" in result.details.text()
    assert not result.note.isVisible()


def test_a_forecast_looks_like_one_and_a_note_is_not_missed(panel):
    give(panel, *sample.STACK)
    panel.set_change(dataclasses.replace(sample.CHANGE, exact=False, sqnr_db=None, note="Grew."))
    assert panel.result.bytes.font().italic() and panel.result.details.text().startswith("○ forecast")
    assert panel.result.note.text.text() == "Grew." and panel.result.note.isVisible()
    panel.set_change(sample.CHANGE)
    assert not panel.result.bytes.font().italic()
    panel.set_change(None)
    assert not panel.result.isVisible()


def test_another_layer_forgets_the_result_of_the_one_before(panel):
    give(panel, *sample.STACK)
    panel.set_change(sample.CHANGE)
    panel.set_layers((sample.HEAD,))
    assert not panel.result.isVisible() and not panel.cards[0].sentence.isVisible()


def test_how_it_works_unfolds(panel):
    give(panel, MAGNITUDE)
    why = panel.cards[0].why
    assert not why.body.isVisible()
    QTest.mouseClick(why.button, LEFT)
    assert why.body.isVisible()
    texts = [label.text() for label in why.body.findChildren(type(panel.hint))]
    assert texts == [sample.MAGNITUDE.summary, sample.MAGNITUDE.formula, sample.MAGNITUDE.citation]


def test_everything_can_be_reached_with_the_tab_key_and_has_a_name(panel):
    give(panel, MAGNITUDE)
    card = panel.cards[0]
    wanted = [
        card.head.remove,
        card.form.mode("amount"),
        slider(panel, 0, "sparsity"),
        card.form.editor("sparsity").box,
        card.why.button,
        panel.add,
    ]
    wanted[0].setFocus()
    seen = [QApplication.focusWidget()]
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget(), KEY.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert all(widget in seen for widget in wanted)
    assert all(widget.accessibleName() or widget.text() for widget in wanted)


# -- switching off -----------------------------------------------------------------------------------------------------


def test_a_step_is_switched_off_and_on_with_its_box(panel, qtbot):
    give(panel, MAGNITUDE, SVD)
    card, seen = panel.cards[0], []
    panel.actions_changed.connect(lambda *edit: seen.append(edit))
    QTest.mouseClick(card.head.on, LEFT)
    assert seen[-1] == ((MAGNITUDE.switched(True), SVD), "Switch off Magnitude", True)
    assert panel.cards[0] is card and not card.form.isEnabled() and panel.cards[1].form.isEnabled()
    QTest.keyClick(card.head.on, KEY.Key_Space)
    assert seen[-1] == ((MAGNITUDE, SVD), "Switch on Magnitude", True) and card.form.isEnabled()
    panel.set_actions((MAGNITUDE.switched(True), SVD))
    assert not card.head.on.isChecked() and len(seen) == 2, "what is shown is no edit"


# -- looks -----------------------------------------------------------------------------------------------------------


def test_nothing_is_cut_off_in_the_narrowest_panel(panel, qapp):
    give(panel, MAGNITUDE, SVD, Action("distill.layer"), Action("quantize.affine", {"granularity": "group"}))
    panel.resize(panel.minimumWidth(), 500)
    qapp.processEvents()
    for card in panel.cards:
        right = card.mapTo(panel, QPoint(card.width(), 0)).x()
        assert right <= panel.width() - 8
        assert card.minimumSizeHint().width() <= card.width()


def test_icons_follow_the_theme(panel, qapp):
    panel.set_actions((MAGNITUDE,))
    light = panel.cards[0].why.button.icon().cacheKey()
    theme.apply(qapp, "dark")
    assert panel.cards[0].why.button.icon().cacheKey() != light
    theme.apply(qapp, "light")


def test_a_step_that_replaces_a_module_says_which(panel):
    layers = tuple(dataclasses.replace(sample.LAYER, path=f"blocks.2.conv{number}") for number in (1, 2))
    card = StepCard(Action("distill.block"), BlockDistillation.info(), panel)
    card.set_context(layers, None)
    assert card.sentence.text() == "Replaces blocks.2 with all its layers."
    card.set_action(Action("distill.block", {"student": "identity", "span": "blocks"}))
    assert card.sentence.text() == "Removes blocks with all its layers."
