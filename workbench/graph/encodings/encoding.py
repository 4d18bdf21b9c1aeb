"""Base class of encodings: one form of storing a weight, with everything that the rest of the program asks of it.

A new encoding is a subclass, here or in an extension. It decodes to numpy exactly as the exported graph decodes in the
runtime, up to float rounding; says what is stored (its Kind, symbols and sides); and puts trained weights on its levels
(`project`). Packing, and whether zeros are omitted, are not decided here but by the writer (graph.storage.storage),
which picks the smallest layout that keeps the values exactly.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from workbench.core.layer_data.views import Levels
from workbench.graph.encodings.grid import Grid
from workbench.graph.encodings.kind import FLOAT32
from workbench.graph.encodings.spec import StorageSpec

if TYPE_CHECKING:
    from workbench.graph.encodings.learning import Trainable


class Counts(NamedTuple):
    """Counts of a weight's values: non-zeros, and fillers of 4-bit and 8-bit gaps (graph.layouts)."""

    nonzeros: int
    fillers4: int = 0
    fillers8: int = 0


@dataclass(frozen=True)
class Learning:
    """Choice of what is trained about a weight.

    keep_zeros  whether zeros of quantised weights were pruned, and stay zero
    steps       whether the step sizes of affine grids are trained
    clusters    whether weights on the same level of an affine grid keep a common value
    """

    keep_zeros: bool = True
    steps: bool = True
    clusters: bool = False


class Encoding(ABC):
    """A weight of `shape` in some stored form; immutable, equal only to itself."""

    shape: tuple[int, ...]

    @abstractmethod
    def decode(self) -> np.ndarray:
        """Return the effective weight, float32, in `shape`."""

    @property
    def parameters(self) -> int:
        """Number of weights of the layer in this form; zeros count, scales do not."""
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays in memory, for caches with a limit."""
        held = vars(self).values()
        return sum(part.nbytes for part in held if isinstance(part, np.ndarray | Encoding))

    # -- what is written: floats, unless a subclass says otherwise --

    def as_spec(self, counts: Counts) -> StorageSpec:
        """Return the description that layouts need."""
        return StorageSpec(self.shape, FLOAT32, 32, *counts)

    def nonzero(self) -> np.ndarray:
        """Return the mask of the non-zero weights, bool [n] in the order of the weight."""
        return self.decode().ravel() != 0

    def symbols(self, spec: StorageSpec) -> np.ndarray:
        """Return one symbol per weight, [n], before packing; the kind of the spec gives their meaning."""
        return self.decode().ravel()

    def sides(self, spec: StorageSpec) -> list[np.ndarray]:
        """Return the arrays stored beside the symbols, in the order of the kind's sides, each in the shape
        `spec.side`."""
        return []

    def with_sides(self, change: Callable[[np.ndarray], np.ndarray]) -> "Encoding":
        """Return the same levels with changed scales, or a changed table; `change` maps float32 to float32 of the same
        shape."""
        return self

    def rescaled(self, rows: np.ndarray, out_axis: int) -> "Encoding | None":
        """Return the same levels with scaled output channels; None if channels share what would have to change.

        rows   float32 [outputs], positive
        """
        return None

    # -- properties that other rooms read --

    @property
    def free(self) -> bool:
        """Whether weights may take any value, as they are not quantised."""
        return False

    @property
    def grid(self) -> Grid | None:
        """The weight as integers on evenly spaced levels, for integer kernels; None if it has no such form."""
        return None

    @property
    def factors(self) -> "Factors | None":
        """The smaller layers that replace the layer, or None."""
        return None

    @property
    def scaled(self) -> "Scaled | None":
        """The weight with scaled input channels, or None."""
        return None

    @property
    def tensor(self) -> "Encoding":
        """The encoding of a layer that stays one layer: itself, without scaling of input channels."""
        return self

    # -- levels: for plots and training --

    def levels(self, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels | None:
        """Return the levels of the whole weight, or of one output channel; None if it is not quantised.

        original   the weight before the edit, float32, in `shape`
        """
        return None

    def ends(self, out_axis: int) -> np.ndarray | None:
        """Return [2, outputs], the lowest and the highest level of each output channel; None if they are not evenly
        spaced."""
        return None

    def project(self, values: np.ndarray) -> "Encoding":
        """Return the same encoding of other values, float32 in `shape`, each rounded to the nearest of the existing
        levels."""
        raise NotImplementedError(f"{type(self).__name__} has neither project nor a trainable form")

    def trainable(self, original: np.ndarray | None, learning: Learning) -> "Trainable[Any]":
        """Return the trainable form: a torch module that computes the effective weight, and afterwards the trained
        encoding. By default, floats that are projected to the levels in the forward pass, with a straight-through
        gradient.

        original   the weight before it was encoded, in its shape: where within the cell of its level a weight starts
        """
        from workbench.graph.encodings.learning import Projected

        return Projected(self.decode(), original, learning.keep_zeros, self.project, lambda encoding: encoding.decode())


@dataclass(frozen=True, eq=False)
class Planned(Encoding):
    """A weight of which only the spec is known; the writer handles it like any other, without values."""

    spec: StorageSpec

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.spec.shape

    def decode(self) -> np.ndarray:
        raise TypeError("a planned weight has no values")

    def as_spec(self, counts: Counts) -> StorageSpec:
        return self.spec


@dataclass(frozen=True, eq=False)
class Scaled(Encoding):
    """w = inner / columns: the weight is stored with scaled input channels.

    Activation-aware: weights that multiply large inputs get finer levels. Lin et al. 2024, AWQ, section 3.2.

    inner     encoding of the weight times `columns`; not Factors
    columns   float32, broadcastable to the weight along its input axis
    """

    inner: Encoding
    columns: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return self.inner.shape

    @property
    def scaled(self) -> "Scaled":
        return self

    @property
    def tensor(self) -> Encoding:
        return self.inner

    def with_sides(self, change: Callable[[np.ndarray], np.ndarray]) -> "Scaled":
        return replace(self, inner=self.inner.with_sides(change))

    def rescaled(self, rows: np.ndarray, out_axis: int) -> "Scaled | None":
        inner = self.inner.rescaled(rows, out_axis)
        return None if inner is None else replace(self, inner=inner)

    def decode(self) -> np.ndarray:
        return (self.inner.decode() * (1 / self.columns)).astype(np.float32)

    def trainable(self, original: np.ndarray | None, learning: Learning) -> "Trainable[Scaled]":
        """Return a trainable form in which the factors of the input channels are fixed."""
        from workbench.graph.encodings.learning import OfColumns

        inner = self.inner.trainable(None if original is None else original * self.columns, learning)
        return OfColumns(self.columns, inner, lambda learned: replace(self, inner=learned))


@dataclass(frozen=True, eq=False)
class Piece:
    """One of the layers that replace a layer.

    For a convolution the weight is [out, in/groups, k, ...]; with `inherit` it takes strides, pads, dilations and
    auto_pad of the original, otherwise from `attributes` (strides, pads, dilations, group), absent ones being ONNX
    defaults. For other operators the weight is [in, out].
    """

    encoding: Encoding
    inherit: bool = False
    attributes: Mapping[str, tuple[int, ...] | int] = field(default_factory=dict)

    @property
    def groups(self) -> int:
        """Number of groups of a convolution."""
        return int(self.attributes.get("group", 1))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Factors(Encoding):
    """A chain of smaller layers, with nothing between them, that replaces the layer.

    conv        whether the pieces are convolutions, applied in order; otherwise W = P0 P1 ... in the form x W
    shape       shape of the weight that they replace
    out_axis    output axis of that shape: 0 if the stored weight is [out, in], 1 if it is [in, out]
    """

    pieces: tuple[Piece, ...]
    conv: bool
    shape: tuple[int, ...]
    out_axis: int

    @property
    def parameters(self) -> int:
        return sum(piece.encoding.parameters for piece in self.pieces)

    @property
    def nbytes(self) -> int:
        return sum(piece.encoding.nbytes for piece in self.pieces)

    @property
    def factors(self) -> "Factors":
        return self

    def with_sides(self, change: Callable[[np.ndarray], np.ndarray]) -> "Factors":
        return self.with_encodings([piece.encoding.with_sides(change) for piece in self.pieces])

    def rescaled(self, rows: np.ndarray, out_axis: int) -> "Factors | None":
        """Return the chain with scaled output channels, which are those of its last factor."""
        *first, last = (piece.encoding for piece in self.pieces)
        made = last.rescaled(rows, 0 if self.conv else 1)
        return None if made is None else self.with_encodings([*first, made])

    def with_encodings(self, encodings: Sequence[Encoding]) -> "Factors":
        """Return the same chain with other weights."""
        pieces = (replace(piece, encoding=made) for piece, made in zip(self.pieces, encodings, strict=True))
        return replace(self, pieces=tuple(pieces))

    def decode(self) -> np.ndarray:
        if self.conv:
            return _compose_convolutions(self.pieces, self.shape)
        product = self.pieces[0].encoding.decode()
        for piece in self.pieces[1:]:
            product = product @ piece.encoding.decode()
        return np.ascontiguousarray(product.T if self.out_axis == 0 else product).reshape(self.shape)

    def as_spec(self, counts: Counts) -> StorageSpec:
        raise TypeError("factors are not stored as one tensor")

    def nonzero(self) -> np.ndarray:
        raise TypeError("factors are not stored as one tensor")

    def trainable(self, original: np.ndarray | None, learning: Learning) -> "Trainable[Factors]":
        """Return a trainable form in which each factor is trained."""
        from workbench.graph.encodings.learning import Chain

        groups = tuple(piece.groups for piece in self.pieces)
        pieces = [piece.encoding.trainable(None, learning) for piece in self.pieces]
        return Chain(self.shape, self.out_axis, groups if self.conv else None, pieces, self.with_encodings)


def _compose_convolutions(pieces: tuple[Piece, ...], shape: tuple[int, ...]) -> np.ndarray:
    """Return the kernel equivalent to a chain of convolutions: its response to an impulse in each input channel.

    Strides, pads and dilations move the window but are not part of the kernel, so strides and dilations are taken as 1,
    padding as full.
    """
    import torch
    from torch.nn import functional

    if len(pieces) == 2 and pieces[0].encoding.shape[2:] == shape[2:] and not any(p.attributes for p in pieces):
        first, second = (piece.encoding.decode() for piece in pieces)  # the second is 1 x 1: a product of matrices
        return (second.reshape(len(second), -1) @ first.reshape(len(first), -1)).reshape(shape)
    kernel = shape[2:]
    convolve = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}[len(kernel)]
    groups = [piece.groups for piece in pieces]
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
