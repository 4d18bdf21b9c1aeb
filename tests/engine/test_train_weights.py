"""What compression fixed stays fixed while weights learn, for every encoding."""

import ml_dtypes
import numpy as np
import pytest
import torch

from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding, Factors, Learning, Piece, Scaled
from workbench.methods.common import grids

RNG = np.random.default_rng(0)
WEIGHT = RNG.normal(size=(6, 5)).astype(np.float32)
SPARSE = np.where(np.abs(WEIGHT) < 0.7, np.float32(0), WEIGHT)
KERNEL = RNG.normal(size=(6, 4, 3, 3)).astype(np.float32)


def affine(values: np.ndarray, bits=3, granularity="channel", size=8, symmetric=True, out_axis=0) -> Affine:
    grid = grids.view(values, out_axis, granularity, size)
    return grids.quantize(grid, *grids.scales(grid, bits, symmetric, "mse", 99.9), bits, symmetric)


def chain() -> Factors:
    first = RNG.normal(size=(3, 4, 3, 1)).astype(np.float32)
    last = RNG.normal(size=(6, 3, 1, 3)).astype(np.float32)
    return Factors((Piece(Dense(first)), Piece(affine(last, 4))), True, KERNEL.shape, 0)


ENCODINGS: dict[str, Encoding] = {
    "dense": Dense(WEIGHT),
    "sparse": Dense(SPARSE),
    "float16": Dense(WEIGHT.astype(np.float16)),
    "float8": Dense(WEIGHT.astype(ml_dtypes.float8_e4m3fn)),
    "codebook": Codebook(RNG.integers(0, 4, (6, 5)).astype(np.uint8), np.float32([-1, 0, 0.5, 2]), 2),
    "per channel": affine(WEIGHT),
    "per tensor": affine(WEIGHT, 4, "tensor"),
    "zero point": affine(WEIGHT, 3, symmetric=False),
    "groups": affine(KERNEL, 4, "group"),
    "groups of rows": affine(WEIGHT, 4, "group", 4, out_axis=1),
    "sparse levels": affine(SPARSE),
    "columns": Scaled(affine(WEIGHT), np.linspace(1, 2, 5, dtype=np.float32)),
    "matrices": Factors((Piece(Dense(WEIGHT.T.copy())), Piece(Dense(WEIGHT))), False, (5, 5), 0),
    "convolutions": chain(),
}


@pytest.fixture(params=list(ENCODINGS))
def encoding(request) -> Encoding:
    return ENCODINGS[request.param]


def trained(encoding: Encoding, steps: int = 20):
    """Some steps towards another weight."""
    learner = encoding.trainable(encoding.decode(), Learning())
    target = torch.randn(encoding.shape, generator=torch.Generator().manual_seed(1))
    optimiser = torch.optim.Adam([value for value in learner.parameters() if value.requires_grad], 0.02)
    errors = []
    for _ in range(steps):
        optimiser.zero_grad()
        error = (learner() - target).square().mean()
        error.backward()
        optimiser.step()
        errors.append(error.item())
    return learner, errors


def test_it_starts_as_the_encoding_and_comes_back_as_it(encoding):
    learner = encoding.trainable(encoding.decode(), Learning())
    np.testing.assert_allclose(learner().detach().numpy(), encoding.decode(), rtol=1e-5, atol=1e-6)
    back = learner.encoding()
    assert type(back) is type(encoding) and back.shape == encoding.shape
    np.testing.assert_array_equal(back.decode(), encoding.decode())


def test_it_learns_and_what_it_computes_with_is_what_is_stored(encoding):
    learner, errors = trained(encoding)
    assert errors[-1] < errors[0]
    np.testing.assert_allclose(learner.encoding().decode(), learner().detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["sparse", "codebook", "sparse levels"])
def test_zeros_stay_zero(name):
    before = ENCODINGS[name].decode()
    after = trained(ENCODINGS[name])[0].encoding().decode()
    assert (after[before == 0] == 0).all() and (after != before).any()


def test_zeros_that_no_step_pruned_may_change():
    learner = ENCODINGS["sparse levels"].trainable(None, Learning(keep_zeros=False))
    with torch.no_grad():
        learner.values.add_(1.0)
    assert (learner.encoding().decode() != 0).any(where=SPARSE == 0)


def test_indices_stay_and_a_centroid_gets_the_sum_of_its_gradients():
    encoding = ENCODINGS["codebook"]
    learner = encoding.trainable(None, Learning(keep_zeros=False))
    slope = torch.randn(encoding.shape, generator=torch.Generator().manual_seed(2))
    (learner() * slope).sum().backward()
    expected = [float(slope[torch.from_numpy(encoding.indices == index)].sum()) for index in range(4)]
    np.testing.assert_allclose(learner.centroids.grad, expected, rtol=1e-5)
    np.testing.assert_array_equal(trained(encoding)[0].encoding().indices, encoding.indices)


@pytest.mark.parametrize("name", ["per channel", "per tensor", "zero point", "groups", "groups of rows"])
def test_levels_stay_inside_the_grid(name):
    before, after = ENCODINGS[name], trained(ENCODINGS[name], 60)[0].encoding()
    low, high = grids.limits(before.bits, before.zero_point is None)
    assert after.q.dtype == before.q.dtype and after.q.shape == before.q.shape
    assert low <= after.q.min() and after.q.max() <= high
    assert after.scale.shape == before.scale.shape and (after.scale > 0).all() and (after.scale != before.scale).any()


def test_a_fixed_step_stays():
    learner = ENCODINGS["per channel"].trainable(None, Learning(steps=False))
    assert not learner.stretch.requires_grad
    np.testing.assert_array_equal(learner.encoding().scale, ENCODINGS["per channel"].scale)


def test_the_gradient_of_a_step_is_that_of_the_paper():
    """Esser et al. 2020, equation 3: round(v/s) - v/s inside the range, the last level outside."""
    q = np.array([[0, 1, -2, 3]], np.int8)
    grid = Affine(q, 3, np.float32([[0.5]]), None, (1, 4))
    original = np.float32([[0.1, 0.6, -1.1, 9.0]])
    learner = grid.trainable(None, Learning(keep_zeros=False))
    with torch.no_grad():
        learner.values.copy_(torch.tensor(original))
    learner().sum().backward()
    position = original / 0.5
    paper = np.where(position > 3, 3, np.rint(position) - position).sum()
    scale_gradient = float(learner.stretch.grad) / 0.5 / learner.damping  # d/d log s = s d/ds
    assert scale_gradient == pytest.approx(paper, rel=1e-4)
    assert learner.damping == pytest.approx(1 / np.sqrt(4 * 3))


@pytest.mark.parametrize("step", [1e-30, 1e-20, 1e-8])
def test_a_channel_of_zeros_trains_as_any_other(step):
    """Its step is tiny: a gradient divided by the square of it is no number, and nothing rounds to such levels."""
    q = np.array([[3, -2, 1, 0], [0, 0, 0, 0]], np.int8)
    grid = Affine(q, 3, np.float32([[0.5], [step]]), None, (2, 4))
    learner = grid.trainable(grid.decode(), Learning(keep_zeros=False))
    np.testing.assert_array_equal(learner().detach().numpy(), grid.decode())
    optimiser = torch.optim.Adam(learner.parameters(), 0.05)
    for _ in range(30):
        optimiser.zero_grad()
        (learner() - 1.0).square().mean().backward()
        optimiser.step()
    np.testing.assert_allclose(learner.encoding().decode()[1], 1.0, atol=0.3)


def test_a_tiny_step_has_a_gradient():
    grid = Affine(np.array([[3, -2]], np.int8), 3, np.float32([[1e-25]]), None, (1, 2))
    learner = grid.trainable(grid.decode(), Learning())
    with torch.no_grad():
        learner.values.add_(1e-4)  # as one step of Adam
    learner().sum().backward()
    assert learner.stretch.grad.isfinite().all() and learner.values.grad.isfinite().all()


def test_a_quantised_weight_starts_on_its_own_level_as_near_to_the_original_as_that_allows():
    encoding = ENCODINGS["per channel"]
    learner = encoding.trainable(WEIGHT, Learning())
    start = learner.values.detach().numpy()
    assert np.abs(start - WEIGHT).mean() < np.abs(encoding.decode() - WEIGHT).mean()
    np.testing.assert_array_equal(learner.encoding().q, encoding.q)
