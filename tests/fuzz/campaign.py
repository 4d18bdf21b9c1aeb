"""Many cases through several workers: counted by outcome, and those that are faults kept with all their files."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from tests.fuzz.worker import GOOD

ROOT = Path(__file__).parents[2]
# How much of a mixed campaign is of which kind, in 400ths.
SHARES = {"onnx": 180, "npz": 60, "recipe": 60, "session": 40, "preprocessing": 30, "images": 20, "pt2": 10}


class Worker:
    """A process that runs cases one after the other; see worker.py."""

    def __init__(self) -> None:
        own = {
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "WORKBENCH_THREADS": "1",
            "ORT_DISABLE_TELEMETRY": "1",
            "PYTHONPATH": str(ROOT),
            "PYTHONHASHSEED": "0",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker"],
            cwd=ROOT,
            env={**os.environ, **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def ask(self, case: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker ended with {self.process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def cases(count: int, seed: str, only: str = "") -> Iterator[tuple[str, str]]:
    """Kinds and seeds of `count` cases: of one kind, or of all in their shares."""
    if only:
        yield from ((only, f"{seed}-{number}") for number in range(count))
        return
    whole = sum(SHARES.values())
    for name, share in SHARES.items():
        yield from ((name, f"{seed}-{number}") for number in range(max(1, round(count * share / whole))))


def run_one(worker: Worker, name: str, seed: str, keep: Path) -> dict[str, Any]:
    """Run a case in a folder that is kept, below `keep`, only where the outcome is a fault."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        result = worker.ask({"kind": name, "seed": seed, "folder": folder})
        if result["outcome"] not in GOOD:
            kept = keep / f"{name}-{seed}"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept, symlinks=True, ignore=_without_pipes)
            (kept / "outcome.txt").write_text(f"{result['outcome']} in {result['command']}\n{result['text']}\n")
            result["kept"] = str(kept)
    return result


def _without_pipes(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_fifo()]


def replay(worker: Worker, kept: Path) -> dict[str, Any]:
    """Run a kept case again, on a copy of its files."""
    case = json.loads((kept / "case.json").read_text())
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        again = Path(folder) / "case"
        shutil.copytree(kept, again, symlinks=True)
        return worker.ask({**case, "folder": str(again), "replay": True})


def campaign(
    wanted: Iterable[tuple[str, str]], keep: Path, workers: int, told: Callable[[dict[str, Any]], None]
) -> Counter[tuple[str, str]]:
    """Run all cases; `told` hears of each. How often each kind had which outcome."""
    waiting: SimpleQueue[tuple[str, str]] = SimpleQueue()
    for case in wanted:
        waiting.put(case)
    counts: Counter[tuple[str, str]] = Counter()
    lock = threading.Lock()

    def work() -> None:
        worker = Worker()
        try:
            while True:
                name, seed = waiting.get_nowait()
                result = run_one(worker, name, seed, keep)
                with lock:
                    counts[name, result["outcome"]] += 1
                    told(result)
        except Empty:
            worker.close()

    threads = [threading.Thread(target=work, name=f"fuzz-{number}") for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts
