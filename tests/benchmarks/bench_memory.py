"""Does compressing a network of 224 px stay below 4 GB, however many samples calibrate it?

python -m tests.benchmarks.bench_memory [--methods gptq,adaround,sparsegpt] [--samples 32]

EfficientNet-Lite0, the method on every layer that takes it, from opening to the verified file; each in a separate
process, with the given number of calibration samples and with four times as many. Peak memory is the process's largest
resident set (getrusage), the runtime and torch among it. The table is also written beside this file.
"""

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.models import ROOT, Absent, crops, efficientnet
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.bench.fresh import most
from workbench.engine.workspace import Workspace

LIMIT = 4e9
TABLE = Path(__file__).with_name("memory.md")
ACTIONS = {
    "gptq": Action("quantize.gptq", {"bits": 4}),
    "adaround": Action("quantize.adaround", {"bits": 4}),
    "sparsegpt": Action("prune.sparsegpt", {"sparsity": 0.5}),
}


def compress(method: str, samples: int) -> dict[str, float]:
    """What one process measures of itself: bytes, seconds."""
    subject = efficientnet()
    workspace = Workspace.open(str(subject.model), Job())
    workspace = workspace.attach(str(subject.data), Job(), calibration=str(subject.calibration))
    assert workspace.calibration is not None
    (name,) = workspace.calibration.inputs
    seen = dataclasses.replace(workspace.calibration, inputs={name: crops(samples, "left")})
    workspace = dataclasses.replace(workspace, calibration=seen)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = export(workspace, Recipe((Row("*", (ACTIONS[method],)),)), folder, Job())
    assert report.verified is not None
    peak = most() or 0
    return {
        "seconds": time.monotonic() - start,
        "peak": peak,
        "bytes": report.after.bytes.value,
        "verified": report.verified.value,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", default=",".join(ACTIONS))
    parser.add_argument("--samples", type=int, default=32)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    methods = given.methods.split(",")
    if given.one:
        print(json.dumps(compress(methods[0], given.samples)))
        return
    try:
        efficientnet()
    except Absent as reason:
        print(f"Left out: {reason}")
        return
    lines = ["| method | samples | peak | seconds | bytes | agreement |", "|---|---:|---:|---:|---:|---:|"]
    print(*lines, sep="\n", flush=True)
    peaks = {}
    for method in methods:
        for samples in (given.samples, 4 * given.samples):
            command = [
                sys.executable,
                "-m",
                "tests.benchmarks.bench_memory",
                "--one",
                "--methods",
                method,
                "--samples",
                str(samples),
            ]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                sys.exit(done.stderr)
            found = json.loads(done.stdout.splitlines()[-1])
            peaks[method, samples] = found["peak"]
            lines.append(
                f"| {method} | {samples} | {found['peak'] / 1e9:.2f} GB | {found['seconds']:.0f} | "
                f"{int(found['bytes']):,} | {found['verified']:.4f} |"
            )
            print(lines[-1], flush=True)
    lines.append("")
    for method in methods:
        few, many = (peaks[method, samples] for samples in (given.samples, 4 * given.samples))
        lines.append(
            f"- {method}: four times the samples, {many / few:.2f} times the memory; "
            f"{'below' if max(few, many) < LIMIT else 'NOT below'} 4 GB"
        )
    print(*lines[-len(methods) - 1 :], sep="\n")
    head = "# Peak memory of compressing EfficientNet-Lite0\n\nWritten by `python -m tests.benchmarks.bench_memory`.\n"
    TABLE.write_text("\n".join([head, *lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
