"""One place that cannot be followed keeps the channels around it, is named, and nothing else is refused for it."""

import numpy as np
import pytest
import torch

from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.base.cache import Cache
from workbench.engine.compile import removal, structure
from workbench.engine.compile.equivalence import NotProved
from workbench.engine.compile.removal import _provable
from workbench.engine.workspace import Workspace
from workbench.graph.channels.rules import channels_of
from workbench.graph.channels.scaling import scaling_of
from workbench.graph.channels.tracer import RULES
from workbench.graph.onnx import runtime

QUARTER = Action("prune.channels", {"ratio": 0.25})


def convolution(b: Build, x: str, name: str, inputs: int, outputs: int) -> str:
    return b.node(
        "Conv",
        [x, b.weight(f"{name}.weight", outputs, inputs, 3, 3), b.weight(f"{name}.bias", outputs)],
        f"{name}_out",
        pads=[1, 1, 1, 1],
    )


def finished(b: Build, x: str, channels: int):
    x = b.node("Flatten", [b.node("GlobalAveragePool", [x], "pooled")], "flat")
    b.node("Gemm", [x, b.weight("fc.weight", 5, channels), b.weight("fc.bias", 5)], "y", transB=1)
    return b.model({"x": ["N", 4, 8, 8]}, {"y": ["N", 5]})


def reshaped(computed: bool):
    """Two convolutions with a Reshape between them, whose target is put together of the batch and of (8, 8, 8): a
    constant, or a channel count that comes from the model's input by arithmetic."""
    b = Build()
    x = convolution(b, "x", "c", 4, 8)
    batch = b.node("Shape", [x], "batch", start=0, end=1)
    if computed:
        doubled = b.node(
            "Mul", [b.node("Shape", ["x"], "given", start=1, end=2), b.constant("two", [2], np.int64)], "doubled"
        )
        parts = [batch, doubled, b.constant("sizes", [8, 8], np.int64)]
    else:
        parts = [batch, b.constant("sizes", [8, 8, 8], np.int64)]
    x = b.node("Reshape", [x, b.node("Concat", parts, "target", axis=0)], "reshaped")
    return finished(b, convolution(b, x, "d", 8, 8), 8)


def removed(model, asked):
    made = removal.remove(model, dict.fromkeys(asked, QUARTER), None, 0, Cache(0), Job())
    runtime.run(runtime.session(made.model), runtime.random_inputs(made.model))
    return made, {layer.path: layer.shape[:2] for layer in made.model.layers}


def test_constant_parts_of_a_concatenated_shape_are_followed():
    made, shapes = removed(reshaped(False), ("c", "d"))
    assert shapes == {"c": (6, 4), "d": (6, 6), "fc": (5, 6)} and made.remarks == ()


def test_a_group_that_cannot_be_followed_is_left_and_named_and_the_rest_is_done():
    model = reshaped(True)
    made, shapes = removed(model, ("c", "d"))
    assert shapes == {"c": (8, 4), "d": (6, 8), "fc": (5, 6)}
    (remark,) = made.remarks
    assert remark.startswith("c stays unpruned: Without these channels ") and "does not run" in remark
    assert "'" in remark.removeprefix("c stays unpruned: ")  # an operator of the graph is named
    # From now on a glob says so beforehand, and the forecast leaves the layer out.
    kept, (said,) = structure.possible(model, model.layer("c"), (QUARTER,))
    assert kept == () and f"{said.path} {said.what}: {said.reason}" == remark
    with pytest.raises(UserError, match="does not run"):
        removed(reshaped(True), ("c",))


def old_padding():
    """Attributes of opset 9 that became inputs: Slice, Pad along the channels, Upsample, Clip, Dropout, Squeeze."""
    b = Build(9, 4)
    x = b.node("Dropout", [convolution(b, "x", "c", 4, 8)], "dropped", ratio=0.5)
    x = b.node("Upsample", [x, b.constant("scales", [1, 1, 2, 2])], "large", mode="nearest")
    x = convolution(b, b.node("Clip", [x], "clipped", min=0.0, max=6.0), "d", 8, 8)
    x = b.node("Slice", [x], "part", axes=[1], starts=[0], ends=[6])
    x = b.node("Pad", [x], "padded", pads=[0, 0, 1, 1, 0, 2, 1, 1])
    x = b.node("Unsqueeze", [b.node("ReduceMean", [x], "mean", axes=[2, 3], keepdims=0)], "apart", axes=[2])
    x = b.node("Squeeze", [x], "flat", axes=[2])
    b.node("Gemm", [x, b.weight("fc.weight", 5, 8), b.weight("fc.bias", 5)], "y", transB=1)
    return b.model({"x": ["N", 4, 8, 8]}, {"y": ["N", 5]})


def test_attributes_that_became_inputs_are_read_alike():
    model = old_padding()
    channels = channels_of(model)
    assert channels.refusal("c") is None and len(channels.free("d")) == 2  # those that are sliced away
    assert {channels.fixed[int(unit)] for unit in channels.layers["d"][:6]} == {"It is padded along its channels."}
    made, shapes = removed(model, ("c", "d"))
    assert shapes == {"c": (6, 4), "d": (6, 6), "fc": (5, 8)} and made.remarks == ()


def test_padding_some_axes_leaves_the_channels_free():
    b = Build()
    x = convolution(b, "x", "c", 4, 8)
    x = b.node(
        "Pad", [x, b.constant("pads", [1, 0, 1, 0], np.int64), "", b.constant("axes", [2, -1], np.int64)], "wide"
    )
    model = finished(b, x, 8)
    assert channels_of(model).refusal("c") is None
    assert removed(model, ("c",))[1]["fc"] == (5, 6)


@pytest.mark.parametrize("before", [None, 3])
def test_reshapes_of_unknown_and_of_grouped_axes_are_no_error(before):
    """Audio: frames of unknown number, folded into the batch and taken apart again."""
    b = Build()
    x = b.node("Conv", ["x", b.weight("c.weight", 6, 1, 5), b.weight("c.bias", 6)], "wave", strides=[2])
    x = b.node("Reshape", [x, b.constant("folded", [-1, 2, 3, 4], np.int64)], "grouped")
    x = b.node("Transpose", [x], "turned", perm=[0, 3, 1, 2])
    x = b.node("Reshape", [x, b.constant("rows", [-1, 6], np.int64)], "rows_out")
    b.node("MatMul", [x, b.weight("fc.weight", 6, 3)], "y")
    model = b.model({"x": [before, 1, "samples"]}, {"y": None})
    assert "Reshape 'node_grouped'" in channels_of(model).refusal("c")
    assert scaling_of(model).refusal("c")


@pytest.mark.allow_logs
def test_a_rule_that_fails_keeps_its_channels_and_is_named(monkeypatch, caplog):
    model = reshaped(False)

    def fails(t, node):
        raise ValueError("shapes (3,) and (4,)")

    monkeypatch.setitem(RULES, "Reshape", fails)
    channels = channels_of(model)
    assert channels.refusal("c") == "Unknown: tracing its channels through Reshape 'node_reshaped' failed."
    assert channels.refusal("d") is None
    assert "Reshape 'node_reshaped': ValueError: shapes (3,) and (4,)" in caplog.text


class Attending(torch.nn.Module):
    """A token embedding and attention whose sizes are read off the input, as the older exporter writes them."""

    def __init__(self):
        super().__init__()
        self.embed, self.norm = torch.nn.Embedding(50, 32), torch.nn.LayerNorm(32)
        self.qkv, self.out, self.head = torch.nn.Linear(32, 96), torch.nn.Linear(32, 32), torch.nn.Linear(32, 6)

    def forward(self, tokens):
        x = self.embed(tokens)
        n, t, width = x.shape
        q, k, v = self.qkv(self.norm(x)).view(n, t, 3, 4, width // 4).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = (q @ k.transpose(-2, -1) / (width // 4) ** 0.5).softmax(-1) @ v
        return self.head(x + self.out(mixed.transpose(1, 2).reshape(n, t, width)))


@pytest.mark.filterwarnings("ignore")
def test_a_removal_that_only_a_fusion_lets_run_is_not_made(tmp_path):
    """ONNX Runtime fuses attention, and would not see that a reshape in it does not fit any more."""
    path = tmp_path / "model.onnx"
    torch.manual_seed(0)
    axes = {"x": {0: "n", 1: "t"}, "y": {0: "n", 1: "t"}}
    torch.onnx.export(
        Attending().eval(),
        (torch.zeros(2, 12, dtype=torch.int64),),
        path,
        input_names=["x"],
        output_names=["y"],
        opset_version=17,
        dynamic_axes=axes,
        dynamo=False,
    )
    tokens = np.random.default_rng(0).integers(0, 50, (32, 12))
    np.savez(tmp_path / "data.npz", x=tokens)
    workspace = Workspace.open(str(path), Job()).attach(str(tmp_path / "data.npz"), Job())
    with pytest.raises(UserError, match="Reshape '/Reshape' does not run"):
        workspace.compiled(Recipe((Row("*", (QUARTER,)),)), Job())


def test_of_groups_that_exclude_each_other_one_is_pruned():
    def proved(groups):
        if {"a", "d"} <= {*groups}:
            raise NotProved("They do not go together.", "Choose one.")

    kept, failed = _provable(("a", "b", "c", "d"), proved)
    assert kept == ("a", "b", "c") and {*failed} == {"d"}
