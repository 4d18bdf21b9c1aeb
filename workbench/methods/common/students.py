"""Smaller convolutions that can replace a convolution, each initialised as close to it as its form allows.

separable    Howard et al. 2017, MobileNets, arXiv:1704.04861; initialised with the best sum of depthwise separable
ones:
             Guo et al. 2018, Network decoupling: from regular to depthwise separable convolutions, BMVC
grouped      Krizhevsky et al. 2012; Xie et al. 2017, ResNeXt, CVPR; initialised with the weights within its groups
"""

from math import prod
from typing import Literal

import numpy as np

from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors, Piece

Kind = Literal["factors", "separable", "grouped"]


def refusal(layer: Layer, kind: Kind, groups: int) -> str | None:
    """Return why a layer cannot be replaced by a student of this kind, or None."""
    if kind == "factors" or layer.locked:
        return None
    if layer.op != "Conv":
        return Message("Only a convolution can be replaced by a depthwise separable or grouped convolution.")
    outputs, inputs = layer.shape[0], layer.shape[1] * layer.groups
    if kind == "separable" and prod(layer.shape[2:]) == 1:
        return Message("A 1 x 1 convolution cannot be made depthwise separable.")
    if kind == "grouped" and (inputs % groups or outputs % groups):
        return Message(
            "{inputs} inputs and {outputs} outputs cannot both be divided into {groups} groups.",
            inputs=inputs,
            outputs=outputs,
            groups=groups,
        )
    return None


def separable_shapes(layer: Layer, multiplier: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the shapes of the depthwise kernels and of the 1 x 1 convolution."""
    outputs, inputs, *kernel = layer.shape
    between = inputs * min(multiplier, prod(kernel), outputs)  # more directions than that there are not
    return (between, 1, *kernel), (outputs, between, *(1 for _ in kernel))


def separable(weight: np.ndarray, layer: Layer, multiplier: int) -> Factors:
    """Return the closest separable convolution in weights: the map from an input channel to all outputs [outputs,
    kernel], truncated to a rank."""
    first, second = separable_shapes(layer, multiplier)
    outputs, inputs = layer.shape[:2]
    number = first[0] // inputs
    matrices = weight.reshape(outputs, inputs, -1).transpose(1, 0, 2).astype(np.float64)
    u, s, v = np.linalg.svd(matrices, full_matrices=False)
    root = np.sqrt(s[:, :number])
    depthwise = root[:, :, None] * v[:, :number]  # [inputs, number, kernel]
    pointwise = (u[:, :, :number] * root[:, None]).transpose(1, 0, 2)  # [outputs, inputs, number]
    pieces = (
        Piece(_dense(depthwise.reshape(first)), inherit=True, attributes={"group": inputs}),
        Piece(_dense(pointwise.reshape(second))),
    )
    return Factors(pieces, True, layer.shape, 0)


def grouped_shapes(layer: Layer, groups: int) -> tuple[tuple[int, ...]]:
    outputs, inputs, *kernel = layer.shape
    return ((outputs, inputs // groups, *kernel),)


def grouped(weight: np.ndarray, layer: Layer, groups: int) -> Factors:
    """Return the weights between inputs and outputs of the same group."""
    outputs, inputs = layer.shape[:2]
    blocks = weight.reshape(groups, outputs // groups, groups, inputs // groups, *layer.shape[2:])
    every = np.arange(groups)
    own = blocks[every, :, every].reshape(grouped_shapes(layer, groups)[0])
    return Factors((Piece(_dense(own), inherit=True, attributes={"group": groups}),), True, layer.shape, 0)


def _dense(values: np.ndarray) -> Dense:
    return Dense(np.ascontiguousarray(values, dtype=np.float32))
