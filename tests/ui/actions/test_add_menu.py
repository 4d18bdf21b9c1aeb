"""The menu of the Steps panel that adds a step: recommendations, search, and what cannot be had."""

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from tests.ui import sample
from tests.ui.actions.conftest import AFFINE, KEY, LEFT, choose, slider
from workbench.core.recipe.action import Action, MethodInfo
from workbench.ui.actions import families
from workbench.ui.actions.adding.menu import MethodMenu
from workbench.ui.widgets import theme

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


def test_icons_follow_the_colours_and_entries_that_were_replaced_are_gone(panel, qtbot):
    panel.recommend()
    before = list(panel.menu.recommended.values())
    panel.recommend()
    qtbot.waitUntil(lambda: not any(map(isValid, before)))
    of_families = [entry for menu in panel.menu.findChildren(MethodMenu) for entry in menu.actions()]
    entries = [*panel.menu.recommended.values(), *(entry for *_, entry in panel.menu.found), *of_families]
    theme.apply(QApplication.instance(), "dark")
    for entry in entries:
        icon = theme.icon(families.icon_name(entry.data().partition(".")[0]))
        assert entry.icon().pixmap(16).toImage() == icon.pixmap(16).toImage()
    theme.apply(QApplication.instance(), "light")


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


def test_a_family_that_is_not_known_yet_is_shown_by_its_own_name(panel):
    other = MethodInfo("erase.all", "erase", "Erase", "Erases.", "", "", ())
    panel.set_methods((*sample.METHODS.values(), other))
    panel.set_actions((Action("erase.all"),))
    assert panel.cards[0].title == "Erase"
