"""Sensitivity of a decoder's layers: in one pass over the blocks, from gradients, and by running every candidate.

`python -m tests.benchmarks.bench_blocks FOLDER [SAMPLES]`, where tests.benchmarks.language trained the model. Each way
runs in a fresh process with one thread; seconds are of the processor, without opening the model and the data. What is
compared by rank is the divergence of the outputs on the same samples (language.md).
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from workbench.core.analysis.measured import Measuring
from workbench.core.analysis.sensitivity import CANDIDATES, Wanted
from workbench.core.base.job import Job
from workbench.data.dataset import Feeds
from workbench.engine.analysis import scan_trials, sensitivity
from workbench.engine.base.evaluate import runner
from workbench.engine.bench.fresh import most
from workbench.engine.preview.divergence import divergence
from workbench.engine.preview.previewer import SuffixRunner
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

STACKS = tuple(stack for stack in CANDIDATES if stack[0].method != "prune.channels")
WAYS = {
    "every": "every candidate is run",
    "gradients": "predicted from gradients",
    "blocks": "one pass over the blocks",
}
Row = tuple[str, str, float]


def every(workspace: Workspace) -> Iterator[Row]:
    """Each candidate from its layer on, as a scan measures them."""
    evaluator = workspace.measurable()
    run = runner(runtime.session(workspace.model))
    before = [evaluator.answer(run(evaluator.data.feeds(chosen))) for chosen in evaluator.batches()]
    for layer in workspace.model.layers:
        suffix = SuffixRunner(workspace.model, layer.path)
        for stack in STACKS:
            if layer.locked or sensitivity._refusal_of(workspace, layer.path, stack):
                continue
            run = suffix.run(scan_trials.edited(workspace, layer.path, stack, 0, Job()))
            moved = [
                divergence(evaluator.answer(run(Feeds(evaluator.data, chosen))), first, tokens=True)
                for chosen, first in zip(evaluator.batches(), before, strict=True)
            ]
            yield layer.path, str(stack), float(np.concatenate(moved).mean())


def scanned(workspace: Workspace, way: str) -> Iterator[Row]:
    if way == "gradients":
        found = sensitivity.scan(workspace, Job(), Wanted(STACKS, share=0.0, race=False))
    else:
        sensitivity.LONG, sensitivity.CHECKS = 0.0, 1
        found = sensitivity.scan(workspace, Job(), Wanted(STACKS))
    yield from ((trial.path, str(trial.candidate), trial.predicted) for trial in found.trials if trial.predicted)


def measured(folder: Path, samples: int, way: str) -> None:
    workspace = Workspace.open(str(folder / "decoder.onnx"), Job()).attach(
        str(folder / "text.jsonl"),
        Job(),
        calibration=str(folder / "calibration.jsonl"),
        measuring=Measuring(("perplexity",)),
        count=samples,
    )
    start = time.process_time()
    rows = list(every(workspace) if way == "every" else scanned(workspace, way))
    seconds = time.process_time() - start
    print(json.dumps({"rows": rows, "s": seconds, "bytes": most() or 0}))


def main(folder: Path, samples: int) -> None:
    print("| way | candidates | processor s | peak GB | rank correlation | median factor |")
    print("|---|---|---|---|---|---|")
    exact: dict[tuple[str, str], float] = {}
    for way, words in WAYS.items():
        command = [sys.executable, "-m", "tests.benchmarks.bench_blocks", str(folder), str(samples), way]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        known = {(path, stack): value for path, stack, value in found["rows"]}
        exact = exact or known
        pairs = np.array([(value, exact[key]) for key, value in known.items()])
        rank = spearmanr(*pairs.T).statistic
        factor = np.exp(np.median(np.abs(np.log(pairs[:, 0] / pairs[:, 1]))))
        close = "" if way == "every" else f"{rank:.3f} | {factor:.2f}"
        figures = f"{found['s']:.1f} | {found['bytes'] / 1e9:.2f}"
        print(f"| {words} | {len(pairs)} | {figures} | {close or ' | '} |", flush=True)


if __name__ == "__main__":
    if sys.argv[3:]:
        measured(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]) if sys.argv[2:] else 32)
