"""One-layer graphs and every kind of encoding, for the tests of storage and rewriting."""

from collections.abc import Mapping
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import onnx_ir as ir

from workbench.core.recipe.storing import PLAIN
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model, Source
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit

OPS = ("Gemm", "MatMul", "Conv")
OPSETS = (9, 11, 13, 18, 21, 23)
SHAPES = {"Gemm": (24, 37), "MatMul": (37, 24), "Conv": (8, 5, 3, 3)}  # odd numbers of weights among them
OUT_AXIS = {"Gemm": 0, "MatMul": 1, "Conv": 0}


def weight(shape: tuple[int, ...], zeros: float = 0.0, seed: int = 0) -> np.ndarray:
    """Normal values, a fraction of them zero at random places."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(shape).astype(np.float32)
    values.ravel()[rng.permutation(values.size)[: round(zeros * values.size)]] = 0
    return values


def affine(
    shape: tuple[int, ...],
    bits: int,
    zeros: float = 0.0,
    symmetric: bool = True,
    out_axis: int = 0,
    group: int = 0,
    tensor: bool = False,
    seed: int = 0,
) -> Affine:
    """Random levels, none of them zero but for the fraction asked for; per channel unless `group` or `tensor`."""
    rng = np.random.default_rng(seed)
    axis = 1 if group and len(shape) == 2 and out_axis == 1 else 0
    grid, scale_shape = shape, tuple(size if index == out_axis else 1 for index, size in enumerate(shape))
    if tensor:
        scale_shape = ()
    if group and axis == 1:
        groups = -(-shape[0] // group)
        grid, scale_shape = (groups, group, shape[1]), (groups, 1, shape[1])
    elif group:
        groups = -(-int(np.prod(shape[1:])) // group)
        grid, scale_shape = (shape[0], groups, group), (shape[0], groups, 1)
    scale = (rng.random(scale_shape) + 0.5).astype(np.float32)
    low = -(2 ** (bits - 1)) if symmetric else 0
    middle = np.zeros(scale_shape, int) if symmetric else rng.integers(0, 2**bits, scale_shape)
    # Every level but the one that means zero.
    q = low + rng.integers(0, 2**bits - 1, grid)
    q = q + (q >= np.broadcast_to(middle, grid))
    q = np.where(_zero_places(grid, zeros, rng), middle, q)
    return Affine(
        q.astype(np.int8 if symmetric else np.uint8),
        bits,
        scale,
        None if symmetric else middle.astype(np.uint8),
        shape,
        axis,
    )


def codebook(shape: tuple[int, ...], bits: int, zeros: float = 0.0, seed: int = 0) -> Codebook:
    """Random indices; the last centroid is zero and used for the fraction asked for."""
    rng = np.random.default_rng(seed)
    centroids = rng.standard_normal(2**bits).astype(np.float32)
    centroids[-1] = 0
    indices = rng.integers(0, 2**bits - 1, shape)
    return Codebook(np.where(_zero_places(shape, zeros, rng), 2**bits - 1, indices).astype(np.uint8), centroids, bits)


def _zero_places(shape: tuple[int, ...], zeros: float, rng: np.random.Generator) -> np.ndarray:
    count = int(np.prod(shape))
    places = np.zeros(count, bool)
    places[rng.permutation(count)[: round(zeros * count)]] = True
    return places.reshape(shape)


def encodings(shape: tuple[int, ...], zeros: float = 0.0, out_axis: int = 0) -> dict[str, Encoding]:
    """One of every kind."""
    floats = weight(shape, zeros)
    return {
        "float32": Dense(floats),
        "float16": Dense(floats.astype(np.float16)),
        "bfloat16": Dense(floats.astype(ml_dtypes.bfloat16)),
        "float8e4m3": Dense(floats.astype(ml_dtypes.float8_e4m3fn)),
        "float8e5m2": Dense(floats.astype(ml_dtypes.float8_e5m2)),
        **{f"int{bits}": affine(shape, bits, zeros, True, out_axis) for bits in (2, 3, 4, 8)},
        **{f"uint{bits}": affine(shape, bits, zeros, False, out_axis) for bits in (2, 4, 8)},
        "int4 tensor": affine(shape, 4, zeros, True, out_axis, tensor=True),
        "uint4 tensor": affine(shape, 4, zeros, False, out_axis, tensor=True),
        "int4 group": affine(shape, 4, zeros, True, out_axis, group=8),
        "uint4 group": affine(shape, 4, zeros, False, out_axis, group=8),
        **{f"codebook{bits}": codebook(shape, bits, zeros) for bits in (1, 2, 4, 8)},
    }


def model(op: str, weights: dict[str, np.ndarray], opset: int = 18, bias: bool = True) -> Model:
    """Layers that all read the input `x` and each yield an output `NAME.y`; their weights are called NAME.weight."""
    shape = next(iter(weights.values())).shape
    inputs, outputs = shape[1 - OUT_AXIS[op]], shape[OUT_AXIS[op]]
    x = _tensor("x", ["N", inputs, *((6, 6) if op == "Conv" else ())])
    attributes = {
        "Gemm": [ir.AttrInt64("transB", 1)],
        "MatMul": [],
        "Conv": [ir.AttrInt64s("pads", [1, 1, 1, 1]), ir.AttrInt64s("strides", [2, 2])],
    }[op]
    nodes, initializers = [], []
    for name, values in weights.items():
        read = [_initializer(f"{name}.weight", values)]
        if bias and op != "MatMul":
            read.append(_initializer(f"{name}.bias", np.linspace(-1, 1, outputs, dtype=np.float32)))
        y = _tensor(f"{name}.y", ["N", outputs, *((3, 3) if op == "Conv" else ())])
        nodes.append(ir.Node("", op, [x, *read], attributes, outputs=[y], name=name))
        initializers += read
    graph = ir.Graph(
        [x],
        [node.outputs[0] for node in nodes],
        nodes=nodes,
        initializers=initializers,
        name="graph",
        opset_imports={"": opset},
    )
    return wrap(ir.Model(graph, ir_version=7))


def parsed(text: str, **weights: np.ndarray) -> Model:
    """A graph in ONNX's textual syntax, with these initialisers."""
    proto = onnx.parser.parse_model(text)
    proto.graph.initializer.extend(onnx.numpy_helper.from_array(values, name) for name, values in weights.items())
    return wrap(ir.from_proto(proto))


def wrap(graph: ir.Model) -> Model:
    """A graph with its layers found."""
    layers, sites = find_layers(graph)
    return Model(graph, layers, sites, Source("example.onnx", "onnx", 0))


def _tensor(name: str, shape: list[int | str]) -> ir.Value:
    return ir.Value(name=name, shape=ir.Shape(shape), type=ir.TensorType(ir.DataType.FLOAT))


def _initializer(name: str, values: np.ndarray) -> ir.Value:
    return ir.Value(name=name, const_value=ir.Tensor(values, name=name))


def run(content: bytes, feed: np.ndarray, optimized_to: Path | None = None) -> list[np.ndarray]:
    """All outputs in ONNX Runtime; `optimized_to` writes the graph as it is after constants were folded."""
    session = runtime.session(content, threads=1, optimized_to=optimized_to)
    return session.run(None, {session.get_inputs()[0].name: feed})


def optimized_ops(path: Path) -> list[str]:
    """Operators left in a graph that `run` wrote."""
    return [node.op_type for node in onnx.load(path).graph.node]


def feed(model: Model, samples: int = 3) -> np.ndarray:
    """Random input for `model`."""
    shape = [samples if size is None else size for size in model.inputs[0].shape]
    return np.random.default_rng(1).standard_normal(shape).astype(np.float32)


def with_weights(model: Model, weights: Mapping[str, np.ndarray], biases: Mapping[str, np.ndarray]) -> Model:
    """The same graph with other weights and biases, as plain floats."""
    every = {**{path: model.weight(path) for path in biases}, **weights}
    return with_edits(
        model,
        {path: Edit(Dense(np.ascontiguousarray(weight)), biases.get(path)) for path, weight in every.items()},
        PLAIN,
    )
