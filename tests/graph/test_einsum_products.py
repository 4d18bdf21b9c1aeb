"""Einsum with a weight, as Keras and Flax write dense layers and attention, is a layer like any other."""

import numpy as np
import onnx_ir as ir
import pytest

import workbench as wb
from tests.graph.graphs import Build
from tests.graph.test_prepare import assert_equal
from workbench.graph.prepare.passes import prepare

WRITTEN = [
    ("abc,cde->abde", (3, 4), (4, 5, 6), ["MatMul", "Reshape"]),  # projections of Keras' attention
    ("abcd,cde->abe", (3, 4, 5), (4, 5, 6), ["Reshape", "MatMul"]),  # its output
    ("abc,cd->abd", (3, 4), (4, 5), ["MatMul"]),
    ("...c,cd->...d", (3, 4), (4, 5), ["MatMul"]),
    ("abc,dc->abd", (3, 4), (6, 4), ["MatMul"]),
    ("bchw,cd->bdhw", (3, 4, 5), (3, 6), ["Transpose", "MatMul", "Transpose"]),  # a convolution of one pixel
    ("bqd,dhc->bhqc", (3, 4), (4, 5, 6), ["MatMul", "Reshape", "Transpose"]),
    ("abcd,dce->abe", (3, 4, 5), (5, 4, 6), ["Transpose", "Reshape", "MatMul"]),
]
LEFT = [
    ("abc,cd->ad", (3, 4), (4, 5)),  # a sum over the activations
    ("abc,cde->abd", (3, 4), (4, 5, 6)),  # a sum over the weight
    ("ab,cd->abcd", (3,), (4, 5)),  # an outer product
    ("abc,bcd->abd", (3, 4), (3, 4, 5)),  # a matrix for each place
    ("...bc,cd->...db", (3, 4), (4, 5)),  # moves axes whose number is not known
]


def einsum(equation, sizes, shape):
    b = Build(13)
    b.node("Einsum", ["x", b.weight("fc.kernel", *shape)], "y", equation=equation)
    return b.proto({"x": ["N", *sizes]}, {"y": None})


@pytest.mark.parametrize(("equation", "sizes", "shape", "ops"), WRITTEN)
def test_a_product_with_a_weight_is_a_layer(equation, sizes, shape, ops):
    proto = einsum(equation, sizes, shape)
    result, steps = prepare(ir.serde.deserialize_model(proto))
    assert [node.op_type for node in result.graph] == ops
    assert {step.id: step.applied for step in steps}["einsum"]
    assert_equal(proto, result)
    (layer,) = wb.open(proto).summary.layers
    assert (layer.path, layer.op, layer.locked, layer.count) == ("fc", "MatMul", "", np.prod(shape))


@pytest.mark.parametrize(("equation", "sizes", "shape"), LEFT)
def test_other_sums_stay(equation, sizes, shape):
    result, steps = prepare(ir.serde.deserialize_model(einsum(equation, sizes, shape)))
    assert [node.op_type for node in result.graph] == ["Einsum"] and all(step.id != "einsum" for step in steps)


def test_a_weight_that_is_read_twice_stays():
    b = Build(13)
    weight = b.weight("fc.kernel", 4, 4, 1)
    first = b.node("Einsum", ["x", weight], "first", equation="abc,cde->abd")
    b.node("Einsum", [first, weight], "y", equation="abc,cde->abde")
    result, _ = prepare(ir.serde.deserialize_model(b.proto({"x": ["N", 3, 4]}, {"y": None})))
    assert [node.op_type for node in result.graph] == ["Einsum", "Einsum"]
