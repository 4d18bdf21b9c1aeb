"""Torch views for all commands, and the few samples on which they are compared with ONNX Runtime."""

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import fixed_batch
from workbench.core.layer_data.tokens import empty_cache
from workbench.data.dataset import Dataset
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut

if TYPE_CHECKING:  # importing torch takes a second, and most commands do not need it
    from workbench.graph.torch.torch_view import TorchView

FREE = (64, 16, 224, 1, 512, 576, 2048)  # sizes tried for free dimensions of inputs; audio is long


def view_of(model: Model, data: Dataset | None = None) -> "TorchView":
    """Return a view that was compared with ONNX Runtime on two samples; of the measured output only, if there is data.

    Raises UserError naming the operator in the way.
    """
    from workbench.graph.torch.torch_proof import proved_view

    return proved_view(
        model if data is None else cut.with_single_output(model, data.answer.name), few_samples(model, data)
    )


def few_samples(model: Model, data: Dataset | None) -> dict[str, np.ndarray]:
    """Return two samples, or noise of a shape that the model accepts. Raises UserError if none is found."""
    count = (fixed_batch(model.inputs) if data is None else data.fixed_batch) or 2
    if data is not None and data.samples >= count:
        return dict(data.feeds(slice(0, count)))
    if all(size is not None for spec in model.inputs for size in spec.shape[1:]):
        return _noise(model, count, 1)
    session = runtime.session(model)
    for size in FREE:
        feeds = _noise(model, count, size)
        with suppress(UserError):  # the model does not accept this shape
            runtime.run(session, runtime.read_by(session, feeds))
            return feeds
    raise UserError(
        "A change is verified by running the model, but no input shape was found that the model accepts.",
        "Attach a data set.",
    )


def _noise(model: Model, count: int, free: int) -> dict[str, np.ndarray]:
    """Return noise whose samples lie along the first axis, if that is free, and along axes with its name: possibly
    another one of a state."""
    rng = np.random.default_rng(0)
    made = {}
    batches = {spec.axes[0] for spec in model.inputs if spec.axes and spec.shape[0] is None} - {""}
    for spec in model.inputs:
        names = spec.axes or ("",) * len(spec.shape)
        shape = [
            size or (count if index == 0 or name in batches else free)
            for index, (size, name) in enumerate(zip(spec.shape, names, strict=True))
        ]
        empty = empty_cache(spec.name, spec.shape, spec.axes)
        if empty is not None:  # of as many samples
            shape = [count if size == 1 and spec.shape[axis] is None else size for axis, size in enumerate(empty)]
        if spec.default is not None:
            places = zip(spec.default.shape, names, strict=True)
            repeated = [count if size == 1 and name in batches else size for size, name in places]
            made[spec.name] = np.broadcast_to(spec.default, repeated).copy()
            continue
        made[spec.name] = runtime.drawn(rng, spec.name, spec.dtype, shape)
    return made
