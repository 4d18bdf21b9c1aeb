"""A later step keeps what an earlier one made: zeros, factors, levels."""

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler, conflicts
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors
from workbench.methods.common.gram_propagation import each_matrix
from workbench.testing.models import model_with

JOB = Job()
PRUNERS = [
    ("prune.magnitude", {"sparsity": 0.6}),
    ("prune.magnitude", {"threshold": 0.05}),
    ("prune.nm", {}),
    ("prune.block", {}),
    ("prune.wanda", {"sparsity": 0.6}),
    ("prune.sparsegpt", {"sparsity": 0.6}),
    ("prune.taylor", {"sparsity": 0.6}),
    ("prune.snip", {"sparsity": 0.6, "scope": "layer"}),
    ("prune.fisher", {"sparsity": 0.6}),
    ("prune.synflow", {"sparsity": 0.6, "rounds": 5}),
]
QUANTISERS = [
    ("quantize.affine", {"bits": 4}),
    ("quantize.affine", {"bits": 4, "symmetric": False}),
    ("quantize.affine", {"bits": 3, "rounding": "floor", "range": "percentile"}),
    ("quantize.affine", {"bits": 4, "rounding": "stochastic", "range": "entropy"}),
    ("quantize.affine", {"bits": 4, "granularity": "group", "group_size": 16}),
    ("quantize.codebook", {"bits": 4}),
    ("quantize.codebook", {"bits": 3, "sensitivity": "fisher"}),
    ("quantize.codebook", {"bits": 3, "start": "density", "sensitivity": "activations"}),
    ("quantize.gptq", {"bits": 4}),
    ("quantize.gptq", {"bits": 3, "symmetric": False}),
    ("quantize.adaround", {"bits": 4, "steps": 20}),
    ("quantize.adaround", {"bits": 3, "steps": 20, "symmetric": False}),
    ("quantize.awq", {"bits": 4}),
    ("quantize.blockwise", {}),
    ("quantize.float", {}),
    ("quantize.float", {"format": "float8e4m3"}),
    ("quantize.static", {"bits": 4}),
    ("quantize.dynamic", {}),
    ("quantize.smooth", {}),
]
ONCE = Cache(1 << 28)


def edited(op, *steps):
    model, path, data = model_with(op)
    return compiler.edit(model, path, tuple(Action(*step) for step in steps), data, 0, ONCE, JOB)


@pytest.mark.parametrize("first", PRUNERS, ids=str)
@pytest.mark.parametrize(
    "then",
    [pytest.param(case, marks=pytest.mark.slow if "adaround" in case[0] else ()) for case in QUANTISERS],
    ids=str,
)
def test_quantising_keeps_what_pruning_made_zero(first, then):
    pruned, both = edited("Gemm", first).weight, edited("Gemm", first, then).weight
    assert 0.3 < (pruned == 0).mean() < 0.7 and (both[pruned == 0] == 0).all()


@pytest.mark.parametrize("then", [case for case in QUANTISERS if case[1].get("rounding") != "floor"], ids=str)
def test_sparsity_after_quantisation_is_sparsity_before(then):
    """Where what is left lies more than half a step from zero, no weight joins the zeros either."""
    name, params = then
    if params.get("bits", 8) < 8 and params.get("rounding") != "stochastic":
        params = {**params, "bits": 6}
    if params.get("rounding") == "stochastic":
        params = {**params, "rounding": "nearest", "bits": 6}
    first = ("prune.magnitude", {"sparsity": 0.6})
    assert (edited("Conv" if name == "quantize.static" else "Gemm", first, (name, params)).weight == 0).mean() == (
        edited("Conv" if name == "quantize.static" else "Gemm", first).weight == 0
    ).mean()


FACTORS = [
    ("Gemm", ("lowrank.svd", {"rank": 6})),
    ("MatMul", ("lowrank.svd", {"rank": 6})),
    ("Conv", ("lowrank.svd", {"rank": 6})),
    ("Conv", ("lowrank.tucker", {"ratio": 0.5})),
    ("Conv", ("lowrank.spatial", {"rank": 8})),
    ("Conv", ("lowrank.cp", {"rank": 8, "iterations": 5})),
]


@pytest.mark.parametrize(("op", "factoring"), FACTORS, ids=str)
@pytest.mark.parametrize(
    "then",
    [
        ("quantize.affine", {"bits": 4}),
        ("quantize.codebook", {"bits": 4}),
        ("quantize.float", {}),
        ("quantize.gptq", {"bits": 4}),
        ("quantize.adaround", {"bits": 4, "steps": 20}),
        ("prune.magnitude", {"sparsity": 0.5}),
        ("prune.nm", {}),
        ("prune.block", {}),
        ("prune.wanda", {"sparsity": 0.5}),
        ("prune.sparsegpt", {"sparsity": 0.5}),
    ],
    ids=str,
)
def test_each_factor_is_quantised_or_pruned(op, factoring, then):
    before, after = edited(op, factoring).encoding, edited(op, factoring, then).encoding
    assert isinstance(after, Factors) and len(after.pieces) == len(before.pieces)
    for old, new in zip(before.pieces, after.pieces, strict=True):
        assert new.encoding.shape == old.encoding.shape
        assert (new.inherit, new.attributes) == (old.inherit, old.attributes)
        values = new.encoding.decode()
        if then[0].startswith("prune"):
            assert (values == 0).mean() >= 0.2
        elif then[0] != "quantize.float":
            each = np.moveaxis(values, 0 if after.conv else 1, 0).reshape(values.shape[0 if after.conv else 1], -1)
            assert max(len(np.unique(row)) for row in each) <= 16


@pytest.mark.parametrize(("op", "factoring"), FACTORS[2:], ids=str)
def test_what_factors_receive_follows_from_what_the_layer_receives(op, factoring):
    """Second moments of each factor's rows, against the factors applied to sampled patches one by one."""
    encoding = edited(op, factoring).encoding
    rng = np.random.default_rng(0)
    patches = rng.standard_normal((400, 16, 3, 3)).astype(np.float32)
    flat = patches.reshape(400, -1)
    seen = []
    each_matrix(
        encoding,
        0,
        (flat.T @ flat / 400)[None].astype(np.float64),
        lambda values, axis, grams: seen.append(grams) or Dense(values),
    )
    x = patches
    for piece, grams in zip(encoding.pieces, seen, strict=True):
        weight, group = piece.encoding.decode(), int(piece.attributes.get("group", 1))
        windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
        rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(-1, group, weight[0].size)
        np.testing.assert_allclose(grams, np.einsum("ngi,ngj->gij", rows, rows) / len(rows), rtol=1e-3, atol=1e-4)
        each = np.einsum("ngi,goi->ngo", rows, weight.reshape(group, -1, weight[0].size))
        x = each.reshape(400, *windows.shape[2:4], -1).transpose(0, 3, 1, 2)


@pytest.mark.parametrize(
    "then",
    [
        ("prune.taylor", {}),
        ("prune.snip", {}),
        ("prune.synflow", {}),
        ("prune.magnitude", {"sparsity": 0.5, "scope": "global"}),
        ("quantize.awq", {}),
        ("quantize.static", {}),
        ("quantize.dynamic", {}),
        ("quantize.smooth", {}),
        ("quantize.blockwise", {}),
        ("quantize.codebook", {"sensitivity": "fisher"}),
    ],
    ids=str,
)
def test_what_is_of_whole_layers_refuses_factors(then):
    with pytest.raises(UserError, match="defined for whole layers only"):
        edited("Gemm", ("lowrank.svd", {"rank": 6}), then)


def test_what_cannot_be_added_is_reported_before_anything_is_run():
    model, path, _ = model_with("Gemm")
    svd, static = Action("lowrank.svd", {"rank": 6}), Action("quantize.static")
    assert conflicts.conflicts(model.layer(path), ()) == {}
    behind_svd, behind_static = (conflicts.conflicts(model.layer(path), (step,)) for step in (svd, static))
    assert (
        behind_svd["prune.taylor"]
        == "Taylor cannot follow a factorisation: gradients are defined for whole layers only."
    )
    assert "quantize.affine" not in behind_svd
    assert (
        behind_static["quantize.affine"]
        == "Integer (affine) would undo the integer computation set up by Static 8-bit activations."
    )
    assert "prune.taylor" not in behind_static  # which comes before it whatever the order of the list
