"""The layer tree grouped by operator, by size or not at all: the same layers, sums, choices and actions."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from tests.figures import TOP1
from tests.ui.conftest import show_window
from tests.ui.test_tree import LAYERS, PRUNE, cell, change, names, summary
from tests.ui.test_window import CTRL, click_layer, dialog
from workbench.core.layer_data.views import LayerFacts
from workbench.core.recipe.recipe import Recipe
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.data.filter import LayerTreeProxy
from workbench.ui.tree.data.grouping import CLASSES, Grouping, class_name, size_class
from workbench.ui.tree.data.model import NODE_ROLE, LayerTreeModel

ROWS = {
    Grouping.OPERATOR: [
        ["Conv", "stem", "blocks.2.conv", "blocks.10.conv"],
        ["MatMul", "blocks.10"],
        ["Gemm", "head"],
        ["Embedding", "table"],
    ],
    Grouping.SIZE: [["below 10 kB", *(layer.path for layer in LAYERS)]],
    Grouping.NONE: [layer.path for layer in LAYERS],
}


@pytest.fixture
def model(qapp):
    model = LayerTreeModel()
    model.set_model(summary())
    return model


@pytest.mark.parametrize("grouping", list(Grouping))
def test_groups_keep_the_rules_of_qt_also_sorted_and_filtered(model, qtmodeltester, grouping):
    proxy = LayerTreeProxy()
    proxy.setSourceModel(model)
    model.group_by(grouping)
    qtmodeltester.check(model)
    proxy.sort(Column.BYTES)
    proxy.set_filter("blocks")
    qtmodeltester.check(proxy)


@pytest.mark.parametrize("grouping", list(ROWS))
def test_layers_stand_below_their_group_in_the_order_of_the_model(model, grouping):
    model.group_by(grouping)
    assert names(model) == ROWS[grouping]
    model.group_by(Grouping.MODULES)
    assert names(model) == ["stem", ["blocks", ["2", "conv"], ["10", "conv"]], "head", "table"]


def test_a_group_sums_its_layers_and_says_how_many_are_edited(model):
    recipe = Recipe().with_actions(["stem", "blocks.2.conv"], (PRUNE,))
    model.set_state(recipe, {"stem": change("stem", 1000)})
    model.set_facts([LayerFacts("stem", 0.25, 3.0, 4, 8)])
    model.set_losses({"head": 0.01}, TOP1, "Affine", "affine 4")
    model.group_by(Grouping.OPERATOR)
    group = model.index_of("stem").parent()
    convs = [layer for layer in LAYERS if layer.op == "Conv"]
    assert group.data(NODE_ROLE).bytes == sum(layer.bytes for layer in convs)
    assert group.siblingAtColumn(Column.ACTIONS).data() == "2 edited"
    assert cell(model, "stem", Column.AFTER) == "1.00 kB", "what is known of a layer goes with it"
    assert cell(model, "stem", Column.ZEROS) == "25.0 %" and cell(model, "head", Column.LOSS)
    model.set_state(Recipe(), {})
    assert group.data(NODE_ROLE).edited == 0 and group.siblingAtColumn(Column.ACTIONS).data() == ""


def test_classes_of_size_begin_at_round_numbers_and_the_largest_are_first(qapp):
    assert [class_name(place) for place in range(len(CLASSES) + 1)] == [
        "from 10 MB",
        "1 MB–10 MB",
        "100 kB–1 MB",
        "10 kB–100 kB",
        "below 10 kB",
    ]
    assert [size_class(count) for count in (10**8, 10**7, 10**7 - 1, 10**4, 10**4 - 1, 0)] == [0, 0, 1, 3, 4, 4]


def group_row(panel, path: str):
    return panel.proxy.mapFromSource(panel.model.index_of(path)).parent()


def test_grouping_is_a_command_keeps_the_choice_and_a_group_stands_for_its_layers(demo_window, qtbot, session):
    panel = demo_window.workspace.tree
    click_layer(demo_window, qtbot, "blocks.4.conv2")
    qtbot.keyClick(demo_window, Qt.Key.Key_K, CTRL)
    palette = dialog(demo_window, qtbot, "palette")
    qtbot.keyClicks(palette.search, "group by operator")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert panel.groups.grouping is Grouping.OPERATOR
    assert session.selection == ("blocks.4.conv2",) and panel.tree.chosen() == (("blocks.4.conv2",), "blocks.4.conv2")
    assert panel.tree.currentIndex().data() == "blocks.4.conv2"

    session.set_actions(["head"], (PRUNE,), "prune")
    click_layer(demo_window, qtbot, "head")
    demo_window.layer_commands.copy.trigger()
    group = group_row(panel, "stem")
    panel.tree.scrollTo(group)
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=panel.tree.visualRect(group).center())
    convs = tuple(layer.path for layer in session.model.layers if layer.op == "Conv")
    assert session.selection == convs
    demo_window.layer_commands.paste.trigger()
    assert all(session.recipe.actions_for(path) == (PRUNE,) for path in convs)
    qtbot.waitUntil(lambda: group.siblingAtColumn(Column.ACTIONS).data() == f"{len(convs)} edited")

    panel.filter.setText("4.conv")
    assert names(panel.proxy) == [["Conv", "blocks.4.conv1", "blocks.4.conv2"]]
    panel.groups.group_by(Grouping.NONE)
    assert names(panel.proxy) == ["blocks.4.conv1", "blocks.4.conv2"]
    panel.filter.clear()
    assert panel.proxy.rowCount() == len(session.model.layers)


def test_the_grouping_is_in_the_headers_menu_and_remembered(demo_window, qtbot, session):
    panel = demo_window.workspace.tree
    header = panel.tree.header()
    header.customContextMenuRequested.emit(header.rect().center())
    menu = next(menu for menu in panel.tree.findChildren(QMenu) if menu.isVisible())
    assert panel.groups.menu.menuAction() in menu.actions()
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    next(action for action in panel.groups.menu.actions() if action.data() == Grouping.SIZE).trigger()
    assert [row[0] for row in names(panel.proxy)] == ["100 kB–1 MB", "10 kB–100 kB", "below 10 kB"]
    store = QSettings()
    panel.save(store)
    again = show_window(session, qtbot).workspace.tree
    again.restore(store)
    assert again.groups.grouping is Grouping.SIZE and names(again.proxy) == names(panel.proxy)
    ticked = [action.text() for action in again.groups.menu.actions() if action.isChecked()]
    assert ticked == ["Size"]
