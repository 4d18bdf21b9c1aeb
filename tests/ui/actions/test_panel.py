"""The stack of steps: what is shown, and what a hand makes of it."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui import sample
from tests.ui.actions.conftest import AFFINE, KEY, LEFT, MAGNITUDE, at, choose, give, slider
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.params import Field
from workbench.methods.distill.block import BlockDistillation
from workbench.ui.actions import ActionPanel
from workbench.ui.actions.card.step import StepCard
from workbench.ui.widgets import theme

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
