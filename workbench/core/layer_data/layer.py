"""Layers and summary of a model, as plain values."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from workbench.core.base.plain import make_plain

if TYPE_CHECKING:  # the first paint need not wait for numpy
    import numpy as np


@dataclass(frozen=True)
class Layer:
    """One weight of one operator.

    path         dotted module path, unique in the model; its parts form the tree in the window
    op           Conv, ConvTranspose, Gemm, MatMul, Embedding, LSTM, GRU, RNN, or the operator's own name when locked
    shape        shape of the weight as stored in the file
    out_axis     the axis of `shape` that counts output channels (rows of the unfolded matrix)
    groups       number of groups of a convolution
    attributes   attributes of the operator that affect the result: strides, pads, dilations, auto_pad
    input_axis   of a matrix product: axis of its input that is contracted. -1; -2 where the weight is the left factor;
                 0 where a Gemm transposes its input
    parameters   number of weights and biases
    macs         multiply-accumulates for one sample; None where the shapes are not known before running
    bytes        size of weight and bias in the opened file
    fingerprint  hash of the weight's values: equal fingerprints mean equal weights. For a large weight in external
                 data, hash of its location and the file's time of writing, so that opening does not read it
    uses         how many nodes read this weight
    sizes        of a convolution: input and output size along each axis of the kernel, for each of these nodes; empty
                 if one is unknown
    also         a node that reads the weight in another form, such as the Transpose of a tied embedding; empty if none
    uneven       whether these nodes are convolutions with different strides, pads or dilations; `attributes` belongs to
                 the first
    locked       why the layer cannot be edited; empty if it can
    shares       path of the layer that owns the shared weight, such as the embedding of a tied head; empty if this one
                 does
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
        """The figures that a method's sentences may use (core.recipe.effect).

        outputs, columns   size of the weight as a matrix: columns are inputs times kernel
        inputs, kernel     size of the second axis of the weight, product of the later ones
        weights, biases    number of each
        groups             of a convolution
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
            "groups": self.groups,
            "axes": sum(self.shape),
        }


@dataclass(frozen=True)
class Preparation:
    """One change of the graph at opening: listed in the window, and undone by opening without it.

    optional   done only on request
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
    """A model input; None marks a dimension that is free. `axes` are the names of the dimensions, "" for unnamed ones;
    empty where not needed. `ranked`: whether the model declares the number of dimensions. `default`: its value where
    none is given; None if one has to be."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]
    axes: tuple[str, ...] = field(default=(), compare=False)
    ranked: bool = True
    default: "np.ndarray | None" = field(default=None, compare=False, repr=False)


def fixed_batch(specs: Iterable[InputSpec]) -> int | None:
    """Return the batch size that the model's inputs fix, by the first input that has a fixed first dimension; else
    None."""
    given = (spec for spec in specs if spec.default is None)
    return next((spec.shape[0] for spec in given if spec.shape and spec.shape[0] is not None), None)


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
        """Return the layer of this path. Raises KeyError if there is none."""
        for layer in self.layers:
            if layer.path == path:
                return layer
        raise KeyError(path)
