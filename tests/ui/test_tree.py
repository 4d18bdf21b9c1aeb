"""The layer tree: hierarchy, sums, sorting, filtering, and what an edit makes of it."""

import pytest
from PySide6.QtCore import Qt

from workbench.core.analysis.report import LayerChange
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.ui.commands.layer_commands import LayerCommands
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session
from workbench.ui.tree.data import cells
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.data.filter import LayerTreeProxy, natural
from workbench.ui.tree.data.model import BAR_ROLE, NODE_ROLE, LayerTreeModel
from workbench.ui.tree.view import TreePanel

PRUNE = Action("prune.magnitude", {"sparsity": 0.5})


def layer(path: str, op: str = "Conv", shape: tuple[int, ...] = (8, 8, 3, 3), **more) -> Layer:
    count = 1
    for size in shape:
        count *= size
    return Layer(path, op, shape, "float32", 0, count, more.pop("macs", 10 * count), 4 * count, path, **more)


LAYERS = (
    layer("stem"),
    layer("blocks.2.conv"),
    layer("blocks.10.conv", shape=(16, 8, 3, 3)),
    layer("blocks.10", op="MatMul", shape=(8, 8)),  # a module that is a layer too
    layer("head", op="Gemm", shape=(10, 64), macs=None),
    layer("table", op="Embedding", shape=(4, 4), locked="Its weight is computed by the graph."),
)


def summary(layers: tuple[Layer, ...] = LAYERS) -> ModelSummary:
    return ModelSummary(
        "m.onnx", "onnx", sum(x.parameters for x in layers), sum(x.bytes for x in layers), None, 17, layers, (), ()
    )


@pytest.fixture
def model(qapp):
    model = LayerTreeModel()
    model.set_model(summary())
    return model


@pytest.fixture
def proxy(model):
    proxy = LayerTreeProxy()
    proxy.setSourceModel(model)
    return proxy


def names(model, parent=None) -> list:
    """The tree as nested lists of names."""
    from PySide6.QtCore import QModelIndex

    parent = QModelIndex() if parent is None else parent
    found = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        below = names(model, index)
        found.append([index.data(), *below] if below else index.data())
    return found


def cell(model, path: str, column: Column, role=Qt.ItemDataRole.DisplayRole):
    return model.index_of(path).siblingAtColumn(column).data(role)


def change(path: str, after: int, exact: bool = True, actions=(PRUNE,)) -> LayerChange:
    before = next(x.bytes for x in LAYERS if x.path == path)
    return LayerChange(path, actions, before, after, exact=exact)


def test_model_keeps_the_rules_of_qt(model, qtmodeltester):
    qtmodeltester.check(model)


def test_proxy_keeps_the_rules_of_qt(proxy, qtmodeltester):
    qtmodeltester.check(proxy)
    proxy.sort(Column.NAME)
    proxy.set_filter("blocks")
    qtmodeltester.check(proxy)


def test_paths_become_modules_in_the_order_of_the_model(model):
    assert names(model) == ["stem", ["blocks", ["2", "conv"], ["10", "conv"]], "head", "table"]


def test_modules_sum_what_is_below_them_and_themselves(model):
    ten = model.index_of("blocks.10")
    assert ten.data(NODE_ROLE).bytes == 4 * (16 * 8 * 9 + 64)
    blocks = ten.parent()
    assert blocks.data() == "blocks"
    assert blocks.data(NODE_ROLE).parameters == 8 * 8 * 9 + 16 * 8 * 9 + 64
    assert blocks.siblingAtColumn(Column.BYTES).data() == "7.17 kB"
    assert cell(model, "head", Column.MACS) == "–"


def test_an_edit_changes_its_row_and_those_above_only(model, qtbot):
    changed = []
    model.dataChanged.connect(lambda top, bottom, roles: changed.append(top.data(NODE_ROLE).path))
    model.modelReset.connect(lambda: pytest.fail("the tree was reset"))
    recipe = Recipe().with_actions(["blocks.10.conv"], (PRUNE,))
    model.set_state(recipe, {})
    assert set(changed) == {"blocks.10.conv", "blocks.10", "blocks"}
    assert cell(model, "blocks.10.conv", Column.ACTIONS) == "magnitude 0.5"
    assert model.index_of("blocks.10").parent().siblingAtColumn(Column.ACTIONS).data() == "1 edited"
    changed.clear()
    model.set_state(recipe, {})
    assert changed == []


def test_a_forecast_looks_different_from_what_is_exact(model):
    recipe = Recipe().with_actions(["stem"], (PRUNE,))
    model.set_state(recipe, {"stem": change("stem", 1000, exact=False)})
    assert cell(model, "stem", Column.AFTER) == "○ 1.00 kB"
    assert cell(model, "stem", Column.AFTER, Qt.ItemDataRole.FontRole).italic()
    model.set_state(recipe, {"stem": change("stem", 900)})
    assert cell(model, "stem", Column.AFTER) == "900 B"
    assert cell(model, "stem", Column.AFTER, Qt.ItemDataRole.FontRole) is None


def test_figures_of_other_actions_are_not_shown_as_exact(model):
    recipe = Recipe().with_actions(["stem"], (PRUNE.with_param("sparsity", 0.9),))
    model.set_state(recipe, {"stem": change("stem", 900)})
    assert cell(model, "stem", Column.AFTER) == "○ 900 B"
    model.set_state(Recipe(), {"stem": change("stem", 900)})
    assert cell(model, "stem", Column.AFTER) == ""


def test_bars_compare_layers_with_the_largest(model):
    assert cell(model, "blocks.10.conv", Column.BYTES, BAR_ROLE) == (1.0, 1.0)
    assert cell(model, "stem", Column.BYTES, BAR_ROLE) == (0.5, 0.5)
    assert model.index_of("blocks.10").parent().siblingAtColumn(Column.BYTES).data(BAR_ROLE) is None


def test_a_locked_layer_is_grey_and_says_why(model):
    assert cell(model, "table", Column.NAME, Qt.ItemDataRole.ForegroundRole) is not None
    assert "computed by the graph" in cell(model, "table", Column.NAME, Qt.ItemDataRole.ToolTipRole)
    assert cell(model, "stem", Column.NAME, Qt.ItemDataRole.ForegroundRole) is None


def test_names_sort_as_people_count(proxy):
    proxy.sort(Column.NAME)
    assert names(proxy) == [["blocks", ["2", "conv"], ["10", "conv"]], "head", "stem", "table"]
    proxy.sort(-1)
    assert names(proxy)[0] == "stem"
    assert natural("blocks.2") < natural("blocks.10") < natural("blocks.x")


def test_numbers_sort_by_value(proxy):
    proxy.sort(Column.BYTES, Qt.SortOrder.DescendingOrder)
    assert [n if isinstance(n, str) else n[0] for n in names(proxy)] == ["blocks", "head", "stem", "table"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["stem", ["blocks", ["2", "conv"], ["10", "conv"]], "head", "table"]),
        ("blocks.10.c", [["blocks", ["10", "conv"]]]),
        ("GEMM", ["head"]),
        ("op:conv params>1k", [["blocks", ["10", "conv"]]]),
        ("macs>0", ["stem", ["blocks", ["2", "conv"], ["10", "conv"]], "table"]),
        ("bytes<=64", ["table"]),
        ("is:locked", ["table"]),
        ("is:edited", ["stem"]),
        ("has:prune", ["stem"]),
        ("params>1.2.", ["stem", ["blocks", ["2", "conv"], ["10", "conv"]], "head", "table"]),
        ("nothing", []),
    ],
)
def test_the_filter_keeps_layers_and_their_modules(model, proxy, text, expected):
    model.set_state(Recipe().with_actions(["stem"], (PRUNE,)), {})
    proxy.set_filter(text)
    assert names(proxy) == expected


def test_of_a_thousand_layers_only_the_edited_row_and_its_modules_are_updated(qapp, monkeypatch):
    layers = tuple(layer(f"blocks.{i // 10}.conv{i % 10}", shape=(4, 4, 1, 1)) for i in range(1000))
    model = LayerTreeModel()
    model.set_model(summary(layers))
    recipe = Recipe().with_actions(["blocks.7.conv3"], (PRUNE,))
    told, asked, stack_for = [], [], Recipe.actions_for
    model.dataChanged.connect(lambda top, bottom, _: told.append((top.row(), bottom.row())))
    monkeypatch.setattr(Recipe, "actions_for", lambda self, path: asked.append(path) or stack_for(self, path))
    model.set_state(recipe, {})
    assert sorted(told) == [(0, 0), (3, 3), (7, 7)], "it and the modules it is in"
    assert len(asked) == len(layers), "each is looked up once"


def test_one_edit_of_all_layers_tells_one_range_of_rows_a_module(qapp):
    layers = tuple(layer(f"blocks.{i // 3}.fc{i % 3}") for i in range(300))
    model, told = LayerTreeModel(), []
    model.set_model(summary(layers))
    model.dataChanged.connect(lambda top, bottom, roles: told.append((top.row(), bottom.row())))
    edit = Recipe().with_actions([x.path for x in layers], (PRUNE,))
    model.set_state(edit, {})
    assert sorted(told) == [(0, 0), *[(0, 2)] * 100, (0, 99)], "blocks; the layers of each block; all blocks"
    told.clear()
    model.set_state(edit.with_actions(["blocks.7.fc1"], ()), {})
    assert sorted(told) == [(0, 0), (1, 1), (7, 7)]
    told.clear()
    model.set_state(edit.with_actions(["blocks.7.fc1"], ()), {})
    assert told == []


def test_hundreds_of_chosen_layers_are_one_range_a_module_and_told_once(qtbot):
    layers = tuple(layer(f"blocks.{i // 3}.fc{i % 3}") for i in range(300))
    paths = tuple(x.path for x in layers)
    session = Session(EngineLink())  # no engine: what it is asked waits
    session.model = summary(layers)
    panel = TreePanel(session, LayerCommands(session, session))
    qtbot.addWidget(panel)
    panel.show()
    panel.tree.expandAll()
    chosen = []
    panel.tree.layers_chosen.connect(lambda paths, current: chosen.append(paths))
    session.select(paths, "blocks.7.fc1")
    selection = panel.tree.selectionModel()
    assert len(selection.selection()) == 100 and panel.tree.chosen() == (paths, "blocks.7.fc1") and chosen == []
    session.select([path for path in paths if not path.endswith("fc1")])
    assert len(selection.selection()) == 200, "a gap in each"
    panel.tree.selectAll()
    assert [set(each) for each in chosen[-1:]] == [set(paths)] and set(session.selection) == set(paths)


def test_a_step_that_replaces_a_layer_does_not_read_as_the_name_of_one():
    steps = (Action("distill.layer", {"rank": 12}), Action("prune.block", {"sparsity": 0.5}))
    assert cells.short(steps) == "distill layer 12, prune block 0.5"
    assert cells.short((Action("quantize.affine", {"bits": 4}), Action("distill.refine"))) == "affine 4, refine"
