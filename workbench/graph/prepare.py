"""What is done to every graph at opening, so that weights are where methods look for them. Each step is listed."""

from collections.abc import Callable

import numpy as np
import onnx_ir as ir
from onnx_ir.passes import common

from workbench.core.layer import Preparation
from workbench.graph import filesize, names
from workbench.graph.fold_batchnorm import fold

# Model-local functions, which decode stored weights, are part of the format from this version on.
FUNCTIONS_SINCE = 8


def prepare(model: ir.Model, without: frozenset[str]) -> tuple[ir.Model, tuple[Preparation, ...]]:
    """A prepared copy, and what was done. `without` names steps to leave out; those are listed as not applied."""
    copy = model.clone()
    copy.ir_version = max(copy.ir_version, FUNCTIONS_SINCE)
    names.name_nodes(copy.graph)
    done = []
    for identifier, title, step in STEPS:
        if identifier in without:
            done.append(Preparation(identifier, title, "left out at opening", False))
            continue
        detail = step(copy)
        if detail:
            done.append(Preparation(identifier, title, detail, True))
    common.RemoveUnusedNodesPass()(copy)
    _drop_unused_initializers(copy.graph)
    names.name_nodes(copy.graph)
    return copy, tuple(done)


def _constants(model: ir.Model) -> str:
    """Weights in Constant nodes become initialisers, in the main graph."""
    before = len(model.graph.initializers)
    common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    common.RemoveInitializersFromInputsPass()(model)
    lifted = len(model.graph.initializers) - before
    return f"{lifted} constants made initialisers" if lifted else ""


def _chains(model: ir.Model) -> str:
    """Identity, Transpose, Cast and reshapes of constants are computed once."""
    folded = 0
    for node in list(model.graph):
        value = _computed(node)
        if value is None:
            continue
        output = node.outputs[0]
        source = node.inputs[0]
        assert source is not None
        name = output.name or f"{source.name}_{node.op_type.lower()}"
        output.name = f"{name}__before"
        new = ir.Value(name=name, const_value=ir.Tensor(value, name=name))
        model.graph.initializers.add(new)
        output.replace_all_uses_with(new)
        model.graph.remove(node, safe=True)
        folded += 1
    if folded:
        _drop_unused_initializers(model.graph)
    return f"{folded} operators on constants computed once" if folded else ""


def _computed(node: ir.Node) -> np.ndarray | None:
    """The value of an operator that only moves or converts constants; None for every other."""
    if node.op_type not in MOVES or node.outputs[0].is_graph_output() or not node.inputs:
        return None
    tensors = [value.const_value if value is not None and value.is_initializer() else None for value in node.inputs]
    if any(tensor is None or not isinstance(tensor.dtype, ir.DataType) for tensor in tensors):
        return None
    arrays = [tensor.numpy() for tensor in tensors if tensor is not None]
    if node.op_type in ("Squeeze", "Unsqueeze") and len(arrays) < 2 and "axes" not in node.attributes:
        return None
    try:
        return np.ascontiguousarray(MOVES[node.op_type](node, arrays))
    except (ValueError, TypeError, KeyError):
        return None


def _cast(node: ir.Node, arrays: list[np.ndarray]) -> np.ndarray:
    to = ir.DataType(node.attributes["to"].as_int())
    # Widening keeps every value; anything else could change what the model computes.
    if (tuple(map(str, (arrays[0].dtype, to)))) not in (("float16", "FLOAT"), ("float32", "FLOAT")):
        raise TypeError
    return arrays[0].astype(np.float32)


def _axes(node: ir.Node, arrays: list[np.ndarray]) -> tuple[int, ...]:
    return tuple(int(axis) for axis in (arrays[1] if len(arrays) > 1 else node.attributes["axes"].as_ints()))


def _reshape(node: ir.Node, arrays: list[np.ndarray]) -> np.ndarray:
    shape = [int(size) for size in arrays[1]]
    return arrays[0].reshape([arrays[0].shape[index] if size == 0 else size for index, size in enumerate(shape)])


MOVES: dict[str, Callable[[ir.Node, list[np.ndarray]], np.ndarray]] = {
    "Identity": lambda node, arrays: arrays[0],
    "Transpose": lambda node, arrays: arrays[0].transpose(
        node.attributes["perm"].as_ints() if "perm" in node.attributes else None),
    "Cast": _cast,
    "Reshape": _reshape,
    "Squeeze": lambda node, arrays: arrays[0].squeeze(_axes(node, arrays)),
    "Unsqueeze": lambda node, arrays: np.expand_dims(arrays[0], _axes(node, arrays)),
}


def _batchnorm(model: ir.Model) -> str:
    count, left = fold(model.graph)
    if not count and not left:
        return ""
    _drop_unused_initializers(model.graph)
    detail = f"{count} folded into the layer before"
    return detail + (f"; kept: {'; '.join(left[:5])}{' …' if len(left) > 5 else ''}" if left else "")


def _metadata(model: ir.Model) -> str:
    """Stack traces and source paths that exporters leave; the module tree is kept."""
    before = filesize.file_bytes(model)
    model.doc_string = model.graph.doc_string = None
    model.metadata_props.clear()
    model.graph.metadata_props.clear()
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        node.doc_string = None
        for key in [key for key in node.metadata_props if key not in names.KEPT]:
            del node.metadata_props[key]
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()
    saved = before - filesize.file_bytes(model)
    return f"{saved:,} bytes of exporter notes dropped" if saved > 0 else ""


STEPS: tuple[tuple[str, str, Callable[[ir.Model], str]], ...] = (
    ("constants", "Constants to initialisers", _constants),
    ("chains", "Operators on weights computed once", _chains),
    ("batchnorm", "BatchNorm folded", _batchnorm),
    ("metadata", "Exporter notes dropped", _metadata),
)


def _drop_unused_initializers(graph: ir.Graph) -> None:
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]
