"""Torch views that were compared with ONNX Runtime; training and prediction use no others.

A view is refused if its outputs differ, if it does not run, or if no gradient flows back through it; the error names
the operator that is responsible. The result is cached with the model.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import onnx_ir as ir
import torch
from torch import Tensor

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.graph.model.model import Model
from workbench.graph.model.operators import number
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut
from workbench.graph.torch.torch_view import TorchView, refused

TOLERANCE = 1e-4  # of the largest value of an output, or of an operator's, in float32
# Half the distance from 1 to the next number, by which one operation may be off. Both sides round each result to the
# type, at other places of the graph; after n roundings the error is about sqrt(n) of it (Higham 2002, Accuracy and
# Stability of Numerical Algorithms, section 2.8), and models are a few hundred operators deep.
ROUNDOFF = {"FLOAT16": 2.0**-11, "BFLOAT16": 2.0**-8}
ROUNDINGS = 16
SMALLEST = 1e-6  # values below this are not compared
ALIKE = 0.99  # of integers; the index of the largest value may differ if several are equal
SATURATING = ("Sigmoid", "Softmax", "LogSoftmax", "HardSigmoid", "Tanh")  # they hide what differs before them

Feeds = Mapping[str, np.ndarray]
_found: "WeakKeyDictionary[Model, UserError | None]" = WeakKeyDictionary()


def proved_view(model: Model, feeds: Feeds) -> TorchView:
    """Return a new view of the model, compared with ONNX Runtime on these inputs, a few samples, the first time.

    Raises UserError naming the operator that has no torch counterpart, computes something else, or stops gradients.
    """
    view = TorchView(model)
    if model not in _found:
        _found[model] = _refusal(view, feeds)
    if (error := _found[model]) is not None:
        raise UserError(error.what, error.hint)
    return view


def difference(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference relative to the largest expected value; for integers, the share that differs.

    Infinite for different shapes, or if one is a number and the other is not.
    """
    if found.shape != expected.shape:
        return float("inf")
    if expected.dtype.kind not in "fV" or not expected.size:
        return float(np.mean(found != expected)) if expected.size else 0.0
    a, b = (each.astype(np.float64) for each in (found, expected))
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    known = np.isfinite(b)
    if not (same | (known & np.isfinite(a))).all():
        return float("inf")
    largest = np.abs(np.subtract(a, b, out=np.zeros_like(a), where=~same)).max()
    return float(max(largest - SMALLEST, 0) / max(np.abs(b[known]).max(initial=0.0), SMALLEST))


@torch.enable_grad()
def _refusal(view: TorchView, feeds: Feeds) -> UserError | None:
    """Return the error that says why a view gives no gradients, or None."""
    for name in view.input_names:
        if np.asarray(feeds[name]).dtype.kind not in "fiub":
            return refused(Message("the input '{name}', which holds no numbers", name=name))
    given = {name: torch.from_numpy(np.ascontiguousarray(feeds[name])) for name in view.input_names}
    expected = _ran(view.model, _telling(view.model), feeds)
    try:
        values = view.values(given)
        found = {name: _array(values[name]) for name in expected}
    except Exception:  # any error of torch: the nodes are run one by one to find the one that fails
        return _culprit(view, feeds) or refused(
            Message("the model"), why=Message("its torch version does not run on these inputs")
        )
    allowed = tolerance(_types(view.model))
    worst = max((_beyond(found[name], expected[name], allowed) for name in expected), default=0.0)
    if worst:
        return _culprit(view, feeds, values) or refused(
            Message("the model"),
            why=Message(
                "ONNX Runtime fuses some of its operators, and the result differs from torch {amount}",
                amount=_amount(worst),
            ),
        )
    return _stopping(view, values)


def _telling(model: Model) -> tuple[str, ...]:
    """Return the names of the outputs, and of the inputs of functions that hide differences."""
    names = []
    for value in model.ir.graph.outputs:
        names.append(value.name or "")
        node = value.producer()
        if node is not None and node.op_type in SATURATING and node.inputs[0] is not None:
            names.append(node.inputs[0].name or "")
    return tuple(dict.fromkeys(names))


def _ran(model: Model, names: tuple[str, ...], feeds: Feeds, optimize: bool = True) -> dict[str, np.ndarray]:
    """Return these values as computed by ONNX Runtime."""
    session = runtime.session(cut.ending_in(model, names), optimize=optimize)
    ran = runtime.run(session, runtime.read_by(session, feeds))
    return dict(zip((value.name for value in session.get_outputs()), ran, strict=True))


def _array(value: Any) -> np.ndarray:
    value = value.detach()
    return (value.float() if value.dtype == torch.bfloat16 else value).numpy()


def tolerance(types: Collection[str]) -> float:
    """Return the allowed difference of floats, relative to the largest value, if values of these types are computed."""
    return max(TOLERANCE, *(ROUNDINGS * ROUNDOFF.get(name, 0.0) for name in types)) if types else TOLERANCE


def _types(model: Model) -> set[str]:
    """Return the types of constants, casts and values of a graph, as ONNX names them."""
    graph = model.ir.graph
    values = (*graph.inputs, *graph.initializers.values(), *(value for node in graph for value in node.outputs))
    casts = (ir.DataType(number(node, "to")).name for node in graph if node.op_type == "Cast")
    return {value.dtype.name for value in values if value.dtype is not None} | {*casts}


def _beyond(found: np.ndarray, expected: np.ndarray, allowed: float | None = None) -> float:
    """Return the difference if it is too large, else 0. `allowed`: by default what the type allows for a single
    operator."""
    if expected.dtype.kind not in "fV":
        allowed = 1 - ALIKE
    elif allowed is None:
        allowed = tolerance((expected.dtype.name.upper(),))
    differing = difference(found, expected)
    return differing if differing > allowed else 0.0


def _amount(differing: float) -> str:
    return (
        Message("in shape")
        if not np.isfinite(differing)
        else Message("by {differing:.1g} of its largest value", differing=differing)
    )


def _culprit(view: TorchView, feeds: Feeds, values: Mapping[str, Any] | None = None) -> UserError | None:
    """Return the first operator that, given the runtime's own values, fails or returns others; else the first that
    amplifies a small difference between `values` of the view and the runtime's to a large one."""
    grown, allowed = None, tolerance(_types(view.model))
    for node, before, expected in _nodes(view, feeds):
        try:
            made = view.step(node, before)
        except Exception as error:  # torch's message would not help the user
            if error.args and type(error).__name__ == "Unsupported":
                return refused(Message("{op} {error}", op=node.op_type, error=error), node.name)
            return refused(node.op_type, node.name, Message("torch cannot run it as used here"))
        for name, value in made.items():
            if name in expected and (worst := _beyond(_array(value), expected[name])):
                return refused(
                    node.op_type,
                    node.name,
                    Message("its result in torch differs from ONNX Runtime {amount}", amount=_amount(worst)),
                )
            if (
                grown is None
                and values is not None
                and name in expected
                and (worst := _beyond(_array(values[name]), expected[name], allowed))
            ):
                grown = refused(
                    node.op_type,
                    node.name,
                    Message(
                        "its inputs are rounded differently, and its result differs from ONNX Runtime {amount}",
                        amount=_amount(worst),
                    ),
                )
    return grown


def _nodes(view: TorchView, feeds: Feeds) -> Iterator[tuple[ir.Node, dict[str, Any], dict[str, np.ndarray]]]:
    """Yield each node in order, all values before it, and the runtime's values of the whole graph."""
    model = view.model
    names = tuple(
        value.name
        for node in model.ir.graph
        for value in node.outputs
        if value.name and (value.uses() or value.is_graph_output())
    )
    expected = _ran(model, names, feeds, optimize=False)
    values = view.initial_values(
        {name: torch.from_numpy(np.ascontiguousarray(feeds[name])) for name in view.input_names}
    )
    values |= {
        name: torch.from_numpy(array)
        for name, array in expected.items()
        if isinstance(array, np.ndarray) and array.dtype.isbuiltin == 1 and array.dtype.kind in "fiub"
    }
    for node in model.ir.graph:
        yield node, values, expected


def _stopping(view: TorchView, values: Mapping[str, Any]) -> UserError | None:
    """Return the operator through which no gradient of the first output flows back, or None."""
    first, weights = values[view.output_names[0]], [module.weight for module in view.layers.values()]
    if not weights:
        return None
    if not isinstance(first, Tensor) or not first.requires_grad:
        node = _end_of_gradients(view, values)
        return (
            refused(node.op_type, node.name, Message("it produces the first output of the model"))
            if node is not None
            else UserError(
                "No trainable layer leads to the first output of the model.", "Choose a method that needs no gradients."
            )
        )
    try:
        torch.autograd.grad(first.sum(), weights, allow_unused=True)  # type: ignore[arg-type]
    except RuntimeError:
        return refused(Message("the model"), why=Message("torch has no derivative for one of its operators"))
    return None


def _end_of_gradients(view: TorchView, values: Mapping[str, Any]) -> ir.Node | None:
    """Walk back from the first output; return the operator that receives gradients and passes none on."""
    pending, seen = [view.model.ir.graph.outputs[0]], set()
    while pending:
        value = pending.pop()
        node = value.producer()
        if node is None or node in seen:
            continue
        seen.add(node)
        inputs = [each for each in node.inputs if each is not None]
        computed = any(
            isinstance(values.get(each.name or ""), Tensor) and values[each.name or ""].requires_grad for each in inputs
        )
        if computed or view.is_layer(node):
            return node
        pending += inputs
    return None
