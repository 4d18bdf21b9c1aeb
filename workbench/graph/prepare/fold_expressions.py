"""Folding of arithmetic that makes a constant of stored ones, so that methods find the weight itself.

Exporters leave it from weight normalisation and spectral norms (v·g/‖v‖, w/σ), masks of pruning (w·m), adapters of low
rank (w + b·a), equalised learning rates (w·c) and fake quantisation by rounding. The values are those that ONNX Runtime
computes when it loads the file. The file does not grow: what is stored has no other reader, and is as large.
"""

from math import prod

import numpy as np
import onnx_ir as ir

from workbench.graph.model import unused
from workbench.graph.model.hidden_weights import constant_values
from workbench.graph.model.settings import REDUCTIONS
from workbench.graph.onnx import names, runtime, shapes
from workbench.graph.prepare.fold_constants import MOVES, SMALL

ARITHMETIC = {
    *("Add", "Sub", "Mul", "Div", "Neg", "Pow", "Sqrt", "Reciprocal", "Abs", "Exp", "Log", "Sign", "Max", "Min"),
    *("Round", "Floor", "Ceil", "Clip", "Where", "Sigmoid", "Tanh", "Softplus", "Softmax", "Relu", "MatMul", "Gemm"),
    *("Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Not", "LpNormalization", *REDUCTIONS),
}
KNOWN = ARITHMETIC | {*MOVES, "Identity", "Concat", "Slice"}
LARGER = 4  # what a value in between may have of the elements that are stored: a product of two vectors has any number


def fold(model: ir.Model) -> int:
    """Fold in place; return the number of constants that were computed."""
    graph = model.graph
    found = _computed(graph)
    if not found:
        return 0
    known = shapes.infer(model)
    chosen = [value for value, inside in found.items() if _fits(value, inside, known)]
    if not chosen:
        return 0
    taken = names.value_names(graph)
    for value, array in zip(chosen, _values(model, [str(value.name) for value in chosen]), strict=True):
        _replace(graph, value, found[value], array, taken)
    return len(chosen)


def _computed(graph: ir.Graph) -> dict[ir.Value, dict[ir.Node, None]]:
    """Return the constants that other nodes read and arithmetic makes -> the nodes that make them, last ones first."""
    sources = constant_values(graph)
    found: dict[ir.Value, dict[ir.Node, None]] = {}
    for value, (stored, ops) in sources.items():
        if not set(ops) <= KNOWN or not ARITHMETIC & set(ops) or value.is_graph_output():
            continue
        if all(any(output in sources for output in use.node.outputs) for use in value.uses()):
            continue  # a part of a larger expression
        if stored and stored[0].const_value is not None and stored[0].const_value.dtype.is_floating_point():
            found[value] = _inside(value)
    return found


def _inside(value: ir.Value) -> dict[ir.Node, None]:
    queue, found = [value.producer()], dict[ir.Node, None]()
    while queue:
        if (node := queue.pop()) is not None and node not in found:
            found[node] = None
            queue += [read.producer() for read in node.inputs if read is not None]
    return found


def _fits(value: ir.Value, inside: dict[ir.Node, None], known: dict[str, shapes.Known]) -> bool:
    """Return whether the constant is float32, nothing else reads what is stored for it or made on the way, and neither
    it nor a value on the way is much larger than that."""
    facts = known.get(value.name or "")
    if facts is None or facts.dtype != ir.DataType.FLOAT:
        return False
    stored = {read for node in inside for read in node.inputs if read is not None and read.is_initializer()}
    large = [read for read in stored if read.const_value is not None and read.const_value.size > SMALL]
    made = [output for node in inside for output in node.outputs]
    if any(use.node not in inside for read in (*large, *made) if read is not value for use in read.uses()):
        return False
    if any(read.is_graph_output() for read in (*large, *made)):
        return False
    held = [read.const_value for read in stored if read.const_value is not None]
    sizes = [_size(known.get(output.name or "")) for output in made]
    most = LARGER * max(sum(tensor.size for tensor in held), SMALL)
    if any(size is None or size > most for size in sizes):
        return False
    return 4 * (_size(facts) or 0) <= max(sum(tensor.nbytes for tensor in held), 4 * SMALL)


def _size(facts: shapes.Known | None) -> int | None:
    if facts is None or facts.shape is None or None in facts.shape:
        return None
    return prod(size or 0 for size in facts.shape)


def _values(model: ir.Model, wanted: list[str]) -> list[np.ndarray]:
    """Return what ONNX Runtime computes for these values, without inputs."""
    copy = model.clone()
    made = {value.name: value for node in copy.graph for value in node.outputs}
    copy.graph.outputs.clear()
    copy.graph.outputs.extend(made[name] for name in wanted)
    for value in copy.graph.outputs:
        value.type = ir.TensorType(ir.DataType.FLOAT)
    unused.remove(copy)
    copy.graph.inputs.clear()
    return runtime.run(runtime.session(copy, threads=1), {})


def _replace(graph: ir.Graph, value: ir.Value, inside: dict[ir.Node, None], array: np.ndarray, taken: set[str]) -> None:
    """Store the constant under the name of the largest tensor that it was made of."""
    stored = [read for node in inside for read in node.inputs if read is not None and read.const_value is not None]
    largest = max(stored, key=lambda read: read.const_value.size if read.const_value is not None else 0)
    name = str(largest.name)
    if all(use.node in inside for use in largest.uses()):
        del graph.initializers[name]
        largest.name = names.unique(f"{name}__before", taken)
    else:
        name = names.unique(f"{value.name}_value", taken)
    new = ir.Value(name=name, const_value=ir.Tensor(array, name=name))
    graph.initializers.add(new)
    value.replace_all_uses_with(new)
    graph.remove(inside, safe=True)  # at once: they may read each other in any order
