"""What pruning methods share: a score for each weight, and which weights have the least."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from workbench.core.job import Job
from workbench.graph.edit import Edit
from workbench.graph.encoding import Dense
from workbench.methods.method import Context
from workbench.methods.prune_magnitude import smallest

Scope = Literal["layer", "global"]
SCOPE_HELP = "Compare weights within the layer, or among all layers that have this same step."
Score = Callable[[Context, np.ndarray, Job], np.ndarray]


def prune(context: Context, edit: Edit, score: Score, sparsity: float, scope: Scope, job: Job) -> Edit:
    """Zero the weights of least score. `score(context, weight, job)` gives an array like the weight, larger: kept.

    With scope "global" the number of zeros is fixed for all layers of the step together (see Context.peers).
    """
    own = score(context, edit.weight, job)
    if scope == "layer" or len(context.peers) < 2:
        drop = smallest(own.reshape(1, -1), round(sparsity * own.size)).reshape(own.shape)
        return Edit(Dense(np.where(drop, np.float32(0), edit.weight)), edit.bias)
    all_scores = [own.ravel() if peer.layer.path == context.layer.path else score(peer, peer.weight, job).ravel()
                  for peer in job.each(context.peers, "comparing the layers")]
    count = round(sparsity * sum(part.size for part in all_scores))
    if count == 0:
        return Edit(Dense(edit.weight.copy()), edit.bias)
    joined = np.concatenate(all_scores)
    bound = np.partition(joined, count - 1)[count - 1]
    return Edit(Dense(np.where(own <= bound, np.float32(0), edit.weight)), edit.bias)
