"""The graph as a torch module, for gradients, training and dependency groups.

Nodes that compute a layer become nn modules, so that optimisers and Torch-Pruning see them; all other nodes are
functions (torch_ops). Trained weights are written back by the layer's path. A view is a second implementation of the
model: code that trains or predicts gets it from torch_proof, which compares it with ONNX Runtime first.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx_ir as ir
import torch
from torch import Tensor, nn

from workbench.core.base.errors import UserError
from workbench.core.base.message import Joined, Message
from workbench.graph.model.model import Model
from workbench.graph.torch.torch_modules import MODULES, apply, in_graph
from workbench.graph.torch.torch_ops import OPS, Unsupported, attributes, key, refusal


class TorchView(nn.Module):
    """Takes the model's inputs in order, or by name; returns the outputs in order.

    `layers` maps the path of each layer that became a module to it. The constructor raises UserError naming every
    operator that has no torch counterpart here; a call raises it naming the operator that cannot run on these inputs.
    """

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.opset = model.opset
        self.input_names = tuple(spec.name for spec in model.inputs)
        self.output_names = tuple(value.name or "" for value in model.ir.graph.outputs)
        self._steps = list(model.ir.graph)
        self._wide = False
        by_node = _computing(model)
        self.layers: dict[str, nn.Module] = {}
        self._module_of: dict[str, str] = {}
        if unknown := missing(model):
            raise refused(Joined(unknown))
        self._attributes = {node.name or "": attributes(node, self.opset) for node in self._steps}
        for node in self._steps:
            path = by_node.get(node.name or "")
            if path is not None and node.op_type in MODULES:
                self._add_layer(node, path)
        self._held = _held(model, self.layers, self._module_of)
        self._constants = _constants(model, self, self._module_of)

    def _add_layer(self, node: ir.Node, path: str) -> None:
        if path not in self.layers:
            made = MODULES[node.op_type](self.model, path, node, self._attributes[node.name or ""])
            self.layers[path] = made
            self.add_module(f"layer{len(self.layers)}", made)
        self._module_of[node.name or ""] = path

    def double(self) -> "TorchView":
        """Convert everything to float64, including values that the graph casts to float32."""
        self._wide = True
        return super().double()

    def forward(self, *inputs: Tensor, **named: Tensor) -> tuple[Tensor, ...]:
        values = self.values(dict(zip(self.input_names, inputs, strict=False)) | named)
        return tuple(values[name] for name in self.output_names)

    def values(self, feeds: Mapping[str, Tensor]) -> dict[str, Any]:
        """Return every value of the graph by name."""
        values = self.initial_values(feeds)
        for node in self._steps:
            try:
                values.update(self.step(node, values))
            except Unsupported as error:
                raise refused(Message("{op} {error}", op=node.op_type, error=error), node.name) from error
        return values

    def initial_values(self, feeds: Mapping[str, Tensor]) -> dict[str, Any]:
        """Return the initial values of the run: inputs, constants, and weights that nodes besides their layer's
        read."""
        values: dict[str, Any] = dict(feeds)
        for name in self._constants:
            values[name] = self.get_buffer(self._constants[name])
        for path, name in self._held.items():
            values[name] = in_graph(self.model, path, self.layers[path])
        return values

    def step(self, node: ir.Node, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the output values of one node, by name."""
        name = node.name or ""
        read = [None if value is None or not value.name else values.get(value.name) for value in node.inputs]
        path = self._module_of.get(name)
        if path is not None:
            made: Any = apply(node, self.model.sites[path], self.layers[path], read, self._attributes[name])
        else:
            operator = OPS[key(node)]
            absent = [] if operator.variadic else [None] * (operator.inputs - len(read))
            made = operator.run(self._attributes[name], read + absent, self.opset)
        results = made if isinstance(made, tuple | list) else (made,)
        if self._wide:
            results = [
                each.double() if isinstance(each, Tensor) and each.dtype == torch.float32 else each for each in results
            ]
        return {output.name: each for output, each in zip(node.outputs, results, strict=False) if output.name}

    def is_layer(self, node: ir.Node) -> bool:
        """Return whether a node is computed by a layer's module."""
        return (node.name or "") in self._module_of

    def is_buffer(self, initializer: str) -> bool:
        """Return whether an initialiser is a buffer, rather than missing from the graph or a module's weight or
        bias."""
        return initializer in self._constants

    def buffer_of(self, initializer: str) -> str:
        """Return the name of the buffer that holds an initialiser."""
        return self._constants[initializer]

    def weights(self) -> dict[str, np.ndarray]:
        """Return the current weights of the layers in the graph's layout, by path."""
        return {
            path: np.ascontiguousarray(in_graph(self.model, path, module).detach().numpy())
            for path, module in self.layers.items()
        }

    def biases(self) -> dict[str, np.ndarray]:
        """Return the biases of layers that have one, by path."""
        return {
            path: module.bias.detach().numpy()
            for path, module in self.layers.items()
            if getattr(module, "bias", None) is not None and isinstance(module.bias, Tensor)
        }


def refused(what: str, node: str | None = None, why: str = "") -> UserError:
    """Return the error that names what gradients cannot pass, the responsible node if there is one, and why."""
    where = Message("{subject} (node '{node}')", subject=what, node=node) if node else what
    return UserError(
        Message("Gradients cannot pass through {where}: {why}.", where=where, why=why)
        if why
        else Message("Gradients cannot pass through {where}.", where=where),
        "Choose a method that needs no gradients.",
    )


def missing(model: Model) -> list[str]:
    """Return the operators of the graph that the view does not support, with the unsupported attribute."""
    return sorted({reason for node in model.ir.graph if (reason := refusal(node, model.opset))})


def _computing(model: Model) -> dict[str, str]:
    """Return node -> layer, for nodes that become the layer's module because they compute it identically. Others that
    read its weight, such as a tied embedding's multiplied transposed, read it as a value."""
    return {
        name: path
        for path, site in model.sites.items()
        for name, index in site.uses
        if index == site.weight_input and _alike(model.nodes[name], model.nodes[site.node])
    }


def _alike(node: ir.Node, other: ir.Node) -> bool:
    """Return whether two nodes have the same operator, settings and bias."""
    settings, others = ({name: str(value.value) for name, value in each.attributes.items()} for each in (node, other))
    return node.op_type == other.op_type and settings == others and node.inputs[2:] == other.inputs[2:]


def _held(model: Model, layers: Mapping[str, nn.Module], module_of: Mapping[str, str]) -> dict[str, str]:
    """Return the weights, by path, that nodes other than those of their modules read."""
    return {
        path: model.sites[path].initializer
        for path in layers
        if any(name not in module_of for name, _ in model.sites[path].uses)
    }


def _constants(model: Model, view: nn.Module, module_of: Mapping[str, str]) -> dict[str, str]:
    """Register every initialiser that is not a layer's weight or bias as a buffer; return value name -> buffer name. A
    bias with other readers is registered besides the module's."""
    values = model.ir.graph.initializers
    sites = [model.sites[path] for path in view.layers]  # type: ignore[union-attr]
    inside = {site.initializer for site in sites} | {
        site.bias
        for site in sites
        if site.bias is not None
        and site.bias_node is None
        and all((use.node.name or "") in module_of for use in values[site.bias].uses())
    }
    names = {}
    for index, (name, value) in enumerate(model.ir.graph.initializers.items()):
        if name in inside or value.const_value is None or value.const_value.dtype == ir.DataType.STRING:
            continue
        names[name] = f"constant{index}"
        view.register_buffer(names[name], torch.tensor(_known(value.const_value.numpy())), persistent=False)
    return names


def _known(array: np.ndarray) -> np.ndarray:
    """Return a copy; for a type that torch lacks (bfloat16, float8, int4), the same values in a wider type."""
    if array.dtype.type.__module__ == "numpy":  # in any byte order, as isbuiltin covers only the native one
        return np.array(array)
    name = array.dtype.name
    return array.astype(np.uint8 if name.startswith("uint") else np.int8 if name.startswith("int") else np.float32)
