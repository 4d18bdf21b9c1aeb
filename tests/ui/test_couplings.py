"""Layers that lose channels together show as one group: letter, tooltip, header, card, command."""

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from tests.ui import sample
from tests.ui.conftest import WAIT
from tests.ui.test_flow import add_step
from tests.ui.test_tree import cell, summary
from tests.ui.test_window import LEFT, click_layer, row
from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.recipe.action import Action
from workbench.ui.actions import ActionPanel
from workbench.ui.shell.palette.found import actions_of
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.data.model import GROUP_ROLE, LayerTreeModel

GROUP = ("blocks.1.conv2", "blocks.1.shortcut", "blocks.2.conv2", "blocks.3.conv")


@pytest.fixture
def coupled(demo_window, qtbot):
    """The demo, and what its graph joins."""
    qtbot.waitUntil(lambda: bool(demo_window.session.couplings.groups), timeout=WAIT)
    return demo_window


def test_a_letter_marks_the_group_and_the_tooltip_names_it(qapp):
    model = LayerTreeModel()
    model.set_model(summary())
    changed = []
    model.dataChanged.connect(lambda top, bottom, roles: changed.append(top))
    model.set_couplings(Couplings((("stem", "blocks.2.conv"),), {"head": "Its channels are an output of the model."}))
    assert changed and cell(model, "stem", Column.NAME, GROUP_ROLE) == "A"
    assert cell(model, "head", Column.NAME, GROUP_ROLE) is None
    tip = Qt.ItemDataRole.ToolTipRole
    assert "Channels coupled with blocks.2.conv" in cell(model, "stem", Column.NAME, tip)
    assert "Channels can't be pruned: Its channels are an output" in cell(model, "head", Column.NAME, tip)
    assert "channels" not in cell(model, "blocks.10.conv", Column.NAME, tip)


def test_the_card_of_a_removal_says_who_goes_along(qapp, qtbot):
    method = dataclasses.replace(sample.MAGNITUDE, id="prune.channels", coupled=True)
    panel = ActionPanel()
    qtbot.addWidget(panel)
    panel.set_methods((method, sample.AFFINE))
    panel.set_layers((sample.LAYER,))
    panel.set_actions((Action("prune.channels"), Action("quantize.affine")))
    assert "together" not in panel.cards[0].sentence.text()
    panel.set_couplings(Couplings(((sample.LAYER.path, "stem", "head"),)))
    assert panel.cards[0].sentence.text().endswith("Pruned together with stem, head.")
    assert "together" not in panel.cards[1].sentence.text()
    panel.set_layers((sample.LAYER, sample.HEAD))
    panel.set_couplings(Couplings(((sample.LAYER.path, "stem", "head"),)))
    assert panel.cards[0].sentence.text().endswith("Pruned together with stem."), "the other one is chosen itself"


def test_the_group_is_chosen_from_the_context_menu_with_the_mouse(coupled, qtbot):
    session, tree = coupled.session, coupled.workspace.tree
    click_layer(coupled, qtbot, GROUP[0])
    header = coupled.workspace.inspect.header.coupled
    assert header.isVisible() and header.full == f"Channels coupled with {', '.join(GROUP[1:])} (pruned together)"
    tree._open_menu(row(coupled, GROUP[0]).center())
    menu = next(m for m in coupled.findChildren(QMenu) if m.isVisible())
    entry = next(action for action in menu.actions() if action.text() == "Select coupled layers")
    assert entry.isEnabled()
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(entry).center())
    assert set(session.selection) == set(GROUP) and session.current == GROUP[0]
    chosen, _ = tree.tree.chosen()
    assert set(chosen) == set(GROUP), "the tree shows them chosen"


def test_a_layer_that_keeps_its_channels_says_why(coupled, qtbot):
    click_layer(coupled, qtbot, "head")
    assert (
        coupled.workspace.inspect.header.coupled.full
        == "Channels can't be pruned: Its channels are an output of the model."
    )

    def offered() -> bool:
        return any(action.text() == "Select coupled layers" for _, action in actions_of(coupled.menuBar()))

    assert not offered()
    click_layer(coupled, qtbot, GROUP[0])
    assert offered(), "in the palette, and so in the menu"


def test_removing_channels_in_the_window_names_the_others(coupled, qtbot):
    click_layer(coupled, qtbot, GROUP[0])
    qtbot.waitUntil(lambda: coupled.session.view is not None and coupled.session.view.path == GROUP[0], timeout=WAIT)
    add_step(coupled, qtbot, "prune.channels")
    (card,) = coupled.workspace.actions.cards
    assert card.sentence.isVisible() and card.sentence.text().endswith(f"Pruned together with {', '.join(GROUP[1:])}.")
    qtbot.waitUntil(lambda: coupled.session.edit is not None, timeout=WAIT)
    assert "together" not in (coupled.session.edit.change.storage or "")


def test_equalisation_has_its_place_in_the_window(coupled, qtbot):
    click_layer(coupled, qtbot, "blocks.4.conv1")
    qtbot.waitUntil(
        lambda: coupled.session.view is not None and coupled.session.view.path == "blocks.4.conv1", timeout=WAIT
    )
    add_step(coupled, qtbot, "quantize.equalize")
    qtbot.waitUntil(lambda: coupled.session.edit is not None, timeout=WAIT)
    assert coupled.session.edit.change.note.startswith("channels multiplied by")
    assert "together" not in coupled.workspace.actions.cards[0].sentence.text()


def test_the_letter_is_drawn(coupled, qtbot):
    """Pixels at the right of the name differ from those of a row without a letter."""
    tree = coupled.workspace.tree.tree

    def ink(path: str) -> int:
        where = row(coupled, path)
        colours = {
            picture.pixelColor(QPoint(x, y)).rgb()
            for x in range(where.right() - 16, where.right() - 4)
            for y in range(where.top() + 4, where.bottom() - 4)
        }
        return len(colours)

    click_layer(coupled, qtbot, "head")
    picture = tree.viewport().grab().toImage()
    assert ink(GROUP[1]) > 2 >= ink("blocks.4.conv1")
