"""The clock is set back: what is kept lately stays, what is of a future goes first."""

import os
import time

import numpy as np

from workbench.engine.base.store import Store
from workbench.engine.training import checkpoint

FUTURE = time.time() + 10**7


def test_a_cache_keeps_what_is_used_now(tmp_path):
    values = {"x": np.zeros(1000)}
    store = Store(tmp_path, budget=25_000)
    for key in "abc":
        store.save(key, values)
    for file in tmp_path.iterdir():
        os.utime(file, (FUTURE, FUTURE))
    store.save("new", values)
    assert store.load("new") is not None
    assert sum(store.load(key) is not None for key in "abc") == 1, "there is room for two"


def test_a_training_keeps_its_checkpoint():
    folder = checkpoint.folder()
    folder.mkdir(parents=True)
    for index in range(checkpoint.KEPT):
        (folder / f"{index}.pt").touch()
        os.utime(folder / f"{index}.pt", (FUTURE, FUTURE))
    mine = checkpoint.Checkpoint("mine")
    mine.save({"step": 3})
    assert mine.load() == {"step": 3} and len(list(folder.iterdir())) == checkpoint.KEPT
