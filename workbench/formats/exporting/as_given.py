"""Preparation of a torch module for export: wrappers are removed, and its modes and buffers are restored afterwards."""

import copy
import dataclasses
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from workbench.core.base.errors import UserError

# Wrappers of torch, by name, as importing those of torch.compile takes seconds; and where they keep the module.
WRAPPERS = {
    "OptimizedModule": "_orig_mod",
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "AveragedModel": "module",
}
QUANTISED = ("torch.ao.nn.quantized", "torch.ao.nn.intrinsic.quantized")


def unwrapped(model: Any) -> Any:
    """Return the module inside torch.compile, DataParallel, DistributedDataParallel and averages of weights, which
    hide a free batch from torch.export and add a prefix to every path."""
    while type(model).__name__ in WRAPPERS and type(model).__module__.startswith("torch."):
        model = getattr(model, WRAPPERS[type(model).__name__])
    return model


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    """Context for the export of a module, after which its training modes and its buffers are as before."""
    import torch

    if not isinstance(model, torch.nn.Module) or isinstance(model, torch.jit.ScriptModule):
        yield
        return
    modes = [(module, module.training) for module in model.modules()]
    buffers = [
        (module, name, buffer, buffer.detach().clone())
        for module in model.modules()
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    try:
        model.eval()
        yield
    finally:
        for module, training in modes:
            module.training = training
        with torch.no_grad():
            for module, name, buffer, value in buffers:
                module._buffers[name] = buffer
                if not torch.equal(buffer, value):
                    buffer.copy_(value)


def by_name(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Return all inputs of a module by the names of forward's parameters, where there are inputs of both kinds, or the
    last one by position is a dictionary, which torch.onnx.export takes for inputs by name."""
    if not args or not (kwargs or isinstance(args[-1], dict)):
        return args, kwargs
    forward = inspect.signature(model.forward).parameters.values()
    names = [each.name for each in forward if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    return (args, kwargs) if len(names) < len(args) else ((), {**dict(zip(names, args, strict=False)), **kwargs})


@contextmanager
def exportable() -> Iterator[None]:
    """Context in which torch's modules export that would look at values: torch.nn.TransformerEncoder and its like
    compare a mask with the causal one, to choose a faster kernel. The mask itself gives the same result."""
    from torch.nn.modules import transformer

    found = transformer._detect_is_causal_mask
    transformer._detect_is_causal_mask = lambda mask, is_causal=None, size=None: bool(is_causal)
    try:
        yield
    finally:
        transformer._detect_is_causal_mask = found


def with_plain_weights(model: Any) -> Any:
    """Return a copy of a module whose parametrised weights (torch.nn.utils.parametrize) are the values that they have
    now; None if it has none. Orthogonal weights and the like have no operators in ONNX."""
    import torch
    from torch.nn.utils import parametrize

    if not isinstance(model, torch.nn.Module) or not any(map(parametrize.is_parametrized, model.modules())):
        return None
    plain = copy.deepcopy(model)
    for module in list(plain.modules()):
        if parametrize.is_parametrized(module):
            names = [str(name) for name in module.parametrizations]  # type: ignore[union-attr]
            values = {name: getattr(module, name).detach().clone() for name in names}
            # torch's remove_parametrizations changes the class, which the copy shares with the given module.
            module.__class__ = type(module).__bases__[0]
            del module._modules["parametrizations"]
            for name, value in values.items():
                module.register_parameter(name, torch.nn.Parameter(value, requires_grad=False))
    return plain


def outputs_registered(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Make torch.export know the data classes that a module returns; return whether there were new ones."""
    import torch
    from torch.utils import _pytree as pytree

    found = False
    with torch.no_grad():
        waiting = [model(*args, **kwargs)]
    while waiting:
        for leaf in pytree.tree_leaves(waiting.pop()):
            if dataclasses.is_dataclass(leaf) and not isinstance(leaf, type):
                torch.export.register_dataclass(type(leaf))
                waiting.append(leaf)
                found = True
    return found


def refuse(model: Any, name: str) -> None:
    """Raise UserError for a module that has no values, or that torch quantised: neither can be exported."""
    import torch

    if not isinstance(model, torch.nn.Module):
        return
    if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
        raise UserError(
            "{name} has weights without values, on the device meta.",
            "Load its weights first: load_state_dict(..., assign=True), or make it on the device cpu.",
            name=name,
        )
    if any(type(module).__module__.startswith(QUANTISED) for module in model.modules()):
        raise UserError(
            "{name} is quantised by torch already; its integer layers have no operators in ONNX.",
            "Give the float module from which it was made; the workbench quantises that.",
            name=name,
        )
