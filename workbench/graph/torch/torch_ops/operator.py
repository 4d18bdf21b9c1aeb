"""Registry of the operators that the torch view computes, each with the attributes, inputs and outputs that it handles.

An operator is accepted only with what its entry declares: a node that sets anything else is refused, and the refusal
names the operator and the attribute.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
import torch

from workbench.core.base.message import Message

Attributes = Mapping[str, Any]
Inputs = Sequence[Any]
Run = Callable[[Attributes, Inputs, int], Any]
MANY = 1 << 30  # of the inputs or outputs of a variadic operator


class Unsupported(Exception):
    """Raised if a node needs something that its operator here does not do; the text continues the operator's name
    ("with ...")."""


@dataclass(frozen=True)
class Operator:
    """Implementation of an operator, and which uses it handles.

    run          (attributes with the defaults of the opset, inputs with None for absent ones, opset) -> output(s)
    attributes   names that `run` reads -> the allowed values; None: all that ONNX defines
    inputs       number of inputs that it reads; outputs: number that it returns
    """

    run: Run
    attributes: Mapping[str, tuple[Any, ...] | None] = field(default_factory=dict)
    inputs: int = 1
    outputs: int = 1

    @property
    def variadic(self) -> bool:
        return self.inputs == MANY


OPS: dict[str, Operator] = {}


def op(names: str, reads: str = "", inputs: int = 1, outputs: int = 1, **only: tuple[Any, ...]) -> Callable[[Run], Run]:
    """Return a decorator that registers a function for these operators; `reads` names attributes it handles, `only`
    those with few allowed values.

    Names, separated by spaces, are prefixed by the domain unless it is ONNX's own.
    """

    def register(function: Run) -> Run:
        entry = Operator(function, dict.fromkeys(reads.split()) | only, inputs, outputs)
        OPS.update(dict.fromkeys(names.split(), entry))
        return function

    return register


def simple(**functions: Callable[..., Any]) -> None:
    """Register operators without attributes that are a torch function of their inputs."""
    for name, function in functions.items():
        OPS[name] = Operator(_spread(function), {}, _arity(function))


def _spread(function: Callable[..., Any]) -> Run:
    return lambda a, x, v: function(*x)


def _arity(function: Callable[..., Any]) -> int:
    """Return the number of parameters without defaults of a Python function."""
    return sum(each.default is each.empty for each in inspect.signature(function).parameters.values())


def key(node: ir.Node) -> str:
    """Return the name under which a node's operator is registered."""
    return node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"


def attributes(node: ir.Node, opset: int) -> dict[str, Any]:
    """Return the attributes, set or by default in this opset, with tensors as torch tensors; and the number of
    outputs."""
    given = {name: _value(attribute) for name, attribute in node.attributes.items()}
    return _defaults(node.domain, node.op_type, opset) | given | {"op_type": node.op_type, "outputs": len(node.outputs)}


def refusal(node: ir.Node, opset: int) -> str | None:
    """Return the operator and the feature that is not supported here; None if the node is computed."""
    known = OPS.get(key(node))
    if known is None:
        return node.op_type
    defaults = _defaults(node.domain, node.op_type, opset)
    for name, value in attributes(node, opset).items():
        allowed = known.attributes.get(name, ())
        default = name in defaults and defaults[name] == value
        if name in ("op_type", "outputs") or allowed is None or (name not in known.attributes and default):
            continue
        if value not in allowed:
            return Message(
                "{op} with {name}={value}",
                op=node.op_type,
                name=name,
                value=value if not isinstance(value, str) else repr(value),
            )
    for index, read in enumerate(node.inputs):
        if read is not None and index >= known.inputs:
            return Message("{op} with input {index}", op=node.op_type, index=index + 1)
    for index, given in enumerate(node.outputs):
        if index >= known.outputs and (given.uses() or given.is_graph_output()):
            return Message("{op} with output {index}", op=node.op_type, index=index + 1)
    return None


@cache
def _defaults(domain: str, name: str, opset: int) -> dict[str, Any]:
    """Return the defaults of an operator's attributes in an opset, from ONNX's own table; none for other domains."""
    if domain not in ("", "ai.onnx") or not onnx.defs.has(name):
        return {}
    try:
        schema = onnx.defs.get_schema(name, min(opset, onnx.defs.onnx_opset_version()), "")
    except onnx.defs.SchemaError:
        return {}
    found = {}
    for attribute in schema.attributes.values():
        if attribute.default_value.name:
            value = onnx.helper.get_attribute_value(attribute.default_value)
            found[attribute.name] = [_text(each) for each in value] if isinstance(value, list) else _text(value)
    return found


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _value(attribute: ir.Attr) -> Any:
    value = attribute.value
    if isinstance(value, ir.TensorProtocol):
        return torch.tensor(np.array(value.numpy()))
    return list(value) if isinstance(value, tuple) else value


def as_integers(values: Any) -> list[Any]:
    """Return a tensor of integers as a list; symbolic sizes stay symbols (see graph.torch.symbolic)."""
    return [value if isinstance(value, torch.SymInt) else int(value) for value in values.reshape(-1).tolist()]


def axes_of(a: Attributes, given: Any) -> list[int] | None:
    """Return the axes, an attribute in old opsets and an input in new ones; None if neither is given."""
    if given is not None:
        return as_integers(given)
    return None if a.get("axes") is None else list(a["axes"])
