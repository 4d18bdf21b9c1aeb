"""How a weight is stored, as values: what a method makes and what the writer turns into ONNX.

An encoding decodes to numpy exactly as the exported graph decodes in the runtime, up to float rounding. Whether zeros
are left out, and how integers are packed, is not decided here but by the writer (graph/storage.py): it picks the
smallest layout that keeps the values exactly.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


class Encoding(ABC):
    """A weight of `shape`, stored in some way."""

    shape: tuple[int, ...]

    @abstractmethod
    def decode(self) -> np.ndarray:
        """The effective weight, float32, in `shape`."""

    @property
    def parameters(self) -> int:
        """How many weights the layer has after this; zeros count, scales do not."""
        return int(np.prod(self.shape))


@dataclass(frozen=True, eq=False)
class Dense(Encoding):
    """Floats as they are; `values` may be float32, float16, bfloat16 or float8 (ml_dtypes)."""

    values: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.values.shape

    def decode(self) -> np.ndarray:
        return self.values.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Affine(Encoding):
    """w = (q - zero_point) * scale on a grid, then reshaped and cropped to `shape`.

    q           integers in the grid's shape, int8 when symmetric, uint8 when there is a zero point
    bits        of the grid of levels, 2..8; the container is the next of 2, 4, 8 bits
    scale       float32, broadcastable to the grid: () per tensor, (out, 1, ...) per channel, (out, groups, 1) per group
    zero_point  uint8, shaped like `scale`, or None
    shape       of the weight. The grid has as many elements, or is a matrix [rows, groups, group] (`axis` 0) or
                [groups, group, columns] (`axis` 1) whose last group is padded: cropped after reshaping to a matrix
    """

    q: np.ndarray
    bits: int
    scale: np.ndarray
    zero_point: np.ndarray | None
    shape: tuple[int, ...]
    axis: int = 0

    def decode(self) -> np.ndarray:
        q = self.q.astype(np.float32)
        if self.zero_point is not None:
            q = q - self.zero_point.astype(np.float32)
        return crop(q * self.scale, self.shape, self.axis)


@dataclass(frozen=True, eq=False)
class Codebook(Encoding):
    """w = centroids[indices]. Palettisation: Han et al. 2016, Deep Compression, section 3.

    indices    uint8, in the weight's shape; centroids float32 [at most 2^bits]
    """

    indices: np.ndarray
    centroids: np.ndarray
    bits: int

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.indices.shape

    def decode(self) -> np.ndarray:
        return self.centroids.astype(np.float32)[self.indices]


@dataclass(frozen=True, eq=False)
class Scaled(Encoding):
    """w = inner / columns: the weight is stored with each of its input channels made larger or smaller.

    Activation-aware: what multiplies large inputs gets finer levels. Lin et al. 2024, AWQ, section 3.2.

    inner     the weight times `columns`, stored in some way; not factors
    columns   float32, broadcastable to the weight along its input axis
    """

    inner: Encoding
    columns: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.inner.shape

    def decode(self) -> np.ndarray:
        return (self.inner.decode() * (1 / self.columns)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Piece:
    """One of the layers that replace a layer.

    For a convolution the weight is [out, in/groups, k, ...]; `inherit` takes the original's strides, pads, dilations
    and auto_pad, otherwise `attributes` (strides, pads, dilations, group) say them, absent ones being ONNX defaults.
    For everything else the weight is [in, out].
    """

    encoding: Encoding
    inherit: bool = False
    attributes: Mapping[str, tuple[int, ...] | int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Factors(Encoding):
    """The layer becomes a chain of smaller layers without anything between them.

    conv        whether the pieces are convolutions, applied in order; else W = P0 P1 ... in the form x W
    shape       of the weight that they replace
    out_axis    of that shape: 0 when the stored weight is [out, in], 1 when it is [in, out]
    """

    pieces: tuple[Piece, ...]
    conv: bool
    shape: tuple[int, ...]
    out_axis: int

    @property
    def parameters(self) -> int:
        return sum(piece.encoding.parameters for piece in self.pieces)

    def decode(self) -> np.ndarray:
        if self.conv:
            return _compose_convolutions(self.pieces, self.shape)
        product = self.pieces[0].encoding.decode()
        for piece in self.pieces[1:]:
            product = product @ piece.encoding.decode()
        return np.ascontiguousarray(product.T if self.out_axis == 0 else product).reshape(self.shape)


def container(bits: int, least: int = 2) -> int:
    """The number of bits in which symbols of `bits` are stored: a power of two, `least` or more. ONNX's integers have
    2, 4 or 8."""
    return next(size for size in (1, 2, 4, 8, 16, 32) if max(bits, least) <= size)


def crop(grid: np.ndarray, shape: tuple[int, ...], axis: int) -> np.ndarray:
    """A decoded grid (see Affine) in the weight's shape, float32."""
    count = int(np.prod(shape))
    if grid.size == count:
        return np.ascontiguousarray(grid, dtype=np.float32).reshape(shape)
    if axis == 0:
        rows = shape[0]
        return grid.reshape(rows, -1)[:, : count // rows].astype(np.float32).reshape(shape)
    columns = shape[-1]
    return grid.reshape(-1, columns)[: count // columns].astype(np.float32).reshape(shape)


def _compose_convolutions(pieces: tuple[Piece, ...], shape: tuple[int, ...]) -> np.ndarray:
    """The kernel that a chain of convolutions amounts to: its response to an impulse in each input channel.

    Strides, pads and dilations move the window but are not part of the kernel, so all are taken as 1 and full.
    """
    import torch
    from torch.nn import functional

    if len(pieces) == 2 and pieces[0].encoding.shape[2:] == shape[2:] and not any(p.attributes for p in pieces):
        first, second = (piece.encoding.decode() for piece in pieces)  # the second is 1 x 1: a product of matrices
        return (second.reshape(len(second), -1) @ first.reshape(len(first), -1)).reshape(shape)
    kernel = shape[2:]
    convolve = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}[len(kernel)]
    groups = [int(piece.attributes.get("group", 1)) for piece in pieces]  # type: ignore[arg-type]
    weights = [torch.from_numpy(piece.encoding.decode()).double() for piece in pieces]
    channels = weights[0].shape[1] * groups[0]
    impulse = torch.zeros(channels, channels, *(2 * size - 1 for size in kernel), dtype=torch.float64)
    centre = tuple(size - 1 for size in kernel)
    for channel in range(channels):
        impulse[(channel, channel, *centre)] = 1.0
    response = impulse
    for weight, group in zip(weights, groups, strict=True):
        response = convolve(response, weight, groups=group)
    spatial = tuple(range(2, 2 + len(kernel)))
    return response.flip(spatial).transpose(0, 1).contiguous().float().numpy()
