"""Ranks and factors, against an independent computation."""

import dataclasses

import numpy as np
import pytest

from tests.graph.examples import with_weights
from tests.methods.test_textbook import edited
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.methods.base import ranks, vbmf
from workbench.methods.common import factors
from workbench.methods.lowrank.response import ReducedRank
from workbench.testing.models import model_with

JOB = Job()


@pytest.mark.parametrize("op", ["Conv", "Gemm", "MatMul"])
def test_truncated_svd_is_numpys(op):
    model, path, _, edit = edited(op, "lowrank.svd", rank=5)
    layer = model.layer(path)
    matrix = factors.by_output(model.weight(path), layer.out_axis).astype(np.float64)
    u, s, v = np.linalg.svd(matrix, full_matrices=False)
    np.testing.assert_allclose(factors.by_output(edit.weight, layer.out_axis), (u[:, :5] * s[:5]) @ v[:5], atol=1e-5)
    assert np.square(matrix - factors.by_output(edit.weight, layer.out_axis)).sum() == pytest.approx(
        np.square(s[5:]).sum(), rel=1e-4
    )  # Eckart and Young


def test_energy_keeps_the_smallest_sufficient_rank():
    values = np.array([3.0, 2.0, 1.0])
    assert [ranks.rank_for_energy(values, e) for e in (9 / 14, 0.65, 13 / 14, 1.0)] == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("rows", "columns", "rank", "noise"), [(100, 200, 5, 0.1), (60, 60, 10, 0.3), (64, 576, 20, 0.5)]
)
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
    return (
        long * np.log(ca / va)
        + short * np.log(cb / vb)
        + (a**2 + long * va) / ca
        + (b**2 + short * vb) / cb
        - short
        - long
        + (-2 * a * b * values + (a**2 + long * va) * (b**2 + short * vb)) / variance
    )


@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0])
def test_evbmf_keeps_what_lowers_the_free_energy(alpha):
    """The closed form's threshold is where a component begins to be worth keeping, found by iterating the model."""
    long, short = 100, round(100 * alpha)
    threshold = np.sqrt(long * vbmf._x_bar(alpha))
    values = threshold * np.array([0.95, 0.98, 1.02, 1.05])
    np.testing.assert_array_equal(vb_free_energy(values, short, long, 1.0) < 0, [False, False, True, True])


@pytest.mark.slow
def test_evbmf_finds_the_noise_that_the_free_energy_finds():
    rng = np.random.default_rng(4)
    matrix = rng.standard_normal((30, 4)) @ rng.standard_normal((4, 60)) + 0.4 * rng.standard_normal((30, 60))
    values = np.linalg.svd(matrix, compute_uv=False)
    tried = np.linspace(0.1, 0.25, 31)
    energies = [
        30 * 60 * np.log(variance)
        + np.square(values).sum() / variance
        + np.minimum(vb_free_energy(values, 30, 60, variance, 1000), 0).sum()
        for variance in tried
    ]
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


@pytest.mark.slow
def test_noise_ends_at_the_edge_of_marchenko_and_pastur():
    rng = np.random.default_rng(0)
    noise = 0.3 * rng.standard_normal((200, 500))
    values = np.linalg.svd(noise, compute_uv=False)
    assert ranks.bulk_edge(values, noise.shape) == pytest.approx(values[0], rel=0.03)
    assert np.square(
        np.linalg.svd(rng.standard_normal((300, 600)) / np.sqrt(600), compute_uv=False)
    ).mean() == pytest.approx(1.0, abs=0.02) and ranks.median(0.5) == pytest.approx(
        np.median(np.square(np.linalg.svd(rng.standard_normal((300, 600)) / np.sqrt(600), compute_uv=False))), rel=0.02
    )
    for rule in ("marchenko-pastur", "gavish-donoho"):
        planted = noise + rng.standard_normal((200, 7)) @ rng.standard_normal((7, 500))
        params = ranks.RankParams(energy=None, rule=rule)
        assert ranks.chosen(params, planted.shape, lambda m=planted: np.linalg.svd(m, compute_uv=False)) == 7


@pytest.mark.parametrize(
    ("params", "rank"),
    [
        ({"rank": 5}, 5),
        ({"rank": 900}, 40),
        ({"ratio": 0.25}, 10),
        ({"rule": "break-even"}, 35),
        ({"energy": 1.0}, 40),
        ({"weakening": 1.0}, 40),
        ({"weakening": 0.0}, 3),
        ({"weakening": 0.5}, 22),
    ],
)
def test_a_rank_is_chosen_by_any_of_these(params, rank):
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((40, 3)) @ rng.standard_normal((3, 300)) + 0.1 * rng.standard_normal((40, 300))
    chosen = ranks.RankParams(**{"energy": None, **params})
    assert ranks.chosen(chosen, matrix.shape, lambda: np.linalg.svd(matrix, compute_uv=False)) == rank
    if ranks.predicted(chosen):
        assert ranks.expected(chosen, matrix.shape) == rank
    assert (ranks.break_even((40, 300)) * 340 < 12000) and (ranks.break_even((40, 300)) + 1) * 340 >= 12000


@pytest.mark.parametrize("method", ["lowrank.tucker", "lowrank.spatial", "lowrank.svd", "lowrank.cp"])
def test_below_break_even_the_layer_shrinks(method):
    how = {"ratio": 1.0, "iterations": 2} if method == "lowrank.cp" else {"rule": "break-even"}
    model, path, _, edit = edited("Conv", method, **how)
    assert 0.75 * model.layer(path).count < edit.encoding.parameters < model.layer(path).count


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
    planted = dataclasses.replace(with_weights(model, {path: weight}, {}))
    edit = compiler.edit(
        planted, path, (Action("lowrank.cp", {"rank": 3, "iterations": 200}),), data, 0, Cache(1 << 20), JOB
    )
    assert np.square(edit.weight - weight).sum() < 1e-3 * np.square(weight).sum()


def test_reduced_rank_regression_is_the_best_of_its_rank():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((500, 8)) * np.linspace(0.2, 3, 8)
    y = x @ rng.standard_normal((8, 6)) + 1.0
    basis, inner, shift = ReducedRank(x).fit(y, 3)
    best = np.square(y - (x @ inner.T @ basis.T + shift)).sum()
    centred = (x - x.mean(0)) @ np.linalg.lstsq(x - x.mean(0), y - y.mean(0), rcond=None)[0]
    assert best == pytest.approx(np.square(np.linalg.svd(centred, compute_uv=False)[3:]).sum(), rel=1e-4)
