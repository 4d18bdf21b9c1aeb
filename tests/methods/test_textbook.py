"""The textbook results, against an independent computation."""

import dataclasses
from itertools import pairwise

import numpy as np
import onnx_ir as ir
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from scipy.cluster.vq import kmeans as scipy_kmeans

from tests.graph.examples import with_weights
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration.gradients import gradients, loss_of, synaptic_flow
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.compile import compiler
from workbench.formats.onnx_file import from_proto
from workbench.graph.torch.torch_view import TorchView
from workbench.methods.common import factors, grids
from workbench.methods.prune.magnitude import smallest
from workbench.methods.quantize.codebook import kmeans
from workbench.testing.models import model_with

JOB = Job()


def edited(op, method, seed=0, **params):
    model, path, data = model_with(op)
    return model, path, data, compiler.edit(model, path, (Action(method, params),), data, seed, Cache(1 << 28), JOB)


def response_error(model, path, data, edit):
    """Of the layer's output on the calibration rows, relative: what data-aware methods minimise."""
    context = LayerContext(model, path, data, 0, Cache(1 << 28))
    gram = context.gram(JOB)
    layer = context.layer

    def energy(matrix):
        return sum(
            float(np.einsum("rc,cd,rd->", part, g, part))
            for part, g in zip(np.split(matrix, len(gram)), gram, strict=True)
        )

    original = factors.by_output(context.weight.astype(np.float64), layer.out_axis)
    return energy(original - factors.by_output(edit.weight.astype(np.float64), layer.out_axis)) / energy(original)


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
@pytest.mark.parametrize("symmetric", [True, False])
def test_affine_round_trip(bits, symmetric):
    rng = np.random.default_rng(bits)
    values = rng.standard_normal((16, 40)).astype(np.float32) + (0 if symmetric else 0.5)
    grid = grids.view(values, 0, "channel", 0)
    scale, zero = grids.scales(grid, bits, symmetric, "minmax", 100.0)
    stored = grids.quantize(grid, scale, zero, bits, symmetric)
    assert np.abs(stored.decode() - values).max() <= float(scale.max()) * (0.5 if symmetric else 1.0) + 1e-6
    again = grids.quantize(grids.view(stored.decode(), 0, "channel", 0), scale, zero, bits, symmetric)
    np.testing.assert_array_equal(again.q, stored.q)  # levels are fixed points
    low, high = grids.limits(bits, symmetric)
    assert stored.q.min() >= low and stored.q.max() <= high


def test_the_textbook_floor_form():
    values = np.array([[-1.0, -0.3, 0.0, 0.3, 1.0]], np.float32)
    grid = grids.view(values, 0, "tensor", 0)
    scale, zero = np.full((1, 1), 0.25, np.float32), np.full((1, 1), 8.0, np.float32)
    stored = grids.quantize(grid, scale, zero, 4, False, "floor")
    np.testing.assert_array_equal(stored.q, np.floor((values / 0.25) + 8))  # Q = floor(S(W+B)), S = 1/s, B = z s


def test_stochastic_rounding_is_right_on_average():
    values = np.full((1, 20000), 0.3, np.float32)
    grid = grids.view(values, 0, "tensor", 0)
    scale, zero = np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32)
    stored = grids.quantize(grid, scale, zero, 8, True, "stochastic", np.random.default_rng(0))
    assert set(np.unique(stored.q)) == {0, 1} and stored.decode().mean() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("symmetric", [True, False])
def test_half_quadratic_levels_lower_the_error_that_forgives_few_weights(symmetric):
    """|E|_p^p with p = 0.7, Badri and Shaji 2023: never above that of the extremes, and well below with outliers."""
    values = np.random.default_rng(0).standard_normal((8, 200)).astype(np.float32)
    values[:4, 0] = 9
    grid = grids.view(values, 0, "channel", 0)

    def error(rule):
        sides = grids.scales(grid, 4, symmetric, rule, 100.0)
        left = grids.quantize(grid, *sides, 4, symmetric).decode() - values
        return (np.abs(left) ** 0.7).sum(axis=1)

    found, start = error("hqq"), error("minmax")
    assert (found <= start * (1 + 1e-5)).all() and found.sum() < 0.99 * start.sum()


@pytest.mark.parametrize(("rule", "power"), [("mse", 2), ("cubed", 3)])
def test_a_range_of_least_error_is_better_than_all_others_in_its_own_measure(rule, power):
    values = np.random.default_rng(0).standard_t(3, (32, 200)).astype(np.float32)
    grid = grids.view(values, 0, "channel", 0)

    def error(other):
        scale, zero = grids.scales(grid, 4, True, other, 100.0)
        return (np.abs(grids.quantize(grid, scale, zero, 4, True).decode() - values) ** power).sum(axis=1)

    for other in {"minmax", "mse", "cubed"} - {rule}:
        assert (error(rule) <= error(other) + 1e-4).all() and error(rule).sum() < 0.99 * error(other).sum()


def test_kmeans_is_as_good_as_scipys():
    values = np.concatenate([np.random.default_rng(1).normal(c, 0.05, 300) for c in (-1.0, -0.2, 0.4, 1.1)])
    ours = kmeans(values, 4, "density", JOB)
    theirs, _ = scipy_kmeans(values[:, None], np.array([[-1.0], [-0.2], [0.4], [1.1]]))
    np.testing.assert_allclose(ours, np.sort(theirs.ravel()), atol=0.01)


def test_weighted_kmeans_is_that_of_repeated_values():
    rng = np.random.default_rng(2)
    values, counts = rng.standard_normal(200), rng.integers(1, 9, 200)
    for start in ("linear", "density"):
        found = kmeans(values, 6, start, JOB, counts.astype(float))
        if start == "linear":
            np.testing.assert_allclose(found, kmeans(np.repeat(values, counts), 6, start, JOB))
        members = np.abs(values[:, None] - found).argmin(axis=1)  # each centroid is the mean of its members (Lloyd)
        means = [np.average(values[members == index], weights=counts[members == index]) for index in range(6)]
        np.testing.assert_allclose(found, means, atol=1e-9)


@pytest.mark.parametrize("sensitivity", ["fisher", "activations"])
def test_a_sensitive_codebook_errs_less_where_errors_count(sensitivity):
    model, path, data = model_with("Gemm")
    context = LayerContext(model, path, data, 0, Cache(1 << 28))
    counts = context.gradients(JOB)[1] if sensitivity == "fisher" else np.diagonal(context.gram(JOB)[0])
    errors = {}
    for name in ("none", sensitivity):
        edit = edited("Gemm", "quantize.codebook", bits=2, sensitivity=name)[3]
        errors[name] = (counts * np.square(edit.weight - model.weight(path))).sum()
    assert errors[sensitivity] < errors["none"]


def test_a_codebook_says_where_no_gradient_passes():
    model, path, data = model_with("Gemm")
    odd = model.ir.clone()
    output = odd.graph.outputs[0]
    odd.graph.append(node := ir.Node("", "NonZero", [output]))
    odd.graph.outputs[0] = node.outputs[0]
    blocked = dataclasses.replace(model, ir=odd)
    action = Action("quantize.codebook", {"sensitivity": "fisher"})
    with pytest.raises(UserError, match="NonZero"):
        compiler.edit(blocked, path, (action,), data, 0, Cache(1 << 20), JOB)
    weighted = action.with_param("sensitivity", "activations")
    assert compiler.edit(blocked, path, (weighted,), data, 0, Cache(1 << 20), JOB).weight.shape == (40, 300)


def test_of_a_glob_the_layers_without_a_sensitivity_are_left_as_they_are():
    model, path, _ = model_with("Embedding")
    step = Action("quantize.codebook", {"sensitivity": "activations"})
    chosen, notes = compiler.stacks(model, Recipe((Row("*", (step,)),)))
    assert not chosen and notes == (
        f"{path} is unchanged: This method does not support Embedding layers: it needs their inputs.",
    )
    assert path in compiler.stacks(model, Recipe((Row("*", (step.with_param("sensitivity", "none"),)),)))[0]


def test_the_range_of_least_divergence_cuts_what_is_rare():
    values = np.random.default_rng(0).standard_t(3, (4, 5000)).astype(np.float32)
    grid = grids.view(values, 0, "channel", 0)
    widest, chosen = (grids.scales(grid, 4, True, rule, 100.0) for rule in ("minmax", "entropy"))
    assert (chosen[0] < 0.8 * widest[0]).all()
    for row, scale in zip(values, chosen[0].ravel(), strict=True):

        def lost(step, row=row):  # by hand, for one channel
            counts, edges = np.histogram(row, 128, (-np.abs(row).max(), np.abs(row).max()))
            centres = (edges[1:] + edges[:-1]) / 2
            inside = (centres >= -8 * step) & (centres <= 7 * step)
            p = np.where(inside, counts, 0).astype(float)
            p[np.flatnonzero(inside)[0]] += counts[centres < -8 * step].sum()
            p[np.flatnonzero(inside)[-1]] += counts[centres > 7 * step].sum()
            level = np.clip(np.rint(centres / step), -8, 7)
            q = np.zeros(128)
            for each in np.unique(level[inside & (counts > 0)]):
                held = inside & (counts > 0) & (level == each)
                q[held] = counts[held].mean()
            p, q = p / p.sum(), np.where(q > 0, q / q.sum(), 1e-6)
            return (p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum()

        tried = np.abs(row).max() * grids.SHRINK / 7
        assert lost(scale) == pytest.approx(min(lost(step) for step in tried), rel=1e-3)


def test_kmeans_keeps_pruned_zeros_and_small_sets_exactly():
    values = np.array([0, 0, 0, 0.5, -0.25, 0.5, 0.01])
    centroids = kmeans(values, 4, "linear", JOB)
    assert 0.0 in centroids and set(np.round(values, 6)) <= set(np.round(centroids, 6))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("op", "method", "params"),
    [
        ("Conv", "lowrank.tucker", {"ratio": 0.4}),
        ("Conv", "lowrank.spatial", {"rank": 8}),
        ("Conv", "lowrank.cp", {"rank": 10, "iterations": 10}),
        ("Conv", "lowrank.svd", {"rank": 6}),
        ("Depthwise", "prune.magnitude", {"sparsity": 0.5}),
        ("MatMul", "lowrank.svd", {"rank": 6}),
        ("MatMul", "prune.magnitude", {"sparsity": 0.6}),
    ],
)
def test_refining_lowers_the_response_error_and_keeps_zeros(op, method, params):
    model, path, data = model_with(op)
    alike = np.cumsum(np.cumsum(data.inputs["x"], axis=-1), axis=1) / 5  # neighbours are alike, as in pictures
    data = dataclasses.replace(data, inputs={"x": alike.astype(np.float32)})
    cache, stack = Cache(1 << 28), (Action(method, params), Action("distill.refine", {"steps": 150, "rate": 0.003}))
    before, after = (compiler.edit(model, path, stack[:count], data, 0, cache, JOB) for count in (1, 2))
    context = LayerContext(model, path, data, 0, cache)
    rows = context.rows(2000, JOB)
    axis = context.layer.out_axis

    def outputs(weight, bias):
        matrix = factors.by_output(weight, axis)
        each = np.einsum("gnc,goc->ngo", rows, matrix.reshape(len(rows), -1, rows.shape[2])).reshape(rows.shape[1], -1)
        return each + (0 if bias is None else bias)

    wanted = outputs(context.weight, context.bias)
    first, second = (
        np.square(outputs(edit.weight, edit.bias if edit.bias is not None else context.bias) - wanted).sum()
        for edit in (before, after)
    )
    assert second < 0.9 * first and after.encoding.parameters == before.encoding.parameters
    if method.startswith("prune"):
        assert (after.weight[before.weight == 0] == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("op", ["Conv", "Gemm", "MatMul"])
def test_data_aware_methods_beat_their_plain_counterparts_on_the_layers_output(op):
    def error(method, **params):
        return response_error(*edited(op, method, **params))

    nearest = error("quantize.affine", bits=3)
    assert error("quantize.gptq", bits=3) < nearest and error("quantize.adaround", bits=3, steps=300) < nearest
    groups = {"bits": 3, "granularity": "group", "group_size": 8}
    assert error("quantize.gptq", **groups) < error("quantize.affine", **groups, range="mse")
    assert error("prune.sparsegpt", sparsity=0.6) < error("prune.wanda", sparsity=0.6)
    assert error("lowrank.whitened", rank=6) <= error("lowrank.svd", rank=6) * 1.001


def test_bias_correction_restores_the_mean_output():
    model, path, data = model_with("Gemm")
    coarse = Action("quantize.affine", {"bits": 2, "range": "minmax"})
    x = data.inputs["x"] + 1.0
    shifted = data.subset(np.arange(data.samples))
    shifted.inputs["x"][...] = x
    edit = compiler.edit(model, path, (coarse, Action("quantize.bias_correction")), shifted, 0, Cache(1 << 20), JOB)
    before = x @ model.weight(path).T + model.bias(path)
    after = x @ edit.weight.T + edit.bias
    np.testing.assert_allclose(after.mean(0), before.mean(0), atol=1e-3)
    assert np.abs((x @ edit.weight.T + model.bias(path)).mean(0) - before.mean(0)).max() > 0.05


def test_gradients_are_torchs():
    model, path, data = model_with("Gemm")
    found = gradients(model, data, JOB)[path]
    view = TorchView(model)
    weight = view.layers[path].weight
    (expected,) = torch.autograd.grad(loss_of(view(torch.from_numpy(data.inputs["x"]))[0], None), weight)
    np.testing.assert_allclose(found.mean, expected.numpy(), atol=1e-6)
    assert (found.square >= np.square(found.mean) / 8 - 1e-9).all()


def chain(*sizes):
    """A chain of linear layers with ReLUs between, and data of its input's shape."""
    rng = np.random.default_rng(0)
    nodes, weights = [], []
    for index, (inputs, outputs) in enumerate(pairwise(sizes)):
        read = "x" if index == 0 else f"r{index - 1}"
        last = index == len(sizes) - 2
        nodes.append(helper.make_node("Gemm", [read, f"l{index}.weight"], ["y" if last else f"h{index}"], transB=1))
        if not last:
            nodes.append(helper.make_node("Relu", [f"h{index}"], [f"r{index}"]))
        weights.append(
            numpy_helper.from_array(rng.standard_normal((outputs, inputs)).astype(np.float32), f"l{index}.weight")
        )
    graph = helper.make_graph(
        nodes,
        "chain",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", sizes[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", sizes[-1]])],
        weights,
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    spec = InputSpec("x", "float32", (None, sizes[0]))
    return from_proto(proto, "chain", JOB), Dataset("memory", {"x": np.zeros((4, sizes[0]), np.float32)}, (spec,), None)


def test_synflow_conserves_flow_from_layer_to_layer():
    """Tanaka et al. 2020, theorem 1: the scores of every layer sum to R, before and after pruning."""
    model, data = chain(6, 9, 7, 5)
    product = np.ones(6)
    for path in ("l0", "l1", "l2"):
        product = np.abs(model.weight(path)).astype(np.float64) @ product
    scores = synaptic_flow(model, {}, data)
    for score in scores.values():
        assert score.sum() == pytest.approx(product.sum(), rel=1e-9)
    masks = {"l1": (np.random.default_rng(1).random((7, 9)) > 0.5).astype(float)}
    pruned = [score.sum() for score in synaptic_flow(model, masks, data).values()]
    assert pruned == pytest.approx([pruned[0]] * 3, rel=1e-9) and pruned[0] < product.sum()


@pytest.mark.slow
def test_synflow_cuts_no_layer_off_where_magnitude_does():
    """Algorithm 1, where magnitude pruning of all layers together empties the one with small weights."""
    model, data = chain(20, 20, 20, 20)
    small = with_weights(model, {"l1": model.weight("l1") * 1e-3}, {})
    chosen = {}
    for method in ("prune.synflow", "prune.magnitude"):
        stack = (Action(method, {"sparsity": 0.9, "scope": "global"}),)
        edits = compiler.edit_all(small, dict.fromkeys(("l0", "l1", "l2"), stack), data, 0, Cache(1 << 20), JOB)
        chosen[method] = {path: int((edit.weight != 0).sum()) for path, edit in edits.items()}
    assert chosen["prune.magnitude"]["l1"] == 0 and min(chosen["prune.synflow"].values()) > 0
    assert all(sum(kept.values()) == pytest.approx(120, abs=1) for kept in chosen.values())


def test_smallest_is_exact_with_ties():
    values = np.array([[1.0, 1.0, 1.0, 2.0], [3.0, 0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(smallest(values, 2), [[True, True, False, False], [False, True, True, False]])


def test_weights_that_a_short_float_cannot_hold_are_counted():
    model, path, data = model_with("Gemm")
    weight = np.array(model.weight(path))
    weight.flat[:3], weight.flat[3:5], weight.flat[5] = 1e30, -1e-30, 0.0
    model = with_weights(model, {path: weight}, {})
    edit = compiler.edit(model, path, (Action("quantize.float", {"format": "float16"}),), data, 0, Cache(1 << 28), JOB)
    assert "3 weights are clipped to 65,504" in str(edit.note) and "2 weights are smaller" in str(edit.note)
    assert not edited("Gemm", "quantize.float", format="float16")[3].note
