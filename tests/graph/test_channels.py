"""Which channels are coupled, and that taking them out of the graph takes nothing else."""

import numpy as np
import pytest

from tests.graph.graphs import Build
from tests.graph.networks import (
    IMAGE,
    NETWORKS,
    Builder,
    concat,
    grouped,
    joint_attention,
    residual,
    squeeze_excite,
    tied,
    transformer,
    written_norm,
)
from workbench.graph.channels.rules import channels_of
from workbench.graph.channels.slicing import silenced, without_channels
from workbench.graph.onnx import runtime
from workbench.graph.torch.torch_view import TorchView


def feeds(model):
    shape = [4 if size is None else size for size in model.inputs[0].shape]
    return {"x": np.random.default_rng(1).standard_normal(shape).astype(np.float32)}


def run(model):
    return runtime.session(model).run(None, feeds(model))[0]


def torch_run(model):
    import torch

    with torch.no_grad():
        return TorchView(model)(torch.from_numpy(feeds(model)["x"]))[0].numpy()


def prunable(model):
    channels = channels_of(model)
    return [path for path in channels.layers if channels.refusal(path) is None]


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_left_answers_as_the_original_with_these_channels_at_zero(name):
    model = NETWORKS[name]()
    before = {layer.path: layer.shape for layer in model.layers}
    channels = channels_of(model)
    assert prunable(model)
    for path in prunable(model):
        free = channels.free(path)
        removed = set(free[1::2].tolist())
        smaller = without_channels(model, channels, removed)
        assert [layer.path for layer in smaller.layers] == [layer.path for layer in model.layers]
        assert smaller.summary().parameters < model.summary().parameters
        assert smaller.layer(path).matrix[0] == np.isin(channels.layers[path], list(removed), invert=True).sum()
        np.testing.assert_allclose(run(smaller), torch_run(smaller), atol=1e-4, err_msg=path)
        if not removed & channels.normed:
            np.testing.assert_allclose(run(smaller), run(silenced(model, channels, removed)), atol=1e-4, err_msg=path)
    assert {layer.path: layer.shape for layer in model.layers} == before


def test_the_groups_are_those_of_the_field():
    assert channels_of(residual()).groups["stem"] == ("stem", "b") and channels_of(residual()).groups["a"] == ("a",)
    assert channels_of(concat()).groups["left"] == ("left",)
    assert channels_of(squeeze_excite()).groups["conv"] == ("conv", "expand")
    assert channels_of(transformer()).groups["v"] == ("q", "k", "v")
    assert channels_of(transformer()).groups["embed"] == ("embed", "proj", "fc2")
    joint = channels_of(joint_attention())
    assert joint.groups["embed"] == ("embed", "proj")
    assert len(joint.free("qkv")) == 4 and joint.width("qkv") == 9  # heads, in queries, keys and values


def test_means_of_a_norm_and_sums_over_channels_are_followed_and_other_means_are_not():
    channels = channels_of(written_norm())
    assert channels.groups["embed"] == ("embed", "fc2") and channels.groups["left"] == ("left", "right")
    assert set(channels.free("embed").tolist()) <= channels.normed
    assert not set(channels.free("left").tolist()) & channels.normed
    b = Builder()
    mean = b.op("ReduceMean", b.conv("x", "conv", 3, 8), axes=[1])
    b.op("Mul", mean, b.op("Sigmoid", mean), out="y")
    assert channels_of(b.model(IMAGE)).refusal("conv") == "ReduceMean operates along the channel axis."


def test_a_grouped_convolution_loses_groups_and_attention_loses_heads():
    channels = channels_of(grouped())
    assert len(channels.free("first")) == len(channels.free("grouped")) == 4
    smaller = without_channels(grouped(), channels, {int(channels.free("first")[0])})
    assert smaller.layer("grouped").shape == (18, 4, 3, 3) and smaller.layer("grouped").groups == 3
    channels = channels_of(transformer())
    assert len(channels.free("q")) == 4 and len(channels.free("fc1")) == 40


@pytest.mark.parametrize("name", ["residual", "concat", "depthwise", "flattened", "squeeze_excite"])
def test_torch_pruning_finds_the_same_groups(name):
    """An independent tool on an independent view of the same graph."""
    import torch
    import torch_pruning as tp

    model = NETWORKS[name]()
    view = TorchView(model)
    graph = tp.DependencyGraph().build_dependency(view, example_inputs=torch.from_numpy(feeds(model)["x"]))
    paths = {module: path for path, module in view.layers.items()}
    channels = channels_of(model)
    for path in prunable(model):
        layer = model.layer(path)
        if layer.groups > 1:
            continue
        group = graph.get_pruning_group(view.layers[path], tp.prune_conv_out_channels, idxs=[0])
        shrunk = {
            paths[dep.target.module]
            for dep, _ in group
            if dep.target.module in paths
            and dep.handler in (tp.prune_conv_out_channels, tp.prune_depthwise_conv_out_channels)
        }
        assert shrunk == set(channels.groups[path]), path


def test_a_table_that_is_looked_up_and_multiplied_with_couples_what_reads_it():
    assert channels_of(tied()).groups["inner"] == ("table", "dense", "inner")


def test_what_cannot_be_removed_says_why():
    model = residual()
    assert channels_of(model).refusal("head") == "Its channels are an output of the model."
    b = Builder()
    b.head(b.op("Add", b.conv("x", "conv", 3, 3), "x"), 3)
    assert "Its channels are combined with those of 'x', which must be kept." in channels_of(b.model(IMAGE)).refusal(
        "conv"
    )
    b = Builder()
    x = b.conv("x", "conv", 3, 8)
    b.head(b.op("LRN", x, size=3), 8)
    assert "LRN 'LRN_1' reads its channels" in channels_of(b.model(IMAGE)).refusal("conv")
    b = Builder()
    b.head(b.op("Softmax", b.conv("x", "conv", 3, 8), axis=1), 8)
    assert "Softmax operates along the channel axis." in channels_of(b.model(IMAGE)).refusal("conv")
    b = Builder()
    x = b.conv("x", "conv", 3, 8)
    b.op("CumSum", "conv.bias", b.const("axis", np.array(0, np.int64)), out="z")
    b.head(x, 8)
    assert "CumSum reads 'conv.bias' too" in channels_of(b.model(IMAGE, ("y", "z"))).refusal("conv")


def _node(op, *others, domain="", **attributes):
    """An operator on the value and constants, by their values; integers are indices."""

    def add(b, x):
        names = [
            b.constant(f"c{k}", each, np.int64 if np.asarray(each).dtype.kind == "i" else np.float32)
            for k, each in enumerate(others)
        ]
        return b.node(op, [x, *names], "made", domain=domain, **attributes)

    return add


def _skip(op, *others):
    def add(b, x):
        skip = b.node("Conv", ["x", b.weight("skip", 8, 3, 1, 1)], "skipped")
        wide, skip = (b.node("Transpose", [name], f"{name}.last", perm=[0, 2, 3, 1]) for name in (x, skip))
        flat, skip = (
            b.node("Reshape", [name, b.constant(f"{name}.to", [0, -1, 8], np.int64)], f"{name}.flat")
            for name in (wide, skip)
        )
        names = [b.constant(f"c{k}", each) for k, each in enumerate(others)]
        normed = b.node(op, [flat, skip, *names], "normed", domain="com.microsoft")
        turned = b.node("Transpose", [normed], "turned", perm=[0, 2, 1])
        return b.node("Unsqueeze", [turned, b.constant("axes", [3], np.int64)], "made")

    return add


OWN = np.linspace(-1, 1, 8)
BETWEEN = {
    "GridSample": _node("GridSample", np.tile(np.linspace(-1, 1, 32).reshape(1, 4, 4, 2), (2, 1, 1, 1))),
    "RoiAlign": _node("RoiAlign", [[0.0, 0, 3, 3], [1, 1, 5, 5]], [0, 1], output_height=2, output_width=2),
    "ScatterElements": _node("ScatterElements", np.full((2, 8, 1, 6), 3), np.ones((2, 8, 1, 6)), axis=2),
    "Tile": _node("Tile", [1, 2, 2, 1]),
    "CumSum": _node("CumSum", 2),
    "TopK": lambda b, x: b.nodes.append(_several(b, "TopK", x, [4], axis=3)) or "made",
    "Trilu": _node("Trilu"),
    "LpNormalization": _node("LpNormalization", axis=3),
    "CenterCropPad": _node("CenterCropPad", [4, 8], axes=[2, 3]),
    "Atan": _node("Atan"),
    "CastLike": _node("CastLike", 1.0),
    "QuickGelu": _node("QuickGelu", domain="com.microsoft"),
    "SkipLayerNormalization": _skip("SkipLayerNormalization", OWN + 2, OWN, OWN),
    "SkipSimplifiedLayerNormalization": _skip("SkipSimplifiedLayerNormalization", OWN + 2),
}


def nodes_and_edges() -> Build:
    """Messages of nodes are added up along edges, as graph networks are exported."""
    b = Build()
    h = b.node("MatMul", ["x", b.weight("first", 8, 16)], "h")
    ends = [b.constant("from", [0, 1, 2, 2], np.int64), b.constant("to", [[1], [2], [0], [1]], np.int64)]
    messages = b.node("Gather", [h, ends[0]], "messages")
    index = b.node("Expand", [ends[1], b.node("Shape", [messages], "shape")], "index")
    added = b.node("ScatterElements", [h, index, messages], "added", axis=0, reduction="add")
    b.node("MatMul", [added, b.weight("last", 16, 4)], "y")
    return b


ALONG = {  # operators along the channels themselves
    "CumSum": _node("CumSum", 1),
    "LpNormalization": _node("LpNormalization", axis=1),
    "CenterCropPad": _node("CenterCropPad", [8, 4, 4], axes=[1, 2, 3]),
    "LRN": _node("LRN", size=3),
    "ScatterElements": _node("ScatterElements", np.full((2, 1, 6, 6), 3), np.ones((2, 1, 6, 6)), axis=1),
}


def _several(b, op, x, *others, **attributes):
    from onnx import helper

    return helper.make_node(
        op, [x, *(b.constant("k", each, np.int64) for each in others)], ["made", "rest"], **attributes
    )


def between(add):
    """Two convolutions, and operators between them."""
    b = Build(20, 9)
    x = add(b, b.node("Conv", ["x", b.weight("first", 8, 3, 3, 3)], "first.out", pads=[1] * 4))
    channels = 16 if any(node.op_type == "Tile" for node in b.nodes) else 8
    y = b.node("Conv", [x, b.weight("last", 4, channels, 1, 1)], "y")
    return b.model({"x": [2, 3, 6, 6]}, {y: [None] * 4}, opsets={"com.microsoft": 1})


@pytest.mark.parametrize("name", BETWEEN)
def test_channels_pass_operators_that_work_along_other_axes(name):
    model = between(BETWEEN[name])
    channels = channels_of(model)
    assert "first" in prunable(model)
    removed = set(channels.free("first")[1::2].tolist())
    smaller = without_channels(model, channels, removed)
    assert smaller.layer("first").shape[0] == smaller.layer("last").shape[1] / (2 if name == "Tile" else 1) == 4
    if not removed & channels.normed:
        np.testing.assert_allclose(run(smaller), run(silenced(model, channels, removed)), atol=1e-5)
    assert run(smaller).shape == run(model).shape


@pytest.mark.parametrize("name", ALONG)
def test_channels_stay_where_an_operator_works_along_them(name):
    model = between(ALONG[name])
    assert prunable(model) == [] and name in str(channels_of(model).refusal("first"))


def test_channels_of_messages_between_nodes_are_those_of_the_nodes():
    model = nodes_and_edges().model({"x": ["nodes", 8]}, {"y": ["nodes", 4]})
    channels = channels_of(model)
    removed = set(channels.free("first")[::3].tolist())
    smaller = without_channels(model, channels, removed)
    assert smaller.layer("last").shape[0] == 10
    np.testing.assert_allclose(run(smaller), run(silenced(model, channels, removed)), atol=1e-5)
