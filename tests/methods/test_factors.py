"""Singular values and factors from the smaller Gram matrix, against numpy's decomposition."""

import tracemalloc

import numpy as np
import pytest

from tests.graph.graphs import Build
from workbench.graph.model.model import Model
from workbench.methods.common import factors
from workbench.methods.lowrank import cp


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


def convolved_twice(first: dict, second: dict) -> Model:
    """One weight [6, 6, 3, 3] in two convolutions, each with its own attributes."""
    b = Build()
    b.weight("w", 6, 6, 3, 3)
    b.node("Relu", [b.node("Conv", ["x", "w"], "a", **first)], "b")
    b.node("Conv", ["b", "w"], "y", **second)
    return b.model({"x": ["N", 6, 9, 9]}, {"y": None})


@pytest.mark.parametrize(
    "second", [{"pads": [1] * 4, "strides": [2, 1]}, {"dilations": [2, 2], "pads": [1] * 4}, {"pads": [0, 1, 2, 0]}]
)
def test_a_weight_that_convolutions_read_in_other_steps_is_not_split_by_the_steps_of_the_first(second):
    """Its vertical and horizontal parts have strides, pads and dilations: those of one convolution only."""
    model = convolved_twice({"pads": [1] * 4}, second)
    (layer,) = model.layers
    assert layer.uneven and "share its weight" in factors.refuse_spatial(layer)
    assert factors.refusal(layer) is None  # a pair has a 1 x 1 convolution, and leaves the steps to the other
    (same,) = convolved_twice({"pads": [1] * 4}, {"pads": [1] * 4}).layers
    assert not same.uneven and factors.refuse_spatial(same) is None


def test_a_weight_that_convolutions_read_in_other_groups_stays_one_tensor():
    b = Build()
    b.weight("w", 6, 1, 3, 3)
    b.node("Conv", [b.node("Conv", ["x", "w"], "a", pads=[1] * 4), "w"], "y", group=6)
    (layer,) = b.model({"x": ["N", 1, 9, 9]}, {"y": None}).layers
    assert "in another form" in factors.refusal(layer)


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-30])
def test_cp_of_a_dead_or_constant_convolution_is_that_convolution(value):
    """Equal terms make the least squares singular. The import of tensorly takes half a second of the first."""
    weight = np.full((4, 2, 3, 3), value)
    inputs, tall, wide, out = cp._parts(weight, 6, 5, 0)
    made = np.einsum("ri,ry,rx,or->oiyx", inputs, tall, wide, out)
    np.testing.assert_allclose(made, weight, atol=1e-4 * np.abs(weight).max())
