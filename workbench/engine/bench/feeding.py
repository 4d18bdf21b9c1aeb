"""Samples for measurements."""

from collections.abc import Mapping

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import fixed_batch
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

Feeds = Mapping[str, np.ndarray]


def feeds_of(workspace: Workspace, batch: int) -> Feeds:
    """Return feeds from the data, or synthetic ones. Raises UserError if the model takes another batch size, or none
    can be made."""
    model, data = workspace.model, workspace.data
    fixed = fixed_of(workspace)
    if fixed is not None and fixed != batch:
        raise UserError(
            "The model takes {fixed} samples at a time, not {batch}.", "Give that batch.", fixed=fixed, batch=batch
        )
    if data is not None:
        return data.feeds(np.arange(batch) % data.samples)
    made = runtime.random_inputs(model)
    free = {spec.name for spec in model.inputs if spec.shape and spec.shape[0] is None}
    return {name: np.repeat(value, batch, axis=0) if name in free else value for name, value in made.items()}


def feeds_near(workspace: Workspace, batch: int) -> tuple[Feeds, int]:
    """Return feeds with the batch size that the model takes; none if they cannot be made up."""
    batch = fixed_of(workspace) or batch
    try:
        return feeds_of(workspace, batch), batch
    except UserError:
        return {}, batch


def fixed_of(workspace: Workspace) -> int | None:
    """Return the number of samples that a run takes, if the model fixes it."""
    alone = workspace.data is not None and workspace.data.alone
    return 1 if alone else fixed_batch(workspace.model.inputs)
