"""A file's small things made smaller: scales, biases, parameters of norms in 16 or 8 bits, names of a letter or two.

Values never change in the writer. They are put on 16 or 8 bits before (`short_edit`, `short_model`), so that the
preview computes with the same; what then is exact in them is stored so, with nodes that the runtime folds when it loads
the file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from string import ascii_letters
from weakref import WeakKeyDictionary

import numpy as np
import onnx
import onnx_ir as ir

from workbench.core.recipe.storing import Sides, Storing
from workbench.graph.model.model import Model
from workbench.graph.onnx.names import subgraphs
from workbench.graph.storage import decoders
from workbench.graph.storage.edit import Edit

SHORT = "w"  # domain of our decoders where names are short
LEAST = 32  # values; for fewer, the Cast takes more than is saved
LEAST_INTEGERS = 64  # the same for Cast and Mul
CLOSE = 2.0**-10  # the largest relative error that is put on 16 bits: half floats have 11 digits
CLOSE_TOGETHER = 0.01  # the largest error of all values of a tensor together that is put on 8 bits: 40 dB
MOST_LEVEL = 127

_edits: WeakKeyDictionary[Edit, dict[Sides, Edit]] = WeakKeyDictionary()
_models: WeakKeyDictionary[ir.Model, dict[Sides, ir.Model]] = WeakKeyDictionary()


def halves(values: np.ndarray) -> np.ndarray:
    """Float32 values rounded to half floats, in float32; as they are where one is too large or too small for that."""
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float16).astype(np.float32)
    far = np.abs(rounded - values) > CLOSE * np.abs(values)
    return values if far.any() or not np.isfinite(rounded).all() else rounded


def integers(values: np.ndarray) -> np.ndarray:
    """Float32 values rounded to whole numbers of at most 127 times a scale, in float32; half floats where that is not
    close. The scale has few digits, so that products are exact and `_levels` finds it again."""
    largest = np.abs(values).max(initial=0)
    if values.size < LEAST_INTEGERS or not np.isfinite(largest) or not largest:
        return halves(values)
    mantissa, exponent = np.frexp(largest / MOST_LEVEL)
    scale = np.float32(np.ldexp(np.ceil(mantissa * 256) / 256, exponent))
    rounded = (np.rint(values / scale) * scale).astype(np.float32)
    far = np.square(rounded - values).sum() > CLOSE_TOGETHER**2 * np.square(values).sum()
    return halves(values) if far else rounded


ROUNDED: Mapping[Sides, Callable[[np.ndarray], np.ndarray]] = {"float16": halves, "int8": integers}


def _levels(values: np.ndarray) -> tuple[np.ndarray, np.float32] | None:
    """Int8 and the scale of values that `integers` made; None for others."""
    largest = np.abs(values).max(initial=0)
    for most in (MOST_LEVEL, MOST_LEVEL - 1):
        scale = np.float32(largest / most)
        if not scale or not np.isfinite(scale):
            return None
        levels = np.rint(values / scale).astype(np.int8)
        if np.array_equal(levels.astype(np.float32) * scale, values):
            return levels, scale
    return None


def short_edit(edit: Edit, sides: Sides) -> Edit:
    """An edit whose scales, tables and bias are short: the same object for the same edit.

    Layers that the runtime computes in integers stay: their kernels read the scales.
    """
    if edit.compute is not None:
        return edit
    known = _edits.setdefault(edit, {})
    if sides not in known:
        bias = None if edit.bias is None else ROUNDED[sides](edit.bias.astype(np.float32))
        known[sides] = replace(edit, encoding=edit.encoding.with_sides(halves), bias=bias)
    return known[sides]


def short_model(model: Model, sides: Sides) -> Model:
    """A model whose biases, parameters of norms and other float tensors beside the weights of layers are short: the
    same graph for the same model."""
    known = _models.setdefault(model.ir, {})
    if sides not in known:
        copy = model.ir.clone()
        weights = {site.initializer for site in model.sites.values()}
        for name, value in copy.graph.initializers.items():
            if name not in weights and (values := _floats(value)) is not None:
                value.const_value = ir.Tensor(ROUNDED[sides](values), name=name)
        known[sides] = copy
    return replace(model, ir=known[sides])


def _floats(value: ir.Value) -> np.ndarray | None:
    """Values of a float32 tensor that is worth a Cast, else None."""
    tensor = value.const_value
    if tensor is None or tensor.dtype != ir.DataType.FLOAT or tensor.size < LEAST:
        return None
    return tensor.numpy()


def slim(model: ir.Model, storing: Storing) -> None:
    """Store in 16 or 8 bits what is exact in them, and shorten names, as the recipe says; in place."""
    if storing.sides != "float32":
        _store_short(model.graph, storing.sides)
    if storing.names == "short":
        _shorten(model)


def _store_short(graph: ir.Graph, sides: Sides) -> None:
    inputs = set(graph.inputs)
    for name, value in list(graph.initializers.items()):
        values = None if value in inputs or value.is_graph_output() else _floats(value)
        if values is None:
            continue
        found = _levels(values) if sides == "int8" and values.size >= LEAST_INTEGERS else None
        with np.errstate(over="ignore"):
            short = values.astype(np.float16) if found is None else found[0]
        if found is None and not np.array_equal(short.astype(np.float32), values):
            continue
        reads = [_constant(f"{name}.short", short)]
        to = ir.AttrInt64("to", ir.DataType.FLOAT.value)
        nodes = [ir.Node("", "Cast", reads, [to], outputs=[ir.Value()], name="")]
        if found is not None:
            reads.append(_constant(f"{name}.scale", np.array(found[1])))
            nodes[0].outputs[0].name = f"{name}.levels"
            nodes.append(ir.Node("", "Mul", [nodes[0].outputs[0], reads[1]], outputs=[ir.Value()], name=""))
        value.replace_all_uses_with(nodes[-1].outputs[0])
        del graph.initializers[name]
        nodes[-1].outputs[0].name = name
        for read in reads:
            graph.initializers.add(read)
        graph.insert_before(graph[0], nodes)


def _constant(name: str, array: np.ndarray) -> ir.Value:
    return ir.Value(name=name, const_value=ir.Tensor(array, name=name))


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
        _drop_defaults(node, model.opset_imports.get(node.domain, 0))
    for value in _values(graph):
        if value.name and value.name not in kept:
            value.name = next(name for name in free if name not in kept)
        value.metadata_props.clear()
    for initializer in list(graph.initializers.values()):
        if initializer.const_value is not None and initializer.name not in kept:
            initializer.const_value.name = initializer.name
    _shorten_functions(model)


def _drop_defaults(node: ir.Node, opset: int) -> None:
    """Remove attributes that say what the operator does without them."""
    if node.domain or not onnx.defs.has(node.op_type, opset):
        return
    known = onnx.defs.get_schema(node.op_type, opset).attributes
    for name, attribute in list(node.attributes.items()):
        default = known[name].default_value if name in known and not attribute.is_ref() else None
        if default is not None and default.name and default == ir.serde.serialize_attribute(attribute):
            del node.attributes[name]


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
