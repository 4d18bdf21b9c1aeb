"""Calibration of a large decoder layer after layer: seconds and memory, going on where the last run ended and, as it
was, from the start each time.

`python -m tests.benchmarks.bench_calibration [FOLDER] [MILLIONS] [SAMPLES]` builds the random decoder of bench_kernels,
and measures the second moments of what every layer receives (GPTQ, AWQ, whitening) in fresh processes, in turns: as a
recipe for all layers asks for them, and one layer at a time as a scan does. The head is left out.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.benchmarks.bench_kernels import SIZES, build
from workbench.core.base.job import Job
from workbench.engine.base.cache import Cache
from workbench.engine.bench import fresh
from workbench.engine.calibration import input_moments, layer_context
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.workspace import Workspace

LENGTH = 64  # tokens of a sample
KEPT = 1 << 29  # bytes of moments that are kept, as of all results
WAYS = ("all from the start", "all going on", "each from the start", "each going on")


def moments(original: Path, way: str) -> None:
    """Measure in a process that does nothing else, and print."""
    workspace = Workspace.open(str(original), Job()).attach(str(original.with_name("tokens.npz")), Job())
    model, data = workspace.model, workspace.calibration
    assert data is not None
    paths = tuple(path for path in model.sites if path.startswith("blocks"))
    if way.endswith("from the start"):
        real = input_moments.runs
        input_moments.runs = lambda *given: real(*given[:-1])  # type: ignore[assignment]
    beside = paths if way.startswith("all") else ()
    context = LayerContext(model, paths[0], data, 0, Cache(KEPT), beside=beside)
    fresh.forget_most()
    start, before, total = time.perf_counter(), fresh.most() or 0, 0.0
    for path in paths:
        total += float(np.trace(replace(context, path=path).gram(Job())[0]))
        model.release(path)
    seconds, peak = time.perf_counter() - start, (fresh.most() or 0) - before
    layer_context.release(data, context.cache)
    print(f"| {way} | {len(paths)} | {seconds:.1f} | {peak / 1e6:.0f} | {total:.6g} |", flush=True)


def main(folder: Path, millions: int, samples: int) -> None:
    original = folder / "decoder.onnx"
    print(f"{build(original, millions):,} parameters, {samples} samples of {LENGTH} tokens", flush=True)
    tokens = np.random.default_rng(1).integers(0, SIZES[millions][2], (samples, LENGTH))
    np.savez(folder / "tokens.npz", ids=tokens)
    print("| | layers | s | peak MB above the opened model | sum of traces |\n|---|---|---|---|---|", flush=True)
    for way in WAYS:
        subprocess.run([sys.executable, "-m", __spec__.name, str(folder), way], check=True)


if __name__ == "__main__":
    if sys.argv[2:] and not sys.argv[2].isdigit():  # by itself, for one way
        moments(Path(sys.argv[1]) / "decoder.onnx", sys.argv[2])
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(
                Path(sys.argv[1] if sys.argv[1:] else temporary),
                int(sys.argv[2]) if sys.argv[2:] else 139,
                int(sys.argv[3]) if sys.argv[3:] else 8,
            )
