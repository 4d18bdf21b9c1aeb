"""Statistics against an independent computation."""

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import Layer
from workbench.engine.base.store import Store
from workbench.engine.layer_figures import stats


def weight(*shape, seed=2):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def layer(op, shape, out_axis=0):
    return Layer("layer", op, shape, "float32", out_axis, 0, None, 0, "")


def test_spectrum_of_a_convolution_unfolds_outputs_against_the_rest():
    values = weight(8, 4, 3, 3)
    found = stats.spectrum(layer("Conv", values.shape), values)
    expected = np.linalg.svd(values.reshape(8, 36), compute_uv=False)
    np.testing.assert_allclose(found.values, expected, rtol=1e-5)
    assert found.unfolding.endswith("= 8 × 36") and found.break_even == (8 * 36 - 1) // 44
    assert found.stable_rank == pytest.approx(np.square(expected).sum() / expected[0] ** 2, rel=1e-5)


def test_energy_and_the_rank_that_keeps_it():
    values = np.diag([3.0, 2.0, 1.0, 0.0]).astype(np.float32)
    found = stats.spectrum(layer("Gemm", values.shape), values)
    np.testing.assert_allclose(found.energy, [9 / 14, 13 / 14, 1, 1])
    assert [found.rank_for(e) for e in (0.5, 0.9, 0.95, 1.0)] == [1, 2, 3, 3]


@pytest.mark.parametrize("count, bins", [(10, 17), (432, 41), (6400, 161), (1_000_000, 161)])
def test_few_weights_have_few_bins(count, bins):
    edges = stats.edges(weight(count))
    assert len(edges) - 1 == bins and edges[bins // 2] < 0 < edges[bins // 2 + 1]


def test_every_weight_is_counted_and_zeros_stand_alone():
    values = weight(30, 30)
    values[:10] = 0
    edges = stats.edges(values)
    found = stats.histogram(values, edges)
    assert found.counts.sum() == values.size
    middle = len(edges) // 2 - 1
    assert edges[middle] < 0 < edges[middle + 1] and edges[middle] == pytest.approx(-edges[middle + 1])
    assert found.counts[middle] >= 300
    assert stats.histogram(values * 5, edges).counts.sum() == values.size


def test_magnitude_quantiles_turn_sparsity_into_a_threshold():
    values = weight(100, 100)
    threshold = np.interp(0.7, np.linspace(0, 1, stats.QUANTILES), stats.magnitudes(values))
    assert (np.abs(values) <= threshold).mean() == pytest.approx(0.7, abs=0.001)


def test_moments():
    found = stats.moments(np.array([[0, 1], [2, -3]], np.float32))
    assert (found.mean, found.min, found.max, found.sparsity) == (0.0, -3.0, 2.0, 0.25)
    assert found.std == pytest.approx(np.std([0, 1, 2, -3]))


def test_a_very_large_matrix_has_its_largest_values_computed_and_its_tail_guessed(monkeypatch):
    monkeypatch.setattr(stats, "EXACT", 64)
    monkeypatch.setattr(stats, "LARGEST", 40)
    rng = np.random.default_rng(5)
    left, right = (np.linalg.qr(rng.standard_normal((n, 120)))[0] for n in (150, 200))
    values = ((left * 0.95 ** np.arange(120)) @ right.T).astype(np.float32)
    found = stats.spectrum(layer("Gemm", values.shape), values)
    exact = np.linalg.svd(values.astype(np.float64), compute_uv=False)
    assert found.computed == 40 and len(found.values) == 150 and "40 computed" in found.unfolding
    np.testing.assert_allclose(found.values[:40], exact[:40], atol=1e-3 * exact[0])
    assert (np.diff(found.values) <= 1e-9).all()
    energy = np.cumsum(exact**2) / np.square(exact).sum()
    np.testing.assert_allclose(found.energy[:40], energy[:40], atol=1e-3)  # the energy that is left is exact
    assert np.square(found.values).sum() == pytest.approx(np.square(values, dtype=np.float64).sum(), rel=1e-5)


def test_outliers_are_tukeys_far_out_values():
    values = np.random.default_rng(0).uniform(-1, 1, 1000).astype(np.float32)
    values[:300] = 0  # pruned weights do not narrow the fences
    values[300:303] = 5, -6, 7
    found = stats.outliers(values)
    first, third = np.quantile(values[values != 0], (0.25, 0.75))
    assert found.high == pytest.approx(third + 3 * (third - first), rel=1e-5)
    assert found.count == 3 and found.farthest.tolist() == [-6, 5, 7]
    assert stats.beyond(values / 3, found) == 0 and stats.beyond(values, found) == 3
    assert stats.outliers(np.zeros(8, np.float32)).count == 0


def test_noise_is_distinguished_from_signal_and_kept_in_the_store(tmp_path):
    values = weight(60, 90) + 3 * weight(60, 4, seed=5) @ weight(4, 90, seed=6)
    kind = layer("Gemm", values.shape)
    made = stats.of(kind, lambda: values, Store(tmp_path))
    found = made.spectrum.noise
    assert found.vbmf == found.rank == 4
    assert made.spectrum.values[3] > found.edge > made.spectrum.values[4]
    again = stats.of(kind, lambda: pytest.fail("the weight is not read again"), Store(tmp_path))
    assert again.spectrum.noise == found and again.outliers.count == made.outliers.count
    flat = stats.spectrum(kind, np.zeros_like(values))
    assert stats.noise(flat, (60, 90)) is None


@pytest.mark.allow_logs
def test_singular_values_that_fail_leave_the_rest_and_name_the_layer(tmp_path, monkeypatch):
    def fails(matrix):
        raise np.linalg.LinAlgError("SVD did not converge")

    monkeypatch.setattr(stats.factors, "singular_values", fails)
    dense = layer("Gemm", (8, 6))
    made = stats.of(dense, lambda: np.ones(dense.shape, np.float32), Store(tmp_path))
    assert made.spectrum is None and made.moments.mean == 1 and made.histogram.counts.sum() == 48
    assert made.failed.startswith(f"The singular values of {dense.path} cannot be computed from its weights.")
    monkeypatch.undo()
    again = stats.of(dense, lambda: np.ones(dense.shape, np.float32), Store(tmp_path))
    assert again.spectrum is not None and not again.failed  # what failed is not kept


@pytest.mark.allow_logs
def test_another_figure_that_fails_is_named_with_its_layer(tmp_path, monkeypatch):
    def fails(weight, at):
        raise ValueError("bins must increase monotonically")

    monkeypatch.setattr(stats, "histogram", fails)
    dense = layer("Gemm", (8, 6))
    with pytest.raises(UserError, match=rf"The histogram of {dense.path} cannot be computed from its weights"):
        stats.of(dense, lambda: np.ones(dense.shape, np.float32), Store(tmp_path))
