"""A file's small things made smaller: scales, biases and parameters of norms in 16 bits, names of one or two letters.

Values never change in the writer. They are put on 16 bits before (`edit_with_halves`, `model_with_halves`), so that the
preview computes with the same; what then is exact in 16 bits is stored so, with a Cast that the runtime folds when it
loads the file.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from string import ascii_letters
from weakref import WeakKeyDictionary

import numpy as np
import onnx_ir as ir

from workbench.core.recipe.storing import Storing
from workbench.graph.model.model import Model
from workbench.graph.onnx.names import subgraphs
from workbench.graph.storage import decoders
from workbench.graph.storage.edit import Edit

SHORT = "w"  # domain of our decoders where names are short
LEAST = 32  # values; for fewer, the Cast takes more than is saved
CLOSE = 2.0**-10  # the largest relative error that is put on 16 bits: half floats have 11 digits

_edits: WeakKeyDictionary[Edit, Edit] = WeakKeyDictionary()
_models: WeakKeyDictionary[ir.Model, ir.Model] = WeakKeyDictionary()


def halves(values: np.ndarray) -> np.ndarray:
    """Float32 values rounded to half floats, in float32; as they are where one is too large or too small for that."""
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float16).astype(np.float32)
    far = np.abs(rounded - values) > CLOSE * np.abs(values)
    return values if far.any() or not np.isfinite(rounded).all() else rounded


def edit_with_halves(edit: Edit) -> Edit:
    """An edit whose scales, tables and bias are half floats: the same object for the same edit.

    Layers that the runtime computes in integers stay: their kernels read the scales.
    """
    if edit.compute is not None:
        return edit
    if edit not in _edits:
        bias = None if edit.bias is None else halves(edit.bias.astype(np.float32))
        _edits[edit] = replace(edit, encoding=edit.encoding.with_sides(halves), bias=bias)
    return _edits[edit]


def model_with_halves(model: Model) -> Model:
    """A model whose biases, parameters of norms and other float tensors beside the weights of layers are half floats:
    the same graph for the same model."""
    if model.ir not in _models:
        copy = model.ir.clone()
        weights = {site.initializer for site in model.sites.values()}
        for name, value in copy.graph.initializers.items():
            if name not in weights and (values := _floats(value)) is not None:
                value.const_value = ir.Tensor(halves(values), name=name)
        _models[model.ir] = copy
    return replace(model, ir=_models[model.ir])


def _floats(value: ir.Value) -> np.ndarray | None:
    """Values of a float32 tensor that is worth a Cast, else None."""
    tensor = value.const_value
    if tensor is None or tensor.dtype != ir.DataType.FLOAT or tensor.size < LEAST:
        return None
    return tensor.numpy()


def slim(model: ir.Model, storing: Storing) -> None:
    """Store in 16 bits what is exact in them, and shorten names, as the recipe says; in place."""
    if storing.sides == "float16":
        _store_halves(model.graph)
    if storing.names == "short":
        _shorten(model)


def _store_halves(graph: ir.Graph) -> None:
    inputs = set(graph.inputs)
    for name, value in list(graph.initializers.items()):
        values = None if value in inputs or value.is_graph_output() else _floats(value)
        if values is None:
            continue
        with np.errstate(over="ignore"):
            short = values.astype(np.float16)
        if not np.array_equal(short.astype(np.float32), values):
            continue
        half = ir.Value(name=f"{name}.half", const_value=ir.Tensor(short, name=f"{name}.half"))
        to = ir.AttrInt64("to", ir.DataType.FLOAT.value)
        cast = ir.Node("", "Cast", [half], [to], outputs=[ir.Value()], name="")
        value.replace_all_uses_with(cast.outputs[0])
        del graph.initializers[name]
        cast.outputs[0].name = name
        graph.initializers.add(half)
        graph.insert_before(graph[0], cast)


def _shorten(model: ir.Model) -> None:
    """Inputs and outputs keep their names; nodes have none, nor metadata."""
    graph, free = model.graph, _names()
    kept = {value.name for value in (*graph.inputs, *graph.outputs)}
    model.metadata_props.clear()
    model.doc_string = graph.doc_string = None
    for inner in model.graphs():
        inner.metadata_props.clear()
    for node in ir.traversal.RecursiveGraphIterator(graph):
        node.name = node.doc_string = None
        node.metadata_props.clear()
    for value in _values(graph):
        if value.name and value.name not in kept:
            value.name = next(name for name in free if name not in kept)
        value.metadata_props.clear()
    for initializer in list(graph.initializers.values()):
        if initializer.const_value is not None and initializer.name not in kept:
            initializer.const_value.name = initializer.name
    _shorten_functions(model)


def _values(graph: ir.Graph) -> Iterator[ir.Value]:
    """Initialisers and outputs of nodes, of the graph and its subgraphs, those that are used most first."""
    found = list(graph.initializers.values())
    for node in ir.traversal.RecursiveGraphIterator(graph):
        found += node.outputs
        for attribute in node.attributes.values():
            for inner in subgraphs(attribute):
                found += [*inner.inputs, *inner.initializers.values()]
    yield from sorted(found, key=lambda value: -len(value.uses()))


def _shorten_functions(model: ir.Model) -> None:
    """Our decoders get a domain and names of a letter or two."""
    ours = [function for function in model.functions.values() if function.domain == decoders.DOMAIN]
    if len(ours) != len(model.functions):
        return  # the model has functions: whose names may be these
    short = dict(zip((function.name for function in ours), _names(), strict=False))
    places: list[ir.Node] = list(ir.traversal.RecursiveGraphIterator(model.graph))
    for function in ours:
        places += function
    for node in places:
        if node.domain == decoders.DOMAIN:
            node.domain, node.op_type = SHORT, short[node.op_type]
    model.functions.clear()
    for function in ours:
        function.name, function.domain = short[function.name], SHORT
        version = function.opset_imports.pop(decoders.DOMAIN, None)
        if version is not None and any(node.domain == SHORT for node in function):
            function.opset_imports[SHORT] = version
        model.functions[function.identifier()] = function
    if ours:
        model.opset_imports[SHORT] = model.opset_imports.pop(decoders.DOMAIN)


def _names() -> Iterator[str]:
    """a, b, ..., aa, ab, ..."""
    for length in count(1):
        yield from _of_length(length)


def _of_length(length: int) -> Iterator[str]:
    if length == 0:
        yield ""
        return
    for start in _of_length(length - 1):
        for letter in ascii_letters:
            yield start + letter
