"""Rounding that is learned: it starts at the levels that are there, and stays between two neighbours."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Learning, Scaled
from workbench.graph.encodings.rounding import Rounding, rounding_of, roundings, rounds, with_levels

RNG = np.random.default_rng(0)
WEIGHT = RNG.normal(size=(5, 12)).astype(np.float32)
WEIGHT[:, ::4] = 0


def symmetric(scale: float = 0.4) -> Affine:
    scales = np.linspace(scale, 2 * scale, 5, dtype=np.float32).reshape(5, 1)
    return Affine(np.clip(np.round(WEIGHT / scales), -4, 3).astype(np.int8), 3, scales, None, WEIGHT.shape)


def in_groups() -> Affine:
    """Groups of 5 along 12 inputs, the last one padded, with zero points."""
    padded = np.pad(WEIGHT, ((0, 0), (0, 3))).reshape(5, 3, 5)
    zero = np.full((5, 3, 1), 4, np.uint8)
    scale = np.full((5, 3, 1), 0.5, np.float32)
    return Affine(np.clip(np.round(padded / scale) + 4, 0, 7).astype(np.uint8), 3, scale, zero, WEIGHT.shape)


def moved() -> Affine:
    """Levels that are not the nearest, as GPTQ leaves them."""
    found = symmetric()
    return replace(found, q=np.clip(found.q + RNG.integers(-2, 3, found.q.shape), -4, 3).astype(np.int8))


def columns() -> Scaled:
    factors = np.linspace(0.5, 2, 12, dtype=np.float32).reshape(1, 12)
    scaled = WEIGHT * factors
    inner = Affine(np.clip(np.round(scaled / 0.5), -4, 3).astype(np.int8), 3, np.float32([[0.5]]), None, WEIGHT.shape)
    return Scaled(inner, factors)


@pytest.mark.parametrize(
    "encoding", [symmetric(), in_groups(), moved(), columns()], ids=["rows", "groups", "moved", "AWQ"]
)
def test_the_start_is_what_is_stored(encoding):
    form = rounding_of(encoding, WEIGHT, Learning())
    (part,) = roundings(form)
    np.testing.assert_array_equal(form.encoding().decode(), encoding.decode())
    part.hard = True
    np.testing.assert_allclose(form().detach().numpy(), encoding.decode(), atol=1e-6)


def test_a_soft_weight_starts_where_the_original_is():
    encoding = symmetric()
    soft = rounding_of(encoding, WEIGHT, Learning(keep_zeros=False))().detach().numpy()
    low, high = encoding.ends(0)
    within = np.clip(WEIGHT, low[:, None], high[:, None]) == WEIGHT
    assert within.mean() > 0.9
    np.testing.assert_allclose(soft[within], WEIGHT[within], atol=0.02)


@pytest.mark.parametrize("direction", [-20.0, 20.0])
def test_it_rounds_to_one_of_two_neighbours_and_zeros_stay(direction):
    encoding = moved()
    encoding.q[:, ::4] = 0
    form = rounding_of(encoding, WEIGHT, Learning())
    (part,) = roundings(form)
    with torch.no_grad():
        part.v.fill_(direction)
    made = form.encoding()
    assert (np.abs(made.q.astype(int) - encoding.q) <= 1).all() and (made.q != encoding.q).any()
    assert not made.q[encoding.q == 0].any() and made.q.min() >= -4 and made.q.max() <= 3
    np.testing.assert_array_equal(made.scale, encoding.scale)


def test_scales_learn_if_asked():
    for steps in (True, False):
        form = rounding_of(symmetric(), WEIGHT, Learning(steps=steps))
        form().square().sum().backward()
        (part,) = roundings(form)
        assert (part.stretch.grad is not None) == steps and part.v.grad.abs().sum() > 0


def test_the_regulariser_is_zero_for_decided_weights_alone():
    """Nagel et al. 2020, equation 24."""
    (part,) = roundings(rounding_of(symmetric(), WEIGHT, Learning(keep_zeros=False)))
    with torch.no_grad():
        undecided, count = part.undecided(2.0)
        assert undecided > 1 and count == WEIGHT.size
        part.v.fill_(20.0)
        assert part.undecided(2.0)[0] == 0
        part.v.zero_()
        assert part.undecided(2.0)[0] == pytest.approx(WEIGHT.size)


def test_what_rounds():
    assert rounds(symmetric()) and rounds(columns()) and not rounds(Dense(WEIGHT))
    assert isinstance(rounding_of(symmetric(), WEIGHT, Learning()), Rounding)
    other = with_levels(columns(), np.zeros((5, 12), np.int8), np.float32([[0.5]]))
    assert isinstance(other, Scaled) and not other.decode().any()
