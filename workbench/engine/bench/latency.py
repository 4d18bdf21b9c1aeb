"""Latency of the runtime for one sample."""

import time
from collections.abc import Mapping, Sequence

import numpy as np

from workbench.core.analysis.profile import Spread
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.engine.base.evaluate import Run

BLOCKS = 6
RUNS = 8  # in a block; the first of them, while the other model's threads still spin, do not count
SETTLING = 3
COUNTED = BLOCKS * (RUNS - SETTLING)


def paired_latency_ms(first: Run, second: Run, feeds: Mapping[str, np.ndarray], job: Job) -> tuple[float, float]:
    """Return the median milliseconds of `paired_latencies`."""
    before, after = paired_latencies(first, second, feeds, job)
    return before.median, after.median


def paired_latencies(first: Run, second: Run, feeds: Mapping[str, np.ndarray], job: Job) -> tuple[Spread, Spread]:
    """Return milliseconds of both for the same sample, in alternating blocks, so that a busy machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in job.each(range(BLOCKS), Message("measuring latency")):
        for run, into in zip((first, second), times, strict=True):
            into += _block(run, feeds)
    return spread(times[0]), spread(times[1])


def _block(run: Run, feeds: Mapping[str, np.ndarray]) -> list[float]:
    """Return milliseconds of each counted run of a block."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run(feeds)
        taken.append((time.perf_counter() - start) * 1000)
    return taken[SETTLING:]


def spread(measured: Sequence[float]) -> Spread:
    """Return the median and the quartiles."""
    low, median, high = np.percentile(measured, [25, 50, 75])
    return Spread(float(median), float(low), float(high))
