"""Shapes that a graph computes as it runs are known at every opset, and channels are followed through them."""

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build, opened
from workbench.graph.channels.rules import channels_of
from workbench.graph.model import cost
from workbench.graph.onnx import shapes

OPSETS = (9, 11, 12, 13, 14, 18)


def unsqueezed(b: Build, x: str, output: str) -> str:
    if b.opset < 13:
        return b.node("Unsqueeze", [x], output, axes=[0])
    return b.node("Unsqueeze", [x, b.constant(f"{output}.axes", [0], np.int64)], output)


def size(b: Build, x: str, axis: int) -> str:
    """One size of a tensor as a vector, as torch's exporter writes x.shape[axis]."""
    shape = b.node("Shape", [x], f"{x}.shape{axis}")
    index = b.constant(f"{x}.index{axis}", axis, np.int64)
    return unsqueezed(b, b.node("Gather", [shape, index], f"{x}.size{axis}", axis=0), f"{x}.sizes{axis}")


def flattened(opset: int) -> onnx.ModelProto:
    """x.view(x.shape[0], 8, 64) behind a convolution."""
    b = Build(opset, ir_version=4)
    b.node("Conv", ["x", b.weight("conv.weight", 8, 3, 3, 3)], "h", pads=[1] * 4)
    sizes = [size(b, "h", 0), b.constant("eight", [8], np.int64), b.constant("rest", [64], np.int64)]
    b.node("Reshape", ["h", b.node("Concat", sizes, "sizes", axis=0)], "flat")
    b.node("Conv", ["flat", b.weight("next.weight", 4, 8, 1)], "y")
    return b.proto({"x": ["N", 3, 8, 8]}, {"y": None})


def resized(opset: int) -> onnx.ModelProto:
    """interpolate(conv(x), size=x.shape[2:]), added to a skip connection by Concat."""
    b = Build(opset)
    b.node("Conv", ["x", b.weight("down.weight", 8, 3, 2, 2)], "h", strides=[2, 2])
    sizes = [size(b, "h", 0), size(b, "h", 1), size(b, "x", 2), size(b, "x", 3)]
    b.initializers.append(onnx.helper.make_tensor("none", onnx.TensorProto.FLOAT, [0], []))
    b.node("Resize", ["h", "none", "none", b.node("Concat", sizes, "sizes", axis=0)], "up", mode="nearest")
    b.node("Conv", ["x", b.weight("skip.weight", 4, 3, 1, 1)], "s")
    b.node("Concat", ["up", "s"], "both", axis=1)
    b.node("Conv", ["both", b.weight("head.weight", 5, 12, 1, 1)], "y")
    return b.proto({"x": ["N", 3, 8, 8]}, {"y": None})


@pytest.mark.parametrize("opset", OPSETS)
def test_a_reshape_to_computed_sizes_has_a_known_shape(opset):
    model = opened(flattened(opset))
    assert cost.sample_shapes(model.ir)["flat"].shape == (1, 8, 64)
    assert channels_of(model).refusal("conv") is None


@pytest.mark.parametrize("opset", [opset for opset in OPSETS if opset > 9])
def test_a_resize_to_computed_sizes_has_a_known_shape(opset):
    model = opened(resized(opset))
    assert cost.sample_shapes(model.ir)["up"].shape == (1, 8, 8, 8)
    channels = channels_of(model)
    assert channels.refusal("down") is None and channels.refusal("skip") is None


def old_forms() -> onnx.ModelProto:
    """Attributes that are inputs in newer opsets, in front of a size that is computed of what they make."""
    b = Build(9, ir_version=4)
    b.node("Pad", ["x"], "padded", pads=[0, 0, 1, 0, 0, 0, 1, 0])
    b.node("Slice", ["padded"], "sliced", starts=[1], ends=[7], axes=[3])
    b.nodes.append(onnx.helper.make_node("Split", ["sliced"], ["a", "b"], "split", axis=1, split=[2, 1]))
    b.node("Clip", ["a"], "clipped", min=0.0, max=6.0)
    b.node("Upsample", ["clipped", b.constant("scales", [1, 1, 2, 1])], "up", mode="nearest")
    b.node("ReduceSum", ["up"], "sums", axes=[3], keepdims=0)
    b.node("Unsqueeze", ["sums"], "wide", axes=[1])
    b.node("Squeeze", ["wide"], "narrow", axes=[1])
    sizes = [size(b, "narrow", 0), size(b, "narrow", 2), b.constant("two", [2], np.int64)]
    b.node("Reshape", ["narrow", b.node("Concat", sizes, "sizes", axis=0)], "y")
    return b.proto({"x": ["N", 3, 8, 8]}, {"y": None})


def test_attributes_of_old_opsets_are_read():
    found = shapes.infer(opened(old_forms()).ir, batch=1)
    assert found["up"].shape == (1, 2, 20, 6) and found["narrow"].shape == (1, 2, 20)
    assert found["y"].shape == (1, 20, 2)


@pytest.mark.parametrize("opset", [11, 13, 18])
def test_a_slice_to_a_computed_length_leaves_the_other_sizes_known(opset):
    """table[position_ids[:, :length]], as exporters of BERT write it."""
    b = Build(opset)
    table = b.constant("positions", np.arange(16)[None], np.int64)
    ends = [b.constant(name, [value], np.int64) for name, value in (("start", 0), ("axis", 1))]
    b.node("Slice", [table, ends[0], size(b, "x", 1), ends[1]], "places")
    b.node("Gather", [b.weight("table.weight", 16, 8), "places"], "embedded")
    b.node("Add", ["x", "embedded"], "y")
    found = shapes.infer(opened(b.proto({"x": ["N", 12, 8]}, {"y": None})).ir, batch=1)
    assert found["embedded"].shape == (1, None, 8) and found["y"].shape == (1, 12, 8)
