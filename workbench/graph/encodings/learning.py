"""Trainable forms of encodings: what compression decided is fixed, the rest is trained.

`Encoding.trainable` returns a module whose call computes the effective weight, as `decode` does, and whose `encoding()`
returns the same kind of encoding with the values trained so far. Kept apart from the encodings because it imports
torch, which is needed only for training.
"""

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.graph.encodings.grid import Grid

INSIDE = 0.49  # of a step: how far from its level a weight may start and still be rounded to that level


Made = TypeVar("Made")  # the encoding


class Trainable(nn.Module, Generic[Made]):
    """Base class. `forward` returns the effective weight in the encoding's shape."""

    @abstractmethod
    def encoding(self) -> Made:
        """Return the encoding of the current weight."""

    def dense(self) -> "list[Floats]":
        """Return the float tensors inside, on which penalties and pruning schedules act."""
        return []

    def bits(self) -> "tuple[Tensor, int] | None":
        """Return the bits of all levels together, with gradients, and the number of weights; None without evenly spaced
        levels."""
        return None


class Projected(Trainable[Made]):
    """Floats that are projected to the encoding's levels in the forward pass, straight-through (Bengio et al. 2013).

    start     the weight on its levels; `original` is the weight before encoding, or None
    project   returns the encoding of other values on the levels; `decode` returns their effective weight
    """

    kept: Tensor

    def __init__(
        self,
        start: np.ndarray,
        original: np.ndarray | None,
        keep_zeros: bool,
        project: Callable[[np.ndarray], Made],
        decode: Callable[[Made], np.ndarray],
    ) -> None:
        super().__init__()
        self._project, self._decode = project, decode
        values = start
        if original is not None:  # where that is on the same level
            values = np.where(decode(project(np.ascontiguousarray(original, np.float32))) == start, original, start)
        self.values = nn.Parameter(torch.tensor(values.astype(np.float32)))
        self.register_buffer("kept", torch.tensor((start != 0) | (not keep_zeros)))

    def forward(self) -> Tensor:
        return straight_through(self.values * self.kept, lambda x: torch.from_numpy(self._decode(self._made(x))).to(x))

    def encoding(self) -> Made:
        with torch.no_grad():
            return self._made(self.values * self.kept)

    def _made(self, values: Tensor) -> Made:
        return self._project(values.detach().cpu().numpy())


class Floats(Trainable[Any]):
    """Floats whose zeros stay zero (Han et al. 2015). Shorter types are rounded to in the forward pass,
    straight-through."""

    mask: Tensor

    def __init__(self, values: np.ndarray, make: Callable[[np.ndarray], Any]) -> None:
        super().__init__()
        self.dtype, self._make = values.dtype, make
        self.short: torch.dtype | None = None if self.dtype == np.float32 else getattr(torch, self.dtype.name)
        self.values = nn.Parameter(torch.tensor(values.astype(np.float32)))
        self.register_buffer("mask", self.values.detach() != 0)

    def forward(self) -> Tensor:
        values = self.values * self.mask
        if self.short is None:
            return values
        largest = torch.finfo(self.short).max
        return straight_through(values.clamp(-largest, largest), lambda x: x.to(self.short).float())

    def encoding(self) -> Any:
        with torch.no_grad():
            return self._make(self().numpy().copy().astype(self.dtype))

    def dense(self) -> "list[Floats]":
        return [self]


class Shared(Trainable[Made]):
    """A codebook with fixed indices; the gradient of a centroid is the sum of its weights' (Han et al. 2016, section
    3.3).

    With `keep_zeros`, a centroid at zero stays there: it holds pruned weights.
    """

    indices: Tensor
    free: Tensor

    def __init__(
        self, indices: np.ndarray, centroids: np.ndarray, keep_zeros: bool, make: Callable[[np.ndarray], Made]
    ) -> None:
        super().__init__()
        self._make = make
        self.centroids = nn.Parameter(torch.tensor(centroids.astype(np.float32)))
        self.register_buffer("indices", torch.tensor(indices.astype(np.int64)))
        self.register_buffer("free", (self.centroids.detach() != 0) | (not keep_zeros))

    def forward(self) -> Tensor:
        return _Lookup.apply(self.centroids * self.free, self.indices)

    def encoding(self) -> Made:
        with torch.no_grad():
            return self._make((self.centroids * self.free).numpy().copy())


class _Lookup(torch.autograd.Function):
    """centroids[indices], whose gradient is summed in a fixed order, so that training is reproducible bit by bit."""

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


class OnGrid(Trainable[Made]):
    """Floats that are rounded to an affine grid in the forward pass, straight-through (Bengio et al. 2013).

    A trained step size gets LSQ's gradient (Esser et al. 2020, equation 3): that of rounding in round(clip(v/s))·s. Its
    logarithm is trained, so that one learning rate suits every scale. With `clusters`, weights that share a level and a
    scale share one value, and continue to (TensorFlow Model Optimization, cluster preserving quantization aware
    training). Weights that are all zero start with the widest step: any stands for zeros, and with the tiny one that
    they have they could never become anything else.
    """

    zero: Tensor
    start: Tensor
    kept: Tensor
    indices: Tensor | None

    def __init__(
        self,
        affine: Grid,
        original: np.ndarray | None,
        keep_zeros: bool,
        learned: bool,
        clusters: bool,
        make: Callable[[np.ndarray, np.ndarray], Made],
    ) -> None:
        super().__init__()
        affine = replace(affine, scale=affine.usable_scale())
        self.affine, self._make = affine, make
        zero = np.zeros((), np.float32) if affine.zero_point is None else affine.zero_point.astype(np.float32)
        low, high = affine.limits
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
        # Esser et al. 2020, section 2.2: reduced by the number of weights that share it
        self.damping = 1 / math.sqrt(max(affine.q.size / affine.scale.size * (2 ** (affine.bits - 1) - 1), 1))

    def levels(self, stretch: Tensor) -> Tensor:
        """Return integers relative to the zero point, in the grid's shape."""
        return straight_through(self._position(stretch), torch.round) * self.kept

    def _position(self, stretch: Tensor) -> Tensor:
        """Return the weights in steps. The gradient of v / s would divide by the square of s, which underflows."""
        values = self.values if self.indices is None else _Lookup.apply(self.values, self.indices)
        return (values / self.start * (-stretch).exp()).clamp(self.get_buffer("low"), self.get_buffer("high"))

    def bits(self) -> tuple[Tensor, int]:
        """Return the bits from how often each level occurs. A weight between two levels takes an interpolated number of
        bits, so that it is drawn to the more frequent level: a differentiable stand-in for the entropy, after Oktay et
        al. 2020, Scalable model compression by entropy penalized reparameterization, ICLR."""
        low, high = self.get_buffer("low"), self.get_buffer("high")
        position = self._position(self.stretch.detach()) * self.kept - low
        levels = int((high - low).max()) + 1
        counts = torch.bincount(position.detach().round().long().reshape(-1), minlength=levels + 1) + 0.5
        price = -torch.log2(counts / counts.sum())
        below = position.detach().floor().long()
        part = position - below
        return (price[below] * (1 - part) + price[(below + 1).clamp(max=levels - 1)] * part).sum(), position.numel()

    def forward(self) -> Tensor:
        damped = self.stretch * self.damping
        stretch = damped + (self.stretch - damped).detach()
        return cropped(self.levels(stretch) * (self.start * stretch.exp()), self.affine)

    def encoding(self) -> Made:
        with torch.no_grad():
            q = (self.levels(self.stretch) + self.zero).numpy()
            return self._make(q.astype(self.affine.q.dtype), (self.start * self.stretch.exp()).numpy().copy())


def _clusters(affine: Grid) -> np.ndarray:
    """Return the cluster index of each weight (same level and scale), from 0, in the grid's shape."""
    scale = np.broadcast_to(np.arange(affine.scale.size).reshape(affine.scale.shape), affine.q.shape)
    _, indices = np.unique(scale * 256 + (affine.q.astype(np.int64) & 255), return_inverse=True)
    return indices.reshape(affine.q.shape)


class OfColumns(Trainable[Made]):
    """A weight with scaled input channels, whose factors are fixed."""

    columns: Tensor

    def __init__(self, columns: np.ndarray, inner: Trainable[Any], make: Callable[[Any], Made]) -> None:
        super().__init__()
        self.inner, self._make = inner, make
        self.register_buffer("columns", torch.tensor(1 / columns))

    def forward(self) -> Tensor:
        return self.inner() * self.columns

    def bits(self) -> tuple[Tensor, int] | None:
        return self.inner.bits()

    def encoding(self) -> Made:
        return self._make(self.inner.encoding())


class Chain(Trainable[Made]):
    """Factors, each trained; computes their product (as Factors.decode does, with gradients).

    groups   groups of the pieces if they are convolutions; None for matrices
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        out_axis: int,
        groups: tuple[int, ...] | None,
        pieces: Sequence[Trainable[Any]],
        make: Callable[[list[Any]], Made],
    ) -> None:
        super().__init__()
        self.shape, self.out_axis, self.groups, self._make = shape, out_axis, groups, make
        self.pieces = nn.ModuleList(pieces)

    def forward(self) -> Tensor:
        weights = [piece() for piece in self.pieces]
        if self.groups is not None:
            return self._convolved(weights)
        product = weights[0]
        for weight in weights[1:]:
            product = product @ weight
        return (product.T if self.out_axis == 0 else product).reshape(self.shape)

    def _convolved(self, weights: list[Tensor]) -> Tensor:
        """Return the kernel: the chain's response to an impulse in each input channel."""
        kernel, groups = self.shape[2:], self.groups or ()
        convolve = (functional.conv1d, functional.conv2d, functional.conv3d)[len(kernel) - 1]
        channels = weights[0].shape[1] * groups[0]
        response = torch.zeros(channels, channels, *(2 * size - 1 for size in kernel), device=weights[0].device)
        every = torch.arange(channels)
        centre: tuple[int | Tensor, ...] = tuple(size - 1 for size in kernel)
        response[(every, every, *centre)] = 1.0
        for weight, group in zip(weights, groups, strict=True):
            response = convolve(response, weight, groups=group)
        return response.flip(tuple(range(2, 2 + len(kernel)))).transpose(0, 1)

    def encoding(self) -> Made:
        return self._make([piece.encoding() for piece in self.pieces])  # type: ignore[operator]

    def bits(self) -> tuple[Tensor, int] | None:
        found = [bits for piece in self.pieces if (bits := piece.bits()) is not None]  # type: ignore[operator]
        return (torch.stack([part for part, _ in found]).sum(), sum(count for _, count in found)) if found else None

    def dense(self) -> list[Floats]:
        return [tensor for piece in self.pieces for tensor in piece.dense()]  # type: ignore[operator]


def straight_through(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """Return function(x) exactly, with the gradient of x. Bengio, Léonard, Courville 2013, arXiv:1308.3432."""
    return _Straight.apply(x, function)


class _Straight(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
        return function(x)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0], None


def grouped(weight: np.ndarray, affine: Grid) -> np.ndarray:
    """Return a weight in the shape of its grid, padded with zeros. See graph.encodings.grid."""
    grid = affine.q.shape
    if affine.q.size == weight.size:
        return weight.reshape(grid)
    if affine.axis == 0:
        rows = weight.reshape(weight.shape[0], -1)
        return np.pad(rows, ((0, 0), (0, affine.q.size // len(rows) - rows.shape[1]))).reshape(grid)
    columns = weight.reshape(-1, weight.shape[-1])
    return np.pad(columns, ((0, affine.q.size // columns.shape[1] - len(columns)), (0, 0))).reshape(grid)


def cropped(grid: Tensor, affine: Grid) -> Tensor:
    """Return the weight of a grid: graph.encodings.grid.crop with gradients."""
    count = math.prod(affine.shape)
    if grid.numel() == count:
        return grid.reshape(affine.shape)
    if affine.axis == 0:
        rows = affine.shape[0]
        return grid.reshape(rows, -1)[:, : count // rows].reshape(affine.shape)
    columns = affine.shape[-1]
    return grid.reshape(-1, columns)[: count // columns].reshape(affine.shape)
