"""Which channels each criterion lets go, checked against what it says by hand; and the contract of every method."""

from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.graph.examples import with_weights
from tests.graph.networks import (
    IMAGE,
    NETWORKS,
    Builder,
    batchnorm,
    concat,
    depthwise,
    residual,
    transformer,
    transposed,
)
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration.gradients import gradients
from workbench.engine.compile import compiler, structure
from workbench.graph.torch.torch_view import TorchView
from workbench.methods.base.method import ChannelGroup
from workbench.methods.prune.channels import ChannelPruning, _lamp

CRITERIA = ("group", "l1", "l2", "fpgm", "taylor", "activation", "lamp")


def samples(model, count=32):
    shape = (count, *model.inputs[0].shape[1:])
    x = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
    return Dataset("memory", {"x": x}, (InputSpec("x", "float32", (None, *shape[1:])),), None)


def build(model, paths, job=None, **params):
    action = Action("prune.channels", params)
    return structure.build(model, dict.fromkeys(paths, (action,)), samples(model), 0, Cache(1 << 28), job or Job())


def prunable(model):
    kept = structure.couplings(model).kept
    return [path for path in model.sites if path not in kept]


def kept(model, path, **params):
    """Which output channels of a layer stay, found by their weights."""
    smaller = build(model, [path], **params).model
    before, after = model.weight(path), smaller.weight(path)
    axis = model.layer(path).out_axis
    rows, left = (np.moveaxis(values, axis, 0).reshape(values.shape[axis], -1) for values in (before, after))
    return [index for index, row in enumerate(rows) if (left == row).all(axis=1).any()]


def test_norms_keep_the_largest_filters():
    model = residual()
    rows = np.abs(model.weight("a")).reshape(16, -1)
    assert kept(model, "a", criterion="l1", ratio=0.5) == sorted(np.argsort(rows.sum(axis=1))[8:].tolist())
    rows = np.square(rows)
    assert kept(model, "a", criterion="l2", ratio=0.5) == sorted(np.argsort(rows.sum(axis=1))[8:].tolist())
    assert kept(model, "a", criterion="lamp", ratio=0.5) == sorted(np.argsort(rows.sum(axis=1))[8:].tolist())


def test_channels_of_zeros_go_first_however_much_reads_them():
    model = residual()
    weight, read, bias = model.weight("a").copy(), model.weight("b").copy(), model.bias("a").copy()
    weight[[2, 5]] = bias[[2, 5]] = 0
    read[:, [2, 5]] *= 100
    found = kept(with_weights(model, {"a": weight, "b": read}, {"a": bias}), "a", ratio=0.125)
    assert sorted({*range(16)} - {*found}) == [2, 5]


def test_fpgm_drops_the_filter_that_the_others_surround():
    model = residual()
    rows = model.weight("a").reshape(16, -1).astype(np.float64)
    distance = np.linalg.norm(rows[:, None] - rows[None], axis=2).sum(axis=1)
    assert kept(model, "a", criterion="fpgm", ratio=1 / 16) == sorted(set(range(16)) - {int(distance.argmin())})


def test_activation_is_the_mean_output():
    model = concat()
    x = samples(model).feeds(slice(0, 32))["x"]
    weight = model.weight("right").reshape(10, 3).astype(np.float64)
    outputs = np.abs(np.einsum("oc,nchw->onhw", weight, x) + model.bias("right").reshape(10, 1, 1, 1)).mean((1, 2, 3))
    assert kept(model, "right", criterion="activation", ratio=0.4) == sorted(np.argsort(outputs)[4:].tolist())


def test_taylor_keeps_what_the_loss_depends_on():
    model = residual()
    score = gate_by_difference(model, "a", 16)
    assert kept(model, "a", criterion="taylor", ratio=0.25) == sorted(np.argsort(score)[4:].tolist())
    np.testing.assert_allclose(gradients(model, samples(model), Job())["a"].gates, score, rtol=2e-2)


def test_every_channel_of_a_transposed_convolution_in_groups_has_a_gate():
    b = Builder()
    b.weight("up.weight", 12, 4, 2, 2)
    x = b.op("ConvTranspose", b.op("Relu", b.conv("x", "down", 3, 12)), "up.weight", group=2, strides=[2, 2])
    b.head(b.conv(x, "last", 8, 6), 6)
    model = b.model(IMAGE)
    weight, gates = model.weight("up"), gradients(model, samples(model), Job())["up"].gates
    assert gates.shape == (8,) and (gates > 0).all()
    silent = with_weights(model, {"up": np.where(np.arange(4)[:, None, None] == 1, 0, weight).astype(np.float32)}, {})
    assert np.flatnonzero(gradients(silent, samples(model), Job())["up"].gates == 0).tolist() == [1, 5]
    assert build(model, ["up"], criterion="taylor", ratio=0.5).model.layer("last").shape[1] == 4


def gate_by_difference(model, path, count):
    """Mean square of how the loss of eight samples changes with a channel's weights and bias together."""
    data, epsilon = samples(model), 1e-3
    view = TorchView(model).double()
    weight, bias = view.layers[path].weight, view.layers[path].bias
    scores = np.zeros(count)
    with torch.no_grad():
        targets = [view(torch.from_numpy(data.inputs["x"][start : start + 8]).double())[0] for start in range(0, 32, 8)]
        for channel, (start, target) in product(range(count), zip(range(0, 32, 8), targets, strict=True)):
            x = torch.from_numpy(data.inputs["x"][start : start + 8]).double()
            losses = []
            for factor in (1 + epsilon, 1 - epsilon):
                kept_weight, kept_bias = weight[channel].clone(), bias[channel].clone()
                weight[channel] *= factor
                bias[channel] *= factor
                losses.append(functional.cross_entropy(view(x)[0], target.argmax(dim=1), reduction="sum"))
                weight[channel], bias[channel] = kept_weight, kept_bias
            scores[channel] += float((losses[0] - losses[1]) / (2 * epsilon)) ** 2 / 32
    return scores


def test_the_scale_of_a_batchnorm_that_was_not_folded():
    assert kept(batchnorm(), "conv", criterion="bn", ratio=0.5) == [6, 7, 8, 9, 10, 11]
    with pytest.raises(UserError, match="No BatchNorm"):
        build(residual(), ["a"], criterion="bn")


def test_the_scale_of_a_batchnorm_that_was_folded():
    """The largest scales stay, whatever the weights and variances are, and coupled channels have the mean of all."""
    rng = np.random.default_rng(5)
    scales = {name: rng.permutation(np.linspace(0.1, 1.2, 12)).astype(np.float32) for name in ("one", "two")}
    b = Builder()

    def normed(x, name, inputs):
        x = b.conv(x, name, inputs, 12)
        b.const(f"{name}.scale", scales[name] * np.where(rng.random(12) < 0.5, -1, 1).astype(np.float32))
        b.const(f"{name}.var", rng.uniform(0.01, 9, 12).astype(np.float32))
        return b.op(
            "BatchNormalization",
            x,
            f"{name}.scale",
            b.weight(f"{name}.beta", 12),
            b.weight(f"{name}.mean", 12),
            f"{name}.var",
        )

    x = b.op("Relu", normed("x", "one", 3))
    x = b.op("Relu", b.op("Add", x, normed(x, "two", 12)))
    b.head(b.op("Relu", b.conv(x, "last", 12, 8)), 8)
    model = b.model(IMAGE)
    assert not any(node.op_type == "BatchNormalization" for node in model.ir.graph)
    mean = (scales["one"] + scales["two"]) / 2
    assert kept(model, "one", criterion="bn", ratio=0.5) == sorted(np.argsort(mean)[6:].tolist())
    with pytest.raises(UserError, match="last: No BatchNorm"):
        build(model, ["last"], criterion="bn")


def test_a_criterion_that_a_layer_does_not_have():
    with pytest.raises(UserError, match="up: This method does not support ConvTranspose layers"):
        build(transposed(), ["up"], criterion="activation")


def test_of_a_glob_the_layers_that_a_criterion_tells_nothing_of_keep_their_channels():
    model = transposed()
    recipe = Recipe((Row("*", (Action("prune.channels", {"criterion": "activation", "ratio": 0.5}),)),))
    chosen, notes = compiler.stacks(model, recipe)
    assert "down" in chosen and "up" not in chosen
    assert "up stays unpruned: This method does not support ConvTranspose layers: it needs their inputs." in notes
    with pytest.raises(UserError, match="up: This method does not support ConvTranspose layers"):
        compiler.stacks(model, Recipe((Row("up", recipe.rows[0].actions),)))
    _, notes = compiler.stacks(model, Recipe((Row("*", (Action("prune.channels", {"criterion": "bn"}),)),)))
    assert (
        notes[0] == "3 layers (down, up and last): each stays unpruned: No BatchNorm follows the layer, "
        "so this criterion has no channel importance."
    )


def test_lamp_is_energy_over_what_is_at_least_as_large():
    np.testing.assert_allclose(_lamp(np.array([4.0, 1.0, 5.0])), [4 / 9, 1 / 10, 1.0])


def test_lamp_shares_the_removal_among_layers_and_leaves_each_one():
    model = residual()
    for ratio in (0.5, 1.0):
        smaller = build(model, ["a", "b"], criterion="lamp", ratio=ratio).model
        left = [smaller.layer(path).shape[0] for path in ("a", "b")]
        assert min(left) >= 1 and sum(left) == max(round(28 * (1 - ratio)), 2)


def test_what_remains_is_a_multiple():
    def removes(count, ratio, round_to, stay=0, width=1):
        params = ChannelPruning.Params(ratio, "l1", round_to)
        return ChannelPruning().removes(ChannelGroup(count, stay, width, ()), params)

    assert removes(64, 0.3, 1) == 19 and removes(64, 0.3, 8) == 64 - 48 and removes(64, 0.99, 8) == 56
    assert removes(6, 0.5, 8) == 0 and removes(10, 1.0, 1) == 9 and removes(4, 0.5, 8, width=6) == 0
    assert removes(8, 0.5, 8, width=4) == 4 and removes(10, 1.0, 1, stay=2) == 10


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("make", [residual, transformer, depthwise], ids=lambda make: make.__name__)
def test_every_criterion_is_deterministic_and_leaves_the_original_untouched(make, criterion):
    model = make()
    paths = prunable(model)
    before = model.to_bytes()
    first, second = (build(model, paths, criterion=criterion, ratio=0.4) for _ in range(2))
    assert first.model.to_bytes() == second.model.to_bytes() != before
    assert model.to_bytes() == before


def test_it_can_be_cancelled():
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        build(residual(), ["a"], job)


@pytest.mark.parametrize("name", NETWORKS)
def test_all_layers_at_once(name):
    model = NETWORKS[name]()
    paths = prunable(model)
    smaller = build(model, paths, ratio=0.9).model
    assert smaller.summary().parameters < 0.5 * model.summary().parameters
    assert all(min(layer.shape) >= 1 for layer in smaller.layers)
