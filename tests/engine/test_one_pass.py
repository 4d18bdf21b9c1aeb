"""Costs of candidates are estimated in one pass over the blocks of a model, close to what running all of it gives."""

import json
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from scipy.stats import spearmanr

from workbench.core.analysis.measured import Measuring
from workbench.core.analysis.sensitivity import Wanted, spread
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.engine.analysis import scan_trials, sensitivity
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.base.evaluate import runner
from workbench.engine.preview import one_pass
from workbench.engine.preview.divergence import divergence
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.subgraph.chain import chain_of, numbered

WIDTH, WORDS, BLOCKS, LENGTH = 16, 40, 4, 6
BITS = tuple((Action("quantize.affine", {"bits": bits}),) for bits in (8, 4, 3, 2))
CHANNELS = (Action("prune.channels", {"ratio": 0.25}),)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Residual blocks that all read a mask, a head that is the embedding, and tokens."""
    folder, rng = tmp_path_factory.mktemp("chain"), np.random.default_rng(0)
    arrays = {"embed": rng.standard_normal((WORDS, WIDTH)), "turned": rng.standard_normal((WIDTH, WIDTH)) / 16}
    nodes = [
        helper.make_node("Gather", ["embed", "input_ids"], ["h0"], name="embed"),
        helper.make_node("Cast", ["input_ids"], ["ids"], to=TensorProto.FLOAT, name="ids"),
        helper.make_node("Sign", ["ids"], ["signs"], name="signs"),
        helper.make_node("Unsqueeze", ["signs", "last"], ["mask"], name="mask"),
    ]
    for block in range(BLOCKS):
        name, x = f"blocks.{block}", f"h{block}"
        arrays[f"{name}.up.weight"] = rng.standard_normal((WIDTH, 2 * WIDTH)) / 4
        arrays[f"{name}.down.weight"] = rng.standard_normal((2 * WIDTH, WIDTH)) * 2.0**-block
        nodes += [
            helper.make_node("MatMul", [x, f"{name}.up.weight"], [f"u{block}"], name=f"{name}.up"),
            helper.make_node("Tanh", [f"u{block}"], [f"a{block}"], name=f"{name}.tanh"),
            helper.make_node("MatMul", [f"a{block}", f"{name}.down.weight"], [f"d{block}"], name=f"{name}.down"),
            helper.make_node("Mul", [f"d{block}", "mask"], [f"m{block}"], name=f"{name}.masked"),
            helper.make_node("Add", [x, f"m{block}"], [f"h{block + 1}"], name=f"{name}.add"),
        ]
    nodes += [
        helper.make_node("MatMul", [f"h{BLOCKS}", "turned"], ["t"], name="turned"),
        helper.make_node("Transpose", ["embed"], ["table"], perm=[1, 0], name="table"),
        helper.make_node("MatMul", ["t", "table"], ["logits"], name="head"),
    ]
    stored = [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()]
    graph = helper.make_graph(
        nodes,
        "decoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", LENGTH])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", LENGTH, WORDS])],
        [*stored, numpy_helper.from_array(np.array([-1]), "last")],
    )
    path = str(folder / "decoder.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    lines = [json.dumps({"input_ids": rng.integers(0, WORDS, LENGTH).tolist()}) for _ in range(48)]
    (folder / "tokens.jsonl").write_text("\n".join(lines))
    measuring = Measuring(("perplexity",))
    return Workspace.open(path, Job()).attach(str(folder / "tokens.jsonl"), Job(), measuring=measuring)


def test_a_chain_is_cut_where_one_value_goes_on(workspace):
    chain = chain_of(workspace.model, "logits")
    assert [part.given for part in chain.parts] == ["h1", "h2", "h3", "h4", "logits"]
    assert [part.received for part in chain.parts] == ["", "h1", "h2", "h3", "h4"]
    assert [part.sides for part in chain.parts] == [(), ("mask",), ("mask",), ("mask",), ()]
    assert chain.blocks["blocks.2"] == ("blocks.2.up", "blocks.2.down") and len(chain.blocks) == BLOCKS
    assert chain.parts[-1].layers == ("turned",) and chain.others == ("embed",), "its table is read at both ends"
    second = chain.model_of(chain.parts[1])
    assert set(second.sites) == {"blocks.1.up", "blocks.1.down"} and len(second.ir.graph) == 5


def test_the_last_block_ends_before_a_head_that_is_the_embedding(workspace):
    graph = workspace.model.ir.clone()
    turned = next(node for node in graph.graph if node.name == "turned")
    turned.outputs[0].replace_all_uses_with(turned.inputs[0])
    graph.graph.remove(turned, safe=True)
    sites = {path: site for path, site in workspace.model.sites.items() if path != "turned"}
    chain = chain_of(replace(workspace.model, ir=graph, sites=sites), "logits")
    assert [part.given for part in chain.parts] == ["h1", "h2", "h3", "h4", "logits"]


def test_blocks_are_numbered_modules_that_hold_most_layers():
    found = numbered(("stem", "net.layers.10.fc1", "net.layers.10.fc2", "net.layers.9.fc1", "net.layers.9.fc2"))
    assert list(found) == ["net.layers.9", "net.layers.10"]
    assert numbered(("layer_1.a", "layer_1.b", "layer_2.a", "layer_2.b", "head")).keys() == {"layer_1", "layer_2"}
    assert not numbered(("conv1", "conv2", "conv3")), "a layer by itself is no block"
    assert not numbered(("a.0.x", "a.0.y", "a.1.x", "a.1.y", "b", "c", "d", "e", "f"))


def exact(workspace, trial) -> float:
    """The divergence that running all of the edited model gives, on the same samples."""
    evaluator = workspace.evaluator
    feeds = evaluator.data.feeds(evaluator.order[: one_pass.SAMPLES])
    edits = {path: scan_trials.edited(workspace, path, stack, 0, Job()) for path, stack in trial.stacks.items()}
    before, after = (
        runner(runtime.session(model))(feeds)[0] for model in (workspace.model, with_edits(workspace.model, edits))
    )
    return divergence(after, before, tokens=True).mean()


@pytest.mark.slow
def test_estimates_are_close_to_running_everything(workspace, monkeypatch):
    monkeypatch.setattr(sensitivity, "LONG", 1e3)
    monkeypatch.setattr(sensitivity, "CHECKS", 2)
    found = scan(workspace, Job(), Wanted(BITS[1::2]))
    assert found.estimated and found.layers[:2] == ("embed", "blocks.0.up") and not found.blocks
    assert len(found.trials) == 2 * (2 * BLOCKS + 2) and len(found.measured) == sensitivity.CHECKS
    pairs = np.array([(trial.predicted, exact(workspace, trial)) for trial in found.trials])
    assert spearmanr(*pairs.T).statistic > 0.95
    assert np.median(np.abs(np.log(pairs[:, 0] / pairs[:, 1]))) < np.log(1.2)
    ends = [n for n, trial in enumerate(found.trials) if trial.path in ("turned", "embed")]
    assert pairs[ends, 0] == pytest.approx(pairs[ends, 1], rel=1e-3), "nothing is estimated where nothing follows"


@pytest.mark.slow
def test_a_row_is_a_block_and_what_is_in_none_stays_a_layer(workspace):
    told = []
    found = scan(workspace, Job(updates=told.append), Wanted((*BITS[1:3], CHANNELS), blocks=True))
    assert found.layers == ("embed", *(f"blocks.{n}" for n in range(BLOCKS)), "turned")
    assert found.estimated and told[0].estimated and len(found.measured) == sensitivity.CHECKS
    trial = found.of("blocks.1")[0]
    assert trial.block == "blocks.1" and set(trial.stacks) == {"blocks.1.up", "blocks.1.down"}
    assert found.cells()["blocks.1", BITS[1]] is trial
    assert "layer by layer" in found.refused["blocks.1", CHANNELS]
    pairs = [(each.predicted, exact(workspace, each)) for each in found.trials if each.block]
    assert spearmanr(*zip(*pairs, strict=True)).statistic > 0.9
    row = next(row for row in found.to_json()["layers"] if row["path"] == "blocks.1")
    assert row["candidates"][0]["layers"] == ["blocks.1.up", "blocks.1.down"] and found.to_json()["estimated"]


def test_a_measured_block_is_the_recipe_on_all_its_layers(workspace):
    found = scan(workspace, Job(), Wanted(BITS[3:], blocks=True, share=1.0))
    trial = found.of("blocks.0")[0]
    edits = {path: scan_trials.edited(workspace, path, BITS[3], 0, Job()) for path in trial.stacks}
    run = runner(runtime.session(with_edits(workspace.model, edits)))
    assert trial.drop == pytest.approx(workspace.evaluator.measure(run, Job())[1], rel=1e-4)
    assert len(found.measured) == len(found.trials)


def test_a_candidate_that_a_method_cannot_make_is_named_and_the_others_are_estimated(workspace):
    def edit(path, stack):
        if path == "blocks.1.down":
            raise UserError("{path}: its inputs are not finite.", path=path)
        return scan_trials.edited(workspace, path, stack, 0, Job())

    cells = [(path, (path,), BITS[2]) for path in ("blocks.1.up", "blocks.1.down", "turned")]
    trials, refused = one_pass.estimated(workspace, one_pass.chain_in(workspace), cells, edit, Job())
    assert [trial.path for trial in trials] == ["blocks.1.up", "turned"] and all(each.predicted for each in trials)
    assert refused == {("blocks.1.down", BITS[2]): "blocks.1.down: its inputs are not finite."}


def test_without_blocks_it_says_so(tmp_path):
    from tests.engine.small import network

    network(tmp_path)
    plain = Workspace.open(str(tmp_path / "small.onnx"), Job()).attach(str(tmp_path / "test.npz"), Job())
    with pytest.raises(UserError, match="no blocks in a row"):
        scan(plain, Job(), Wanted(BITS, blocks=True))


def test_a_line_through_the_probes():
    probes = [(1e-4, 1e-3), (1e-2, 0.1)]
    assert one_pass.along(probes, 1e-3) == pytest.approx(1e-2)
    assert one_pass.along(probes, 1e-6) == pytest.approx(1e-5)
    assert one_pass.along([(1.0, 0.5)], 2.0) == pytest.approx(1.0) and one_pass.along(probes, 0.0) == 0.0
    assert one_pass.along([(1.0, 0.0)], 2.0) == 0.0, "an error that does not reach the outputs"
    assert one_pass._spread({1: 0.0, 2: 0.1, 3: 0.2, 4: 0.3, 5: 0.4, 6: 0.5}, 2) == [3, 5]
    assert spread((), 4) == set()
