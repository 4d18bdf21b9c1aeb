"""Levels chosen by error and bits: what lambda buys, against trying every level of every weight."""

import numpy as np
import pytest

from workbench.core.base.job import Job
from workbench.methods.common import grids
from workbench.methods.common.rate_distortion import refitted, rounded

ENDS = (-8, 7)


def weights(count: int = 4000) -> np.ndarray:
    return np.random.default_rng(0).laplace(0, 1.5, (count, 1)).clip(-7.4, 7.4)


def entropy(levels: np.ndarray) -> float:
    share = np.unique(levels, return_counts=True)[1] / levels.size
    return float(-(share * np.log2(share)).sum())


def choose(rate: float, error: np.ndarray | None = None) -> np.ndarray:
    return rounded(weights(), np.zeros(1), ENDS, np.ones(1) if error is None else error, rate, Job())


def test_without_a_price_the_nearest_level_is_taken() -> None:
    np.testing.assert_array_equal(choose(0.0), np.rint(weights()))


def test_the_more_a_bit_costs_the_fewer_bits_and_the_more_error() -> None:
    found = [choose(rate) for rate in (0.0, 0.05, 0.1, 0.2, 0.5)]
    bits = [entropy(levels) for levels in found]
    errors = [float(np.square(weights() - levels).mean()) for levels in found]
    assert bits == sorted(bits, reverse=True)
    assert errors == sorted(errors)
    assert bits[4] < 0.8 * bits[0]


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_no_single_weight_can_be_moved_for_less(rate: float) -> None:
    """At the prices that the result itself has, up to the last turn's change of them."""
    levels, position = choose(rate), weights()
    counts = np.bincount((levels - ENDS[0]).astype(int).ravel(), minlength=16) + 0.5
    price = -rate * np.log2(counts / counts.sum())
    every = np.arange(ENDS[0], ENDS[1] + 1)
    costs = np.square(position - every) + price
    taken = np.take_along_axis(costs, (levels - ENDS[0]).astype(int), axis=1)
    assert (taken - costs.min(axis=1, keepdims=True)).mean() < 0.01 * taken.mean()


def test_weights_that_count_more_keep_their_levels() -> None:
    error = np.where(np.arange(4000)[:, None] < 2000, 25.0, 0.2)
    levels = choose(0.5, error)
    moved = levels != np.rint(weights())
    assert moved[:2000].mean() < 0.05 < 0.3 < moved[2000:].mean()


def test_zeros_stay() -> None:
    position = weights()
    position[::3] = 0
    levels = rounded(position, np.full(1, 3.0), (0, 15), np.ones(1), 0.1, Job())
    assert (levels[::3] == 3).all()


def test_scales_are_refitted_to_what_the_levels_became() -> None:
    values = np.random.default_rng(1).laplace(0, 1.5, (3, 400)).astype(np.float32)
    grid = grids.view(values, 0, "channel", 0)
    scale = np.ones((3, 1), np.float32)
    levels = rounded(values, np.zeros((3, 1)), ENDS, np.ones((3, 1)), 0.5, Job())
    found = refitted(grid, levels, scale, np.ones((3, 1)))
    assert (found > 1).all()  # levels near zero were preferred
    assert (np.square(values - found * levels).sum(axis=1) < np.square(values - levels).sum(axis=1)).all()
