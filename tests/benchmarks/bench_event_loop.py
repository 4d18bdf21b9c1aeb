"""The longest gap of the event loop while each kind of job runs, with the real engine and the embedded demo.

python -m tests.benchmarks.bench_event_loop [--stacks]

Bars: p99 under 50 ms in every job; the window painted within a second of the command, before torch is there. `--stacks`
prints where the loop was when it was away longest. The table is also written beside this file.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.event_loop import GapRecorder
from workbench.core import messages
from workbench.core.action import Action
from workbench.core.recovery import Stage
from workbench.core.sweep import Sweep
from workbench.ui import theme
from workbench.ui.demo import demo_paths
from workbench.ui.engine_link import EngineLink, Handlers
from workbench.ui.session import Session
from workbench.ui.window import MainWindow

TABLE = Path(__file__).with_name("event_loop.md")
BAR = 0.05
STARTS = 5
# The command, ended when the window has been painted: only then is the engine started.
COMMAND = """
import os, sys, time
from workbench.ui.engine_link import EngineLink
def painted(link):
    print(time.time(), "torch" in sys.modules or "onnxruntime" in sys.modules, flush=True)
    os._exit(0)
EngineLink.start = painted
from workbench.cli import cli
cli.main(args=[], prog_name="workbench")
"""
LIMIT = 120.0


class Stacks(threading.Thread):
    """Looks every 10 ms at what the window's thread does while its loop is away."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.window = threading.get_ident()
        self.beat = time.perf_counter()
        self.seen: Counter[str] = Counter()
        self.over = False

    def run(self) -> None:
        while not self.over:
            time.sleep(0.01)
            if time.perf_counter() - self.beat > BAR:
                frames = traceback.extract_stack(sys._current_frames()[self.window])
                ours = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-9:]]
                self.seen[" < ".join(reversed(ours))] += 1


def fail(failure: messages.Failed) -> None:
    sys.exit(f"{failure.what} {failure.detail}")


class Hand:
    """A window with the demo, and what a user does in it."""

    def __init__(self, application: QApplication) -> None:
        self.application = application
        theme.apply(application, "light")
        self.link = EngineLink()
        self.session = Session(self.link)
        self.window = MainWindow(self.session)
        self.stacks: Stacks | None = None

    def wait(self, until: Callable[[], bool]) -> None:
        start = time.perf_counter()
        while not until():
            self.turn()
            assert time.perf_counter() - start < LIMIT, "it took too long"

    def turn(self, seconds: float = 0.0) -> None:
        """Let the event loop work."""
        end = time.perf_counter() + seconds
        while True:
            if self.stacks is not None:
                self.stacks.beat = time.perf_counter()
            self.application.processEvents()
            time.sleep(0.0005)
            if time.perf_counter() >= end:
                return

    @property
    def settled(self) -> bool:
        preview = self.session.preview
        return preview is not None and preview.complete and self.session.preview_is_current

    # -- jobs ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self.window.show()
        self.turn(0.2)
        self.link.start()
        self.window.build_workspace()
        self.wait(lambda: bool(self.session.methods))

    def open(self) -> None:
        demo = demo_paths()
        self.session.open(demo.model, data=demo.data, calibration=demo.calibration)
        self.wait(lambda: self.session.data is not None and self.settled)

    def inspect(self) -> None:
        for layer in self.session.model.layers:
            if not layer.locked:
                self.session.select((layer.path,), layer.path)
                self.wait(lambda path=layer.path: self.session.view is not None and self.session.view.path == path)
                self.turn(0.05)

    def begin_drag(self) -> None:
        largest = max((layer for layer in self.session.model.layers if not layer.locked), key=lambda x: x.bytes)
        self.session.select((largest.path,), largest.path)
        self.session.set_actions([largest.path], (Action("prune.magnitude", {"sparsity": 0.5}),), "sparsity", True)
        self.wait(lambda: self.settled and self.session.edit is not None)

    def drag(self) -> None:
        """The threshold line, with the mouse, for three seconds."""
        canvas = self.window.workspace.inspect.histogram.canvas
        y = round(canvas.area.center().y())
        first, far = canvas.to_pixel(canvas.handles[-1]), canvas.to_pixel(canvas.handles[-1] * 1.8)
        QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(first), y))
        for step in range(180):
            there = step % 60 / 60
            QTest.mouseMove(canvas.viewport(), QPoint(round(first + (far - first) * there), y))
            self.turn(0.016)
        QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(first), y))
        self.wait(lambda: self.settled)

    def measure(self) -> None:
        paths = [layer.path for layer in self.session.model.layers if not layer.locked]
        self.session.set_actions(paths, (Action("quantize.affine", {"bits": 4}),), "bits", True)
        self.turn(0.1)
        self.wait(lambda: self.settled)

    def undo(self) -> None:
        for _ in range(10):
            self.session.undo_stack.undo()
            self.turn(0.05)
            self.session.undo_stack.redo()
            self.turn(0.05)

    def export(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.run(messages.Export, recipe=self.session.recipe, folder=folder)

    def sweep(self) -> None:
        self.run(messages.Sweep, wanted=Sweep(values=(0.3, 0.5, 0.7, 0.9)))

    def train(self) -> None:
        stage = Stage("finetune", {"epochs": 2})
        self.run(messages.Train, recipe=replace(self.session.recipe, recover=(stage,)))

    def run(self, kind: type, **more: object) -> None:
        """A job to its end, with all that it tells on the way."""
        done: list[object] = []
        self.link.request(kind, Handlers(done=done.append, failed=fail, stopped=lambda: sys.exit("stopped")), **more)
        self.wait(lambda: bool(done))


def back_to_measured(hand: Hand) -> tuple[float, int]:
    """Milliseconds from undo to the measured figures on show, and requests that were sent for it."""
    slowest, before = 0.0, hand.link._next
    for verb in (hand.session.undo_stack.undo, hand.session.undo_stack.redo) * 5:
        start = time.perf_counter()
        verb()
        assert hand.settled, "a state measured before is shown at once"
        hand.window.repaint()
        slowest = max(slowest, time.perf_counter() - start)
        hand.turn(0.1)
    return slowest * 1000, hand.link._next - before


def first_paint() -> str:
    """From the command to the painted window."""
    seconds, heavy = [], False
    for _ in range(STARTS + 1):
        start = time.time()
        done = subprocess.run([sys.executable, "-c", COMMAND], capture_output=True, text=True, check=True)
        there, loaded = done.stdout.split()
        seconds.append(float(there) - start)
        heavy |= loaded == "True"
    middle = statistics.median(seconds[1:])         # the first one warms the disk
    return (f"From the command to the painted window: {middle:.2f} s, median of {STARTS} "
            f"(bar: 1 s), {'with' if heavy else 'without'} torch or ONNX Runtime.")


def main(stacks: bool) -> None:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    own = tempfile.TemporaryDirectory()         # settings as they are at first, and left alone
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, own.name)
    os.environ["XDG_STATE_HOME"] = own.name
    hand = Hand(application)
    print(f"{'job':12} {'p99 ms':>8} {'longest ms':>11} {'ticks':>7}   [bar: p99 under {BAR * 1000:.0f} ms]")
    jobs = {"start": hand.start, "open": hand.open, "inspect": hand.inspect, "add a step": hand.begin_drag,
            "drag": hand.drag, "measure": hand.measure, "undo, redo": hand.undo, "export": hand.export,
            "sweep": hand.sweep, "train": hand.train}
    lines = ["| job | p99 ms | longest ms | ticks |", "|---|---:|---:|---:|"]
    for name, job in jobs.items():
        watch = Stacks() if stacks else None
        hand.stacks = watch
        if watch is not None:
            watch.start()
        with GapRecorder() as gaps:
            job()
            hand.turn(0.2)
        print(f"{name:12} {gaps.p99 * 1000:8.1f} {gaps.longest * 1000:11.1f} {len(gaps.late):7}", flush=True)
        lines.append(f"| {name} | {gaps.p99 * 1000:.1f} | {gaps.longest * 1000:.1f} | {len(gaps.late)} |")
        if watch is not None:
            watch.over = True
            for where, count in watch.seen.most_common(6):
                print(f"      {count * 10:5} ms  {where}")
    slowest, requests = back_to_measured(hand)
    lines += ["", f"- Back to a state measured before: {slowest:.0f} ms at most, {requests} requests sent (bar: 50 ms, "
              "none).", f"- {first_paint()}"]
    print(*lines[-2:], sep="\n")
    head = "# The event loop\n\nWritten by `python -m tests.benchmarks.bench_event_loop`. Bar: p99 under 50 ms.\n"
    TABLE.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    hand.session.undo_stack.setClean()
    hand.window.close()
    hand.link.shutdown()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stacks", action="store_true")
    main(parser.parse_args().stacks)
    os._exit(0)
