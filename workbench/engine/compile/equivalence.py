"""Checks in ONNX Runtime, for every transformed model, that it is equivalent.

Removed channels: the original with these channels set to zero, wherever they are produced or read, must have the
outputs of the smaller model. Changed scales: the model must have the outputs of the original.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.dataset import Dataset
from workbench.engine.base.differentiable import few_samples
from workbench.graph.channels.slicing import silenced
from workbench.graph.channels.units import Channels
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime

TOLERANCE = 1e-4  # of the largest output
ROUNDING = 1e-6  # outputs that are all as small as this say nothing
# What ONNX Runtime says of an operator: when it runs it, and when it loads it; with its groups of kind and name.
STOPPED = (
    (re.compile(r"while running (\w+) node\. Name:'([^']*)'"), 1, 2),
    (re.compile(r"Node \(([^)]*)\) Op \((\w+)\)"), 2, 1),
)
SATURATING = ("Sigmoid", "Softmax", "LogSoftmax", "HardSigmoid", "Tanh")


class NotProved(UserError):
    """Raised for a changed model that does not run, or whose outputs are not as required."""


@dataclass(frozen=True, eq=False)
class Changed:
    """A model made by structural steps, with a note for each changed layer and remarks on the whole.

    kept        for each layer that lost channels, the remaining indices along each axis of its weight
    """

    model: Model
    notes: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    kept: Mapping[str, tuple[np.ndarray, ...]] = field(default_factory=dict)


def prove_same(model: Model, other: Model, data: Dataset | None, job: Job) -> None:
    """Run both models. Raises UserError if their outputs differ."""
    job.check()
    feeds = few_samples(model, data)
    for a, b in zip(_run(other, feeds), _run(model, feeds), strict=True):
        if a.shape != b.shape or not _close(a, b):
            raise UserError(
                "Rescaling the channels changes the model's outputs.",
                "Remove the rescaling step, and report this model.",
            )


def prove_shapes(model: Model, other: Model, data: Dataset | None, job: Job) -> None:
    """Run both models. Raises UserError if the other does not run, or its outputs have other shapes."""
    job.check()
    feeds = few_samples(model, data)
    try:
        found = _run(other, feeds)
    except Exception as error:
        raise UserError(
            "With these students the model does not run: it contains a fixed size that could not be adapted.",
            "Replace other blocks.",
        ) from error
    if [value.shape for value in found] != [value.shape for value in _run(model, feeds)]:
        raise UserError("With these students the model's output shape changes.", "Replace other blocks.")


def prove_removal(
    model: Model, smaller: Model, channels: Channels, removed: set[int], data: Dataset | None, job: Job
) -> tuple[str, ...]:
    """Compare the smaller model with the masked original; returns a remark if there is nothing to compare with.

    A LayerNormalization has another mean without the removed channels; the smaller model is then compared with its
    torch view, if that of the original agrees with ONNX Runtime. Raises NotProved if it does not run or its outputs
    differ.
    """
    job.check()
    feeds = few_samples(model, data)
    try:
        _run(smaller, feeds, optimize=False)  # as written: a fusion would jump over a reshape that does not fit
        found = _run(smaller, feeds)
    except Exception as error:
        raise NotProved(
            "Without these channels {where} does not run: it contains a fixed size that could not be adapted.",
            "Choose other layers for channel removal.",
            where=_where(error),
        ) from error
    if not removed & channels.normed:
        expected = _run(silenced(model, channels, removed), feeds)
    else:
        by_torch = _by_torch(model, smaller, feeds)
        if by_torch is None:
            return (
                Message(
                    "a normalization now averages over fewer channels; the result could not be "
                    "compared with a reference"
                ),
            )
        expected = by_torch
    for a, b in zip(found, expected, strict=False):  # the torch view gives the model's outputs alone
        if a.shape != b.shape or not _close(a, b):
            raise NotProved(
                "Removing these channels changes the model's outputs in an unexpected way.",
                "Choose other layers for channel removal, and report this model.",
            )
    return ()


def _where(error: BaseException) -> str:
    """Return the operator at which ONNX Runtime stopped, "Reshape 'name'", if the error names it."""
    text = f"{error} {error.__cause__ or ''}"
    for pattern, op, name in STOPPED:
        if found := pattern.search(text):
            return f"{found[op]} '{found[name]}'"
    return Message("the model")


def _by_torch(model: Model, smaller: Model, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray] | None:
    """Return the smaller model's outputs as torch computes them; None if it computes the original wrongly or not at
    all."""
    import torch

    from workbench.graph.torch.torch_proof import proved_view
    from workbench.graph.torch.torch_view import TorchView

    try:
        proved_view(model, feeds)
    except UserError:
        return None
    with torch.no_grad():
        made = TorchView(smaller)(**{name: torch.from_numpy(array) for name, array in feeds.items()})
    return [value.numpy() for value in made]


def _run(model: Model, feeds: Mapping[str, np.ndarray], optimize: bool = True) -> list[np.ndarray]:
    """Return the outputs, and the inputs of the functions that produce them: a saturated Sigmoid would hide
    differences."""
    copy = model.ir.clone()
    for value in list(copy.graph.outputs):
        node = value.producer()
        if node is not None and node.op_type in SATURATING and node.inputs[0] is not None:
            inner = node.inputs[0]
            if inner.producer() is not None and inner not in copy.graph.outputs:
                inner.type = inner.type or value.type
                copy.graph.outputs.append(inner)
    session = runtime.session(replace(model, ir=copy), optimize=optimize)
    outputs = runtime.run(session, runtime.read_by(session, feeds))
    return [value for value in outputs if isinstance(value, np.ndarray)]  # sequences and maps are made of others


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype.kind != "f":
        return bool(np.mean(a == b) > 0.99)  # indices may differ on ties
    scale = float(np.abs(b).max(initial=0.0))
    return bool(np.abs(a.astype(np.float64) - b).max(initial=0.0) <= TOLERANCE * scale + ROUNDING)
