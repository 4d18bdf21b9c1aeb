"""The stored matrices of a layer, each with the second moments of its input.

A factorised layer is a chain of smaller layers: the input of each follows from that of the first and from the layers
between, as linear maps of an input patch.
"""

from collections.abc import Callable

import numpy as np

from workbench.core.base.job import Job
from workbench.graph.encodings.encoding import Encoding, Factors
from workbench.methods.base.method import Context

Change = Callable[[np.ndarray, int, np.ndarray], Encoding]


def each_matrix(encoding: Encoding, out_axis: int, grams: np.ndarray, change: Change) -> Encoding:
    """Apply `change(values, out_axis, grams)` to the weight, or to each factor if it was factorised before.

    `grams` [groups, columns, columns] are those of the rows that the matrix is applied to; for a factor, of the output
    of the changed factors before it. All patches of a convolution are assumed to lie inside its input.
    """
    factors = encoding.factors
    if factors is None:
        return change(encoding.decode(), out_axis, grams)
    walk = _convolutions if factors.conv else _products
    return factors.with_encodings(walk(factors, grams, change))


def second_moments(context: Context, job: Job) -> np.ndarray:
    """Return the mean square of the input that each weight multiplies, [outputs, columns], in the layout of
    `factors.by_output`."""
    diagonals = np.diagonal(context.gram(job), axis1=1, axis2=2)  # [groups, columns]
    return np.repeat(diagonals, context.layer.matrix[0] // len(diagonals), axis=0)


def _products(encoding: Factors, grams: np.ndarray, change: Change) -> list[Encoding]:
    made = []
    for piece in encoding.pieces:
        changed = change(piece.encoding.decode(), 1, grams)
        made.append(changed)
        matrix = changed.decode().astype(np.float64)
        grams = (matrix.T @ grams[0] @ matrix)[None]
    return made


def _convolutions(encoding: Factors, grams: np.ndarray, change: Change) -> list[Encoding]:
    """Apply `change` to a chain of convolutions. `seen` are the second moments of all values of a patch of `window`,
    which is still to be reduced to a single position."""
    made, seen = [], grams[0]
    channels, window = encoding.shape[1], encoding.shape[2:]
    for piece in encoding.pieces:
        values = piece.encoding.decode()
        places = _places(channels, window, values.shape[2:], piece.groups)
        own = np.mean([seen[place[:, :, None], place[:, None, :]] for place in places], axis=0)
        changed = change(values, 0, own)
        made.append(changed)
        step = _as_matrix(changed.decode(), places, len(seen))
        seen = step @ seen @ step.T
        channels = len(values)
        window = tuple(size - kernel + 1 for size, kernel in zip(window, values.shape[2:], strict=True))
    return made


def _places(channels: int, window: tuple[int, ...], kernel: tuple[int, ...], group: int) -> np.ndarray:
    """Return the indices of the values that the kernel reads in each position of the patch, [positions, groups,
    columns]."""
    index = np.arange(channels * int(np.prod(window))).reshape(channels, *window)
    dims = tuple(range(1, 1 + len(kernel)))
    views = np.lib.stride_tricks.sliding_window_view(index, kernel, axis=dims)  # [channels, *positions, *kernel]
    moved = np.moveaxis(views, 0, len(kernel))
    return moved.reshape(-1, group, channels // group * int(np.prod(kernel)))


def _as_matrix(weight: np.ndarray, places: np.ndarray, columns: int) -> np.ndarray:
    """Return the convolution of one patch as a matrix [outputs x positions, columns], channel by channel."""
    positions, groups, _ = places.shape
    rows = weight.reshape(groups, len(weight) // groups, -1).astype(np.float64)
    matrix = np.zeros((groups, rows.shape[1], positions, columns))
    for position, group in np.ndindex(positions, groups):
        matrix[group, :, position, places[position, group]] = rows[group].T
    return matrix.reshape(-1, columns)
