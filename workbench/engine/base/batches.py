"""Batch sizes that limit the memory of a run, and how a number of samples is told."""

from pathlib import Path

import numpy as np

from workbench.core.base.message import Message
from workbench.engine.base.evaluate import BATCH
from workbench.graph.model.model import Model

RUN = 64 << 20  # approximate bytes of values in a run: more is slower, and the runtime keeps the memory


def samples_at_once(model: Model) -> int:
    """Return the batch size: at most `BATCH`, fewer if the values of a run are large."""
    return int(np.clip(RUN // max(model.run_bytes, 1), 1, BATCH))


def calibrating(count: int, path: str) -> Message:
    """Say how many samples of which file calibrate; "" for the evaluation data."""
    if path:
        return Message(
            "{n:,} samples of {calibration}", one="{n} sample of {calibration}", n=count, calibration=Path(path).name
        )
    return Message(
        "{n:,} inputs of the evaluation data, without labels (no calibration data was given)",
        one="{n} input of the evaluation data, without label (no calibration data was given)",
        n=count,
    )
