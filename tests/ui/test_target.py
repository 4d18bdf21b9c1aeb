"""The device that a recipe is for: chosen in the menu, kept by the recipe, undone; menus and cards say what it does not
take, and new steps fit it."""

import pytest

from tests.ui.conftest import WAIT, settle
from workbench.core.recipe.action import Action
from workbench.ui.actions import ActionPanel
from workbench.ui.actions.adding.menu import MethodMenu
from workbench.ui.commands.menus import TargetMenu
from workbench.ui.shell.palette.found import commands_of
from workbench.ui.shell.palette.palette import CommandPalette

CODEBOOK = Action("quantize.codebook", {"bits": 4})


@pytest.fixture
def menu(opened, qtbot):
    menu = TargetMenu(opened)
    qtbot.addWidget(menu)
    qtbot.waitUntil(lambda: bool(opened.targets), timeout=WAIT)
    return menu


def entry(menu, name):
    return next(action for action in menu.actions() if action.data() == name)


def ticked(menu):
    return [action.data() for action in menu.actions() if action.isChecked()]


def entries(panel) -> dict:
    entries = (entry for menu in panel.menu.findChildren(MethodMenu) for entry in menu.actions())
    return {entry.data(): entry for entry in entries}


def test_a_target_is_chosen_told_and_undone(opened, menu, qtbot):
    opened.set_actions(["stem", "head"], (CODEBOOK,), "codebook")
    assert ticked(menu) == [""] and "Source: ExecuTorch" in entry(menu, "ethos-u").toolTip()
    with qtbot.waitSignal(opened.told, check_params_cb=lambda text: "Arm Ethos-U" in text and text.endswith("2")):
        entry(menu, "ethos-u").trigger()
    assert opened.target.id == opened.recipe.target == "ethos-u" and ticked(menu) == ["ethos-u"]
    assert opened.undo_stack.undoText() == "target Arm Ethos-U"
    opened.undo()
    assert opened.target is None and ticked(menu) == [""]
    opened.redo()
    assert ticked(menu) == ["ethos-u"]
    entry(menu, "").trigger()
    assert opened.recipe.target == "" and opened.recipe.actions_for("stem") == (CODEBOOK,)


def test_a_target_changes_nothing_that_was_measured(opened, menu):
    before = opened.preview
    entry(menu, "litert").trigger()
    assert opened.preview is before and opened.preview_is_current


def test_a_target_that_is_not_installed_stays_in_the_recipe_until_another_is_chosen(opened, menu, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text("version: 1\ntarget: toaster\n")
    assert opened.load_recipe(str(path))
    assert ticked(menu) == ["toaster"] and not entry(menu, "toaster").isEnabled() and opened.target is None
    entry(menu, "litert").trigger()
    assert ticked(menu) == ["litert"] and "toaster" not in [action.data() for action in menu.actions()]


@pytest.fixture
def panel(opened, menu, qtbot):
    """The steps of the stem, a convolution, as the layout shows them."""
    panel = ActionPanel()
    qtbot.addWidget(panel)
    panel.set_methods(opened.methods)
    panel.set_layers((opened.layer("stem"),))
    panel.set_actions(())
    panel.show()
    settle()
    return panel


def test_what_the_target_does_not_take_is_greyed_with_the_reason(opened, panel):
    assert entries(panel)["quantize.codebook"].isEnabled()
    panel.set_target(opened.targets["ethos-u"])
    greyed = entries(panel)["quantize.codebook"]
    assert not greyed.isEnabled() and "weights: integers, not codebooks (by rule: ExecuTorch" in greyed.toolTip()
    assert entries(panel)["quantize.affine"].isEnabled() and entries(panel)["prune.magnitude"].isEnabled()
    panel.set_target(opened.targets["openvino-cpu"])  # it computes codebooks in floating point: nothing is forbidden
    assert entries(panel)["quantize.codebook"].isEnabled()
    panel.set_target(None)
    assert entries(panel)["quantize.codebook"].isEnabled()


def test_a_new_step_has_the_parameters_that_the_target_wants(opened, panel, qtbot):
    panel.set_target(opened.targets["tensorrt"])
    with qtbot.waitSignal(panel.actions_changed) as caught:
        panel.menu.chosen.emit(Action("quantize.affine"))
    assert caught.args[0] == (Action("quantize.affine", {"bits": 8}),)
    panel.set_actions(())
    with qtbot.waitSignal(panel.actions_changed) as caught:
        panel.menu.chosen.emit(Action("prune.channels"))
    assert caught.args[0][0].params["round_to"] == 8


def test_steps_that_are_there_are_marked_with_the_reason(opened, panel):
    panel.set_actions((Action("prune.magnitude"), CODEBOOK))
    plain, marked = panel.cards
    assert marked.warning.isHidden()
    panel.set_target(opened.targets["ethos-u"])
    assert plain.warning.isHidden() and not marked.warning.isHidden()
    assert "not codebooks" in marked.warning.text.text() and "by rule" in marked.warning.text.text()
    panel.set_actions((Action("prune.magnitude"), CODEBOOK.switched(True)))
    assert marked.warning.isHidden(), "what is switched off does nothing there"
    panel.set_actions((Action("prune.magnitude"), CODEBOOK))
    panel.set_target(None)
    assert marked.warning.isHidden()


def test_the_window_has_the_menu_and_the_palette_finds_it(demo_window, qtbot, tmp_path):
    session = demo_window.session
    qtbot.waitUntil(lambda: bool(session.targets), timeout=WAIT)
    palette = CommandPalette(commands_of(demo_window.menuBar()), demo_window)
    qtbot.addWidget(palette)
    palette.search.setText("tensorrt")
    offered = palette.list.model()
    names = [str(offered.index(row, 0).data()) for row in range(offered.rowCount())]
    assert any("NVIDIA TensorRT" in name for name in names)
    session.set_actions([session.current], (CODEBOOK,), "codebook")
    session.choose_target("tensorrt")
    card = demo_window.workspace.actions.cards[0]
    assert "NVIDIA TensorRT" in card.warning.text.text()
    session.undo()
    assert card.warning.isHidden()
