"""Graph passes at opening, which bring weights to where methods look for them. Each step is listed in the window."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes import common

from workbench.core.base.arguments import as_names
from workbench.core.base.message import AND, CLAUSE, Joined, Message
from workbench.core.layer_data.layer import Preparation
from workbench.graph.model import unused
from workbench.graph.onnx import names, proto_size
from workbench.graph.prepare import (
    einsum_products,
    fold_batchnorm,
    fold_constants,
    fold_expressions,
    fold_padding,
    hard_swish,
    split_fused,
)
from workbench.graph.storage.decoders import DOMAIN as DECODERS

# Since this version the format has model-local functions, which decode stored weights.
FUNCTIONS_SINCE = 8
STANDARD = ("", "ai.onnx")
KEPT_METADATA = (names.SCOPES,)
EXPORTERS = "pkg."  # prefix of the notes on a whole model by the exporters of torch and ONNX Script

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PassResult:
    """Result of one in-place pass.

    modified   whether the graph changed
    note       what was done, or why something was left unchanged; "" if there was nothing to do
    """

    modified: bool
    note: str = ""


def prepare(model: ir.Model, without: frozenset[str] = frozenset()) -> tuple[ir.Model, tuple[Preparation, ...]]:
    """Return a prepared copy, which shares all unchanged tensors, and the list of steps.

    Afterwards every node of the graph and its subgraphs has a unique name, and every initialiser is read. `without`
    names steps to skip; these are listed as not applied, like steps that changed nothing for a reason. Expects nodes in
    topological order. Raises TypeError for a single name in place of a set.
    """
    return _prepared(model, dict.fromkeys(as_names(without), Message("turned off at opening")))


def _prepared(model: ir.Model, left_out: Mapping[str, str]) -> tuple[ir.Model, tuple[Preparation, ...]]:
    """Prepare the model. `left_out`: skipped step -> reason. A step that fails is added, and all others are applied to
    a new copy."""
    copy = model.clone()
    names.name_nodes(ir.traversal.RecursiveGraphIterator(copy.graph))
    done = []
    for identifier, title, step in STEPS:
        if identifier in left_out:
            done.append(Preparation(identifier, title, left_out[identifier], False))
            continue
        try:
            result = step(copy)
        except Exception as error:  # an untrusted graph may contain cases that no step expects
            log.warning("the preparation '%s' failed: %s: %s", title, type(error).__name__, error)
            return _prepared(model, {**left_out, identifier: Message("skipped: it failed on this model")})
        if result.note:
            done.append(Preparation(identifier, title, result.note, result.modified))
    names.name_nodes(ir.traversal.RecursiveGraphIterator(copy.graph))
    return copy, tuple(done)


def _format(model: ir.Model) -> PassResult:
    """Turn initialisers that old files also list as inputs, so that callers can replace them, into constants."""
    listed = len(model.graph.inputs)
    common.RemoveInitializersFromInputsPass()(model)
    listed -= len(model.graph.inputs)
    parts = (
        [
            Message(
                "{n} initialisers no longer listed as inputs",
                one="{n} initialiser no longer listed as an input",
                n=listed,
            )
        ]
        if listed
        else []
    )
    if model.ir_version < FUNCTIONS_SINCE:
        parts.append(
            Message(
                "IR version {ir_version} -> {functions_since}",
                ir_version=model.ir_version,
                functions_since=FUNCTIONS_SINCE,
            )
        )
        model.ir_version = FUNCTIONS_SINCE
    return PassResult(bool(parts), Joined(parts, CLAUSE))


def _functions(model: ir.Model) -> PassResult:
    """Inline functions of the exporter, which hide weights; those that decode stored weights are kept."""
    called = [key for key in model.functions if key[0] != DECODERS]
    if not called:
        return PassResult(False)
    try:
        common.InlinePass(lambda function: function.domain != DECODERS)(model)
    except (ValueError, ir.passes.InvariantError, ir.passes.PassError) as error:
        return PassResult(False, Message("kept: {reason}", reason=str(error).splitlines()[0][:100]))
    common.RemoveUnusedFunctionsPass()(model)
    common.RemoveUnusedOpsetsPass()(model)
    return PassResult(True, Message("{n} functions inlined", one="{n} function inlined", n=len(called)))


def _constants(model: ir.Model) -> PassResult:
    before = sum(1 for node in ir.traversal.RecursiveGraphIterator(model.graph) if node.op_type == "Constant")
    common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    left = sum(1 for node in ir.traversal.RecursiveGraphIterator(model.graph) if node.op_type == "Constant")
    return PassResult(
        before > left,
        Message(
            "{n} Constant nodes turned into initialisers", one="{n} Constant node made an initialiser", n=before - left
        )
        if before > left
        else "",
    )


def _fused(model: ir.Model) -> PassResult:
    found = split_fused.split(model)
    return PassResult(found > 0, Message("{n} written as what they fuse", n=found) if found else "")


def _weight_chains(model: ir.Model) -> PassResult:
    computed, left, grown = fold_constants.compute(model)
    parts = (
        [Message("{n} constant operators folded", one="{n} constant operator folded", n=computed)] if computed else []
    )
    if grown > 0:
        parts.append(Message("float16 weights converted to float32, {grown:,} bytes more", grown=grown))
    if left:
        parts.append(
            Message(
                "{n} weights not folded, because they are used in several forms",
                one="{n} weight not folded, because it is used in several forms",
                n=left,
            )
        )
    return PassResult(computed > 0, Joined(parts, CLAUSE))


def _expressions(model: ir.Model) -> PassResult:
    found = fold_expressions.fold(model)
    return PassResult(found > 0, Message("{n} computed", n=found) if found else "")


def _einsum(model: ir.Model) -> PassResult:
    found = einsum_products.rewrite(model)
    note = Message("{n} Einsum with a weight turned into MatMul", n=found) if found else ""
    return PassResult(found > 0, note)


def _batchnorm(model: ir.Model) -> PassResult:
    folded, left = fold_batchnorm.fold(model)
    parts = [Message("{folded} BatchNormalization folded into the preceding layer", folded=folded)] if folded else []
    parts += [
        Message("{count} not folded: {reason}", count=count, reason=reason)
        for reason, count in Counter(left).most_common()
    ]
    return PassResult(folded > 0, Joined(parts, CLAUSE))


def _padding(model: ir.Model) -> PassResult:
    folded = fold_padding.fold(model)
    note = Message("{n} Pad folded into the next convolution", n=folded) if folded else ""
    return PassResult(folded > 0, note)


def _hard_swish(model: ir.Model) -> PassResult:
    found = hard_swish.fuse(model)
    return PassResult(found > 0, Message("{n} fused", n=found) if found else "")


def drop_notes(model: ir.Model) -> None:
    """Remove the exporter's notes in place: stack traces, source paths, documentation of operators and inner values.

    Kept are module scopes, and the author's documentation of the model, its inputs and its outputs (class names, task,
    stride), which programs read.
    """
    for holder in (model, model.graph):
        for key in [key for key in holder.metadata_props if key.startswith(EXPORTERS)]:
            del holder.metadata_props[key]
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        node.doc_string = None
        for key in [key for key in node.metadata_props if key not in KEPT_METADATA]:
            del node.metadata_props[key]
    ends = {*model.graph.inputs, *model.graph.outputs}
    for value in _values(model.graph):
        value.metadata_props.clear()
        value.doc_string = value.doc_string if value in ends else None


def _metadata(model: ir.Model) -> PassResult:
    """Remove exporter notes, and recorded shapes of inner values, which the runtime infers."""
    before = _described(model)
    drop_notes(model)
    for value in _values(model.graph):
        made = value.producer()
        if not value.is_graph_input() and not value.is_graph_output() and (made is None or made.domain in STANDARD):
            value.type = value.shape = None
    saved = before - _described(model)
    return PassResult(
        saved > 0, Message("{saved:,} bytes of exporter metadata removed", saved=saved) if saved > 0 else ""
    )


def _values(graph: ir.Graph) -> list[ir.Value]:
    return [*graph.inputs, *graph.initializers.values(), *(value for node in graph for value in node.outputs)]


def _described(model: ir.Model) -> int:
    """Return the bytes of nodes and of documentation of values, without tensors."""
    total = proto_size.nodes_bytes(model.graph) + len(model.doc_string or "") + len(model.graph.doc_string or "")
    total += sum(
        len(key) + len(text) + 6 for holder in (model, model.graph) for key, text in holder.metadata_props.items()
    )
    return total + sum(
        proto_size.field_bytes(ir.serde.serialize_value(value).ByteSize())
        for value in _values(model.graph)
        if value.type is not None or value.metadata_props or value.doc_string
    )


def _unused(model: ir.Model) -> PassResult:
    """Remove nodes and initialisers that no output depends on."""
    graph = model.graph
    nodes = {node: proto_size.nodes_bytes([node]) for node in graph}
    tensors = {value: proto_size.initializer_bytes(value) for value in graph.initializers.values()}
    unused.remove(model)
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]
    for kept in graph:
        del nodes[kept]
    for value in graph.initializers.values():
        del tensors[value]
    saved = sum(nodes.values()) + sum(tensors.values())
    parts = [
        *([Message("{n:,} operators", one="{n} operator", n=len(nodes))] if nodes else []),
        *([Message("{n:,} constants", one="{n} constant", n=len(tensors))] if tensors else []),
    ]
    if not parts:
        return PassResult(False)
    return PassResult(
        True, Message("{parts} without effect on any output, {saved:,} bytes", parts=Joined(parts, AND), saved=saved)
    )


STEPS: tuple[tuple[str, str, Callable[[ir.Model], PassResult]], ...] = (
    ("format", Message("Format updated"), _format),
    ("functions", Message("Functions inlined"), _functions),
    ("constants", Message("Constants turned into initialisers"), _constants),
    ("fused", Message("Fused operators split"), _fused),
    ("weight_chains", Message("Constant folding on weights"), _weight_chains),
    ("expressions", Message("Arithmetic on weights folded"), _expressions),
    ("einsum", Message("Einsum as matrix products"), _einsum),
    ("batchnorm", Message("BatchNorm folded"), _batchnorm),
    ("padding", Message("Padding folded"), _padding),
    ("hard_swish", Message("Hard swish fused"), _hard_swish),
    ("unused", Message("Unused parts removed"), _unused),
    ("metadata", Message("Exporter metadata removed"), _metadata),
)
