"""What was computed once is there the next time, and nothing that is on the disk can break the program."""

import os
import threading

import numpy as np
import pytest

from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.engine.base.store import Store, cache_folder
from workbench.engine.layer_figures import stats
from workbench.engine.workspace import Workspace

ARRAYS = {"a": np.arange(6.0).reshape(2, 3), "words": np.array("3 × 4")}


def test_what_is_kept_comes_back_and_is_not_pickled(tmp_path):
    store = Store(tmp_path)
    assert store.load("key") is None
    store.save("key", ARRAYS)
    found = Store(tmp_path).load("key")
    np.testing.assert_array_equal(found["a"], ARRAYS["a"])
    assert str(found["words"]) == "3 × 4" and store.load("another") is None
    with pytest.raises(ValueError, match="pickle"):
        store.save("key", {"code": np.array([print])})


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"PK\x03\x04 cut short"])
def test_a_damaged_file_counts_as_not_there_and_is_written_again(tmp_path, damage):
    store = Store(tmp_path)
    store.save("key", ARRAYS)
    file = next(tmp_path.iterdir())
    file.write_bytes(damage or file.read_bytes()[:60])
    assert store.load("key") is None
    store.save("key", ARRAYS)
    assert store.load("key") is not None


def test_a_changed_byte_anywhere_counts_as_not_there(tmp_path):
    """Readers of zip files do not notice all of them, and fail in many ways at others."""
    store = Store(tmp_path)
    store.save("key", ARRAYS)
    file = next(tmp_path.iterdir())
    whole = file.read_bytes()
    for place in range(0, len(whole), 3):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        assert store.load("key") is None
    file.write_bytes(whole)
    assert store.load("key") is not None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "below")
    store.save("key", ARRAYS)
    assert store.load("key") is None


def test_the_budget_is_kept_and_what_was_used_longest_ago_goes_first(tmp_path):
    store = Store(tmp_path, budget=40_000)
    for index in range(4):
        store.save(f"{index}", {"a": np.zeros(1000)})
        for moment, file in enumerate(sorted(tmp_path.iterdir(), key=lambda f: f.stat().st_mtime_ns)):
            os.utime(file, ns=(moment, moment))
    assert store.load("0") is not None  # used now: it stays
    store.save("4", {"a": np.zeros(1000)})
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 40_000
    assert store.load("0") is not None and store.load("4") is not None and store.load("1") is None


def test_many_threads_may_use_it_at_once(tmp_path):
    store = Store(tmp_path, budget=20_000)

    def work(number):
        for index in range(10):
            store.save(f"{number % 2} {index}", ARRAYS)
            store.load(f"{number % 2} {index}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(file.suffix == ".npz" for file in tmp_path.iterdir())


def test_tests_write_into_a_separate_folder(tmp_path_factory):
    assert tmp_path_factory.getbasetemp() in cache_folder().parents


@pytest.mark.slow
def test_the_statistics_of_a_weight_are_computed_once_for_all_time(monkeypatch):
    model = str(resource_path("demo/fashion_cnn.onnx"))
    first = Workspace.open(model, Job())
    path = next(layer.path for layer in first.model.layers if layer.op == "Conv")
    before = first.view(path)
    monkeypatch.setattr(stats, "histogram", lambda *_: pytest.fail("it is on the disk"))
    after = Workspace.open(model, Job()).view(path)
    assert after.moments == before.moments and after.unavailable == before.unavailable
    np.testing.assert_array_equal(after.histogram.counts, before.histogram.counts)
    np.testing.assert_array_equal(after.magnitudes, before.magnitudes)
    np.testing.assert_array_equal(after.spectrum.values, before.spectrum.values)
    assert (after.spectrum.unfolding, after.spectrum.break_even, after.spectrum.computed) == (
        before.spectrum.unfolding,
        before.spectrum.break_even,
        before.spectrum.computed,
    )
