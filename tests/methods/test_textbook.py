"""The textbook results, against an independent computation."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from scipy.cluster.vq import kmeans as scipy_kmeans

from tests.methods.settings import model_with
from workbench.core.action import Action
from workbench.core.job import Job
from workbench.core.layer import InputSpec
from workbench.data.dataset import Dataset
from workbench.engine import apply
from workbench.engine.cache import Cache
from workbench.engine.calibrate import LayerContext
from workbench.engine.gradients import gradients, loss_of, synaptic_flow
from workbench.formats.onnx_file import from_proto
from workbench.graph.torch_view import TorchView
from workbench.methods import factors, grids, vbmf
from workbench.methods.lowrank_response import reduced_rank
from workbench.methods.prune_magnitude import smallest
from workbench.methods.quantize_codebook import kmeans

JOB = Job()


def edited(op, method, seed=0, **params):
    model, path, data = model_with(op)
    return model, path, data, apply.edit(model, path, (Action(method, params),), data, seed, Cache(1 << 28), JOB)


def response_error(model, path, data, edit):
    """Of the layer's output on the calibration rows, relative: what data-aware methods minimise."""
    context = LayerContext(model, path, data, 0, Cache(1 << 28))
    gram = context.gram(JOB)
    layer = context.layer

    def energy(matrix):
        return sum(float(np.einsum("rc,cd,rd->", part, g, part))
                   for part, g in zip(np.split(matrix, len(gram)), gram, strict=True))

    original = factors.by_output(context.weight.astype(np.float64), layer.out_axis)
    return energy(original - factors.by_output(edit.weight.astype(np.float64), layer.out_axis)) / energy(original)


@pytest.mark.parametrize("op", ["Conv", "Gemm", "MatMul"])
def test_truncated_svd_is_numpys(op):
    model, path, _, edit = edited(op, "lowrank.svd", rank=5)
    layer = model.layer(path)
    matrix = factors.by_output(model.weight(path), layer.out_axis).astype(np.float64)
    u, s, v = np.linalg.svd(matrix, full_matrices=False)
    np.testing.assert_allclose(factors.by_output(edit.weight, layer.out_axis), (u[:, :5] * s[:5]) @ v[:5], atol=1e-5)
    assert np.square(matrix - factors.by_output(edit.weight, layer.out_axis)).sum() == pytest.approx(
        np.square(s[5:]).sum(), rel=1e-4)           # Eckart and Young


def test_energy_keeps_the_smallest_sufficient_rank():
    values = np.array([3.0, 2.0, 1.0])
    assert [factors.rank_for_energy(values, e) for e in (9 / 14, 0.65, 13 / 14, 1.0)] == [1, 2, 2, 3]


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
    np.testing.assert_array_equal(again.q, stored.q)            # levels are fixed points
    low, high = grids.limits(bits, symmetric)
    assert stored.q.min() >= low and stored.q.max() <= high


def test_the_textbook_floor_form():
    values = np.array([[-1.0, -0.3, 0.0, 0.3, 1.0]], np.float32)
    grid = grids.view(values, 0, "tensor", 0)
    scale, zero = np.full((1, 1), 0.25, np.float32), np.full((1, 1), 8.0, np.float32)
    stored = grids.quantize(grid, scale, zero, 4, False, "floor")
    np.testing.assert_array_equal(stored.q, np.floor((values / 0.25) + 8))       # Q = floor(S(W+B)), S = 1/s, B = z s


def test_stochastic_rounding_is_right_on_average():
    values = np.full((1, 20000), 0.3, np.float32)
    grid = grids.view(values, 0, "tensor", 0)
    scale, zero = np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32)
    stored = grids.quantize(grid, scale, zero, 8, True, "stochastic", np.random.default_rng(0))
    assert set(np.unique(stored.q)) == {0, 1} and stored.decode().mean() == pytest.approx(0.3, abs=0.01)


def test_mse_range_is_never_worse_than_minmax():
    values = np.random.default_rng(0).standard_t(3, (32, 200)).astype(np.float32)
    grid = grids.view(values, 0, "channel", 0)
    errors = []
    for rule in ("minmax", "mse"):
        scale, zero = grids.scales(grid, 4, True, rule, 100.0)
        errors.append(np.square(grids.quantize(grid, scale, zero, 4, True).decode() - values).sum(axis=1))
    assert (errors[1] <= errors[0] + 1e-5).all() and errors[1].sum() < 0.9 * errors[0].sum()


def test_kmeans_is_as_good_as_scipys():
    values = np.concatenate([np.random.default_rng(1).normal(c, 0.05, 300) for c in (-1.0, -0.2, 0.4, 1.1)])
    ours = kmeans(values, 4, "density", JOB)
    theirs, _ = scipy_kmeans(values[:, None], np.array([[-1.0], [-0.2], [0.4], [1.1]]))
    np.testing.assert_allclose(ours, np.sort(theirs.ravel()), atol=0.01)


def test_kmeans_keeps_pruned_zeros_and_small_sets_exactly():
    values = np.array([0, 0, 0, 0.5, -0.25, 0.5, 0.01])
    centroids = kmeans(values, 4, "linear", JOB)
    assert 0.0 in centroids and set(np.round(values, 6)) <= set(np.round(centroids, 6))


@pytest.mark.parametrize(("rows", "columns", "rank", "noise"),
                         [(100, 200, 5, 0.1), (60, 60, 10, 0.3), (64, 576, 20, 0.5)])
def test_evbmf_finds_a_planted_rank(rows, columns, rank, noise):
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((rows, rank)) @ rng.standard_normal((rank, columns))
    assert vbmf.rank(matrix + noise * rng.standard_normal(matrix.shape)) == rank
    assert vbmf.rank(noise * rng.standard_normal(matrix.shape)) == 0


def test_tucker_at_full_rank_reconstructs():
    model, path, _, edit = edited("Conv", "lowrank.tucker", ratio=1.0)
    np.testing.assert_allclose(edit.weight, model.weight(path), atol=1e-5)


def test_spatial_svd_at_full_rank_reconstructs():
    model, path, _, edit = edited("Conv", "lowrank.spatial", energy=1.0)
    np.testing.assert_allclose(edit.weight, model.weight(path), atol=1e-5)


def test_cp_recovers_a_tensor_of_its_rank():
    model, path, data = model_with("Conv")
    rng = np.random.default_rng(3)
    parts = [rng.standard_normal((size, 3)) for size in model.layer(path).shape]
    weight = np.einsum("or,ir,yr,xr->oiyx", *parts).astype(np.float32)
    planted = dataclasses.replace(model.with_weights({path: weight}, {}))
    edit = apply.edit(planted, path, (Action("lowrank.cp", {"rank": 3, "iterations": 200}),), data, 0,
                      Cache(1 << 20), JOB)
    assert np.square(edit.weight - weight).sum() < 1e-3 * np.square(weight).sum()


@pytest.mark.parametrize("op", ["Conv", "Gemm", "MatMul"])
def test_data_aware_methods_beat_their_plain_counterparts_on_the_layers_output(op):
    def error(method, **params):
        return response_error(*edited(op, method, **params))

    nearest = error("quantize.affine", bits=3)
    assert error("quantize.gptq", bits=3) < nearest and error("quantize.adaround", bits=3, steps=300) < nearest
    assert error("prune.sparsegpt", sparsity=0.6) < error("prune.wanda", sparsity=0.6)
    assert error("lowrank.whitened", rank=6) <= error("lowrank.svd", rank=6) * 1.001


def test_reduced_rank_regression_is_the_best_of_its_rank():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((500, 8)) * np.linspace(0.2, 3, 8)
    y = x @ rng.standard_normal((8, 6)) + 1.0
    basis, inner, shift = reduced_rank(x, y, 3)
    best = np.square(y - (x @ inner.T @ basis.T + shift)).sum()
    centred = (x - x.mean(0)) @ np.linalg.lstsq(x - x.mean(0), y - y.mean(0), rcond=None)[0]
    assert best == pytest.approx(np.square(np.linalg.svd(centred, compute_uv=False)[3:]).sum(), rel=1e-4)


def test_bias_correction_restores_the_mean_output():
    model, path, data = model_with("Gemm")
    coarse = Action("quantize.affine", {"bits": 2, "range": "minmax"})
    x = data.inputs["x"] + 1.0
    shifted = data.subset(np.arange(data.samples))
    shifted.inputs["x"][...] = x
    edit = apply.edit(model, path, (coarse, Action("quantize.bias_correction")), shifted, 0, Cache(1 << 20), JOB)
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
        weights.append(numpy_helper.from_array(rng.standard_normal((outputs, inputs)).astype(np.float32),
                                               f"l{index}.weight"))
    graph = helper.make_graph(nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", sizes[0]])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", sizes[-1]])], weights)
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


def test_synflow_cuts_no_layer_off_where_magnitude_does():
    """Algorithm 1, where magnitude pruning of all layers together empties the one with small weights."""
    model, data = chain(20, 20, 20, 20)
    small = model.with_weights({"l1": model.weight("l1") * 1e-3}, {})
    chosen = {}
    for method in ("prune.synflow", "prune.magnitude"):
        stack = (Action(method, {"sparsity": 0.9, "scope": "global"}),)
        edits = apply.edit_all(small, dict.fromkeys(("l0", "l1", "l2"), stack), data, 0, Cache(1 << 20), JOB)
        chosen[method] = {path: int((edit.weight != 0).sum()) for path, edit in edits.items()}
    assert chosen["prune.magnitude"]["l1"] == 0 and min(chosen["prune.synflow"].values()) > 0
    assert all(sum(kept.values()) == pytest.approx(120, abs=1) for kept in chosen.values())


@pytest.mark.parametrize("first", [("prune.magnitude", {"sparsity": 0.6}), ("prune.nm", {}), ("prune.block", {})])
@pytest.mark.parametrize("then", [("quantize.affine", {"bits": 4}),
                                  ("quantize.affine", {"bits": 4, "symmetric": False}),
                                  ("quantize.codebook", {"bits": 4}), ("quantize.gptq", {"bits": 4}),
                                  ("quantize.adaround", {"bits": 4, "steps": 20}), ("quantize.float", {})])
def test_quantising_keeps_what_pruning_made_zero(first, then):
    model, path, data = model_with("Gemm")
    cache = Cache(1 << 28)
    pruned = apply.edit(model, path, (Action(*first),), data, 0, cache, JOB).weight
    both = apply.edit(model, path, (Action(*first), Action(*then)), data, 0, cache, JOB).weight
    assert (both[pruned == 0] == 0).all()


def test_smallest_is_exact_with_ties():
    values = np.array([[1.0, 1.0, 1.0, 2.0], [3.0, 0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(smallest(values, 2), [[True, True, False, False], [False, True, True, False]])
