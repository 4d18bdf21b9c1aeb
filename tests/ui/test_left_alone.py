"""Layers that are left alone, from the tree's menu: steps for several, presets and searches skip them; lifted again."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.test_session import prune
from tests.ui.test_window import CTRL, LEFT
from workbench.core.analysis.plan import PRESETS, Goal
from workbench.core.recipe.recipe import Row, parse_recipe
from workbench.ui.tree.data.model import Column

PATH = "blocks.4.conv2"


def choose_in_menu(window, qtbot, text: str) -> None:
    """The row of the layer, the right button, the entry."""
    tree, model = window.workspace.tree.tree, window.workspace.tree
    index = model.proxy.mapFromSource(model.model.index_of(PATH))
    tree.scrollTo(index)
    where = tree.visualRect(index).center()
    qtbot.mouseClick(tree.viewport(), LEFT, pos=where)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, tree.viewport().mapToGlobal(where))
    QApplication.sendEvent(tree.viewport(), event)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    action = next(each for each in menu.actions() if each.text() == text)
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)


def test_a_layer_that_is_left_alone_gets_no_steps_with_others_until_that_is_lifted(demo_window, qtbot, monkeypatch):
    session, space = demo_window.session, demo_window.workspace
    layers = [layer.path for layer in session.model.layers]
    steps = session.undo_stack.count()
    choose_in_menu(demo_window, qtbot, "Leave alone")
    assert session.recipe.rows == (Row(PATH, ()),) and session.undo_stack.count() == steps + 1
    assert f"{PATH}: []" in session.recipe.to_yaml().replace('"', "")
    index = space.tree.model.index_of(PATH).siblingAtColumn(Column.ACTIONS)
    qtbot.waitUntil(lambda: index.data() == "alone")
    assert demo_window.layer_commands.alone.isChecked() and space.actions.alone.isVisible()

    session.select(layers, PATH)
    assert not demo_window.layer_commands.alone.isChecked()
    session.set_actions(layers, (prune(0.5),), "prune")
    assert session.recipe.actions_for(PATH) == () and session.recipe.actions_for("head") == (prune(0.5),)
    assert space.actions.cards[0].action == prune(0.5), "the steps of the others are on show"
    assert f"1 of these {len(layers)} layers" in space.actions.alone.words.text()
    name = next(iter(PRESETS))
    space.plan.apply_preset(name)
    assert session.recipe.actions_for("head") == PRESETS[name] and session.recipe.leaves_alone(PATH)
    asked = []
    monkeypatch.setattr(session.link, "request", lambda kind, handlers, **given: asked.append(given) or 1)
    space.plan.plans.start(Goal())
    monkeypatch.undo()
    space.plan.plans._drop()
    free = tuple(layer.path for layer in session.model.layers if not layer.locked and layer.path != PATH)
    assert asked[0]["goal"].layers == free and asked[0]["others"] == ()

    session.select([PATH])
    demo_window.activateWindow()
    qtbot.waitUntil(demo_window.isActiveWindow)
    qtbot.mouseClick(space.actions.alone.lift, LEFT)
    assert space.actions.add.hasFocus()
    assert session.recipe.actions_for(PATH) == PRESETS[name] and not space.actions.alone.isVisible()
    qtbot.keyClick(demo_window, Qt.Key.Key_Z, CTRL)
    assert session.recipe.leaves_alone(PATH) and space.actions.alone.isVisible()


def test_an_empty_glob_is_lifted_for_one_layer_alone():
    recipe = parse_recipe("version: 1\nlayers: {'*': [prune.magnitude], 'a.*': [], 'a.2': [prune.random]}")
    layers = ["a.1", "a.2", "a.3", "b"]
    assert [path for path in layers if recipe.leaves_alone(path)] == ["a.1", "a.3"]
    lifted = recipe.lifting(["a.1"], layers)
    assert [path for path in layers if lifted.leaves_alone(path)] == ["a.3"]
    assert [lifted.actions_for(path) == recipe.actions_for(path) for path in layers] == [False, True, True, True]
    assert lifted.actions_for("a.1") == recipe.actions_for("b")
