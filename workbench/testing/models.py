"""Small models of one layer each, with data for them, on which the suite for methods runs."""

from functools import cache

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.data.dataset import Dataset
from workbench.formats.onnx_file import from_proto
from workbench.graph.model.model import Model

EVERY = ("Conv", "Depthwise", "Gemm", "MatMul", "Embedding")
MATRIX = ("Conv", "Gemm", "MatMul")
Made = tuple[list[onnx.NodeProto], dict[str, np.ndarray], list[onnx.ValueInfoProto], np.ndarray]


@cache
def model_with(op: str) -> tuple[Model, str, Dataset]:
    """Return a model of one layer of this kind (see EVERY), the layer's path, and calibration data without labels."""
    rng = np.random.default_rng(7)
    make = {"Conv": _conv, "Depthwise": _depthwise, "Gemm": _gemm, "MatMul": _matmul, "Embedding": _embedding}[op]
    nodes, weights, inputs, x = make(rng)
    initializers = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    dims = ["n", *"abc"[: len(x.shape) - 1 + (op == "Embedding")]]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, dims)
    graph = helper.make_graph(nodes, "one", inputs, [output], initializers)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(proto)
    model = from_proto(proto, "one.onnx", Job())
    (spec,) = model.summary().inputs
    return model, "layer", Dataset("memory", {"x": x}, (InputSpec("x", spec.dtype, (None, *x.shape[1:])),), None)


def _weight(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return (rng.standard_normal(shape) * 0.1).astype(np.float32)


def _conv(rng: np.random.Generator) -> Made:
    nodes = [
        helper.make_node(
            "Conv", ["x", "layer.weight", "layer.bias"], ["y"], name="layer", pads=[1, 1, 1, 1], strides=[2, 2]
        )
    ]
    return (
        nodes,
        {"layer.weight": _weight(rng, 24, 16, 3, 3), "layer.bias": _weight(rng, 24)},
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 16, 9, 9])],
        rng.standard_normal((32, 16, 9, 9)).astype(np.float32),
    )


def _depthwise(rng: np.random.Generator) -> Made:
    nodes = [helper.make_node("Conv", ["x", "layer.weight"], ["y"], name="layer", pads=[1, 1, 1, 1], group=16)]
    return (
        nodes,
        {"layer.weight": _weight(rng, 16, 1, 3, 3)},
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 16, 9, 9])],
        rng.standard_normal((32, 16, 9, 9)).astype(np.float32),
    )


def _gemm(rng: np.random.Generator) -> Made:
    nodes = [helper.make_node("Gemm", ["x", "layer.weight", "layer.bias"], ["y"], name="layer", transB=1)]
    return (
        nodes,
        {"layer.weight": _weight(rng, 40, 300), "layer.bias": _weight(rng, 40)},
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 300])],
        rng.standard_normal((64, 300)).astype(np.float32),
    )


def _matmul(rng: np.random.Generator) -> Made:
    nodes = [
        helper.make_node("MatMul", ["x", "layer.weight"], ["h"], name="layer"),
        helper.make_node("Add", ["h", "layer.bias"], ["y"], name="layer_add"),
    ]
    return (
        nodes,
        {"layer.weight": _weight(rng, 100, 41), "layer.bias": _weight(rng, 41)},
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 5, 100])],
        rng.standard_normal((32, 5, 100)).astype(np.float32),
    )


def _embedding(rng: np.random.Generator) -> Made:
    nodes = [helper.make_node("Gather", ["layer.weight", "x"], ["y"], name="layer")]
    return (
        nodes,
        {"layer.weight": _weight(rng, 50, 24)},
        [helper.make_tensor_value_info("x", TensorProto.INT64, ["n", 6])],
        rng.integers(0, 50, (32, 6)),
    )
