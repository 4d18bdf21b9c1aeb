"""The graph as a torch module: for gradients, training, and dependency groups.

Nodes whose weight is a layer's become real nn modules, so that optimisers and Torch-Pruning see them; all other nodes
are functions (graph/torch_ops). Trained weights go back by the layer's path.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx_ir as ir
import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.core.errors import UserError
from workbench.graph.model import Model
from workbench.graph.torch_ops import OPS, pad, window_pads

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}


class TorchView(nn.Module):
    """Called with the model's inputs in order, or by name; gives the outputs in order.

    `layers` maps the path of each layer that became a module to it. Raises UserError when made, naming every operator
    that has no torch counterpart here.
    """

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.opset = model.opset
        self.input_names = tuple(spec.name for spec in model.inputs)
        self.output_names = tuple(value.name or "" for value in model.ir.graph.outputs)
        self._steps = list(model.ir.graph)
        by_node = _computing(model)
        self.layers: dict[str, nn.Module] = {}
        self._module_of: dict[str, str] = {}
        _refuse(model)
        self._attributes = {node.name or "": _attributes(node) for node in self._steps}
        for node in self._steps:
            path = by_node.get(node.name or "")
            if path is not None and node.op_type in MODULES:
                self._add_layer(node, path)
        self._held = _held(model, self.layers, self._module_of)
        self._constants = _constants(model, self, self._module_of)

    def _add_layer(self, node: ir.Node, path: str) -> None:
        if path not in self.layers:
            made = MODULES[node.op_type](self.model, path, node)
            self.layers[path] = made
            self.add_module(f"layer{len(self.layers)}", made)
        self._module_of[node.name or ""] = path

    def forward(self, *inputs: Tensor, **named: Tensor) -> tuple[Tensor, ...]:
        values: dict[str, Any] = dict(zip(self.input_names, inputs, strict=False)) | named
        for name in self._constants:
            values[name] = self.get_buffer(self._constants[name])
        for path, name in self._held.items():
            values[name] = _in_graph(self.model, path, self.layers[path])
        for node in self._steps:
            outputs = self._run(node, values)
            for output, value in zip(node.outputs, outputs, strict=False):
                values[output.name or ""] = value
        return tuple(values[name] for name in self.output_names)

    def _run(self, node: ir.Node, values: Mapping[str, Any]) -> tuple[Any, ...]:
        name = node.name or ""
        read = [None if value is None or not value.name else values.get(value.name) for value in node.inputs]
        path = self._module_of.get(name)
        if path is not None:
            left = self.model.sites[path].side == "left"
            return (_apply(node, self.layers[path], read, self._attributes[name], left),)
        result = OPS[node.op_type](self._attributes[name], read, self.opset)
        return tuple(result) if isinstance(result, tuple | list) else (result,)

    def buffer_of(self, initializer: str) -> str:
        """The name of the buffer that holds an initialiser which is no module's weight or bias."""
        return self._constants[initializer]

    def weights(self) -> dict[str, np.ndarray]:
        """The layers' weights as they are now, in the graph's own layout, by path."""
        return {path: _stored(self.model, path, module) for path, module in self.layers.items()}

    def biases(self) -> dict[str, np.ndarray]:
        """The biases of layers that have one, by path."""
        return {path: module.bias.detach().numpy() for path, module in self.layers.items()
                if getattr(module, "bias", None) is not None and isinstance(module.bias, Tensor)}


def missing(model: Model) -> list[str]:
    """Operators of the graph that the view does not know: without them gradients cannot pass."""
    by_node = _computing(model)
    return sorted({node.op_type for node in model.ir.graph
                   if node.op_type not in OPS and not (node.name in by_node and node.op_type in MODULES)})


def _computing(model: Model) -> dict[str, str]:
    """The layer of each node that becomes its module: those that compute it alike. Others that read its weight, as a
    tied embedding's is multiplied transposed, read it as a value."""
    nodes = {node.name or "": node for node in model.ir.graph}
    return {name: path for path, site in model.sites.items() for name, index in site.uses
            if index == site.weight_input and _alike(nodes[name], nodes[site.node])}


def _alike(node: ir.Node, other: ir.Node) -> bool:
    """The same operator, set the same way, with the same bias."""
    settings, others = ({name: str(value.value) for name, value in each.attributes.items()} for each in (node, other))
    return node.op_type == other.op_type and settings == others and node.inputs[2:] == other.inputs[2:]


def _held(model: Model, layers: Mapping[str, nn.Module], module_of: Mapping[str, str]) -> dict[str, str]:
    """The weights, by path, that other nodes than those of their modules read."""
    return {path: model.sites[path].initializer for path in layers
            if any(name not in module_of for name, _ in model.sites[path].uses)}


def _refuse(model: Model) -> None:
    unknown = missing(model)
    if unknown:
        raise UserError(f"Gradients cannot pass through {', '.join(unknown)}.",
                        "Choose a method that needs no gradients.")


def _constants(model: Model, view: nn.Module, module_of: Mapping[str, str]) -> dict[str, str]:
    """Every initialiser that is not a layer's weight or bias becomes a buffer: value name -> buffer name. A bias that
    other nodes read, too, is one beside the module's."""
    values = model.ir.graph.initializers
    sites = [model.sites[path] for path in view.layers]  # type: ignore[union-attr]
    inside = {site.initializer for site in sites} | {
        site.bias for site in sites if site.bias is not None and site.bias_node is None
        and all((use.node.name or "") in module_of for use in values[site.bias].uses())}
    names = {}
    for index, (name, value) in enumerate(model.ir.graph.initializers.items()):
        if name in inside or value.const_value is None or value.const_value.dtype == ir.DataType.STRING:
            continue
        names[name] = f"constant{index}"
        view.register_buffer(names[name], torch.tensor(np.array(value.const_value.numpy())), persistent=False)
    return names


def _attributes(node: ir.Node) -> dict[str, Any]:
    found: dict[str, Any] = {"op_type": node.op_type, "outputs": len(node.outputs)}
    for name, attribute in node.attributes.items():
        value = attribute.value
        if isinstance(value, ir.TensorProtocol):
            value = torch.tensor(np.array(value.numpy()))
        found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _conv(model: Model, path: str, node: ir.Node) -> nn.Module:
    a = _attributes(node)
    weight, bias = model.weight(path), model.bias(path)
    dims = weight.ndim - 2
    kind = CONVOLUTIONS[dims] if node.op_type == "Conv" else TRANSPOSED[dims]
    group = a.get("group", 1)
    inputs, outputs = (weight.shape[1] * group, weight.shape[0]) if node.op_type == "Conv" else \
        (weight.shape[0], weight.shape[1] * group)
    options: dict[str, Any] = {"stride": a.get("strides") or 1, "dilation": a.get("dilations") or 1, "groups": group,
                               "bias": bias is not None}
    pads = a.get("pads") or [0] * (2 * dims)
    if a.get("auto_pad", "NOTSET") == "NOTSET" and pads[:dims] == pads[dims:]:
        options["padding"] = pads[:dims]
    if node.op_type == "ConvTranspose":
        options["output_padding"] = a.get("output_padding") or 0
    kernel: Any = weight.shape[2:]
    module = kind(inputs, outputs, kernel, **options)
    return _filled(module, weight, bias)


def _linear(model: Model, path: str, node: ir.Node) -> nn.Module:
    layer, weight = model.layer(path), model.weight(path)
    matrix = weight if layer.out_axis == 0 else weight.T
    bias = model.bias(path) if model.sites[path].bias_node is None else None
    module = nn.Linear(matrix.shape[1], matrix.shape[0], bias=bias is not None)
    return _filled(module, matrix, bias)


def _embedding(model: Model, path: str, node: ir.Node) -> nn.Module:
    weight = model.weight(path)
    return _filled(nn.Embedding(weight.shape[0], weight.shape[1]), weight, None)


MODULES = {"Conv": _conv, "ConvTranspose": _conv, "Gemm": _linear, "MatMul": _linear, "Gather": _embedding}


def _filled(module: nn.Module, weight: np.ndarray, bias: np.ndarray | None) -> nn.Module:
    with torch.no_grad():
        module.weight.copy_(torch.tensor(weight))  # type: ignore[operator]
        if bias is not None:
            module.bias.copy_(torch.tensor(bias))  # type: ignore[operator]
    return module


def _apply(node: ir.Node, module: nn.Module, read: list[Any], a: Mapping[str, Any], left: bool) -> Tensor:
    """Run a layer's module on what the node receives; `left`: the constant is on the left, W x = (xᵗ Wᵗ)ᵗ."""
    if isinstance(module, nn.Embedding):
        return module(torch.where(read[1] < 0, read[1] + module.num_embeddings, read[1]).long())
    if isinstance(module, nn.Linear):
        if left:
            return module(read[1].transpose(-1, -2)).transpose(-1, -2)
        x = read[0].T if a.get("transA") else read[0]
        return module(x)
    x = read[0]
    if node.op_type == "Conv":
        conv: Any = module
        dims = x.dim() - 2
        pairs = window_pads(a, x.shape[2:], conv.kernel_size, conv.stride, conv.dilation)
        if any(before != after for before, after in pairs) or a.get("auto_pad", "NOTSET") != "NOTSET":
            return (functional.conv1d, functional.conv2d, functional.conv3d)[dims - 1](
                pad(x, pairs, 0.0), conv.weight, conv.bias, conv.stride, 0, conv.dilation, conv.groups)
    return module(x)


def _in_graph(model: Model, path: str, module: nn.Module) -> Tensor:
    """The weight of a module in the layout in which the graph stores it."""
    weight: Any = module.weight
    return weight.T if isinstance(module, nn.Linear) and model.layer(path).out_axis == 1 else weight


def _stored(model: Model, path: str, module: nn.Module) -> np.ndarray:
    return np.ascontiguousarray(_in_graph(model, path, module).detach().numpy())
