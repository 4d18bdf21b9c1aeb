"""Batches that cross a cut are kept under a budget: in memory, then on the disk, the longest ago forgotten first."""

import shutil

import numpy as np
import pytest

from workbench.core.base import system
from workbench.engine.calibration.activation_cache import Crossings, Disk

NONE = Disk(0)


def batch():
    return {"x": np.zeros(1000, np.uint8)}


def made(crossings, cut, count):
    """Which of the batches of a cut had to be computed."""
    calls = []
    for number in range(count):
        crossings.get(cut, number, lambda number=number: calls.append(number) or batch())
    return calls


def test_switching_back_computes_nothing_while_both_have_room():
    crossings = Crossings(5000, NONE)
    assert made(crossings, "a", 2) == [0, 1] and made(crossings, "b", 3) == [0, 1, 2]
    assert made(crossings, "a", 2) == [] and made(crossings, "b", 3) == [] and crossings.used == 5000


def test_the_cut_of_the_longest_ago_makes_room():
    crossings = Crossings(4000, NONE)
    for cut in "abc":
        made(crossings, cut, 2)
    assert made(crossings, "c", 2) == [] and made(crossings, "b", 2) == [] and crossings.used <= 4000
    assert made(crossings, "a", 2) == [0, 1]


def test_of_more_than_fits_the_first_batches_stay():
    crossings = Crossings(3500, NONE)
    assert made(crossings, "a", 6) == [0, 1, 2, 3, 4, 5]
    assert made(crossings, "a", 6) == [3, 4, 5] and crossings.used == 3000


def test_what_memory_has_no_room_for_is_read_from_the_disk(tmp_path):
    crossings = Crossings(2000, Disk(parent=tmp_path))
    rng = np.random.default_rng(0)
    values = {cut: {"x": rng.normal(size=(5, 50)).astype(np.float32), "y": rng.integers(0, 9, 10)} for cut in "abcd"}
    for cut, value in values.items():
        crossings.get(cut, 0, lambda value=value: value)
    for cut, value in values.items():
        found = crossings.get(cut, 0, lambda: pytest.fail("it is on the disk"))
        assert found.keys() == value.keys() and all(np.array_equal(found[name], value[name]) for name in value)
        assert all(found[name].dtype == value[name].dtype for name in value)
    assert crossings.used <= 2000 and crossings.disk.used > 0


def test_a_disk_that_keeps_nothing_costs_only_time(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    for disk in (Disk(parent=blocked), Disk(parent=tmp_path / "folder")):
        if disk._parent != blocked:
            monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
        crossings = Crossings(1000, disk)
        made(crossings, "a", 1)
        made(crossings, "b", 1)
        assert made(crossings, "a", 1) == [0] and disk.used == 0


def test_the_disk_has_a_budget_and_leaves_nothing_behind(tmp_path):
    gone = tmp_path / "999999999-1"
    gone.mkdir()
    disk = Disk(2500, tmp_path)
    for key in range(4):
        disk.put(key, batch())
    assert disk.get(0) is None and disk.get(3) is not None and disk.used <= 2500
    (folder,) = tmp_path.iterdir()
    assert folder.name.startswith(system.owner()) and len(list(folder.iterdir())) == 2
    next(folder.iterdir()).write_bytes(b"not an array")
    assert [disk.get(key) for key in (2, 3)].count(None) == 1, "what cannot be read is computed again"
    del disk
    assert not list(tmp_path.iterdir())
