"""Encodings decode to the weights that they stand for."""

import ml_dtypes
import numpy as np
import pytest
import torch
from torch.nn import functional

from tests.graph import examples
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors, Piece, Scaled
from workbench.graph.encodings.grid import crop
from workbench.graph.encodings.spec import container


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn])
def test_dense(dtype: type) -> None:
    values = examples.weight((3, 4)).astype(dtype)
    assert Dense(values).decode().dtype == np.float32
    np.testing.assert_array_equal(Dense(values).decode(), values.astype(np.float32))
    assert Dense(values).parameters == 12


def test_affine_per_channel_with_zero_points() -> None:
    q = np.array([[0, 15], [3, 4]], np.uint8)
    encoding = Affine(q, 4, np.array([[2.0], [0.5]], np.float32), np.array([[5], [3]], np.uint8), (2, 2))
    np.testing.assert_array_equal(encoding.decode(), [[-10, 20], [0, 0.5]])


@pytest.mark.parametrize(
    ("axis", "shape", "grid", "scale"), [(0, (2, 5), (2, 2, 3), (2, 2, 1)), (1, (5, 2), (2, 3, 2), (2, 1, 2))]
)
def test_a_padded_group_is_cropped(axis: int, shape: tuple, grid: tuple, scale: tuple) -> None:
    q = np.arange(12, dtype=np.int8).reshape(grid)
    scales = np.arange(1, 5, dtype=np.float32).reshape(scale)
    decoded = Affine(q, 8, scales, None, shape, axis).decode()
    full = (q * scales).reshape(2, 6) if axis == 0 else (q * scales).reshape(6, 2)
    np.testing.assert_array_equal(decoded, full[:, :5] if axis == 0 else full[:5])


def test_a_grid_with_as_many_elements_is_only_reshaped() -> None:
    values = np.arange(24).reshape(2, 3, 4)
    np.testing.assert_array_equal(crop(values, (6, 4), 0), values.reshape(6, 4))


def test_codebook() -> None:
    encoding = Codebook(np.array([[1, 0], [2, 2]], np.uint8), np.array([0, -1, 3], np.float32), 2)
    np.testing.assert_array_equal(encoding.decode(), [[-1, 0], [3, 3]])


GRID = np.arange(8, dtype=np.int8).reshape(2, 4)
RESCALED = {
    "dense": (Dense(examples.weight((2, 4))), True),
    "channel": (Affine(GRID, 4, np.array([[2.0], [0.5]], np.float32), None, (2, 4)), True),
    "group": (Affine(GRID.reshape(2, 2, 2), 4, np.arange(1, 5, dtype=np.float32).reshape(2, 2, 1), None, (2, 4)), True),
    "tensor": (Affine(GRID, 4, np.float32([[2]]), None, (2, 4)), False),
    "codebook": (Codebook(GRID.view(np.uint8), np.arange(8, dtype=np.float32), 3), False),
    "scaled": (Scaled(Dense(examples.weight((2, 4))), np.float32([[1, 2, 4, 8]])), True),
    "factors": (
        Factors((Piece(Dense(examples.weight((4, 3)))), Piece(Dense(examples.weight((3, 2))))), False, (2, 4), 0),
        True,
    ),
}


@pytest.mark.parametrize("kind", RESCALED)
def test_output_channels_are_rescaled_where_no_levels_are_shared(kind: str) -> None:
    encoding, able = RESCALED[kind]
    rows = np.array([3, 0.25], np.float32)
    made = encoding.rescaled(rows, 0)
    assert (made is not None) == able
    if made is not None:
        assert type(made) is type(encoding)
        np.testing.assert_allclose(made.decode(), encoding.decode() * rows[:, None], rtol=1e-6)


@pytest.mark.parametrize(("bits", "width"), [(2, 2), (3, 4), (4, 4), (5, 8), (8, 8)])
def test_container(bits: int, width: int) -> None:
    assert container(bits) == width


@pytest.mark.parametrize("out_axis", [0, 1])
def test_factors_of_a_matrix(out_axis: int) -> None:
    first, second = examples.weight((6, 2)), examples.weight((2, 4))
    shape = (4, 6) if out_axis == 0 else (6, 4)
    encoding = Factors((Piece(Dense(first)), Piece(Dense(second))), False, shape, out_axis)
    product = first @ second
    np.testing.assert_allclose(encoding.decode(), product.T if out_axis == 0 else product, rtol=1e-6)
    assert encoding.parameters == 20


@pytest.mark.parametrize(
    "chain",
    [
        (((3, 4, 3, 3), 1), ((6, 3, 1, 1), 1)),
        (((3, 4, 1, 1), 1), ((5, 3, 3, 3), 1), ((6, 5, 1, 1), 1)),
        (((3, 4, 3, 1), 1), ((6, 3, 1, 3), 1)),
        (((4, 1, 3, 3), 4), ((6, 4, 1, 1), 1)),
    ],
)
def test_factors_of_a_convolution_compute_what_the_chain_does(chain: tuple) -> None:
    weights = [
        (torch.from_numpy(examples.weight(shape, seed=index)), groups) for index, (shape, groups) in enumerate(chain)
    ]
    pieces = tuple(Piece(Dense(weight.numpy()), attributes={"group": groups}) for weight, groups in weights)
    composed = torch.from_numpy(Factors(pieces, True, (6, 4, 3, 3), 0).decode())
    x = torch.from_numpy(examples.weight((2, 4, 9, 9)))
    chained = x
    for weight, groups in weights:
        chained = functional.conv2d(chained, weight, groups=groups)
    torch.testing.assert_close(functional.conv2d(x, composed), chained, rtol=1e-4, atol=1e-4)
