"""A layer as a matrix, and a pair of factors as two layers: shared by all low-rank methods."""

import numpy as np

from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors, Piece
from workbench.graph.storage.plan import Plan
from workbench.methods.base.ranks import RankParams, break_even, expected, words

TINY = 1e-30
LOOKED_UP = 0.1  # of errors of rows that are looked up, beside those of the products of a tied head: of 0 to 10 the
# least loss of a language model whose table had 3 bits
COLUMNS = 4096  # of a matrix that are in memory in float64 at once

TIED_IN_GROUPS = Message("Its table is looked up and multiplied with: its levels are in groups (granularity: group).")


def unfold(weight: np.ndarray, layer: Layer) -> np.ndarray:
    """Unfold the weight to a matrix [output channels, inputs]; a convolution's inputs are channels x kernel."""
    if layer.op == "Conv":
        return weight.reshape(weight.shape[0], -1)
    return weight if layer.out_axis == 0 else weight.T


def by_output(values: np.ndarray, out_axis: int) -> np.ndarray:
    """Reshape any weight to a matrix with a row for each output channel."""
    return np.moveaxis(values, out_axis, 0).reshape(values.shape[out_axis], -1)


def like(matrix: np.ndarray, values: np.ndarray, out_axis: int) -> np.ndarray:
    """Invert `by_output`: return the matrix in the shape of `values`, contiguous float32."""
    moved = np.moveaxis(values, out_axis, 0)
    return np.ascontiguousarray(np.moveaxis(matrix.reshape(moved.shape), 0, out_axis), dtype=np.float32)


def is_tied(layer: Layer) -> bool:
    """Return whether a table is both looked up by row and used in a matrix product."""
    return layer.op == "Embedding" and layer.uses > 1


def is_tied_head(layer: Layer) -> bool:
    """Return whether one of these products is that of a head: it takes each row of the table as the weights of an
    output."""
    return is_tied(layer) and layer.also in ("Transpose", "Gemm")


def product_axis(layer: Layer) -> int:
    """Return the axis of the stored weight that counts the outputs of a product; `out_axis` of a table counts what is
    looked up."""
    return 0 if is_tied_head(layer) else layer.out_axis


def looked_up_too(gram: np.ndarray) -> np.ndarray:
    """Return the second moments of a head's inputs [..., columns, columns] with those of a table whose rows are looked
    up as well: there each weight's error counts by itself."""
    mean = np.trace(gram, axis1=-2, axis2=-1)[..., None, None] / gram.shape[-1]
    return gram + LOOKED_UP * mean * np.eye(gram.shape[-1])


def rows_refusal(layer: Layer) -> str | None:
    """Return why a layer has no input rows to observe (see engine.calibration.im2col), or None."""
    if layer.locked:
        return layer.locked
    if is_tied(layer):
        return Message(
            "Its table is read in several places, as a tied head does: errors that this method moves between columns "
            "cancel in products, not in rows that are looked up. Use quantize.affine."
        )
    return (
        None
        if layer.op in ("Conv", "Gemm", "MatMul")
        else Message("This method does not support {op} layers: it needs their inputs.", op=layer.op)
    )


def refuse_gradients(layer: Layer) -> str | None:
    """Return why no gradient of the loss is computed for a layer's weight, or None (see graph.torch.torch_view)."""
    if layer.locked:
        return layer.locked
    known = ("Conv", "ConvTranspose", "Gemm", "MatMul", "Embedding")
    return None if layer.op in known else Message("Gradients of {op} layers are not supported.", op=layer.op)


def pair(left: np.ndarray, right: np.ndarray, layer: Layer) -> Factors:
    """Write the layer W ≈ left @ right as two layers, `right` [rank, inputs] first, then `left` [outputs, rank].

    A convolution becomes one to `rank` channels with the original kernel, stride and padding, then one of 1 x 1
    (Denton et al. 2014; Zhang et al. 2016, section 3.1).
    """
    left, right = (np.ascontiguousarray(part, dtype=np.float32) for part in (left, right))
    if layer.op == "Conv":
        kernel = layer.shape[2:]
        first = Piece(Dense(right.reshape(-1, layer.shape[1], *kernel)), inherit=True)
        second = Piece(Dense(left.reshape(*left.shape, *(1 for _ in kernel))))
        return Factors((first, second), True, layer.shape, 0)
    first, second = Piece(Dense(np.ascontiguousarray(right.T))), Piece(Dense(np.ascontiguousarray(left.T)))
    return Factors((first, second), False, layer.shape, layer.out_axis)


def pair_shapes(layer: Layer, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of the two stored weights that `pair` makes."""
    rows, columns = layer.matrix
    if layer.op == "Conv":
        kernel = layer.shape[2:]
        return (rank, layer.shape[1], *kernel), (rows, rank, *(1 for _ in kernel))
    return (columns, rank), (rank, rows)


def forecast_shapes(layer: Layer, plan: Plan, params: RankParams) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the same for the rank that the parameters are expected to choose, before the weights are known."""
    return pair_shapes(layer, expected(params, layer.matrix, singular=plan.singular))


def refusal(layer: Layer) -> str | None:
    """Return why a layer cannot be written as two layers, or None."""
    if layer.locked:
        return layer.locked
    if layer.op not in ("Conv", "Gemm", "MatMul", "Embedding"):
        return Message("{op} cannot be factorised into two layers.", op=layer.op)
    if layer.groups > 1:
        return Message("A grouped or depthwise convolution has no single matrix to factorise.")
    if layer.also:
        return Message("{also} also reads its weight, in another form, so it must stay one tensor.", also=layer.also)
    if min(layer.matrix) < 2:
        return Message("A matrix with a single row or column already has rank 1.")
    return None


def split(matrix: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the best rank-`rank` approximation, with the singular values split between both sides (Eckart and Young
    1936).

    The directions are eigenvectors of the smaller Gram matrix, which is many times faster than an SVD. Squaring
    halves the digits: directions whose values are within 1e-8 of the largest value may mix, which costs the
    approximation no more than that (Golub and Van Loan, Matrix Computations, section 8.6).
    """
    if matrix.shape[0] > matrix.shape[1]:
        right, left = split(matrix.T, rank)
        return left.T, right.T
    squares, vectors = np.linalg.eigh(gram(matrix))
    values = np.sqrt(np.maximum(squares[::-1], 0))
    root = np.sqrt(np.maximum(values, 1e-8 * values[:1]))[:rank]
    basis = vectors[:, ::-1][:, :rank]
    return basis * root, basis.T @ matrix.astype(np.float64) / np.maximum(root, TINY)[:, None]


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """Return the singular values [min(rows, columns)], descending, float64, from the eigenvalues of the smaller Gram
    matrix.

    Squaring halves the digits: the absolute error is about sqrt(eps) = 1e-8 of the largest value (Golub and Van Loan,
    Matrix Computations, section 8.6), less than the rounding of float32 weights, 6e-8: no slower algorithm is needed.
    """
    values = np.linalg.eigvalsh(gram(matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T))
    return np.sqrt(np.maximum(values[::-1], 0))


def gram(wide: np.ndarray) -> np.ndarray:
    """Return the Gram matrix of the rows, in float64, converting few columns at a time.

    numpy computes its eigenvalues several times faster than torch, whose threads wait for each other at these sizes.
    """
    products = np.zeros((wide.shape[0], wide.shape[0]))
    for start in range(0, wide.shape[1], COLUMNS):
        part = np.ascontiguousarray(wide[:, start : start + COLUMNS], dtype=np.float64)
        products += part @ part.T
    return products


def ints(layer: Layer, name: str, default: int, size: int) -> tuple[int, ...]:
    """Return an attribute of the operator as `size` integers."""
    value = layer.attributes.get(name)
    return (default,) * size if not value or isinstance(value, str) else tuple(value)


def refuse_spatial(layer: Layer) -> str | None:
    """Return why a convolution cannot be split into a vertical and a horizontal one, or None."""
    if layer.op != "Conv" or len(layer.shape) != 4 or min(layer.shape[2:]) < 2:
        return layer.locked or Message("Only a 2-D convolution with a kernel larger than 1 can be split like this.")
    if layer.attributes.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        return Message("Its padding depends on the input's size (auto_pad).")
    if layer.uneven:
        return Message("Convolutions with other strides, pads or dilations share its weight.")
    return refusal(layer)


Attributes = dict[str, tuple[int, ...] | int]


def split_window(layer: Layer) -> tuple[Attributes, Attributes]:
    """Return stride, dilation and padding of a two-dimensional convolution for its vertical and its horizontal part."""
    strides, dilations, pads = (
        ints(layer, name, default, size)
        for name, default, size in (("strides", 1, 2), ("dilations", 1, 2), ("pads", 0, 4))
    )
    return (
        {"strides": (strides[0], 1), "dilations": (dilations[0], 1), "pads": (pads[0], 0, pads[2], 0)},
        {"strides": (1, strides[1]), "dilations": (1, dilations[1]), "pads": (0, pads[1], 0, pads[3])},
    )


def note(layer: Layer, params: RankParams, rank: int) -> str:
    """Return a note on the rank of a pair."""
    return words(params, rank, min(layer.matrix), break_even(layer.matrix))
