"""How fast the window feels: every wait that a user notices, by mouse and clock, in one run with the real engine.

python -m tests.benchmarks.bench_felt [--jobs [JOB ...]]

The window's own thread is the clock: a wait ends when what was waited for is on show. Before and after each, a known
work of that thread tells how much a busy machine stretches time: a wait that is over its bar, and would not be without
that, is called stretched. `--jobs` runs every job of event_loop_jobs, or some, for the longest gap of the event loop.
The table is then written beside this file.
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from tests.benchmarks.bench_event_loop import first_paint_seconds
from tests.benchmarks.event_loop_jobs import JOBS, add_a_step, start
from tests.benchmarks.gaps import GapRecorder
from tests.benchmarks.hand import Hand, application
from tests.benchmarks.naive import naive
from workbench.core.base.job import Job
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.workspace import Workspace
from workbench.ui.widgets import theme

TABLE = Path(__file__).with_name("felt.md")
GAP = 0.1  # seconds
REPEATS = 5
WORK = 0.2  # seconds of the processor, of a known work
REST = 2.5  # seconds without an edit: what is likely to be next is prepared meanwhile
HEAD = """# Felt speed

Written by `python -m tests.benchmarks.bench_felt --jobs`: one run, the window offscreen, the engine in another process.
"Stretched": over its bar, by less than a busy machine stretched time meanwhile.
"""


@dataclass(frozen=True)
class Line:
    """A wait: its bar in seconds (None: a ratio, which `found` tells), and what was measured."""

    what: str
    bar: str
    found: str
    holds: bool
    over: float = float("inf")  # the wait as a multiple of its bar; of a ratio, time does not matter

    def verdict(self, stretch: float) -> str:
        return "holds" if self.holds else "stretched" if self.over <= stretch else "missed"


def stretched() -> float:
    """Seconds that pass while this thread works for one."""
    begun, used = time.perf_counter(), time.thread_time()
    while time.thread_time() - used < WORK:
        pass
    return (time.perf_counter() - begun) / (time.thread_time() - used)


def seconds(hand: Hand, verb: Callable[[], object], until: Callable[[], bool]) -> float:
    """From the call until the condition is true and what follows is painted."""
    begun = time.perf_counter()
    verb()
    hand.wait(until)
    hand.application.processEvents()
    return time.perf_counter() - begun


def wait(what: str, limit: float, found: float, words: str = "") -> Line:
    shown = f"{found:.2f} s" if limit >= 0.3 else f"{1000 * found:.0f} ms"
    bar = f"{limit:g} s" if limit >= 0.3 else f"{1000 * limit:.0f} ms"
    return Line(what, bar, shown + words, found <= limit, found / limit)


def window() -> Line:
    found, heavy = first_paint_seconds()
    words = f", median of {REPEATS}, {'with' if heavy else 'without'} torch or ONNX Runtime"
    return wait("window painted, from the command", 0.5, found, words)


def open_demo(hand: Hand) -> Line:
    """In a window that was just painted: with the start of the engine."""
    hand.window.show()
    begun = time.perf_counter()
    start(hand)
    hand.open_demo()
    return wait("demo open and original measured, engine started meanwhile", 5, time.perf_counter() - begun)


def drag(hand: Hand) -> Line:
    """From a move of the slider to a measured or estimated figure of that very recipe."""
    add_a_step(hand)
    hand.turn(REST)
    slider = hand.workspace.actions.cards[0].form.editor("sparsity").slider
    y, waits = slider.height() // 2, []
    for number in range(REPEATS):
        place = QPoint(round(slider.width() * (0.3 + 0.1 * number)), y)
        before = hand.session.preview

        def moved(place: QPoint = place) -> None:
            QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
            QTest.mouseMove(slider, place + QPoint(3, 0))

        def shown(before: object = before) -> bool:
            preview = hand.session.preview
            return preview is not before and hand.session.preview_is_current and preview.value is not None

        waits.append(seconds(hand, moved, shown))
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
        hand.wait(lambda: hand.settled)
        hand.turn(0.3)
    return wait("first accuracy after a drag", 0.5, statistics.median(waits), f", median of {REPEATS}")


def graph(hand: Hand) -> Line:
    tab, tabs = hand.workspace.graph, hand.workspace.tabs

    def drawn() -> bool:
        return any(letter.isdigit() for side in tab.sides.values() for letter in side.head.text())

    found = seconds(hand, lambda: tabs.setCurrentWidget(tab), drawn)
    tabs.setCurrentIndex(0)
    return wait("graph first shown", 2, found)


def wrong_file(hand: Hand) -> Line:
    """While the engine measures: what is looked at in the window's process does not wait for it."""
    waits: list[float] = []
    hand.complaints = True
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (
            ("a.onnx", b"not a model"),
            ("b.safetensors", b"no header" * 9),
            ("c.tflite", b"\x1c\0\0\0TFL3" * 9),
        ):
            path = Path(folder) / name
            path.write_bytes(content)
            hand.session.undo_stack.setClean()
            hand.session.snapshots.saved()

            def told() -> bool:
                return any(box.isVisible() for box in hand.window.findChildren(QMessageBox, "complaint"))

            waits.append(seconds(hand, lambda path=path: hand.window.commands.open_path(str(path)), told))
            for box in hand.window.findChildren(QMessageBox):
                box.close()
            hand.turn(0.1)
    hand.complaints = False
    return wait("wrong file refused", 1, max(waits), ", longest of three")


def menus(hand: Hand) -> Line:
    waits = []
    for _ in range(2):  # the first time fills them
        waits = []
        for action in hand.window.menuBar().actions():
            menu = action.menu()
            at = hand.window.mapToGlobal(QPoint(0, 0))
            waits.append(seconds(hand, lambda menu=menu, at=at: menu.popup(at), menu.isVisible))
            menu.close()
    return wait("menu opened", 0.1, max(waits), f", longest of {len(waits)}")


def themes(hand: Hand) -> Line:
    """By the work of the window's thread, which does all of it, with the picture; and by the clock."""
    waits, works = [], []
    for name in ("dark", "light") * 2:

        def switched(name: str = name) -> None:
            theme.apply(hand.application, name)
            hand.window.repaint()

        used = time.thread_time()
        waits.append(seconds(hand, switched, lambda: True))
        works.append(time.thread_time() - used)
        hand.turn(0.5)
    words = f" of work, by the clock {1000 * statistics.median(waits):.0f} ms; medians of {len(waits)}"
    return wait("theme switched", 0.1, statistics.median(works), words)


def clicked(hand: Hand) -> Line:
    """A layer that was just clicked, its neighbours and others prepared while the hand rested; the same layer, prepared
    itself; and the naive way, each with the demo's samples."""
    demo = demo_paths()
    workspace = Workspace.open(demo.model, Job()).attach(demo.data, Job(), demo.calibration)
    paths = [layer.path for layer in sorted(hand.layers, key=lambda layer: -layer.bytes)[:6]]
    fresh, known, plain = [], [], []
    clear(hand)
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(paths):
            hand.session.select((hand.layers[0].path,))
            hand.wait(lambda: hand.settled)
            hand.turn(REST)
            sparsity = 0.31 + 0.01 * number

            def click(path: str = path, sparsity: float = sparsity) -> None:
                hand.session.select((path,))
                hand.session.set_actions([path], (Action("prune.magnitude", {"sparsity": sparsity}),), "prune", True)

            fresh.append(seconds(hand, click, lambda: hand.settled))
            hand.turn(REST)
            known.append(seconds(hand, partial(click, sparsity=sparsity + 0.2), lambda: hand.settled))
            recipe = Recipe().with_actions([path], (Action("prune.magnitude", {"sparsity": sparsity}),))
            plain.append(naive(workspace, recipe, Path(folder)).seconds)
            clear(hand)
    ratios = [statistics.median(a / b for a, b in zip(plain, each, strict=True)) for each in (fresh, known)]
    words = f"{ratios[0]:.1f}x the naive way, a prepared one {ratios[1]:.1f}x; median of {len(paths)} layers"
    return Line(
        "layer just clicked, to its first measured figure",
        "as fast as a prepared one",
        words,
        ratios[0] >= 0.8 * ratios[1],
    )


def clear(hand: Hand) -> None:
    """No layer has steps."""
    hand.session.set_actions([layer.path for layer in hand.layers], (), "clear", True)
    hand.wait(lambda: hand.settled)


def gaps(hand: Hand, jobs: list[str]) -> Line:
    """By the work of the window's thread between two ticks, which does not depend on what else the machine does."""
    longest, busiest = (0.0, ""), (0.0, "")
    chosen = {name: JOBS[name] for name in jobs or JOBS if name not in ("start", "open")}
    for name, job in chosen.items():
        with GapRecorder() as found:
            job(hand)
            hand.turn(0.2)
        print(
            f"    {name:20} longest {1000 * found.longest:6.1f} ms, busy {1000 * max(found.busy):6.1f} ms", flush=True
        )
        longest, busiest = max(longest, (found.longest, name)), max(busiest, (max(found.busy), name))
    words = f" of work, in {busiest[1]}; by the clock {1000 * longest[0]:.0f} ms, in {longest[1]}; {', '.join(chosen)}"
    return wait("longest gap of the event loop", GAP, busiest[0], words)


def main(jobs: list[str] | None) -> None:
    made, _own = application()
    gc.collect()
    gc.freeze()  # torch, which only `clicked` needs here: the window's process never holds it, nor looks through it
    hand, rows, before = Hand(made), [], stretched()
    measures = [lambda _: window(), open_demo, drag, graph, wrong_file, menus, themes, clicked]
    for measure in [*measures, partial(gaps, jobs=jobs)] if jobs is not None else measures:
        line, after = measure(hand), stretched()
        stretch, before = (before + after) / 2, after
        cells = (line.what, line.bar, line.found, f"{stretch:.1f}x", line.verdict(stretch))
        rows.append(f"| {' | '.join(cells)} |")
        print(rows[-1], flush=True)
    load = f"Load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    table = ["| wait | bar | found | time stretched | |", "|---|---|---|---:|---|", *rows, "", load, ""]
    print(*table, sep="\n")
    if jobs is not None:
        TABLE.write_text("\n".join([HEAD, *table]), encoding="utf-8")
    hand.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", nargs="*", choices=JOBS, metavar="JOB", help="all, or these; writes the table")
    main(parser.parse_args().jobs)
    sys.stdout.flush()
    os._exit(0)
