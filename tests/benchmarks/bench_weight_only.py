"""Is a weight-only file slower than the original? Paired runs in ONNX Runtime, batch 1; prints ratios.

python -m tests.benchmarks.bench_weight_only [MODEL.onnx] [--rounds 300]

Original and edited model run in turn, so that what else the machine does hits both alike; the ratio is of the tenth
percentiles, because other work only ever adds time, with a 95 % interval from resampled pairs. Loading is measured too
(best of five): that is when the runtime decodes the weights.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort

from workbench.core.base.job import Job
from workbench.formats.opening import open_model
from workbench.graph.encodings.dense import Dense
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.methods.common import grids

DEMO = Path(__file__).parents[2] / "resources" / "demo" / "fashion_cnn.onnx"


def affine(model: Model, bits: int, sparsity: float = 0.0) -> dict[str, Edit]:
    """Every editable layer on a symmetric grid per channel, its smallest weights zero."""
    edits = {}
    for path in model.sites:
        weight, layer = model.weight(path), model.layer(path)
        if sparsity:
            weight = np.where(np.abs(weight) < np.quantile(np.abs(weight), sparsity), np.float32(0), weight)
        grid = grids.view(weight, layer.out_axis, "channel", 0)
        scale, zero = grids.scales(grid, bits, True, "minmax", 100)
        edits[path] = Edit(grids.quantize(grid, scale, zero, bits, True))
    return edits


def short_floats(model: Model) -> dict[str, Edit]:
    return {path: Edit(Dense(model.weight(path).astype(np.float16))) for path in model.sites}


CASES: dict[str, Callable[[Model], dict[str, Edit]]] = {
    "int8": lambda model: affine(model, 8),
    "int4": lambda model: affine(model, 4),
    "int4, 90 % zeros": lambda model: affine(model, 4, 0.9),
    "float16": short_floats,
}


def paired(
    first: ort.InferenceSession, second: ort.InferenceSession, feeds: dict[str, np.ndarray], rounds: int
) -> tuple[float, float, float]:
    """Time of `second` over that of `first`, and the bounds of its 95 % interval."""
    times = np.empty((rounds, 2))
    for index in range(-rounds // 10, rounds):
        for column, session in enumerate((first, second)):
            start = time.perf_counter()
            session.run(None, feeds)
            times[index, column] = time.perf_counter() - start
    rng = np.random.default_rng(0)
    resampled = [_ratio(times[rng.integers(0, rounds, rounds)]) for _ in range(500)]
    low, high = np.quantile(resampled, [0.025, 0.975])
    return _ratio(times), float(low), float(high)


def _ratio(times: np.ndarray) -> float:
    first, second = np.quantile(times, 0.1, axis=0)
    return float(second / first)


def load(content: bytes) -> tuple[ort.InferenceSession, float]:
    """A session and the seconds that it took to make, the best of five."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        session = runtime.session(content, threads=1)
        seconds.append(time.perf_counter() - start)
    return session, min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default=str(DEMO))
    parser.add_argument("--rounds", type=int, default=300)
    arguments = parser.parse_args()
    model = open_model(arguments.model, job=Job())
    original = model.to_bytes()
    session, seconds = load(original)
    print(f"{'':20}{'bytes':>12}{'load ms':>10}{'time / original (95 %)':>28}")
    print(f"{'original':20}{len(original):12,}{seconds * 1e3:10.1f}")
    for name, make in CASES.items():
        content = with_edits(model, make(model)).to_bytes()
        edited, seconds = load(content)
        ratio, low, high = paired(session, edited, runtime.random_feeds(model.inputs), arguments.rounds)
        print(f"{name:20}{len(content):12,}{seconds * 1e3:10.1f}{ratio:13.3f} ({low:.3f} … {high:.3f})")


if __name__ == "__main__":
    main()
