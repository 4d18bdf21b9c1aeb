"""Gradients of the loss with respect to every layer's weight, from one pass over the calibration samples."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.answer import Answer
from workbench.data.dataset import Dataset
from workbench.engine.base.differentiable import view_of
from workbench.engine.supervision.losses import logits
from workbench.graph.model.model import Model
from workbench.graph.subgraph import cut
from workbench.graph.torch.torch_modules import MODULES

SAMPLES = 256
# The squared gradients are of a few samples together: with single samples this would be the exact diagonal of the
# empirical Fisher matrix, at eight times the cost.
TOGETHER = 8
HAVING = {*MODULES, "Embedding"}  # layers that can have gradients


@dataclass(frozen=True, eq=False)
class Gradients:
    """Gradients of one layer, in its weight's stored layout: the mean, and the mean of the square (per sample).

    gates   [output channels] mean square of the gradient with respect to a factor of the channel's output
    """

    mean: np.ndarray
    square: np.ndarray
    gates: np.ndarray

    @property
    def nbytes(self) -> int:
        return self.mean.nbytes + self.square.nbytes + self.gates.nbytes


def gradients(model: Model, data: Dataset, job: Job) -> dict[str, Gradients]:
    """Return the gradients of every layer that is a module of the torch view.

    The loss is the cross-entropy to class labels if there are some, else to the model's own predictions; for outputs
    that are no class scores, the mean square of the output. Layers that lead only to outputs that are not measured use
    these outputs. Raises UserError naming operators that gradients cannot pass on the way to the measured output.
    """
    found = _gradients(model, data, job)
    for other in _others(model, data, found):
        with suppress(UserError):  # of an integer output; layers that lead only there have no gradients
            found = _gradients(model, other, job.silent()) | found
    return found


def _others(model: Model, data: Dataset, found: Collection[str]) -> Iterator[Dataset]:
    """Yield the data for each output that is not measured but depends on layers without gradients so far; without
    labels, which belong to the measured output."""
    for index, value in enumerate(model.ir.graph.outputs):
        name = value.name or ""
        if name != data.answer.name and any(
            path not in found and model.layer(path).op in HAVING for path in cut.with_single_output(model, name).sites
        ):
            yield replace(data, answer=Answer(name, index), labels=None)


def _gradients(model: Model, data: Dataset, job: Job) -> dict[str, Gradients]:
    """Return the gradients of the layers that lead to the measured output."""
    view = view_of(model, data)
    parameters = {path: module.weight for path, module in view.layers.items()}
    total = {path: torch.zeros_like(weight) for path, weight in parameters.items()}  # type: ignore[arg-type]
    square = {path: torch.zeros_like(weight) for path, weight in parameters.items()}  # type: ignore[arg-type]
    gates = {path: torch.zeros(_outputs(model, path)) for path in parameters}
    biases = {
        path: module.bias
        for path, module in view.layers.items()
        if isinstance(getattr(module, "bias", None), torch.Tensor)
    }
    samples = data.first(SAMPLES)
    if samples == 0:
        raise UserError("There are no calibration samples.", "Give a data set.")
    size = data.at_once(TOGETHER)
    for start in job.each(range(0, samples, size), Message("computing gradients")):
        chosen = slice(start, min(start + size, samples))
        feeds = {name: torch.from_numpy(array) for name, array in data.feeds(chosen).items()}
        count = chosen.stop - chosen.start
        loss = loss_of(data.answer.take(view(**feeds)[0]), None if data.labels is None else data.labels[chosen]) * count
        found = torch.autograd.grad(
            loss,
            [*parameters.values(), *biases.values()],  # type: ignore[arg-type]
            allow_unused=True,
        )
        shifts = dict(zip(biases, found[len(parameters) :], strict=True))
        for path, gradient in zip(parameters, found, strict=False):
            if gradient is not None:
                total[path] += gradient
                square[path] += gradient.square()
                gates[path] += _gate(model, path, parameters[path], gradient, biases.get(path), shifts.get(path))
    return {
        path: Gradients(
            _like(model, path, total[path] / samples),
            _like(model, path, square[path] / samples),
            gates[path].numpy() / samples,
        )
        for path in parameters
    }


def _outputs(model: Model, path: str) -> int:
    """Return the number of output channels; for a ConvTranspose [in, out / groups, ...], of all groups."""
    layer = model.layer(path)
    return layer.matrix[0] * (layer.groups if layer.op == "ConvTranspose" else 1)


def _gate(
    model: Model, path: str, weight: Any, gradient: torch.Tensor, bias: Any, shift: torch.Tensor | None
) -> torch.Tensor:
    """Return the squared gradient of a factor of each output channel, [output channels]: the sum over all that the
    channel is computed from."""
    layer = model.layer(path)
    product = weight.detach() * gradient
    if layer.op == "ConvTranspose":  # [in, out / groups, ...]: each group of inputs has separate outputs
        gate = product.reshape(layer.groups, -1, product.shape[1], *product.shape[2:]).transpose(1, 2).flatten(2)
        gate = gate.sum(dim=2).flatten()
    else:  # as the modules have it: [out, in], of an Embedding [tokens, out]
        gate = product.flatten(1).sum(dim=1) if layer.op != "Embedding" else product.sum(dim=0)
    if bias is not None and shift is not None:
        gate = gate + bias.detach() * shift
    return gate.square()


def loss_of(outputs: torch.Tensor, labels: np.ndarray | None) -> torch.Tensor:
    """Return the mean loss over the samples (see `gradients`). Raises UserError for outputs without gradients."""
    if not outputs.requires_grad:
        raise UserError(
            "The model's output has no gradients: it is a class or a decision, not a score.",
            "Use methods that need no gradients, or export the model with its scores as an output.",
        )
    if outputs.dim() != 2 or outputs.shape[1] < 2:
        return outputs.square().mean()
    if labels is None or labels.ndim != 1 or labels.dtype.kind not in "iu":
        target = outputs.detach().argmax(dim=1)
    else:
        target = torch.from_numpy(labels.astype(np.int64))
    return functional.cross_entropy(logits(outputs), target)


def _like(model: Model, path: str, gradient: torch.Tensor) -> np.ndarray:
    """Return a gradient of the module's weight in the layout in which the graph stores it."""
    array = gradient.detach().numpy()
    layer = model.layer(path)
    linear = layer.op in ("Gemm", "MatMul")
    return np.ascontiguousarray(array.T if linear and layer.out_axis == 1 else array)


def synaptic_flow(model: Model, masks: Mapping[str, np.ndarray], data: Dataset) -> dict[str, np.ndarray]:
    """Return SynFlow scores |w * dR/dw| of every layer, R the sum of outputs for an all-ones input (Tanaka et al.
    2020).

    Layers that lead only to outputs that are not measured get the flow to these. Weights are taken absolute, in
    float64, with `masks` applied where given; `data` provides only the input's shape.
    """
    found = _flow(model, masks, data)
    for other in _others(model, data, found):
        with suppress(UserError):
            found = _flow(model, masks, other) | found
    return found


def _flow(model: Model, masks: Mapping[str, np.ndarray], data: Dataset) -> dict[str, np.ndarray]:
    """Return the synaptic flow of the layers that lead to the measured output."""
    view = view_of(model, data).double()
    with torch.no_grad():
        for path, module in view.layers.items():
            module.weight.abs_()  # type: ignore[operator]
            if path in masks:
                module.weight.mul_(_module_like(model, path, masks[path]))  # type: ignore[operator]
            if isinstance(getattr(module, "bias", None), torch.Tensor):
                module.bias.zero_()  # type: ignore[operator]
    ones = {
        name: torch.ones(array.shape, dtype=torch.float64) if array.dtype.kind == "f" else torch.from_numpy(array)
        for name, array in data.least().items()
    }
    weights: dict[str, Any] = {path: module.weight for path, module in view.layers.items()}
    flow = view(**ones)[0].sum()
    found = torch.autograd.grad(flow, list(weights.values()), allow_unused=True)
    return {
        path: _like(
            model, path, torch.zeros_like(weights[path]) if gradient is None else (weights[path] * gradient).abs()
        )
        for path, gradient in zip(weights, found, strict=True)
    }


def _module_like(model: Model, path: str, array: np.ndarray) -> torch.Tensor:
    layer = model.layer(path)
    linear = layer.op in ("Gemm", "MatMul")
    return torch.tensor(array.T if linear and layer.out_axis == 1 else array, dtype=torch.float64)
