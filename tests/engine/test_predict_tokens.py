"""Edits of a language model are predicted in nats a token, without second moments of a whole vocabulary."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.analysis.measured import Measuring
from workbench.core.base.job import Job
from workbench.engine.base.evaluate import runner
from workbench.engine.preview import predict
from workbench.engine.preview.divergence import divergence
from workbench.engine.preview.predict import predictor
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.dense import Dense
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit

WORDS = predict.LARGE + 76  # more than what is kept as a matrix of second moments


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("tokens"), np.random.default_rng(0)
    arrays = {
        "embed": rng.standard_normal((WORDS, 8)).astype(np.float32),
        "middle": (rng.standard_normal((8, 8)) / 3).astype(np.float32),
        "head": (rng.standard_normal((8, WORDS)) / 2).astype(np.float32),
    }
    nodes = [
        helper.make_node("Gather", ["embed", "input_ids"], ["h"], name="embed"),
        helper.make_node("MatMul", ["h", "middle"], ["m"], name="middle"),
        helper.make_node("MatMul", ["m", "head"], ["logits"], name="head"),
    ]
    graph = helper.make_graph(
        nodes,
        "decoder",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "tokens", WORDS])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    path = str(folder / "decoder.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    lines = [json.dumps({"input_ids": rng.integers(0, WORDS, 9).tolist()}) for _ in range(32)]
    (folder / "tokens.jsonl").write_text("\n".join(lines))
    measuring = Measuring(("perplexity",))
    return Workspace.open(path, Job()).attach(str(folder / "tokens.jsonl"), Job(), measuring=measuring)


def moved(workspace, path, scale):
    weight = workspace.model.weight(path)
    noise = np.random.default_rng(1).standard_normal(weight.shape).astype(np.float32) * scale
    return Edit(Dense(weight + noise))


@pytest.mark.parametrize("path", ["middle", "head"])
def test_the_rise_is_that_of_the_loss_of_a_token(workspace, path):
    edit = moved(workspace, path, 0.05)
    feeds = workspace.calibration.feeds(slice(0, 32))
    changed = with_edits(workspace.model, {path: edit})
    before, after = (runner(runtime.session(model))(feeds)[0] for model in (workspace.model, changed))
    made = predictor(workspace, Job(), check=False)
    assert made.kind == "loss"
    assert 1 / 2 < divergence(after, before, tokens=True).mean() / made.rise(path, edit) < 2


def test_a_sketch_is_close_to_the_second_moments(workspace, monkeypatch):
    edit = moved(workspace, "head", 0.05)
    sketched = predict._made(workspace.model, workspace.calibration, Job())
    monkeypatch.setattr(predict, "LARGE", WORDS)
    exact = predict._made(workspace.model, workspace.calibration, Job())
    assert sketched.curvatures["head"].varying.moment.shape == (predict.SKETCH, WORDS)
    assert exact.curvatures["head"].varying.moment.shape == (WORDS, WORDS)
    assert sketched.rise("head", edit) == pytest.approx(exact.rise("head", edit), rel=0.2)
    assert sketched.rise("middle", moved(workspace, "middle", 0.1)) == exact.rise(
        "middle", moved(workspace, "middle", 0.1)
    )


def test_the_divergence_of_tokens_is_the_mean_over_places_whatever_the_pieces(monkeypatch):
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((2, 3, 5, 7))
    whole = divergence(second, first, tokens=True)
    each = divergence(second.reshape(-1, 7), first.reshape(-1, 7)).reshape(3, 5).mean(axis=1)
    monkeypatch.setattr(predict, "PIECE", 14)
    assert whole == pytest.approx(each) and divergence(second, first, tokens=True) == pytest.approx(each)


def test_the_gradient_in_pieces_is_that_of_the_cross_entropy():
    """Of outputs that are probabilities, too; masked places have none."""
    import torch

    scores = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[1.0, 1, 0], [1, 1, 1]])
    drawn = torch.multinomial(torch.softmax(scores, -1).reshape(-1, 5), 1, generator=torch.Generator().manual_seed(3))
    for softmax in (False, True):
        given = scores.clone().requires_grad_()
        outputs = torch.softmax(given, -1) if softmax else given
        found = predict._of_tokens(outputs.detach(), mask, torch.Generator().manual_seed(3))
        (through,) = torch.autograd.grad(outputs, given, found)
        loss = -torch.log_softmax(given, -1).gather(-1, drawn.reshape(2, 3, 1))[..., 0]
        (expected,) = torch.autograd.grad((loss * mask / mask.sum(1, keepdim=True).sqrt()).sum(), given)
        assert torch.allclose(through, expected, atol=1e-5)
        assert (found[0, 2] == 0).all() and (found[1, 2] != 0).any()
