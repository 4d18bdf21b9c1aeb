"""Size of the file with edits applied, without writing it or packing a weight."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import onnx
import onnx_ir as ir

from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.graph.encodings.encoding import Encoding, Factors, Piece, Planned, Scaled
from workbench.graph.encodings.spec import StorageSpec
from workbench.graph.layouts.layout import Load
from workbench.graph.model.inventory import Site
from workbench.graph.onnx.proto_size import field_bytes, file_bytes, grown
from workbench.graph.onnx.repeats import OUTLINED
from workbench.graph.onnx.saving import tensor_bytes
from workbench.graph.rewrite.editor import account, functions_of, variants
from workbench.graph.rewrite.packed import RUNTIME, needs_runtime
from workbench.graph.storage import chain
from workbench.graph.storage.decoders import DOMAIN, IMPORT_BYTES, function_bytes
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.expected import drawn, with_statistics
from workbench.graph.storage.loading import Loading, room
from workbench.graph.storage.plan import Plan
from workbench.graph.storage.small_tensors import ROUNDED

__all__ = ["Size", "file_bytes", "forecast", "size_of"]
MOST_DRAWN = 1 << 21  # limit on weights drawn while a slider moves; files with more gain little from shared codes
# Import of the domain of ONNX Runtime's own operators.
RUNTIME_BYTES = field_bytes(onnx.OperatorSetIdProto(domain=RUNTIME, version=1).ByteSize())


@dataclass(frozen=True)
class Size:
    """Bytes of a file with edits.

    file       the whole file
    layers     for each edited layer: bytes of its weight as opened (4 per value) plus the growth of the file by its
               edit, without shared decoders, and a description of how it is stored. Includes the bias if the edit has
               one
    functions  the decoders that layers share
    loading    cost of decoding codes when the file is loaded
    decoders   for each edited layer: bytes of the decoders that it needs, by name, of which a file has one copy
    """

    file: int
    layers: Mapping[str, tuple[int, str]]
    functions: int
    loading: Loading
    decoders: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def size_of(
    model: ir.Model,
    sites: Mapping[str, Site],
    edits: Mapping[str, Edit],
    storing: Storing = DEFAULT,
    pooled: bool = True,
) -> Size:
    """Return the exact bytes of the graph with edits applied. `pooled`: whether shared codes are considered, if the
    recipe allows them."""
    changes, growth, uncoded = account(model, sites, edits, storing)
    decoders = {path: _decoder_bytes(model, functions_of([change])) for path, change in changes.items()}
    functions = sum(_decoder_bytes(model, functions_of(changes.values())).values())
    if needs_runtime(edits) and RUNTIME not in model.opset_imports:
        functions += RUNTIME_BYTES
    layers = {
        path: (_opened(model, sites[path], edits[path]) + change.growth, change.words)
        for path, change in changes.items()
    }
    loads = [part.form.load for change in changes.values() for part in change.stored]
    coded = [load for load in loads if load.seconds]
    held = Load.total(loads).bytes
    loading = Loading(Load.total(coded), len(coded), uncoded, held, room(tensor_bytes(model)))
    if not storing.slims:
        return Size(grown(model, growth, functions), layers, functions, loading, decoders)
    return _smallest(Size(0, layers, functions, loading, decoders), variants(model, sites, edits, storing, pooled))


def _smallest(size: Size, written: tuple[ir.Model, ...]) -> Size:
    """Return the size with the bytes of the smallest file. What shared codes save is taken from all layers in
    proportion."""
    files = [file_bytes(model) for model in written]
    chosen = min(range(len(files)), key=files.__getitem__)
    if not chosen:
        return replace(size, file=files[0])
    functions = functions_bytes(written[1])
    taken = sum(found for found, _ in size.layers.values())
    share = 1 - (files[0] - files[1] - (size.functions - functions)) / max(taken, 1)
    layers = {path: (round(found * min(share, 1)), words) for path, (found, words) in size.layers.items()}
    return replace(size, file=files[1], layers=layers, functions=functions)


def functions_bytes(model: ir.Model) -> int:
    """Return the bytes of the decoders in the file, without functions made from nodes of the graph."""
    made = [function for function in model.functions.values() if OUTLINED not in function.meta]
    return sum(field_bytes(ir.serde.serialize_function(function).ByteSize()) for function in made)


def forecast(
    model: ir.Model, sites: Mapping[str, Site], plans: Mapping[str, Plan], storing: Storing, known: Mapping[str, Edit]
) -> Size:
    """Return the bytes that the plans will take, beside known edits: exact without zeros and codes; else expected for
    random positions and the current distribution of weights.

    If small tensors are shrunk, which depends on values, plans get expected values (Drawn).
    """
    nodes = {node.name: node for node in model.graph}
    if storing.codes != "off":
        plans = {path: with_statistics(model, sites[path].initializer, plan) for path, plan in plans.items()}
    planned = {}
    for path, plan in plans.items():
        values = drawn(model, sites[path].initializer, plan) if storing.slims else {}
        bias = _bias(plan.bias, storing) if plan.biased else None
        planned[path] = Edit(_planned(plan, nodes[sites[path].node], values), bias, compute=plan.compute)
    edits = {path: known.get(path) or planned[path] for path in sites if path in known or path in planned}
    pooled = sum(plan.weights for path, plan in plans.items() if path not in known) <= MOST_DRAWN
    return size_of(model, sites, edits, storing, pooled)


def _bias(count: int, storing: Storing) -> np.ndarray:
    """Return values like those of a bias."""
    if storing.sides == "float32":
        return np.zeros(count)
    return ROUNDED[storing.sides](np.random.default_rng(0).standard_normal(count, np.float32))


def _decoder_bytes(model: ir.Model, names: frozenset[str]) -> dict[str, int]:
    """Return the bytes that each of these decoders adds to a file that may already have some of them; and those of the
    import of their domain, which any of them needs, by the name of the domain."""
    opset, present = model.opset_imports[""], model.functions
    missing = sorted(name for name in names if (DOMAIN, name, "") not in present)
    found = {name: function_bytes(name, opset) for name in missing}
    if names and DOMAIN not in model.opset_imports:
        found[DOMAIN] = IMPORT_BYTES
    return found


def _opened(model: ir.Model, site: Site, edit: Edit) -> int:
    """Return the bytes, before the edit, of the tensors that it replaces."""
    names = [site.initializer, *([site.bias] if site.bias is not None and edit.bias is not None else [])]
    tensors = [model.graph.initializers[name].const_value for name in names]
    return sum(tensor.nbytes for tensor in tensors if tensor is not None)


def _planned(plan: Plan, node: ir.Node, values: Mapping[StorageSpec, Planned]) -> Encoding:
    """Return a plan as an encoding, with values if there are some."""
    specs = [values.get(tensor) or Planned(tensor) for tensor in plan.tensors]
    if not plan.chain:
        return specs[0] if plan.columns is None else Scaled(specs[0], np.ones(plan.columns, np.float32))
    left = set(range(len(plan.shape) - 2)) if plan.conv else set()
    channels = plan.shape[1] * int(node.attributes["group"].as_int() if plan.conv and "group" in node.attributes else 1)
    pieces = []
    for spec in specs:
        # The piece with the original's extent along an axis of the kernel is the one that moves along it.
        axes = {axis for axis in left if spec.shape[2 + axis] == plan.shape[2 + axis]}
        whole = bool(axes) and len(axes) == len(plan.shape) - 2
        attributes = {} if whole else _along(node, axes, len(plan.shape) - 2)
        if plan.conv and channels != spec.shape[1]:
            attributes["group"] = channels // spec.shape[1]
        pieces.append(Piece(spec, inherit=whole, attributes=attributes))
        left -= axes
        channels = spec.shape[0]
    return Factors(tuple(pieces), plan.conv, plan.shape, plan.out_axis)


def _along(node: ir.Node, axes: set[int], rank: int) -> dict[str, tuple[int, ...] | int]:
    """Return strides, pads and dilations of a convolution along some axes of its kernel, defaults along the others."""
    found: dict[str, tuple[int, ...] | int] = {}
    for name, default in chain.DEFAULTS.items():
        if axes and name in node.attributes:
            values = node.attributes[name].as_ints()
            found[name] = tuple(value if index % rank in axes else default for index, value in enumerate(values))
    return found
