"""A long day in the window: `python -m tests.soak [--steps 2000] [--seed 0]`, or `make soak`.

Random edits, undos, selections and looks through the window on the real engine, with the embedded demo. Memory,
threads, open files and temporary files of both processes are printed at the start, in the middle and at the end; when
one of them grew beyond its bound the program ends with 1. The first quarter fills what is remembered on purpose
(pictures, previews, the engine's store of results), so the start is read after it.
"""

import argparse
import gc
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtWidgets import QApplication

from tests.benchmarks.hand import Hand
from workbench.core.base.resources import demo_paths
from workbench.core.ipc import messages
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe

SAMPLES = 300  # of the demo's: what is looked for is what stays behind, not how long measuring takes
REST = 10  # steps after which all that was asked for is waited for
INT4 = Action("quantize.affine", {"bits": 4})
STACKS = (
    lambda at: (Action("prune.magnitude", {"sparsity": round(0.05 + 0.9 * at, 3)}),),
    lambda at: (Action("quantize.affine", {"bits": 2 + int(6 * at)}),),
    lambda at: (Action("quantize.codebook", {"bits": 2 + int(3 * at)}),),
    lambda at: (Action("lowrank.svd", {"energy": round(0.5 + 0.49 * at, 3)}),),
    lambda at: (Action("prune.magnitude", {"sparsity": round(0.05 + 0.9 * at, 3)}), INT4),
    lambda at: (),
)


@dataclass(frozen=True)
class Reading:
    """What the two processes hold. Memory is resident, in MB."""

    window_mb: int
    engine_mb: int
    window_threads: int
    engine_threads: int
    window_files: int
    engine_files: int
    temporary_files: int


# How much each may grow from the start to the end. Memory breathes: allocators keep what is free. Of threads and files
# a pool may have opened one or two when it was first needed.
BOUND = Reading(
    window_mb=150, engine_mb=300, window_threads=4, engine_threads=4, window_files=8, engine_files=8, temporary_files=4
)


def status(pid: int | str, name: str) -> int:
    lines = Path("/proc", str(pid), "status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


def read(hand: Hand, folder: Path) -> Reading:
    """The window with all of its undo list; the engine with the model opened anew, for what it remembers of one, up to
    budgets of gigabytes, is no leak."""
    hand.wait(lambda: not hand.link.asked and not hand.session.turns.waiting)
    gc.collect()
    pid = hand.link.pid
    assert pid is not None
    window_mb = status("self", "VmRSS") // 1024
    open_demo(hand, folder)
    hand.wait(lambda: not hand.link.asked and not hand.session.turns.waiting)
    threads, files = (
        [status(each, "Threads") for each in ("self", pid)],
        [len(os.listdir(f"/proc/{each}/fd")) for each in ("self", pid)],
    )
    left = [path for path in (folder / "temporary").rglob("*") if path.is_file()]
    return Reading(window_mb, status(pid, "VmRSS") // 1024, *threads, *files, len(left))


def open_demo(hand: Hand, folder: Path) -> None:
    hand.session.open(demo_paths().model, data=str(folder / "few.npz"))
    hand.wait(
        lambda: (
            hand.session.recipe == Recipe()
            and hand.session.data is not None
            and hand.settled
            and bool(hand.session.methods)
        )
    )


class Day:
    """What a hand does, at random; the same for the same seed."""

    def __init__(self, hand: Hand, seed: int) -> None:
        self.hand, self.session, self.random = hand, hand.session, random.Random(seed)
        self.paths = [layer.path for layer in hand.layers if layer.groups == 1]  # those that every method takes
        self.done = 0

    def step(self) -> None:
        (what,) = self.random.choices(
            (self.select, self.edit, self.drag, self.switch, self.undo, self.look, self.pin), (5, 5, 3, 2, 5, 2, 1)
        )
        what()
        self.hand.turn()
        self.done += 1
        if self.done % REST == 0:
            self.hand.wait(self.answered)

    def answered(self) -> bool:
        """The recipe on show was measured; or refused, as one may be that came about at random."""
        return self.hand.settled or not any(map(self.hand.link.waits_for, (messages.Measure, messages.Edit)))

    def select(self) -> None:
        chosen = self.random.sample(self.paths, self.random.choice((1, 1, 1, 3)))
        self.session.select(chosen, chosen[0])

    def edit(self) -> None:
        stack = self.random.choice(STACKS)(self.random.random())
        self.session.set_actions(self.session.selection, stack, "steps")

    def drag(self) -> None:
        for move in range(8):
            action = Action("prune.magnitude", {"sparsity": round(0.2 + 0.6 * self.random.random(), 3)})
            self.session.set_actions(self.session.selection, (action,), "sparsity", move == 7)
            self.hand.turn()

    def switch(self) -> None:
        stack = self.session.recipe.stack_for(self.session.current)
        self.session.set_actions([self.session.current], tuple(each.switched(not each.off) for each in stack), "switch")

    def undo(self) -> None:
        verb = self.random.choice((self.session.undo, self.session.undo, self.session.redo))
        for _ in range(self.random.choice((1, 1, 4))):
            verb()

    def look(self) -> None:
        tabs = self.hand.workspace.tabs
        places = [place for place in range(tabs.count()) if tabs.widget(place) is not self.hand.workspace.graph]
        tabs.setCurrentIndex(self.random.choice(places))
        self.hand.workspace.inspect.show_pictures(self.random.random() < 0.5)

    def pin(self) -> None:
        if len(self.session.snapshots.all) < 5:
            self.session.snapshots.add(f"state {self.done}")
        else:
            self.session.snapshots.remove(self.session.snapshots.all[0].name)


@contextmanager
def window() -> Iterator[tuple[Hand, Path]]:
    """One with the demo open, and the folder of its data and temporary files; the user's are left alone."""
    with tempfile.TemporaryDirectory() as own:
        for name in ("state", "cache", "config", "data", "temporary"):
            Path(own, name).mkdir()
            os.environ[f"XDG_{name.upper()}_HOME"] = str(Path(own, name))
        os.environ["WORKBENCH_CACHE"], os.environ["TMPDIR"] = str(Path(own, "cache")), str(Path(own, "temporary"))
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(Path(own, "config")))
        with np.load(demo_paths().data) as whole:
            np.savez(Path(own, "few.npz"), **{name: whole[name][:SAMPLES] for name in whole.files})
        application = QApplication.instance() or QApplication([])
        assert isinstance(application, QApplication)
        hand = Hand(application)
        hand.window.show()
        hand.link.start()
        hand.window.build_workspace()
        open_demo(hand, Path(own))
        try:
            yield hand, Path(own)
        finally:
            hand.close()


def soak(steps: int, seed: int, tell: Callable[[str], object]) -> list[str]:
    """What grew beyond its bound, in words."""
    readings: dict[str, Reading] = {}
    with window() as (hand, folder):
        day = Day(hand, seed)
        places = {max(steps // 4, 1): "start", steps * 5 // 8: "middle", steps: "end"}
        tell(f"{'':8}" + "".join(f"{name:>17}" for name in asdict(BOUND)))
        for step in range(1, steps + 1):
            day.step()
            if step in places:
                readings[places[step]] = found = read(hand, folder)
                tell(f"{places[step]:8}" + "".join(f"{value:17}" for value in asdict(found).values()))
    tell(f"{'bound':8}" + "".join(f"{f'+{value}':>17}" for value in asdict(BOUND).values()))
    return grown(readings["start"], readings["end"])


def grown(start: Reading, end: Reading) -> list[str]:
    """What grew beyond its bound, in words."""
    growth = {name: value - getattr(start, name) for name, value in asdict(end).items()}
    return [
        f"{name} grew by {growth[name]}, more than {most}"
        for name, most in asdict(BOUND).items()
        if growth[name] > most
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    found = soak(given.steps, given.seed, lambda line: print(line, flush=True))
    print(f"{given.steps} steps, seed {given.seed}: " + ("; ".join(found) or "nothing grew beyond its bound"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
