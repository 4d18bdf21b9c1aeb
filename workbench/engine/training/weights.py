"""A trainable counterpart for each encoding: what compression fixed stays fixed, the rest learns.

`trainable(encoding)` gives a module whose call is the effective weight, as `encoding.decode()` gives it, and whose
`encoding()` is the same kind of encoding with the values learned so far.
"""

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.graph.storage.encoding import Affine, Codebook, Dense, Encoding, Factors, Scaled

INSIDE = 0.49  # of a step: how far from its level a weight on a grid may start, so that it starts on that level


class Trainable(nn.Module):
    """`forward` gives the effective weight in the encoding's shape."""

    @abstractmethod
    def encoding(self) -> Encoding:
        """The weight as it is now, stored as before."""

    def dense(self) -> "list[Floats]":
        """The float tensors inside, on which penalties and pruning schedules act."""
        return []


class Floats(Trainable):
    """Dense: zeros stay zero (Han et al. 2015). Shorter floats are rounded on the way, straight through."""

    mask: Tensor

    def __init__(self, dense: Dense) -> None:
        super().__init__()
        self.dtype = dense.values.dtype
        self.short: torch.dtype | None = None if self.dtype == np.float32 else getattr(torch, self.dtype.name)
        self.values = nn.Parameter(torch.tensor(dense.decode()))
        self.register_buffer("mask", self.values.detach() != 0)

    def forward(self) -> Tensor:
        values = self.values * self.mask
        if self.short is None:
            return values
        largest = torch.finfo(self.short).max
        return straight_through(values.clamp(-largest, largest), lambda x: x.to(self.short).float())

    def encoding(self) -> Dense:
        with torch.no_grad():
            return Dense(self().numpy().copy().astype(self.dtype))

    def dense(self) -> "list[Floats]":
        return [self]


class Shared(Trainable):
    """Codebook: the indices stay, a centroid's gradient is the sum of its weights' (Han et al. 2016, section 3.3).

    A centroid at zero stays there when `keep_zeros`: it holds the weights that pruning removed.
    """

    indices: Tensor
    free: Tensor

    def __init__(self, codebook: Codebook, keep_zeros: bool) -> None:
        super().__init__()
        self.codebook = codebook
        self.centroids = nn.Parameter(torch.tensor(codebook.centroids.astype(np.float32)))
        self.register_buffer("indices", torch.tensor(codebook.indices.astype(np.int64)))
        self.register_buffer("free", (self.centroids.detach() != 0) | (not keep_zeros))

    def forward(self) -> Tensor:
        return _Lookup.apply(self.centroids * self.free, self.indices)

    def encoding(self) -> Codebook:
        with torch.no_grad():
            return replace(self.codebook, centroids=(self.centroids * self.free).numpy().copy())


class _Lookup(torch.autograd.Function):
    """centroids[indices]; the sums of the gradient are taken in one order, so that training repeats to the bit."""

    @staticmethod
    def forward(context: Any, centroids: Tensor, indices: Tensor) -> Tensor:
        context.save_for_backward(indices)
        context.count = len(centroids)
        return centroids[indices]

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (indices,) = context.saved_tensors
        weights = gradients[0].reshape(-1).double()
        return torch.bincount(indices.reshape(-1), weights, context.count).to(gradients[0].dtype), None


class OnGrid(Trainable):
    """Affine: floats that are rounded to their grid on the way, straight through (Bengio et al. 2013).

    With a learned step the scale gets LSQ's gradient (Esser et al. 2020, equation 3): what rounding makes of
    round(clip(v/s))·s. Its logarithm is trained, so that one learning rate fits every scale.
    With `clusters`, weights that share a level and a scale share one value, and go on doing so (TensorFlow Model
    Optimization, cluster preserving quantization aware training).
    """

    zero: Tensor
    start: Tensor
    kept: Tensor
    indices: Tensor | None

    def __init__(
        self, affine: Affine, original: np.ndarray | None, keep_zeros: bool, learned: bool, clusters: bool = False
    ) -> None:
        super().__init__()
        self.affine = affine
        zero = np.zeros((), np.float32) if affine.zero_point is None else affine.zero_point.astype(np.float32)
        low, high = (
            (-(2 ** (affine.bits - 1)), 2 ** (affine.bits - 1) - 1)
            if affine.zero_point is None
            else (0, 2**affine.bits - 1)
        )
        levels = (affine.q.astype(np.float32) - zero) * affine.scale
        if original is not None:
            levels = levels + np.clip(grouped(original, affine) - levels, -INSIDE * affine.scale, INSIDE * affine.scale)
        indices = _clusters(affine) if clusters else None
        if indices is not None:
            levels = np.bincount(indices.ravel(), levels.ravel()) / np.bincount(indices.ravel())
        self.register_buffer("indices", None if indices is None else torch.tensor(indices))
        self.values = nn.Parameter(torch.tensor(levels.astype(np.float32)))
        self.stretch = nn.Parameter(torch.zeros(affine.scale.shape), requires_grad=learned)
        self.register_buffer("start", torch.tensor(affine.scale))
        self.register_buffer("zero", torch.tensor(zero))
        self.register_buffer("low", torch.tensor(low - zero))
        self.register_buffer("high", torch.tensor(high - zero))
        self.register_buffer("kept", torch.tensor((affine.q != zero) | (not keep_zeros)))
        # Esser et al. 2020, section 2.2: the gradient of a scale that many weights share is made smaller.
        self.damping = 1 / math.sqrt(max(affine.q.size / affine.scale.size * (2 ** (affine.bits - 1) - 1), 1))

    def scale(self) -> Tensor:
        return self.start * self.stretch.exp()

    def levels(self, scale: Tensor) -> Tensor:
        """Whole numbers on both sides of the zero point, in the grid's shape."""
        values = self.values if self.indices is None else _Lookup.apply(self.values, self.indices)
        position = (values / scale).clamp(self.get_buffer("low"), self.get_buffer("high"))
        return straight_through(position, torch.round) * self.kept

    def forward(self) -> Tensor:
        scale = self.scale()
        damped = scale * self.damping
        scale = damped + (scale - damped).detach()
        return cropped(self.levels(scale) * scale, self.affine)

    def encoding(self) -> Affine:
        with torch.no_grad():
            q = (self.levels(self.scale()) + self.zero).numpy()
            return replace(self.affine, q=q.astype(self.affine.q.dtype), scale=self.scale().numpy().copy())


def _clusters(affine: Affine) -> np.ndarray:
    """Cluster index of each weight (same level and scale), from 0, in the grid's shape."""
    scale = np.broadcast_to(np.arange(affine.scale.size).reshape(affine.scale.shape), affine.q.shape)
    _, indices = np.unique(scale * 256 + (affine.q.astype(np.int64) & 255), return_inverse=True)
    return indices.reshape(affine.q.shape)


class OfColumns(Trainable):
    """Scaled: the factors of the input channels stay."""

    columns: Tensor

    def __init__(self, scaled: Scaled, inner: Trainable) -> None:
        super().__init__()
        self.scaled, self.inner = scaled, inner
        self.register_buffer("columns", torch.tensor(1 / scaled.columns))

    def forward(self) -> Tensor:
        return self.inner() * self.columns

    def encoding(self) -> Scaled:
        return replace(self.scaled, inner=self.inner.encoding())


class Chain(Trainable):
    """Factors: each factor learns; the effective weight is what they amount to (as Factors.decode, with gradients)."""

    def __init__(self, factors: Factors, pieces: list[Trainable]) -> None:
        super().__init__()
        self.factors = factors
        self.pieces = nn.ModuleList(pieces)

    def forward(self) -> Tensor:
        weights = [piece() for piece in self.pieces]
        if self.factors.conv:
            return self._convolved(weights)
        product = weights[0]
        for weight in weights[1:]:
            product = product @ weight
        return (product.T if self.factors.out_axis == 0 else product).reshape(self.factors.shape)

    def _convolved(self, weights: list[Tensor]) -> Tensor:
        """The kernel: the chain's answer to an impulse in each input channel."""
        kernel = self.factors.shape[2:]
        convolve = (functional.conv1d, functional.conv2d, functional.conv3d)[len(kernel) - 1]
        groups = [int(piece.attributes.get("group", 1)) for piece in self.factors.pieces]  # type: ignore[arg-type]
        channels = weights[0].shape[1] * groups[0]
        response = torch.zeros(channels, channels, *(2 * size - 1 for size in kernel), device=weights[0].device)
        every = torch.arange(channels)
        centre: tuple[int | Tensor, ...] = tuple(size - 1 for size in kernel)
        response[(every, every, *centre)] = 1.0
        for weight, group in zip(weights, groups, strict=True):
            response = convolve(response, weight, groups=group)
        return response.flip(tuple(range(2, 2 + len(kernel)))).transpose(0, 1)

    def encoding(self) -> Factors:
        pieces = tuple(
            replace(piece, encoding=learned.encoding())  # type: ignore[operator]
            for piece, learned in zip(self.factors.pieces, self.pieces, strict=True)
        )
        return replace(self.factors, pieces=pieces)

    def dense(self) -> list[Floats]:
        return [tensor for piece in self.pieces for tensor in piece.dense()]  # type: ignore[operator]


def trainable(
    encoding: Encoding,
    original: np.ndarray | None = None,
    keep_zeros: bool = True,
    learned: bool = True,
    clusters: bool = False,
) -> Trainable:
    """The counterpart of an encoding.

    original     the weight before it was stored so, in its shape: where in its level's cell a quantised weight starts
    keep_zeros   whether zeros of quantised weights are what pruning removed
    learned      whether the steps of affine grids are learned too
    clusters     whether weights on one level of an affine grid stay together
    """
    match encoding:
        case Dense():
            return Floats(encoding)
        case Codebook():
            return Shared(encoding, keep_zeros)
        case Affine():
            return OnGrid(encoding, original, keep_zeros, learned, clusters)
        case Scaled():
            inside = None if original is None else original * encoding.columns
            return OfColumns(encoding, trainable(encoding.inner, inside, keep_zeros, learned, clusters))
        case Factors():
            return Chain(
                encoding, [trainable(piece.encoding, None, keep_zeros, learned, clusters) for piece in encoding.pieces]
            )
    raise TypeError(f"no trainable counterpart of {type(encoding).__name__}")


def straight_through(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """function(x) exactly, with the gradient of x. Bengio, Léonard, Courville 2013, arXiv:1308.3432."""
    return _Straight.apply(x, function)


class _Straight(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
        return function(x)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0], None


def grouped(weight: np.ndarray, affine: Affine) -> np.ndarray:
    """A weight in the shape of its grid; padding is zero. See graph.encoding.Affine."""
    grid = affine.q.shape
    if affine.q.size == weight.size:
        return weight.reshape(grid)
    if affine.axis == 0:
        rows = weight.reshape(weight.shape[0], -1)
        return np.pad(rows, ((0, 0), (0, affine.q.size // len(rows) - rows.shape[1]))).reshape(grid)
    columns = weight.reshape(-1, weight.shape[-1])
    return np.pad(columns, ((0, affine.q.size // columns.shape[1] - len(columns)), (0, 0))).reshape(grid)


def cropped(grid: Tensor, affine: Affine) -> Tensor:
    """The weight of a grid: what graph.encoding.crop does, with gradients."""
    count = math.prod(affine.shape)
    if grid.numel() == count:
        return grid.reshape(affine.shape)
    if affine.axis == 0:
        rows = affine.shape[0]
        return grid.reshape(rows, -1)[:, : count // rows].reshape(affine.shape)
    columns = affine.shape[-1]
    return grid.reshape(-1, columns)[: count // columns].reshape(affine.shape)
