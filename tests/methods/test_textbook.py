"""The textbook results, against an independent computation."""

import dataclasses
from itertools import pairwise

import numpy as np
import onnx_ir as ir
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from scipy.cluster.vq import kmeans as scipy_kmeans

from tests.methods.settings import model_with
from workbench.core.action import Action
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.layer import InputSpec
from workbench.data.dataset import Dataset
from workbench.engine import apply
from workbench.engine.cache import Cache
from workbench.engine.calibrate import LayerContext
from workbench.engine.gradients import gradients, loss_of, synaptic_flow
from workbench.formats.onnx_file import from_proto
from workbench.graph.torch_view import TorchView
from workbench.methods import factors, grids, ranks, vbmf
from workbench.methods.lowrank_response import ReducedRank
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
    assert [ranks.rank_for_energy(values, e) for e in (9 / 14, 0.65, 13 / 14, 1.0)] == [1, 2, 2, 3]


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


@pytest.mark.parametrize(("rule", "power"), [("mse", 2), ("cubed", 3)])
def test_a_range_of_least_error_is_better_than_all_others_in_its_own_measure(rule, power):
    values = np.random.default_rng(0).standard_t(3, (32, 200)).astype(np.float32)
    grid = grids.view(values, 0, "channel", 0)

    def error(other):
        scale, zero = grids.scales(grid, 4, True, other, 100.0)
        return (np.abs(grids.quantize(grid, scale, zero, 4, True).decode() - values)**power).sum(axis=1)

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
        members = np.abs(values[:, None] - found).argmin(axis=1)        # each centroid is the mean of its own (Lloyd)
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
        apply.edit(blocked, path, (action,), data, 0, Cache(1 << 20), JOB)
    weighted = action.with_param("sensitivity", "activations")
    assert apply.edit(blocked, path, (weighted,), data, 0, Cache(1 << 20), JOB).weight.shape == (40, 300)


def test_the_range_of_least_divergence_cuts_what_is_rare():
    values = np.random.default_rng(0).standard_t(3, (4, 5000)).astype(np.float32)
    grid = grids.view(values, 0, "channel", 0)
    widest, chosen = (grids.scales(grid, 4, True, rule, 100.0) for rule in ("minmax", "entropy"))
    assert (chosen[0] < 0.8 * widest[0]).all()
    for row, scale in zip(values, chosen[0].ravel(), strict=True):
        def lost(step, row=row):            # by hand, for one channel
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


@pytest.mark.parametrize(("rows", "columns", "rank", "noise"),
                         [(100, 200, 5, 0.1), (60, 60, 10, 0.3), (64, 576, 20, 0.5)])
def test_evbmf_finds_a_planted_rank(rows, columns, rank, noise):
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((rows, rank)) @ rng.standard_normal((rank, columns))
    assert vbmf.rank(matrix + noise * rng.standard_normal(matrix.shape)) == rank
    assert vbmf.rank(noise * rng.standard_normal(matrix.shape)) == 0


def vb_free_energy(values, short, long, variance, rounds=4000):
    """2 F of each component by alternating updates of posterior and prior, started at the singular value itself.

    The model of Nakajima et al. 2013, section 2: means a, b, variances and priors of both factors; no closed form.
    """
    a = b = np.sqrt(values)
    va = vb = np.full_like(values, variance / 10)
    ca = cb = np.ones_like(values)
    for _ in range(rounds):
        va = variance / (b**2 + short * vb + variance / ca)
        a = va * values * b / variance
        vb = variance / (a**2 + long * va + variance / cb)
        b = vb * values * a / variance
        ca, cb = a**2 / long + va, b**2 / short + vb
    return (long * np.log(ca / va) + short * np.log(cb / vb) + (a**2 + long * va) / ca + (b**2 + short * vb) / cb
            - short - long + (-2 * a * b * values + (a**2 + long * va) * (b**2 + short * vb)) / variance)


@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0])
def test_evbmf_keeps_what_lowers_the_free_energy(alpha):
    """The closed form's threshold is where a component begins to be worth keeping, found by iterating the model."""
    long, short = 100, round(100 * alpha)
    threshold = np.sqrt(long * vbmf._x_bar(alpha))
    values = threshold * np.array([0.95, 0.98, 1.02, 1.05])
    np.testing.assert_array_equal(vb_free_energy(values, short, long, 1.0) < 0, [False, False, True, True])


def test_evbmf_finds_the_noise_that_the_free_energy_finds():
    rng = np.random.default_rng(4)
    matrix = rng.standard_normal((30, 4)) @ rng.standard_normal((4, 60)) + 0.4 * rng.standard_normal((30, 60))
    values = np.linalg.svd(matrix, compute_uv=False)
    tried = np.linspace(0.1, 0.25, 31)
    energies = [30 * 60 * np.log(variance) + np.square(values).sum() / variance
                + np.minimum(vb_free_energy(values, 30, 60, variance, 1000), 0).sum() for variance in tried]
    best = tried[int(np.argmin(energies))]
    assert vbmf._noise(values, 30, 60) == pytest.approx(best, abs=0.006) and best == pytest.approx(0.16, abs=0.02)
    assert vbmf.rank(matrix) == int((vb_free_energy(values, 30, 60, best) < 0).sum()) == 4


def test_the_threshold_of_gavish_and_donoho_is_as_published():
    """Their equation 5: within 0.02 of it, times the median singular value."""
    for beta in (0.05, 0.2, 0.5, 1.0):
        shape = (round(1000 * beta), 1000)
        found = ranks.hard_threshold(np.ones(3), shape)
        assert found == pytest.approx(0.56 * beta**3 - 0.95 * beta**2 + 1.82 * beta + 1.43, abs=0.03)
    assert ranks.hard_threshold(np.ones(3), (8, 8)) == pytest.approx(2.858, abs=1e-3)


def test_noise_ends_at_the_edge_of_marchenko_and_pastur():
    rng = np.random.default_rng(0)
    noise = 0.3 * rng.standard_normal((200, 500))
    values = np.linalg.svd(noise, compute_uv=False)
    assert ranks.bulk_edge(values, noise.shape) == pytest.approx(values[0], rel=0.03)
    assert np.square(np.linalg.svd(rng.standard_normal((300, 600)) / np.sqrt(600), compute_uv=False)).mean() \
        == pytest.approx(1.0, abs=0.02) and ranks.median(0.5) == pytest.approx(np.median(np.square(
            np.linalg.svd(rng.standard_normal((300, 600)) / np.sqrt(600), compute_uv=False))), rel=0.02)
    for rule in ("marchenko-pastur", "gavish-donoho"):
        planted = noise + rng.standard_normal((200, 7)) @ rng.standard_normal((7, 500))
        params = ranks.RankParams(energy=None, rule=rule)
        assert ranks.chosen(params, planted.shape, lambda m=planted: np.linalg.svd(m, compute_uv=False)) == 7


@pytest.mark.parametrize(("params", "rank"), [
    ({"rank": 5}, 5), ({"rank": 900}, 40), ({"ratio": 0.25}, 10), ({"rule": "break-even"}, 35),
    ({"energy": 1.0}, 40), ({"weakening": 1.0}, 40), ({"weakening": 0.0}, 3), ({"weakening": 0.5}, 22)])
def test_a_rank_is_chosen_by_any_of_these(params, rank):
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((40, 3)) @ rng.standard_normal((3, 300)) + 0.1 * rng.standard_normal((40, 300))
    chosen = ranks.RankParams(**{"energy": None, **params})
    assert ranks.chosen(chosen, matrix.shape, lambda: np.linalg.svd(matrix, compute_uv=False)) == rank
    if ranks.foretold(chosen):
        assert ranks.expected(chosen, matrix.shape) == rank
    assert (ranks.break_even((40, 300)) * 340 < 12000) and (ranks.break_even((40, 300)) + 1) * 340 >= 12000


@pytest.mark.parametrize("method", ["lowrank.tucker", "lowrank.spatial", "lowrank.svd", "lowrank.cp"])
def test_below_break_even_the_layer_shrinks(method):
    how = {"ratio": 1.0, "iterations": 2} if method == "lowrank.cp" else {"rule": "break-even"}
    model, path, _, edit = edited("Conv", method, **how)
    assert 0.75 * model.layer(path).count < edit.encoding.parameters < model.layer(path).count


@pytest.mark.parametrize(("op", "method", "params"), [
    ("Conv", "lowrank.tucker", {"ratio": 0.4}), ("Conv", "lowrank.spatial", {"rank": 8}),
    ("Conv", "lowrank.cp", {"rank": 10, "iterations": 10}), ("Conv", "lowrank.svd", {"rank": 6}),
    ("Depthwise", "prune.magnitude", {"sparsity": 0.5}), ("MatMul", "lowrank.svd", {"rank": 6}),
    ("MatMul", "prune.magnitude", {"sparsity": 0.6})])
def test_refining_lowers_the_response_error_and_keeps_zeros(op, method, params):
    model, path, data = model_with(op)
    alike = np.cumsum(np.cumsum(data.inputs["x"], axis=-1), axis=1) / 5         # neighbours are alike, as in pictures
    data = dataclasses.replace(data, inputs={"x": alike.astype(np.float32)})
    cache, stack = Cache(1 << 28), (Action(method, params), Action("distill.refine", {"steps": 150, "rate": 0.003}))
    before, after = (apply.edit(model, path, stack[:count], data, 0, cache, JOB) for count in (1, 2))
    context = LayerContext(model, path, data, 0, cache)
    rows = context.rows(2000, JOB)
    axis = context.layer.out_axis

    def outputs(weight, bias):
        matrix = factors.by_output(weight, axis)
        each = np.einsum("gnc,goc->ngo", rows, matrix.reshape(len(rows), -1, rows.shape[2])).reshape(rows.shape[1], -1)
        return each + (0 if bias is None else bias)

    wanted = outputs(context.weight, context.bias)
    first, second = (np.square(outputs(edit.weight, edit.bias if edit.bias is not None else context.bias)
                               - wanted).sum() for edit in (before, after))
    assert second < 0.9 * first and after.encoding.parameters == before.encoding.parameters
    if method.startswith("prune"):
        assert (after.weight[before.weight == 0] == 0).all()


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
    basis, inner, shift = ReducedRank(x).fit(y, 3)
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


def test_smallest_is_exact_with_ties():
    values = np.array([[1.0, 1.0, 1.0, 2.0], [3.0, 0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(smallest(values, 2), [[True, True, False, False], [False, True, True, False]])
