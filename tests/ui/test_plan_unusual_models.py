"""The Plan tab with models that are none of the usual: each ends in recipes to choose from, or in one sentence."""

from dataclasses import replace

import numpy as np
import onnx
import pytest

from tests.ui.conftest import measured, settle
from workbench.core.analysis.plan import Goal
from workbench.ui.plans.plans import Plans
from workbench.ui.tabs.plan.tab import PlanTab

RNG = np.random.default_rng(0)
HEAD = '<ir_version: 8, opset_import: ["" : 17]> net '
MODELS = {
    "regressor": "(float[n, 16] x) => (float[n, 1] price) "
    "{ h = MatMul (x, a) r = Relu (h) k = MatMul (r, b) s = Relu (k) price = MatMul (s, c) }",
    "several": "(float[n, 16] x) => (float[n, 32] boxes, float[n, 1] scores, int64[n] best) "
    "{ h = MatMul (x, a) r = Relu (h) boxes = MatMul (r, b) scores = MatMul (r, c) "
    "best = ArgMax <axis = 1, keepdims = 0> (boxes) }",
    "embedding": "(int64[n, 16] x) => (float[n, 32] y) "
    "{ e = Gather (a, x) y = ReduceMean <axes = [1], keepdims = 0> (e) }",
}
SHAPES = {"a": (16, 32), "b": (32, 32), "c": (32, 1)}


def open_tab(session, qtbot, tmp_path, name: str) -> PlanTab:
    proto = onnx.parser.parse_model(HEAD + MODELS[name])
    for place, node in enumerate(proto.graph.node):
        node.name = f"n{place}"
    for weight in {value for node in proto.graph.node for value in node.input} & set(SHAPES):
        values = (RNG.normal(size=SHAPES[weight]) / 4).astype(np.float32)
        proto.graph.initializer.append(onnx.numpy_helper.from_array(values, weight))
    onnx.save(proto, tmp_path / "net.onnx")
    integers = name == "embedding"
    x = RNG.integers(0, 16, (90, 16)) if integers else RNG.normal(size=(90, 16)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x=x)
    tab = PlanTab(session, Plans(session))
    qtbot.addWidget(tab)
    tab.resize(620, 640)
    tab.show()
    session.open(str(tmp_path / "net.onnx"), data=str(tmp_path / "data.npz"))
    qtbot.waitUntil(lambda: measured(session) and bool(session.methods))
    return tab


def search(tab, qtbot) -> None:
    tab.plans.start(Goal(max_ratio=0.6))
    assert tab.plans.job, tab.plans.reason
    qtbot.waitUntil(lambda: not tab.plans.job)
    settle(tab.session)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["regressor", "several"])
def test_without_labels_it_is_measured_against_the_original(session, qtbot, tmp_path, name):
    tab = open_tab(session, qtbot, tmp_path, name)
    search(tab, qtbot)
    chosen = tab.plans.front.chosen
    assert not tab.plans.failure and chosen.bytes <= 0.6 * session.model.bytes and chosen.held_out is not None
    rows = [tab.table.model().index(row, 0).data() for row in range(tab.table.model().rowCount())]
    assert any("best for the goal" in row for row in rows) and "Original (current recipe)" in rows
    assert tab.plot.canvas.spots and all(spot.y == spot.y for spot in tab.plot.canvas.spots)


@pytest.mark.slow
def test_a_target_that_takes_nothing_is_reported_where_the_search_was(session, qtbot, tmp_path):
    tab = open_tab(session, qtbot, tmp_path, "embedding")
    session.change_recipe(replace(session.recipe, target="ethos-u"), "target")
    settle(session)
    search(tab, qtbot)
    assert tab.note.isVisible() and "Arm Ethos-U takes none of the steps that a search tries" in tab.note.text()
    assert tab.bar.isVisible() and tab.bar.begin.isEnabled(), "another target, or other methods, may be tried"
