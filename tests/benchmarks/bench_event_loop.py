"""The longest gap of the event loop while each kind of job runs, with the real engine and the embedded demo.

python -m tests.benchmarks.bench_event_loop [--stacks] [--only JOB ...]

Bars: p99 under 50 ms in every job; the window painted within a second of the command, before torch is there. `--stacks`
prints where the loop was when it was away longest. The table is also written beside this file, but for `--only`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.benchmarks.event_loop_jobs import JOBS
from tests.benchmarks.gaps import GapRecorder, Gaps, p99
from tests.benchmarks.hand import Hand, application

TABLE = Path(__file__).with_name("event_loop.md")
BAR = 0.05
STARTS = 5
ALWAYS = ("start", "open")
HEAD = """# The event loop

Written by `python -m tests.benchmarks.bench_event_loop`. Bar: p99 under 50 ms.

Of a timer that ticks every 5 ms: how late ticks came, which is how long a click would have waited; and how much
processor time the window's thread used between two ticks (busy), which does not depend on what else the machine did.
"""
# The command, ended when the window has been painted: only then is the engine started.
COMMAND = """
import os, sys, time
from workbench.ui.engine_client.client import EngineLink
def painted(link):
    print(time.time(), "torch" in sys.modules or "onnxruntime" in sys.modules, flush=True)
    os._exit(0)
EngineLink.start = painted
from workbench.cli.commands import cli
cli.main(args=[], prog_name="workbench")
"""


class Stacks(threading.Thread):
    """Looks every 10 ms at what the window's thread does while its loop is away."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.window = threading.get_ident()
        self.last = time.perf_counter()
        self.seen: Counter[str] = Counter()
        self.over = False

    def beat(self) -> None:
        self.last = time.perf_counter()

    def run(self) -> None:
        while not self.over:
            time.sleep(0.01)
            if time.perf_counter() - self.last > BAR:
                frames = traceback.extract_stack(sys._current_frames()[self.window])
                ours = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-9:]]
                self.seen[" < ".join(reversed(ours))] += 1


def back_to_measured(hand: Hand) -> tuple[float, int]:
    """Milliseconds from undo to the measured figures on show, and requests that were sent for it."""
    slowest, requests, board = 0.0, 0, hand.workspace.scoreboard
    for verb in (hand.session.undo, hand.session.redo) * 5:
        start, before = time.perf_counter(), hand.link._next
        verb()
        assert hand.settled, "a state measured before is shown at once"
        while board._figures.stale:
            hand.application.processEvents()
        board.repaint()
        slowest = max(slowest, time.perf_counter() - start)
        requests += hand.link._next - before
        hand.turn(0.1)
    return slowest * 1000, requests


def first_paint_seconds() -> tuple[float, bool]:
    """From the command to the painted window, and whether torch or ONNX Runtime was there by then."""
    seconds, heavy = [], False
    for _ in range(STARTS + 1):
        start = time.time()
        done = subprocess.run([sys.executable, "-c", COMMAND], capture_output=True, text=True, check=True)
        there, loaded = done.stdout.split()
        seconds.append(float(there) - start)
        heavy |= loaded == "True"
    return statistics.median(seconds[1:]), heavy  # the first one warms the disk


def first_paint() -> str:
    middle, heavy = first_paint_seconds()
    return (
        f"From the command to the painted window: {middle:.2f} s, median of {STARTS} "
        f"(bar: 1 s), {'with' if heavy else 'without'} torch or ONNX Runtime."
    )


def watched(hand: Hand, name: str, stacks: bool) -> Gaps:
    """The gaps while a job runs; with `stacks`, also where the loop was meanwhile."""
    watch = Stacks() if stacks else None
    if watch is not None:
        hand.beat = watch.beat
        watch.start()
    with GapRecorder() as gaps:
        JOBS[name](hand)
        hand.turn(0.2)
    if watch is not None:
        watch.over = True
        for where, count in watch.seen.most_common(6):
            print(f"      {count * 10:5} ms  {where}")
    return gaps


def main(stacks: bool, only: list[str]) -> None:
    made, _own = application()
    hand = Hand(made)
    lines = ["| job | p99 ms | longest ms | p99 busy ms | longest busy ms | ticks |", "|---|---:|---:|---:|---:|---:|"]
    print(
        f"{'job':20} {'p99':>7} {'longest':>8} {'p99 busy':>9} {'longest busy':>13} {'ticks':>6}   ms "
        f"[bar: p99 under {BAR * 1000:.0f}]"
    )
    for name in JOBS:
        if only and name not in (*ALWAYS, *only):
            continue
        gaps = watched(hand, name, stacks)
        figures = [1000 * each for each in (gaps.p99, gaps.longest, p99(gaps.busy), max(gaps.busy))]
        print(
            f"{name:20} {figures[0]:7.1f} {figures[1]:8.1f} {figures[2]:9.1f} {figures[3]:13.1f} {len(gaps.late):6}",
            flush=True,
        )
        lines.append(f"| {name} | " + " | ".join(f"{each:.1f}" for each in figures) + f" | {len(gaps.late)} |")
        if name == "undo, redo":
            slowest, requests = back_to_measured(hand)
    if not only:
        lines += [
            "",
            f"- Back to a state measured before: {slowest:.0f} ms at most, {requests} requests sent (bar: "
            "50 ms, none).",
            f"- {first_paint()}",
        ]
        print(*lines[-2:], sep="\n")
        TABLE.write_text("\n".join([HEAD, *lines, ""]), encoding="utf-8")
    hand.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stacks", action="store_true")
    parser.add_argument("--only", nargs="+", default=[], choices=JOBS, metavar="JOB")
    given = parser.parse_args()
    main(given.stacks, given.only)
    os._exit(0)
