"""Work is done once, and the budget is kept."""

import threading

import numpy as np
import pytest

from tests.guard import HANG_S, until
from workbench.core.base.errors import Cancelled
from workbench.engine.base.cache import Cache, weigh
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Factors, Piece, Scaled
from workbench.graph.storage.edit import Edit


def test_made_once():
    made = []
    cache = Cache(1 << 20)
    for _ in range(3):
        assert cache.get("a", lambda: made.append(1) or len(made)) == 1
    assert made == [1]


def others_wait(count: int) -> None:
    """Return when `count` threads wait for what this one makes."""
    until(lambda: Cache.awaited >= count)


def test_two_threads_make_it_once():
    made = []

    def slow():
        made.append(1)
        others_wait(3)
        return len(made)

    cache = Cache(1 << 20)
    results = []
    threads = [threading.Thread(target=lambda: results.append(cache.get("a", slow))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1, 1, 1, 1] and made == [1]


def test_what_was_used_longest_ago_goes_first():
    cache = Cache(3000)
    for name in "abc":
        cache.get(name, lambda: np.zeros(1000, np.uint8))
    cache.get("a", lambda: pytest.fail("a is still there"))
    cache.get("d", lambda: np.zeros(1000, np.uint8))
    assert cache.peek("b") is None and all(cache.peek(name) is not None for name in "acd")
    assert cache.used <= cache.budget


def test_a_failure_is_raised_and_not_kept():
    cache = Cache(1000)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.get("a", lambda: 2) == 2


def test_weights():
    array = np.zeros(10, np.float32)
    assert weigh(array) == 40 and weigh({"a": array, "b": (array, array)}) == 120 and weigh("text") > 0


def test_edits_weigh_what_their_arrays_take():
    """Options of a search are edits by the hundred: without a weight a budget would hold any number of them."""
    scale, q = np.ones((4, 1), np.float32), np.zeros((4, 1000), np.int8)
    levels = Affine(q, 8, scale, None, (4, 1000))
    assert weigh(Edit(levels, np.zeros(4, np.float32))) == 4000 + 16 + 16
    assert weigh(Edit(Scaled(levels, np.ones(1000, np.float32)))) == 4016 + 4000
    thin = Factors((Piece(Dense(np.ones((4, 2), np.float32))), Piece(levels)), False, (4, 1000), 0)
    assert weigh(Edit(thin)) == 32 + 4016
    cache = Cache(10_000)
    for number in range(20):
        cache.get(number, lambda: Edit(levels))
    assert cache.used <= cache.budget and cache.peek(0) is None and cache.peek(19) is not None


def test_a_maker_that_was_cancelled_leaves_the_work_to_one_of_those_that_wait():
    """And to one alone: who comes then, waits as well."""
    cache, made, results, begun, fail = Cache(1 << 20), [], [], threading.Event(), threading.Event()

    def cancelled():
        begun.set()
        fail.wait(HANG_S)
        raise Cancelled

    def slow():
        made.append(1)
        others_wait(3)
        return len(made)

    def first():
        with pytest.raises(Cancelled):
            cache.get("a", cancelled)
        results.append(cache.get("a", slow))  # comes when the next has begun, or before

    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert begun.wait(HANG_S)
    threads += [threading.Thread(target=lambda: results.append(cache.get("a", slow))) for _ in range(3)]
    for thread in threads[1:]:
        thread.start()
    fail.set()
    for thread in threads:
        thread.join(HANG_S)
    assert results == [1, 1, 1, 1] and made == [1] and Cache.awaited == 0
    assert cache.used == weigh(1)
