"""Presets, recipes made by hand, and recipes after training, among the points of the Plan tab."""

import re
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import measured, settle
from tests.ui.plan.conftest import LEFT, click, current, dot, key, names, show
from workbench.core.analysis.plan import PRESETS, Point
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.ui.plans import wish
from workbench.ui.plans.equivalence import EquivalentRecipes
from workbench.ui.tabs.plan import words


def test_a_recipe_made_by_hand_and_the_preset_are_one(found, session):
    """By a glob, or in a row for each layer: it is one recipe in the plot, the table and the menu."""
    paths = [layer.path for layer in session.model.layers if not layer.locked]
    session.change_recipe(Recipe().with_actions(paths, PRESETS["4 bit"]), "by hand")
    settle(session)
    assert session.recipe.key != Recipe().with_actions(["*"], PRESETS["4 bit"]).key
    assert names(found).count("4 bit (current recipe)") == 1 and "Current recipe" not in names(found)
    assert current(found) == dot(found, "4 bit").key
    other = replace(PRESETS["4 bit"][0], params={"bits": 4, "symmetric": False})
    session.change_recipe(session.recipe.with_actions(paths[:1], (other,)), "another")
    settle(session)
    assert "4 bit" in names(found) and "4 bit (current recipe)" not in names(found)


def test_layers_that_cannot_have_the_steps_of_a_glob_do_not_make_another_recipe(tab, session):
    paths = [layer.path for layer in session.model.layers if not layer.locked]
    every = Recipe().with_actions(["*"], PRESETS["2:4 zeros"])
    some = Recipe().with_actions(paths[1:], PRESETS["2:4 zeros"])
    point = Point("2:4 zeros", "uniform", every, 1, left=(paths[0],))
    same = EquivalentRecipes(session.model, {every.key: point.left})
    assert same.of(point) == same.key(some) == same.key(every) != EquivalentRecipes(session.model, {}).key(every)
    trained = replace(point, recipe=replace(every, recover=(Stage("finetune", {}),)))
    assert same.of(trained) != same.of(point)


# -- presets -----------------------------------------------------------------------------------------------------------


def test_presets_say_what_they_cost_before_they_are_applied(tab, session):
    menu = tab.preset_menu
    tab.preset_menu.fill()
    texts = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert re.search(r"kB, predicted: −?\d+\.\d( ± \d+\.\d)? points$", texts["4 bit"].text())
    before = session.recipe
    texts["4 bit"].trigger()
    assert session.undo_stack.undoText() == "apply 4 bit"
    assert session.recipe.key == Recipe().with_actions(["*"], PRESETS["4 bit"]).key
    session.undo()
    assert session.recipe == before


def test_a_preset_that_was_measured_shows_its_loss(found):
    found.preset_menu.fill()
    text = next(action.text() for action in found.preset_menu.actions() if action.text().startswith("4 bit"))
    assert "−0.9 ± 0.6 points" in text


def test_a_preset_that_the_window_measured_is_in_the_plot(tab, session, qtbot):
    tab.apply_preset("4 bit")
    qtbot.waitUntil(lambda: measured(session))
    settle(session)
    tab.apply_preset("8 bit")
    qtbot.waitUntil(lambda: measured(session) and "8 bit (current recipe)" in names(tab))
    labels = {words.name_of(tab.plot.entry(spot.key)) for spot in tab.plot.canvas.spots}
    assert labels == {"Original", "4 bit", "8 bit"} and not tab.plot.empty.isVisible()


def test_snapshots_are_marked(found, session, qtbot):
    session.set_actions(["first"], (Action("quantize.affine", {"bits": 8}),), "8 bit")
    qtbot.waitUntil(lambda: measured(session))
    session.snapshots.add("mine")
    session.undo()
    settle(session)
    assert "mine (snapshot)" in names(found) and dot(found, "mine").label == "mine"


def test_the_device_is_chosen_in_the_bar_and_is_one_step(tab, session, qtbot):
    qtbot.waitUntil(lambda: bool(session.targets))
    menu = tab.bar.options.menu()
    QTest.mouseClick(tab.bar.options, LEFT)
    qtbot.waitUntil(menu.isVisible)
    entry = next(each for each in tab.bar.targets.actions() if each.data() == "ethos-u")
    tab.bar.targets.popup(menu.pos())
    QTest.mouseClick(tab.bar.targets, LEFT, pos=tab.bar.targets.actionGeometry(entry).center())
    menu.close()
    settle(session)
    assert session.recipe.target == "ethos-u" and "Ethos-U" in tab.bar.options.full
    session.undo()
    settle(session)
    assert session.recipe.target == "" and tab.bar.options.full == "Any steps"


def test_the_best_are_retrained_where_that_is_wanted(found, session, qtbot):
    menu = found.bar.options.menu()
    QTest.mouseClick(found.bar.options, LEFT)
    qtbot.waitUntil(menu.isVisible)
    entry = next(each for each in menu.actions() if each.text() == "Retrain the best recipes")
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())
    menu.close()
    assert found.bar.wish.retrain and wish.recall(session.model.fingerprint).retrain
    assert found.bar.wish.goal(session.model, True, ()).retrain


def test_a_recipe_after_training_is_another_point(found, session):
    front = found.plans.front
    plain = front.of("search")[1]
    recipe = replace(plain.recipe, recover=(Stage("finetune"),))
    trained = replace(plain, recipe=recipe, measured=replace(plain.measured, drop=-0.02), held_out=None)
    show(found, replace(front, points=(*front.points, trained), chosen=trained))
    click(found, "Search 2, retrained")
    key(found, Qt.Key.Key_Return)
    assert session.recipe.recover == (Stage("finetune"),) and session.undo_stack.count() == 1
    settle(session)
    current = [each for each in found.plot.scene.entries if "current" in each.marks]
    assert [each.point.retrained for each in current] == [True]
    session.undo()
    assert session.recipe == Recipe()


def test_an_open_menu_of_presets_stays_open_when_figures_arrive(tab, qtbot):
    forecasts = dict(tab.plans.forecasts)
    tab.plans.forecasts.clear()
    menu = tab.preset_menu
    menu.popup(tab.presets.mapToGlobal(tab.presets.rect().bottomLeft()))
    assert all(action.text().endswith("computing…") for action in menu.actions())
    before = menu.actions()
    tab.plans.forecasts.update(forecasts)
    tab.plans.changed.emit()
    assert menu.isVisible() and menu.actions() == before
    assert not any(action.text().endswith("computing…") for action in menu.actions())
    menu.close()
