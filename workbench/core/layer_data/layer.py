"""Layers and summary of a model, in plain values."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

from workbench.core.base.plain import make_plain


@dataclass(frozen=True)
class Layer:
    """One weight of one operator.

    path         dotted module path, unique in the model; the tree of the window is made of its parts
    op           Conv, ConvTranspose, Gemm, MatMul, Embedding, LSTM, GRU, RNN, or the operator's own name when locked
    shape        of the weight as stored in the file
    out_axis     the axis of `shape` that counts output channels (rows of the unfolded matrix)
    groups       of a convolution
    attributes   of the operator that shape the result: strides, pads, dilations, auto_pad
    input_axis   of a product with a matrix: the axis of what it receives along which its inputs lie. -1; -2 where the
                 weight multiplies from the left; 0 where a Gemm transposes what it receives
    parameters   weights and biases
    macs         multiply-accumulates for one sample; None where the shapes are not known before running
    bytes        the weight and bias take this many bytes in the opened file
    fingerprint  of the weight's values: equal fingerprints, equal weights. Of a large weight in a file beside the model
                 it is of where and when that was written, so that opening does not read it
    uses         how many nodes read this weight
    sizes        of a convolution's data along each axis of the kernel, before and behind it, for each of these nodes;
                 empty where one is not known
    also         one of them that reads it in another form, such as the Transpose of a tied embedding; empty when none
    uneven       whether they are convolutions with other strides, pads or dilations; `attributes` is the first one's
    locked       why it cannot be edited; empty when it can
    shares       path of the layer that has this one's weight, as the embedding has a tied head's; empty when it is here
    """

    path: str
    op: str
    shape: tuple[int, ...]
    dtype: str
    out_axis: int
    parameters: int
    macs: int | None
    bytes: int
    fingerprint: str
    groups: int = 1
    uses: int = 1
    sizes: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()
    also: str = ""
    locked: str = ""
    attributes: Mapping[str, tuple[int, ...] | str] = field(default_factory=dict)
    input_axis: int = -1
    shares: str = ""
    uneven: bool = False

    def __post_init__(self) -> None:
        make_plain(self, "op", "also", "locked")

    @property
    def count(self) -> int:
        """Number of weights, without the bias."""
        total = 1
        for size in self.shape:
            total *= size
        return total

    @property
    def matrix(self) -> tuple[int, int]:
        """Rows (output channels) and columns of the weight unfolded to a matrix, groups side by side."""
        rows = self.shape[self.out_axis] if self.shape else 1
        return rows, self.count // max(rows, 1)

    @property
    def facts(self) -> dict[str, int]:
        """Figures that a method's sentences may use (core.recipe.effect).

        outputs, columns   of the weight as a matrix: columns are inputs times kernel
        inputs, kernel     second axis of the weight, product of those behind it
        weights, biases    how many
        axes               sum of the sizes of the weight's axes
        """
        outputs, columns = self.matrix
        return {
            "outputs": outputs,
            "columns": columns,
            "inputs": self.shape[1] if len(self.shape) > 1 else 1,
            "kernel": prod(self.shape[2:]),
            "weights": self.count,
            "biases": self.parameters - self.count,
            "axes": sum(self.shape),
        }


@dataclass(frozen=True)
class Preparation:
    """One thing done to the graph at opening: listed in the window, and reversible by opening without it.

    optional   it is done only where it was chosen
    """

    id: str
    title: str
    detail: str
    applied: bool
    optional: bool = False

    def __post_init__(self) -> None:
        make_plain(self, "detail")


@dataclass(frozen=True)
class InputSpec:
    """A model input; None marks a dimension that is free. `axes` are the names of the dimensions, "" where they have
    none; they are left out where nobody needs them. `ranked`: whether the model says how many dimensions there are."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]
    axes: tuple[str, ...] = field(default=(), compare=False)
    ranked: bool = True


def fixed_batch(specs: Iterable[InputSpec]) -> int | None:
    """How many samples go through a model together where its inputs fix that: the first size of the first that does."""
    return next((spec.shape[0] for spec in specs if spec.shape and spec.shape[0] is not None), None)


@dataclass(frozen=True)
class ModelSummary:
    """A model as the window and `inspect` see it; all sizes in bytes."""

    path: str
    format: str
    parameters: int
    bytes: int  # of the file as opened; of the graph written as ONNX where it came from torch
    macs: int | None
    opset: int
    layers: tuple[Layer, ...]
    inputs: tuple[InputSpec, ...]
    outputs: tuple[InputSpec, ...]
    preparations: tuple[Preparation, ...] = ()
    notes: tuple[str, ...] = ()  # what the user should know: what cannot be edited, what was not checked

    def __post_init__(self) -> None:
        make_plain(self, "notes")

    @property
    def fingerprint(self) -> str:
        """Hash of the layers and their weights: files with equal fingerprints take the same recipes and give the same
        figures."""
        digest = hashlib.sha256()
        for layer in self.layers:
            digest.update(repr((layer.path, layer.op, layer.shape, layer.dtype, layer.fingerprint)).encode())
        return digest.hexdigest()[:16]

    def layer(self, path: str) -> Layer:
        """Raises KeyError when there is no such layer."""
        for layer in self.layers:
            if layer.path == path:
                return layer
        raise KeyError(path)
