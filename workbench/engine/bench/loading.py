"""How long a file takes to load, and what it keeps in memory: in a process that has loaded nothing else.

python -m workbench.engine.bench.loading FILE
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workbench.core.analysis.profile import Load, Spread
from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.resources import PACKAGE
from workbench.engine.bench.latency import spread
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime

TIMES = 3  # of each file, in turns


def loads(models: tuple[Model, Model], job: Job) -> tuple[Load, Load]:
    """Of both, as files that an export would write. Raises UserError where one cannot be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        files = tuple(Path(folder) / f"{number}.onnx" for number in range(2))
        for model, file in zip(models, files, strict=True):
            model.save(file)
        found: tuple[list[tuple[float, float | None]], ...] = ([], [])
        for _ in job.each(range(TIMES), Message("measuring how long the files take to load")):
            for file, into in zip(files, found, strict=True):
                into.append(_fresh(file))
    return _load(found[0]), _load(found[1])


def _load(measured: list[tuple[float, float | None]]) -> Load:
    kept = [memory for _, memory in measured if memory is not None]
    memory: Spread | None = spread(kept) if kept else None
    return Load(spread([seconds for seconds, _ in measured]), memory)


def _fresh(file: Path) -> tuple[float, float | None]:
    """Seconds and bytes, of a process that loads the file and ends."""
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-m", "workbench.engine.bench.loading", str(file)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [Message("no reason was given")])[-1]
        raise UserError("The file cannot be loaded in a fresh process: {said}.", "Measure again.", said=said)
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def measured(file: str) -> tuple[float, int | None]:
    """What loading a file takes in this process."""
    before = system.resident_memory()
    start = time.perf_counter()
    session = runtime.session(file)
    seconds = time.perf_counter() - start
    system.give_memory_back()
    after = system.resident_memory()
    del session
    return seconds, None if before is None or after is None else max(0, after - before)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(sys.argv[1])) + "\n")
