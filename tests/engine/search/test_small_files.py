"""In a small file the decoders that layers share take as many bytes as a layer, and the search counts them."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.analysis.plan import Goal
from workbench.core.base.job import Job
from workbench.engine.base.store import cache_folder
from workbench.engine.search.options import recipe_of, table
from workbench.engine.search.plan import plan
from workbench.engine.search.recipes import MeasuredRecipes
from workbench.engine.workspace import Workspace
from workbench.graph.rewrite.rewrite import size_of

THIRD = 5131  # bytes


@pytest.fixture(scope="module")
def tokens(tmp_path_factory):
    """A model of 17 kB with an embedding and two products, and its own answers to 48 sequences."""
    folder, rng = tmp_path_factory.mktemp("tokens"), np.random.default_rng(0)
    weights = {"table": rng.normal(size=(50, 32)), "w": rng.normal(size=(32, 32)) / 5}
    weights["v"] = rng.normal(size=(32, 50)) / 4
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["a"], name="e"),
        helper.make_node("MatMul", ["a", "w"], ["b"], name="m"),
        helper.make_node("Tanh", ["b"], ["t"]),
        helper.make_node("MatMul", ["t", "v"], ["logits"], name="head"),
    ]
    graph = helper.make_graph(
        nodes,
        "tokens",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", 12])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 12, 50])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    path = folder / "tokens.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    ids = rng.integers(0, 50, (48, 12))
    scores = np.tanh(weights["table"][ids] @ weights["w"]) @ weights["v"]
    np.savez(folder / "tokens.npz", ids=ids, y=scores.argmax(-1))

    def opened() -> Workspace:
        return Workspace.open(str(path), Job()).attach(str(folder / "tokens.npz"), Job())

    return opened


@pytest.mark.slow
def test_options_and_their_decoders_add_up_to_the_file(tokens):
    workspace, rng = tokens(), np.random.default_rng(0)
    found = table(workspace, Goal(families=("quantize",)), Job())
    outside = workspace.model.summary().bytes - sum(layer.bytes for layer in workspace.model.layers)
    for _ in range(8):
        own = [[each for each in found.options if each.place == path] for path in found.layers]
        mixed = [options[rng.integers(len(options))] for options in own]
        edits = workspace.compiled(
            recipe_of({path: stack for each in mixed for path, stack in each.stacks.items()}, 0), Job(), timed=False
        ).edits
        size = size_of(workspace.model, edits)
        decoders = {name: taken for each in size.decoders.values() for name, taken in each.items()}
        assert size.functions == sum(decoders.values())
        decoders = {name: taken for each in mixed for name, taken in each.decoders.items()}
        told = outside + sum(each.bytes for each in mixed) + sum(decoders.values())
        assert size.file == pytest.approx(told, abs=64), "not counting them is wrong by up to a thousand bytes"


@pytest.mark.slow
def test_a_small_file_gets_a_mixed_recipe_where_a_uniform_one_leaves_room(tokens):
    front = plan(tokens(), Goal(max_bytes=THIRD), Job())
    uniform = [point.measured.divergence for point in front.of("uniform") if point.bytes <= THIRD]
    assert front.chosen.kind != "uniform" and front.chosen.bytes <= THIRD
    assert front.chosen.measured.divergence < 0.5 * min(uniform)


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["list of recipes", "everything but that it was completed"])
def test_a_completed_search_whose_results_were_lost_measures_them_again(tokens, lost, monkeypatch):
    goal = Goal(max_bytes=3000, families=("quantize",))
    ends = []
    monkeypatch.setattr(
        MeasuredRecipes, "end", lambda self, points, end=MeasuredRecipes.end: ends.append(self) or end(self, points)
    )
    first = plan(tokens(), goal, Job())
    (done,) = ends
    store = done.trials.store
    kept = {store._file(done._end)}
    for file in (cache_folder() / "trials").glob("*.npz"):
        if file == store._file(done._about) or (lost != "list of recipes" and file not in kept):
            file.unlink()
    again = plan(tokens(), goal, Job())
    assert again.chosen.recipe.in_effect == first.chosen.recipe.in_effect
    assert again.chosen.measured == first.chosen.measured and again.chosen.held_out == first.chosen.held_out
    assert {point.recipe.in_effect for point in again.points} == {point.recipe.in_effect for point in first.points}
