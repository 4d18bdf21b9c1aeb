"""Time and memory to load and run files: each in a process that does nothing else."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.analysis.profile import Load, Spread
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.resources import PACKAGE
from workbench.core.ipc import process
from workbench.engine.bench.latency import spread
from workbench.graph.model.model import Model

TIMES = 3  # of each file, in turns


def loads(
    models: tuple[Model, Model], feeds: Mapping[str, Any], batch: int, job: Job, times: int = TIMES
) -> tuple[Load, Load]:
    """Measure both models, as files that an export would write. Raises UserError if one cannot be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "compressed.onnx"
        models[1].save(written)
        before, after = of_files((file_of(models[0], Path(folder)), written), feeds, batch, job, times)
    return before, after


def of_files(
    files: Sequence[Path], feeds: Mapping[str, Any], batch: int, job: Job, times: int = TIMES
) -> tuple[Load, ...]:
    """Measure each file, in turns. `feeds` hold `batch` samples; without them nothing is run."""
    with tempfile.TemporaryDirectory() as folder:
        given = _saved(feeds, Path(folder) / "feeds.npz")
        found: list[list[dict[str, Any]]] = [[] for _ in files]
        for _ in job.each(range(times), Message("measuring load time and memory")):
            for file, into in zip(files, found, strict=True):
                into.append(_fresh(file, given))
    return tuple(_load(measured, batch) for measured in found)


def file_of(model: Model, folder: Path) -> Path:
    """Return the file that a model was opened from if that is ONNX and unchanged, else one that is written for it."""
    path = Path(model.source.path)
    if path.suffix == ".onnx" and path.is_file() and path.stat().st_size == model.source.bytes:
        return path
    path = folder / "original.onnx"
    model.save(path)
    return path


def _saved(feeds: Mapping[str, Any], path: Path) -> str:
    """Write the arrays to a file and return its name; "" if there are none, or no such file can hold them."""
    if not feeds or any(not isinstance(array, np.ndarray) or array.dtype.hasobject for array in feeds.values()):
        return ""
    np.savez(path, **feeds)
    return str(path)


def _load(measured: Sequence[dict[str, Any]], batch: int) -> Load:
    def of(key: str) -> Spread | None:
        values = [each[key] for each in measured if each[key] is not None]
        return spread(values) if values else None

    runs = [taken for each in measured for taken in each["runs"]]
    return Load(
        spread([each["seconds"] for each in measured]), of("kept"), of("peak"), spread(runs) if runs else None, batch
    )


def _fresh(file: Path, feeds: str) -> dict[str, Any]:
    """Return figures of a process that loads the file, runs it and ends."""
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-m", "workbench.engine.bench.fresh", str(file), str(process.threads()), feeds],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [Message("no reason was given")])[-1]
        raise UserError("The file cannot be loaded in a fresh process: {said}.", "Measure again.", said=said)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
