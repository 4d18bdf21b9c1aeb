"""Which channels are coupled, and that taking them out of the graph takes nothing else."""

import numpy as np
import pytest

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
