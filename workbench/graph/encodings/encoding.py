"""Base class of encodings: a weight stored in some way, asked by all others for what they need to know of it.

A new one is a class here or in an extension: it decodes to numpy exactly as the exported graph decodes in the runtime,
up to float rounding, says what is stored (its Kind, symbols and sides), and how a weight that learns is put on its
levels (`project`). How symbols are packed, and whether zeros are left out, is not decided here but by the writer
(graph.storage.storage): it picks the smallest layout that keeps the values exactly.
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
    """Counts of a weight's values: those that are not zero, and fillers of 4-bit and of 8-bit gaps (graph.layouts)."""

    nonzeros: int
    fillers4: int = 0
    fillers8: int = 0


@dataclass(frozen=True)
class Learning:
    """Parts of a weight that are trained, and those that stay fixed.

    keep_zeros  whether zeros of quantised weights are what pruning removed
    steps       whether the steps of affine grids are learned too
    clusters    whether weights on one level of an affine grid stay together
    """

    keep_zeros: bool = True
    steps: bool = True
    clusters: bool = False


class Encoding(ABC):
    """A weight of `shape`, stored in some way; immutable, equal to itself alone."""

    shape: tuple[int, ...]

    @abstractmethod
    def decode(self) -> np.ndarray:
        """The effective weight, float32, in `shape`."""

    @property
    def parameters(self) -> int:
        """How many weights the layer has after this; zeros count, scales do not."""
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays in memory, for caches with a budget."""
        held = vars(self).values()
        return sum(part.nbytes for part in held if isinstance(part, np.ndarray | Encoding))

    # -- what is written; floats, unless a class says otherwise --

    def as_spec(self, counts: Counts) -> StorageSpec:
        """Describe it for the layouts."""
        return StorageSpec(self.shape, FLOAT32, 32, *counts)

    def nonzero(self) -> np.ndarray:
        """Mask of the non-zero weights, bool [n] in the weight's order."""
        return self.decode().ravel() != 0

    def symbols(self, spec: StorageSpec) -> np.ndarray:
        """One symbol for every weight, [n], as it is stored before packing: what the kind of the spec reads."""
        return self.decode().ravel()

    def sides(self, spec: StorageSpec) -> list[np.ndarray]:
        """Arrays stored beside the symbols, in the order of the kind's sides, each in the shape `spec.side`."""
        return []

    def with_sides(self, change: Callable[[np.ndarray], np.ndarray]) -> "Encoding":
        """The same levels with other scales, or another table: float32 to float32, in the same shape."""
        return self

    def rescaled(self, rows: np.ndarray, out_axis: int) -> "Encoding | None":
        """The same levels with output channels made larger or smaller; None where they share what would have to change.

        rows   float32 [outputs], positive
        """
        return None

    # -- what others see in it --

    @property
    def free(self) -> bool:
        """Whether weights may take any value: nothing has put them on levels."""
        return False

    @property
    def grid(self) -> Grid | None:
        """The weight as integers on evenly spaced levels, where it is: what integer kernels read."""
        return None

    @property
    def factors(self) -> "Factors | None":
        """The smaller layers that replace the layer, where they do."""
        return None

    @property
    def scaled(self) -> "Scaled | None":
        """The weight with its input channels made larger or smaller, where they are."""
        return None

    @property
    def tensor(self) -> "Encoding":
        """Encoding of a layer that stays whole: itself, without factors of its input channels."""
        return self

    # -- levels: drawn, and learned on --

    def levels(self, original: np.ndarray, out_axis: int, channel: int | None = None) -> Levels | None:
        """Levels of the whole weight, or of one output channel; None if it is not quantised.

        original   the weight before the edit, float32, in `shape`
        """
        return None

    def ends(self, out_axis: int) -> np.ndarray | None:
        """[2, outputs] lowest and highest level of each output channel; None where they are not evenly spaced."""
        return None

    def project(self, values: np.ndarray) -> "Encoding":
        """The same encoding of other values, float32 in `shape`: each on the nearest of the levels that there are."""
        raise NotImplementedError(f"{type(self).__name__} has neither project nor a trainable form")

    def trainable(self, original: np.ndarray | None, learning: Learning) -> "Trainable[Any]":
        """Trainable form: a torch module that gives the effective weight, and then what was learned, stored
        in the same way. Here floats that are put on the levels on the way, straight through.

        original   the weight before it was stored so, in its shape: where in its level's cell a weight may start
        """
        from workbench.graph.encodings.learning import Projected

        return Projected(self.decode(), original, learning.keep_zeros, self.project, lambda encoding: encoding.decode())


@dataclass(frozen=True, eq=False)
class Planned(Encoding):
    """A weight of which only the spec is known: it goes through the writer like any other, but has no values."""

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
        """The factors of the input channels stay."""
        from workbench.graph.encodings.learning import OfColumns

        inner = self.inner.trainable(None if original is None else original * self.columns, learning)
        return OfColumns(self.columns, inner, lambda learned: replace(self, inner=learned))


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

    @property
    def groups(self) -> int:
        """Groups of a convolution."""
        return int(self.attributes.get("group", 1))  # type: ignore[arg-type]


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

    @property
    def nbytes(self) -> int:
        return sum(piece.encoding.nbytes for piece in self.pieces)

    @property
    def factors(self) -> "Factors":
        return self

    def with_sides(self, change: Callable[[np.ndarray], np.ndarray]) -> "Factors":
        return self.with_encodings([piece.encoding.with_sides(change) for piece in self.pieces])

    def rescaled(self, rows: np.ndarray, out_axis: int) -> "Factors | None":
        """The last factor's output channels are those of the layer."""
        *first, last = (piece.encoding for piece in self.pieces)
        made = last.rescaled(rows, 0 if self.conv else 1)
        return None if made is None else self.with_encodings([*first, made])

    def with_encodings(self, encodings: Sequence[Encoding]) -> "Factors":
        """The same chain with other weights."""
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
        """Each factor learns."""
        from workbench.graph.encodings.learning import Chain

        groups = tuple(piece.groups for piece in self.pieces)
        pieces = [piece.encoding.trainable(None, learning) for piece in self.pieces]
        return Chain(self.shape, self.out_axis, groups if self.conv else None, pieces, self.with_encodings)


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
