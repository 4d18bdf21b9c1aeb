"""Batch sizes that limit the memory of a run."""

import numpy as np

from workbench.engine.base.evaluate import BATCH
from workbench.graph.model.model import Model

RUN = 64 << 20  # approximate bytes of values in a run: more is slower, and the runtime keeps the memory


def samples_at_once(model: Model) -> int:
    """Return the batch size: at most `BATCH`, fewer if the values of a run are large."""
    return int(np.clip(RUN // max(model.run_bytes, 1), 1, BATCH))
