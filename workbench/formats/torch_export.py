"""Export of torch modules and exported programs to a graph, with the module tree in the nodes' metadata."""

import io
import logging
import math
import warnings
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import numpy as np
import onnx_ir as ir
from onnx_ir.passes import common

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.formats.exporting import as_given, script
from workbench.formats.exporting.failure import does_not_run, explained, first_line
from workbench.formats.exporting.free_sizes import Attempt, attempts, lengthened
from workbench.formats.exporting.projections import projects
from workbench.formats.exporting.tied import named_by_first
from workbench.formats.finish import LOOPS, never_ends, relative_difference
from workbench.formats.format import Loaded
from workbench.formats.onnx_file import from_graph
from workbench.graph.model import demand, unused
from workbench.graph.model.hidden_weights import random_operators
from workbench.graph.model.model import Source
from workbench.graph.onnx import proto_size, runtime, saving
from workbench.graph.prepare import passes

log = logging.getLogger(__name__)
OPSET = 21
# torch and ONNX Runtime use different kernels; beyond this share of the outputs the difference is worth saying.
TOLERANCE = 1e-3
# Constants that are computed before the graph is looked at have at most this many numbers: shapes and masks.
MOST_FOLDED = 512 * 512
# Operators that make much of little: as much as the product of the numbers they are given, or by particular rules.
GROWING_BY_FACTORS = {"ConstantOfShape", "Expand", "Tile"}
GROWING = {
    "AffineGrid",
    "AveragePool",
    "BlackmanWindow",
    "CenterCropPad",
    "Col2Im",
    "Conv",
    "ConvInteger",
    "ConvTranspose",
    "DFT",
    "Einsum",
    "HammingWindow",
    "HannWindow",
    "LpPool",
    "MaxPool",
    "MaxUnpool",
    "MelWeightMatrix",
    "OneHot",
    "Pad",
    "QLinearConv",
    "Range",
    "Resize",
    "STFT",
    "Upsample",
}


def export(
    model: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    name: str,
    kind: str,
    job: Job,
    shapes: Any = None,
    outputs: Sequence[str] = (),
) -> Loaded:
    """Export a torch.nn.Module with example inputs, or an ExportedProgram, to a graph.

    The first dimension of a module's inputs, and the length of its sequences, are dynamic where the module allows it;
    `shapes` overrides that (torch.export's dynamic_shapes). `outputs` names the outputs. The exporter's optimiser is
    not used: it folds BatchNorm silently and renames weights; graph.prepare.passes does both and lists it. Raises
    UserError naming what torch could not export, and where.
    """
    model = as_given.unwrapped(model)
    as_given.refuse(model, name)
    if projects(model):  # the exporter leaves them out, and writes a graph that does not run
        raise UserError(
            "{name} has an LSTM with projections (proj_size), which ONNX does not have.",
            "Use an LSTM without them, and a Linear behind it.",
            name=name,
        )
    if _is_script(model):
        return _of_script(model, args, kwargs, name, kind, job)
    if _is_module(model) and shapes is None:
        args, kwargs = as_given.by_name(model, args, kwargs)
    with as_given.unchanged(model):
        program, model, used = _program(model, args, kwargs, name, job, shapes, outputs)
        demand.check(program.model, name)  # before anything in it is folded, or torch runs it
        job.report(Message("simplifying the exported graph"), 0.3)
        with quiet():
            graph = _simplified(program.model)
        named_by_first(model, graph)
        demand.check(graph, name)  # before torch or the runtime computes anything of it
        notes = [*used.notes, *differs(model, args, kwargs, graph, name)]
        if used.sequences and not notes:
            longer = lengthened((tuple(args), dict(kwargs)), used.sequences)
            notes += differs(model, *longer, graph, name)
    return Loaded(graph, Source(name, kind, proto_size.file_bytes(graph)), tuple(notes))


def _of_script(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any], name: str, kind: str, job: Job) -> Loaded:
    """Export a TorchScript program, which torch.export does not take."""
    job.report(Message("exporting to ONNX"), 0.1)
    with quiet():
        proto = script.exported(model.eval(), args, kwargs, name)
    graph, notes = from_graph(proto, None, name)
    compared = differs(model, args, kwargs, graph, name)
    return Loaded(graph, Source(name, kind, proto.ByteSize()), (*notes, *compared))


def _program(
    model: Any,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    name: str,
    job: Job,
    shapes: Any,
    outputs: Sequence[str],
    again: bool = True,
) -> tuple[Any, Any, Attempt]:
    """Return torch's ONNX program, the module that it is of, and the attempt that made it. A module that cannot be
    exported is exported with plain weights, or with its data classes registered, where it has such. Raises
    UserError."""
    job.report(Message("exporting to ONNX"), 0.1)
    failure = None
    for attempt in attempts(model, args, kwargs, shapes):
        job.check()
        with quiet(), as_given.exportable():
            try:
                return _export(model, attempt.options, outputs), model, attempt
            except Cancelled:
                raise
            except Exception as error:
                failure = error  # the last attempt leaves nothing free: what fails then is the module
    if again and _is_module(model):
        with quiet():
            try:
                plain = as_given.with_plain_weights(model)
                changed = as_given.outputs_registered(model, args, kwargs)
            except Exception as error:
                raise does_not_run(error, name) from error
        if plain is not None or changed:
            model = model if plain is None else plain
            return _program(model, args, kwargs, name, job, shapes, outputs, again=False)
    raise explained(failure, name, lambda: nodes_of(model, args, kwargs)) from failure


def nodes_of(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the operators of a module in torch.export's program, each with its origin in the user's code."""
    import torch

    with quiet():
        program = torch.export.export(model, tuple(args), dict(kwargs)) if _is_module(model) else model
        program = program.run_decompositions()
    return [(str(node.target), str(node.meta.get("stack_trace", ""))) for node in program.graph.nodes]


def _is_module(model: Any) -> bool:
    import torch

    return isinstance(model, torch.nn.Module)


def _is_script(model: Any) -> bool:
    import torch

    return isinstance(model, torch.jit.ScriptModule)


def _export(model: Any, options: Mapping[str, Any], outputs: Sequence[str] = ()) -> Any:
    import torch

    named: dict[str, Any] = {"output_names": list(outputs)} if outputs else {}
    program = torch.onnx.export(
        model, dynamo=True, opset_version=OPSET, verbose=False, optimize=False, **options, **named
    )
    if program is None:
        raise RuntimeError("the exporter returned nothing")
    return program


def _simplified(model: ir.Model) -> ir.Model:
    """Fold shape arithmetic, drop dead code and metadata other than module scopes; weights keep their names."""
    from onnxscript import optimizer, rewriter
    from onnxscript.rewriter.rules.common import materialize_reshape_shape_rule

    weights = {
        value
        for value in model.graph.initializers.values()
        if value.const_value is not None and value.const_value.dtype.is_floating_point()
    }

    def may_fold(node: ir.Node) -> bool | None:
        """Return whether the optimiser may fold a node; None leaves it to the optimiser. The optimiser checks sizes
        after folding, so large results are prevented here."""
        return False if any(value in weights for value in node.inputs) or _may_be_large(node) else None

    for _ in range(2):
        optimizer.fold_constants(model, should_fold=may_fold)
        rewriter.rewrite(model, [materialize_reshape_shape_rule])
        _drop_made_up_biases(model)
        unused.remove(model)
    common.RemoveUnusedFunctionsPass()(model)
    common.RemoveUnusedOpsetsPass()(model)
    for value in model.graph.initializers.values():
        if value.const_value is not None:  # copied: running the module may change its buffers, training it its weights
            held = value.const_value
            value.const_value = ir.Tensor(held.numpy().copy(), dtype=held.dtype, name=value.name)
    passes.drop_notes(model)
    return model


def _drop_made_up_biases(model: ir.Model) -> None:
    """Drop the bias of zeros that the exporter adds to a three-dimensional convolution without one: it is a matrix
    [outputs, 2], which no runtime accepts (onnxscript 0.7, aten_conv3d)."""
    for node in ir.traversal.RecursiveGraphIterator(model.graph):
        bias = node.inputs[2] if node.op_type == "Conv" and len(node.inputs) > 2 else None
        held = None if bias is None else ir.convenience.get_const_tensor(bias)
        if held is not None and len(held.shape) != 1 and not held.numpy().any():
            node.resize_inputs(2)


def _may_be_large(node: ir.Node) -> bool:
    """Return whether an operator on constants would yield more than MOST_FOLDED numbers, or an unknown number."""
    sizes = [size for value in node.outputs for size in (value.shape or ())]
    if all(value.shape is not None for value in node.outputs) and all(isinstance(size, int) for size in sizes):
        return any(math.prod(value.shape.numpy()) > MOST_FOLDED for value in node.outputs if value.shape is not None)
    if node.op_type in GROWING:
        return True
    if node.op_type not in GROWING_BY_FACTORS:
        return False
    constants = [value.const_value for value in node.inputs if value is not None and value.const_value is not None]
    factors = constants if node.op_type == "ConstantOfShape" else constants[1:]
    made = 1 if node.op_type == "ConstantOfShape" else constants[0].size
    if any(factor.size > MOST_FOLDED for factor in factors):
        return True
    return made * math.prod(max(1.0, float(size)) for factor in factors for size in factor.numpy().flat) > MOST_FOLDED


def differs(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any], graph: ir.Model, name: str) -> list[str]:
    """Compare the exported graph with torch on the example inputs, and return a note if outputs differ.

    The runtime goes first, since its memory and time can be limited, unlike torch's. Raises UserError for a loop that
    exceeds the limits.
    """
    import torch
    from torch.utils import _pytree as pytree

    try:
        running = runtime.session(graph, bounded=True)
        leaves = [leaf for leaf in pytree.tree_leaves((tuple(args), dict(kwargs))) if isinstance(leaf, torch.Tensor)]
        feeds = {
            value.name: leaf.detach().cpu().numpy() for value, leaf in zip(running.get_inputs(), leaves, strict=True)
        }
        got = runtime.run(running, feeds, seconds=runtime.time_limit(saving.tensor_bytes(graph)))
        with quiet(), torch.no_grad():
            called = model if _is_module(model) else model.module()
            expected = pytree.tree_leaves(called(*args, **kwargs))
        wanted = [
            np.asarray(leaf.detach().cpu().numpy() if isinstance(leaf, torch.Tensor) else leaf)
            for leaf in expected
            if isinstance(leaf, torch.Tensor | int | float)
        ]
    except Cancelled:
        raise
    except Exception as error:
        if isinstance(error, runtime.MemoryExceeded) and any(node.op_type in LOOPS for node in graph.graph.all_nodes()):
            raise never_ends(name, error) from error
        log.info("comparison with torch: %s: %s", type(error).__name__, first_line(error))
        failed = Message("torch does not run the model on the example inputs")
        reason = error.what.rstrip(".") if isinstance(error, UserError) else failed
        return [Message("The exported graph was not compared with torch: {reason}.", reason=reason)]
    difference = relative_difference(wanted, got)
    if difference <= TOLERANCE or random_operators(graph):
        return []
    return [
        Message(
            "The outputs of the exported graph differ from torch by {difference:.1g} (relative) on the example inputs.",
            difference=difference,
        )
    ]


class quiet:
    """Context that hides the exporter's prints, warnings and logs from the user."""

    def __enter__(self) -> None:
        self.parts: list[Any] = [
            warnings.catch_warnings(),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ]
        for part in self.parts:
            part.__enter__()
        warnings.simplefilter("ignore")
        self.disabled = logging.root.manager.disable
        logging.disable(logging.ERROR)

    def __exit__(self, *error: Any) -> None:
        logging.disable(self.disabled)
        for part in reversed(self.parts):
            part.__exit__(*error)
