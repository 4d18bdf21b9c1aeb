"""How many samples go through a model at once."""

import numpy as np

from workbench.engine.base.evaluate import BATCH
from workbench.graph.model.model import Model

RUN = 64 << 20  # bytes of the values that this takes, about: more is slower, and the runtime keeps them


def samples_at_once(model: Model) -> int:
    """At most `BATCH`, fewer where the values of a run are large."""
    return int(np.clip(RUN // max(model.run_bytes, 1), 1, BATCH))
