"""How long the runtime takes for one sample."""

import statistics
import time
from collections.abc import Mapping

import numpy as np

from workbench.core.job import Job
from workbench.engine.evaluate import Run

WARM_UP = 5
ROUNDS = 30


def paired_latency_ms(first: Run, second: Run, feeds: Mapping[str, np.ndarray], job: Job) -> tuple[float, float]:
    """Median milliseconds of both for the same sample, run in turn so that a busy machine slows both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in (first, second) * WARM_UP:
        run(feeds)
    for _ in job.each(range(ROUNDS), "measuring latency"):
        for run, into in zip((first, second), times, strict=True):
            start = time.perf_counter()
            run(feeds)
            into.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])
