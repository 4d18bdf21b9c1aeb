"""torch modules and exported programs as a graph: exported once, with the module tree in the nodes' metadata."""

import io
import logging
import math
import re
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
from workbench.formats.finish import LOOPS, never_ends, relative_difference
from workbench.formats.format import Loaded
from workbench.graph.model import demand
from workbench.graph.model.model import Source
from workbench.graph.onnx import proto_size, runtime, saving
from workbench.graph.prepare import passes

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
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def export(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any], name: str, kind: str, job: Job) -> Loaded:
    """A torch.nn.Module with example inputs, or an ExportedProgram, as a graph.

    The first dimension of a module's inputs is made free where the module allows it. The exporter's own optimiser is
    left out: it folds BatchNorm unseen and gives weights new names; graph.prepare.passes does both, listed.
    Raises UserError naming what torch could not export.
    """
    job.report(Message("exporting to ONNX"), 0.1)
    program, free, failure = None, True, None
    for options in _attempts(model, args, kwargs):
        job.check()
        free = "dynamic_shapes" in options
        with quiet():
            try:
                program = _export(model, options)
                break
            except Cancelled:
                raise
            except Exception as error:
                failure = error
    if program is None:
        raise UserError(
            "torch could not export {name} to ONNX: {reason}.",
            "Simplify the module, or give an ONNX file.",
            name=name,
            reason=first_line(failure),
        )
    demand.check(program.model, name)  # before anything in it is folded, or torch runs it
    job.report(Message("simplifying the exported graph"), 0.3)
    with quiet():
        graph = _simplified(program.model)
    notes: list[str] = (
        []
        if free or not _is_module(model)
        else [Message("The batch size is fixed: torch could not export it as dynamic.")]
    )
    demand.check(graph, name)  # before torch or the runtime computes anything of it
    notes += _differs(model, args, kwargs, graph, name)
    return Loaded(graph, Source(name, kind, proto_size.file_bytes(graph)), tuple(notes))


def _is_module(model: Any) -> bool:
    import torch

    return isinstance(model, torch.nn.Module)


def _attempts(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Options of the exporter, best first: a free batch, of two samples where there was one, since torch fixes ones."""
    import torch
    from torch.utils import _pytree as pytree

    if not _is_module(model):
        return [{}]
    model.eval()
    leaves = pytree.tree_leaves((tuple(args), dict(kwargs)))
    batched = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor) and leaf.dim()]

    def doubled(leaf: Any) -> Any:
        single = isinstance(leaf, torch.Tensor) and leaf.dim() > 0 and leaf.shape[0] == 1
        return torch.cat([leaf, leaf]) if single else leaf

    def free(leaf: Any) -> Any:
        return {0: "batch"} if isinstance(leaf, torch.Tensor) and leaf.dim() else None

    plain = {"args": tuple(args), "kwargs": dict(kwargs) or None}
    if not batched:
        return [plain]
    one = all(leaf.shape[0] == 1 for leaf in batched)
    many_args, many_kwargs = pytree.tree_map(doubled, (tuple(args), dict(kwargs))) if one else (args, kwargs)
    shapes_args, shapes_kwargs = pytree.tree_map(free, (tuple(args), dict(kwargs)))
    dynamic = {
        "args": tuple(many_args),
        "kwargs": dict(many_kwargs) or None,
        "dynamic_shapes": shapes_kwargs if kwargs and not args else shapes_args,
    }
    return [dynamic, plain] if not (args and kwargs) else [plain]


def _export(model: Any, options: dict[str, Any]) -> Any:
    import torch

    program = torch.onnx.export(model, dynamo=True, opset_version=OPSET, verbose=False, optimize=False, **options)
    if program is None:
        raise RuntimeError("the exporter returned nothing")
    return program


def _simplified(model: ir.Model) -> ir.Model:
    """Shape arithmetic folded, dead parts dropped, metadata but the module scopes removed; weights stay as named."""
    from onnxscript import optimizer, rewriter
    from onnxscript.rewriter.rules.common import materialize_reshape_shape_rule

    weights = {
        value
        for value in model.graph.initializers.values()
        if value.const_value is not None and value.const_value.dtype.is_floating_point()
    }

    def may_fold(node: ir.Node) -> bool | None:
        """None: as the optimiser likes. It looks at the size of what it has made, so large things are not made."""
        return False if any(value in weights for value in node.inputs) or _may_be_large(node) else None

    for _ in range(2):
        optimizer.fold_constants(model, should_fold=may_fold)
        rewriter.rewrite(model, [materialize_reshape_shape_rule])
        common.RemoveUnusedNodesPass()(model)
    common.RemoveUnusedFunctionsPass()(model)
    common.RemoveUnusedOpsetsPass()(model)
    for value in model.graph.initializers.values():
        if value.const_value is not None:  # copied: running the module may change its buffers, training it its weights
            held = value.const_value
            value.const_value = ir.Tensor(held.numpy().copy(), dtype=held.dtype, name=value.name)
    passes.drop_notes(model)
    return model


def _may_be_large(node: ir.Node) -> bool:
    """Whether an operator of constants would make more than MOST_FOLDED numbers, or it cannot be told."""
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


def _differs(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any], graph: ir.Model, name: str) -> list[str]:
    """Compare with torch itself on the example inputs, and say so when the exported graph answers otherwise.

    The runtime goes first: it can be bounded in memory and time, and torch cannot. Raises UserError for a loop that
    goes beyond.
    """
    import torch
    from torch.utils import _pytree as pytree

    try:
        running = runtime.session(graph, bounded=True)
        leaves = [leaf for leaf in pytree.tree_leaves((tuple(args), dict(kwargs))) if isinstance(leaf, torch.Tensor)]
        feeds = {
            value.name: leaf.detach().cpu().numpy() for value, leaf in zip(running.get_inputs(), leaves, strict=True)
        }
        got = runtime.run(running, feeds, seconds=runtime.patience(saving.tensor_bytes(graph)))
        with quiet(), torch.no_grad():
            called = model if _is_module(model) else model.module()
            expected = pytree.tree_leaves(called(*args, **kwargs))
        wanted = [np.asarray(leaf.detach().cpu().numpy()) for leaf in expected if isinstance(leaf, torch.Tensor)]
    except Cancelled:
        raise
    except Exception as error:
        if isinstance(error, runtime.Beyond) and any(node.op_type in LOOPS for node in graph.graph.all_nodes()):
            raise never_ends(name, error) from error
        return [Message("The exported graph was not compared with torch: {reason}.", reason=first_line(error))]
    difference = relative_difference(wanted, got)
    if difference <= TOLERANCE:
        return []
    return [
        Message(
            "The outputs of the exported graph differ from torch by {difference:.1g} (relative) on the example inputs.",
            difference=difference,
        )
    ]


class quiet:
    """The exporter's prints, warnings and logs are not for the user."""

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


def first_line(error: BaseException | None) -> str:
    """First line of an error's text, without full stop and terminal colours."""
    text = _COLOURS.sub("", str(error)).strip().splitlines() if error is not None else []
    return (text[0] if text else type(error).__name__)[:300].rstrip(". ")
