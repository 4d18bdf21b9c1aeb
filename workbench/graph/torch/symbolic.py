"""Torch view with symbolic sizes, as torch.export requires: arithmetic on shapes is done with numbers and symbols, and
becomes a tensor only when an operator on values reads it."""

import inspect
import keyword
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx_ir as ir
import torch
from torch import Tensor, nn

from workbench.graph.model.model import Model
from workbench.graph.onnx import names
from workbench.graph.torch.torch_ops import OPS, attributes
from workbench.graph.torch.torch_ops.operator import axes_of
from workbench.graph.torch.torch_view import TorchView

NO_NAME = re.compile(r"[^\w-]")  # characters not allowed in names of an archive: as in kernel:0, onnx::MatMul
MOST_KNOWN = 64  # integer constants of at most this size are known while the graph is traced: shapes, axes, indices
Attributes = Mapping[str, Any]
WHOLE = (ir.DataType.INT32, ir.DataType.INT64)
Sizes = np.ndarray  # of objects: int and torch.SymInt, in the shape that the graph's own tensor has


class Exportable(TorchView):
    """View for torch.export: its modules have the paths of their layers, and its sizes may be free."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.home: list[nn.Module] = []  # the module that holds the constants, once it exists; not part of the view
        self.known: dict[str, Sizes] = {}
        for name, buffer in list(self._constants.items()):
            tensor = self.get_buffer(buffer)
            if tensor.dtype == torch.int64 and tensor.numel() <= MOST_KNOWN:
                self.known[name] = _filled(tensor.tolist(), tuple(tensor.shape))
                delattr(self, self._constants.pop(name))

    def get_buffer(self, target: str) -> Tensor:
        return self.home[0].get_buffer(target) if self.home else super().get_buffer(target)

    def initial_values(self, feeds: Mapping[str, Tensor]) -> dict[str, Any]:
        return super().initial_values(feeds) | self.known

    def step(self, node: ir.Node, values: Mapping[str, Any]) -> dict[str, Any]:
        read = [None if value is None or not value.name else values.get(value.name) for value in node.inputs]
        output = node.outputs[0].name or ""
        if node.op_type in ("Shape", "Size"):
            return {output: _measured(node, read[0], self.opset)}
        sizes = [isinstance(each, Sizes) for each in read]
        if not any(sizes):
            return super().step(node, values)
        a = attributes(node, self.opset)
        whole = node.op_type != "Cast" or a["to"] in WHOLE
        if (
            whole
            and node.op_type in OF_SIZES
            and all(each is None or own for each, own in zip(read, sizes, strict=True))
        ):
            return {output: np.asarray(OF_SIZES[node.op_type](a, read), dtype=object)}
        if node.op_type in MADE_OF_SIZES and all(sizes):
            return {output: MADE_OF_SIZES[node.op_type](a, read)}
        held = READ_AS_SIZES.get(node.op_type, ())
        tensors = {
            value.name or "": _tensor(each)
            for index, (value, each) in enumerate(zip(node.inputs, read, strict=True))
            if value is not None and isinstance(each, Sizes) and index not in held
        }
        return super().step(node, {**values, **tensors})


def with_paths(view: Exportable) -> nn.Module:
    """Return a module that runs the view, with layers and constants at their paths in the graph. Names in use get an
    underscore. Afterwards the view belongs to this module."""
    root = nn.Module()
    for path, module in view.layers.items():
        here, name = _place(root, path)
        here.add_module(name, module)
    moved = {}
    for name, buffer in view._constants.items():
        here, last = _place(root, f"constants.{buffer}" if names.anonymous(name) else name)
        here.register_buffer(last, view._buffers[buffer], persistent=True)
        moved[name] = next(f"{scope}.{last}" if scope else last for scope, each in root.named_modules() if each is here)
    view._modules.clear()
    view._buffers.clear()
    view._constants, view.home = moved, [root]

    def forward(*inputs: Tensor) -> Any:
        return view.forward(*inputs)

    if all(name.isidentifier() and not keyword.iskeyword(name) for name in view.input_names):
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        forward.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in view.input_names]
        )
    root.forward = forward
    return root


def _place(root: nn.Module, path: str) -> tuple[nn.Module, str]:
    """Return the module that is to hold this path, created if missing, and a free name in it, of letters, digits, - and
    _."""
    parts = [NO_NAME.sub("_", part) for part in path.replace("/", ".").split(".") if part]
    *scopes, last = parts or ["constant"]
    here = root
    for scope in scopes:
        if not isinstance(here._modules.get(scope), nn.Module):
            scope = _free_name(here, scope)
            here.add_module(scope, nn.Module())
        here = here.get_submodule(scope)
    return here, _free_name(here, last)


def _free_name(module: nn.Module, name: str) -> str:
    while hasattr(module, name) or hasattr(torch.fx.GraphModule, name):  # which the exported module becomes
        name += "_"
    return name


def _measured(node: ir.Node, tensor: Any, opset: int) -> Sizes:
    a = attributes(node, opset)
    if node.op_type == "Size":
        return _filled(math.prod(tensor.shape), ())
    sizes = list(tensor.shape)[a.get("start", 0) : a.get("end")]
    return _filled(sizes, (len(sizes),))


def _filled(values: Any, shape: tuple[int, ...]) -> Sizes:
    made = np.empty(shape, dtype=object)
    made[...] = values
    return made


def _tensor(sizes: Sizes) -> Tensor:
    """Return sizes as an int64 tensor of the same shape."""
    flat = [torch.scalar_tensor(size, dtype=torch.int64) for size in sizes.reshape(-1)]
    return torch.stack(flat).reshape(sizes.shape) if flat else torch.zeros(sizes.shape, dtype=torch.int64)


def _constant(value: Tensor, sizes: list[Any]) -> Tensor:
    return torch.full(sizes, value.reshape(-1).tolist()[0], dtype=value.dtype)


def _sliced(a: Attributes, x: list[Any]) -> Sizes:
    starts, ends, axes, steps = (
        None if each is None else each.reshape(-1).tolist() for each in [*x[1:], None, None][:4]
    )
    made = x[0]
    for place, (start, end) in enumerate(zip(starts or (), ends or (), strict=True)):
        chosen = [slice(None)] * made.ndim
        chosen[axes[place] if axes else place] = slice(start, end, steps[place] if steps else 1)
        made = made[tuple(chosen)]
    return made


def _joined(a: Attributes, x: list[Any]) -> Sizes:
    return np.concatenate(x, a["axis"])


def _divided(a: Attributes, x: list[Any]) -> Any:
    return x[0] // x[1]  # sizes are not negative, so rounding down is truncating


# Operators on sizes alone; others read them as a tensor.
OF_SIZES: Mapping[str, Callable[[Attributes, list[Any]], Any]] = {
    "Add": lambda a, x: x[0] + x[1],
    "Cast": lambda a, x: x[0],
    "Concat": _joined,
    "Div": _divided,
    "Gather": lambda a, x: np.take(x[0], x[1].astype(np.int64), a.get("axis", 0)),
    "Identity": lambda a, x: x[0],
    "Mul": lambda a, x: x[0] * x[1],
    "Reshape": lambda a, x: x[0].reshape(x[1].astype(np.int64).tolist()),
    "Slice": _sliced,
    "Squeeze": lambda a, x: np.squeeze(x[0], tuple(axes_of(a, x[1] if len(x) > 1 else None) or ()) or None),
    "Sub": lambda a, x: x[0] - x[1],
    "Unsqueeze": lambda a, x: np.expand_dims(x[0], tuple(axes_of(a, x[1] if len(x) > 1 else None) or ())),
}
# Tensors created from sizes.
MADE_OF_SIZES: Mapping[str, Callable[[Attributes, list[Any]], Tensor]] = {
    "ConstantOfShape": lambda a, x: _constant(a.get("value", torch.zeros(1)), x[0].tolist()),
    "Range": lambda a, x: torch.arange(*(each.reshape(-1)[0] for each in x), dtype=torch.int64),
}
# Inputs of these operators that are read as sizes, by their places.
READ_AS_SIZES: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys((name for name in OPS if name.startswith("Reduce")), (1,)),
    "Expand": (1,),
    "OneHot": (1,),
    "Pad": (1, 3),
    "Reshape": (1,),
    "Resize": (3,),
    "Slice": (1, 2, 3, 4),
    "Split": (1,),
    "Squeeze": (1,),
    "Tile": (1,),
    "Trilu": (1,),
    "Unsqueeze": (1,),
}
