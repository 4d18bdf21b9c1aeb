"""Layers of a graph as torch modules, with the settings of their operators."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx_ir as ir
import torch
from torch import Tensor, nn

from workbench.graph.model.inventory import Site
from workbench.graph.model.model import Model
from workbench.graph.torch.torch_ops import indexing, windows

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
Attributes = Mapping[str, Any]


def _conv(model: Model, path: str, node: ir.Node, a: Attributes) -> nn.Module:
    """Return a module that pads if its padding is symmetric; else a first hook pads its input or crops its output, so
    that other hooks see the output of the node."""
    weight, bias = model.weight(path), model.bias(path)
    dims, group, plain = weight.ndim - 2, a["group"], node.op_type == "Conv"
    inputs, outputs = (
        (weight.shape[1] * group, weight.shape[0]) if plain else (weight.shape[0], weight.shape[1] * group)
    )
    options: dict[str, Any] = {
        "stride": a.get("strides") or 1,
        "dilation": a.get("dilations") or 1,
        "groups": group,
        "bias": bias is not None,
        "padding": _padding(a, dims),
    }
    if not plain:
        options["output_padding"] = a.get("output_padding") or 0
    kind = (CONVOLUTIONS if plain else TRANSPOSED)[dims]
    kernel: Any = weight.shape[2:]
    made = _filled(kind(inputs, outputs, kernel, **options), weight, bias)
    if not any(options["padding"]):
        _pad_by_hook(made, a, plain)
    return made


def _pad_by_hook(module: Any, a: Attributes, plain: bool) -> None:
    window = module.kernel_size, module.stride, module.dilation

    def pad(_module: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return (windows.pad(given[0], windows.window_pads(a, given[0].shape[2:], *window), 0.0),)

    def crop(_module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return windows.crop(output, windows.transposed_pads(a, given[0].shape[2:], *window))

    if plain:
        module.register_forward_pre_hook(pad)
    else:
        module.register_forward_hook(crop)


def _padding(a: Attributes, dims: int) -> Any:
    pads = a.get("pads") or [0] * (2 * dims)
    own = a["auto_pad"] == "NOTSET" and pads[:dims] == pads[dims:] and not a.get("output_shape")
    return tuple(pads[:dims]) if own else (0,) * dims


def _linear(model: Model, path: str, node: ir.Node, a: Attributes) -> nn.Module:
    layer, weight = model.layer(path), model.weight(path)
    matrix = weight if layer.out_axis == 0 else weight.T
    bias = model.bias(path) if model.sites[path].bias_node is None else None
    return _filled(nn.Linear(matrix.shape[1], matrix.shape[0], bias=bias is not None), matrix, bias)


def _embedding(model: Model, path: str, node: ir.Node, a: Attributes) -> nn.Module:
    weight = model.weight(path)
    return _filled(nn.Embedding(weight.shape[0], weight.shape[1]), weight, None)


MODULES: Mapping[str, Callable[[Model, str, ir.Node, Attributes], nn.Module]] = {
    "Conv": _conv,
    "ConvTranspose": _conv,
    "Gemm": _linear,
    "MatMul": _linear,
    "Gather": _embedding,
}


def _filled(module: nn.Module, weight: np.ndarray, bias: np.ndarray | None) -> nn.Module:
    with torch.no_grad():
        module.weight.copy_(torch.tensor(weight))  # type: ignore[operator]
        if bias is not None:
            module.bias.copy_(torch.tensor(bias))  # type: ignore[operator]
    return module


def apply(node: ir.Node, site: Site, module: nn.Module, read: list[Any], a: Attributes) -> Tensor:
    """Run a layer's module on the inputs of its node. A third operand that is not the module's bias is added."""
    result = _run(node, site, module, read, a)
    if len(node.inputs) > 2 and node.inputs[2] is not None and site.bias_input is None:
        spatial = () if node.op_type == "Gemm" else tuple(1 for _ in range(2, read[0].dim()))
        result = result + (read[2].reshape(-1, *spatial) if spatial else read[2])
    return result


def _run(node: ir.Node, site: Site, module: Any, read: list[Any], a: Attributes) -> Tensor:
    if isinstance(module, nn.Embedding):
        return module(indexing.wrapped(read[1], module.num_embeddings))
    if isinstance(module, nn.Linear):
        if site.side == "left":  # W x = (xᵗ Wᵗ)ᵗ
            x = read[1]
            return module(x) if x.dim() == 1 else module(x.transpose(-1, -2)).transpose(-1, -2)
        return module(read[0].T if a.get("transA") else read[0])
    return module(read[0])


def in_graph(model: Model, path: str, module: nn.Module) -> Tensor:
    """Return the weight of a module in the layout in which the graph stores it."""
    weight: Any = module.weight
    return weight.T if isinstance(module, nn.Linear) and model.layer(path).out_axis == 1 else weight
