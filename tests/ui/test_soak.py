"""The long day in the window, cut short: it does what it says, and tells of what grows."""

import subprocess
import sys
from pathlib import Path

from tests import soak
from tests.guard import HANG_S


def test_a_short_day_leaves_nothing_behind_and_every_figure_is_reported():
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--steps", "20"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=HANG_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    head, *rows, last = done.stdout.splitlines()
    assert head.split() == [
        "window_mb",
        "engine_mb",
        "window_threads",
        "engine_threads",
        "window_files",
        "engine_files",
        "temporary_files",
    ]
    assert [row.split()[0] for row in rows] == ["start", "middle", "end", "bound"]
    assert all(int(figure) > 0 for row in rows[:3] for figure in row.split()[1:-1])
    assert last == "20 steps, seed 0: nothing grew beyond its bound"


def test_what_grew_beyond_its_bound_is_named():
    start = soak.Reading(100, 600, 7, 25, 15, 8, 0)
    assert soak.grown(start, start) == []
    end = soak.Reading(100 + soak.BOUND.window_mb + 1, 600 + soak.BOUND.engine_mb, 7, 25, 99, 8, 0)
    assert soak.grown(start, end) == ["window_mb grew by 151, more than 150", "window_files grew by 84, more than 8"]
