"""Singular values and factors from the smaller Gram matrix, against numpy's decomposition."""

import tracemalloc

import numpy as np
import pytest

from workbench.methods.common import factors


def matrix(*shape, seed=2):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("shape", [(40, 30), (12, 200), (200, 12), (5, 10_000)])
def test_singular_values_are_numpys(shape):
    values = matrix(*shape)
    expected = np.linalg.svd(values.astype(np.float64), compute_uv=False)
    np.testing.assert_allclose(factors.singular_values(values), expected, atol=1e-6 * expected[0])


def test_a_rank_deficient_matrix_shows_its_rank_to_the_stated_error():
    found = factors.singular_values(matrix(50, 4) @ matrix(4, 60))
    assert (found[4:] < 1e-6 * found[0]).all() and found[3] > 0.1 * found[0]


@pytest.mark.parametrize("shape", [(30, 50), (50, 30)])
def test_a_split_is_the_best_approximation_of_its_rank(shape):
    values = matrix(*shape).astype(np.float64)
    left, right = factors.split(values, 7)
    u, s, v = np.linalg.svd(values, full_matrices=False)
    np.testing.assert_allclose(left @ right, (u[:, :7] * s[:7]) @ v[:7], atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(left, axis=0), np.linalg.norm(right, axis=1))


def test_of_a_wide_matrix_few_columns_at_a_time_are_in_memory():
    wide = matrix(16, 40 * factors.COLUMNS)
    tracemalloc.start()
    try:
        products = factors.gram(wide)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_allclose(products, wide.astype(np.float64) @ wide.T.astype(np.float64), rtol=1e-9, atol=1e-6)
    assert peak < wide.size * 8 / 10
