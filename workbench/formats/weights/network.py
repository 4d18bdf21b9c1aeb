"""A graph for weights without a network: one operator for each weight, none connected to another.

So the tree, histograms, spectra, sizes and every step that needs neither data nor neighbours work as for a network. The
operator is inferred from the number of axes and the name, since a file of weights does not state it.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import onnx_ir as ir

from workbench.core.base.message import Message
from workbench.formats.format import Loaded
from workbench.formats.weights.stored import Checkpoint, Reader, Stored
from workbench.graph.model.model import WEIGHTS_ONLY, Source
from workbench.graph.onnx import names

OPSET = 21
IR_VERSION = 10
TABLES = re.compile(r"(embed|wte|wpe|token_type|vocab)", re.IGNORECASE)
DTYPES = "dtypes"  # in the meta of the graph: the types of floats that are seen as float32, by name


def graph_of(found: Checkpoint, path: str, format: str) -> Loaded:
    """Build a graph of all tensors of a checkpoint. Raises Unreadable."""
    reader = Reader()
    graph = ir.Graph([], [], nodes=[], opset_imports={"": OPSET}, name=Path(path).stem)
    parts = _Parts(graph)
    biases = {name for stored in found.tensors.values() if (name := _bias_of(stored, found)) is not None}
    for name, stored in found.tensors.items():
        if name in biases:
            continue
        bias = _bias_of(stored, found)
        value = parts.weight(name, reader.tensor(stored))
        vector = None if bias is None else parts.weight(bias, reader.tensor(found.tensors[bias]))
        parts.node(name, stored, value, vector)
    model = ir.Model(graph, ir_version=IR_VERSION)
    graph.meta[WEIGHTS_ONLY] = True
    graph.meta[DTYPES] = {
        name: stored.dtype
        for name, stored in found.tensors.items()
        if stored.dtype.is_floating_point() and stored.dtype != ir.DataType.FLOAT
    }
    notes = (
        *found.notes,
        Message(
            "Weights without a network: operators are guessed from shapes and names, and nothing is run. "
            "Steps that need neither data nor neighbouring layers work. "
            "To measure it, open it with its architecture."
        ),
        *_pickled(found),
    )
    return Loaded(model, Source(path, format, found.bytes), notes)


def _pickled(found: Checkpoint) -> Iterable[str]:
    if found.module:
        yield Message(
            "The file is a pickled {kind}. Only its weights were read; no code of it ran.", kind=found.module[:120]
        )


def _bias_of(stored: Stored, found: Checkpoint) -> str | None:
    """Return the name of a weight's bias: the vector beside it with as many numbers as it has rows."""
    if not stored.name.endswith("weight") or len(stored.shape) < 2 or _is_table(stored):
        return None
    name = f"{stored.name.removesuffix('weight')}bias"
    bias = found.tensors.get(name)
    return name if bias is not None and bias.shape == stored.shape[:1] and bias.dtype == stored.dtype else None


def _is_table(stored: Stored) -> bool:
    return len(stored.shape) == 2 and TABLES.search(stored.name) is not None


class _Parts:
    """Builder of initialisers and nodes; inputs of one kind and size are shared."""

    def __init__(self, graph: ir.Graph) -> None:
        self._graph = graph
        self._inputs: dict[str, ir.Value] = {}
        self._taken: set[str] = set()

    def weight(self, name: str, tensor: ir.TensorProtocol) -> ir.Value:
        value = ir.Value(name=name, const_value=tensor)
        self._taken.add(name)
        self._graph.initializers[name] = value
        return value

    def node(self, name: str, stored: Stored, weight: ir.Value, bias: ir.Value | None) -> None:
        """Add the operator that a tensor of this shape most likely belongs to."""
        axes = len(stored.shape)
        floats = stored.dtype.is_floating_point() and 0 not in stored.shape
        vectors = [] if bias is None else [bias]
        attributes: dict[str, int] = {}
        if floats and _is_table(stored):
            op, inputs = "Gather", [weight, self._input("ids", ir.DataType.INT64, [None])]
        elif floats and axes == 2:
            rows = self._input(f"rows_{stored.shape[1]}", ir.DataType.FLOAT, [None, stored.shape[1]])
            op, inputs, attributes = "Gemm", [rows, weight, *vectors], {"transB": 1}
        elif floats and 3 <= axes <= 5:
            sizes = [None, stored.shape[1], *stored.shape[2:]]
            image = self._input(f"maps_{'x'.join(map(str, stored.shape[1:]))}", ir.DataType.FLOAT, sizes)
            op, inputs = "Conv", [image, weight, *vectors]
        else:
            op, inputs = "Identity", [weight]
        made = ir.node(op, inputs, attributes, name=name)
        output = made.outputs[0]
        output.name = names.unique(f"{name}.output", self._taken)
        output.dtype = ir.DataType.FLOAT if floats else stored.dtype
        self._graph.append(made)
        self._graph.outputs.append(output)

    def _input(self, name: str, dtype: ir.DataType, sizes: list[int | None]) -> ir.Value:
        if name not in self._inputs:
            shape = ir.Shape([f"{name}_{index}" if size is None else size for index, size in enumerate(sizes)])
            value = ir.Value(name=names.unique(name, self._taken), type=ir.TensorType(dtype), shape=shape)
            self._inputs[name] = value
            self._graph.inputs.append(value)
        return self._inputs[name]
