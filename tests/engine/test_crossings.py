"""Batches that cross a cut are kept under a budget, the cut of the longest ago forgotten first."""

import numpy as np

from workbench.engine.crossings import Crossings


def batch():
    return {"x": np.zeros(1000, np.uint8)}


def made(crossings, cut, count):
    """Which of the batches of a cut had to be computed."""
    calls = []
    for number in range(count):
        crossings.get(cut, number, lambda number=number: calls.append(number) or batch())
    return calls


def test_switching_back_computes_nothing_while_both_have_room():
    crossings = Crossings(5000)
    assert made(crossings, "a", 2) == [0, 1] and made(crossings, "b", 3) == [0, 1, 2]
    assert made(crossings, "a", 2) == [] and made(crossings, "b", 3) == [] and crossings.used == 5000


def test_the_cut_of_the_longest_ago_makes_room():
    crossings = Crossings(4000)
    for cut in "abc":
        made(crossings, cut, 2)
    assert made(crossings, "c", 2) == [] and made(crossings, "b", 2) == [] and crossings.used <= 4000
    assert made(crossings, "a", 2) == [0, 1]


def test_of_more_than_fits_the_first_batches_stay():
    crossings = Crossings(3500)
    assert made(crossings, "a", 6) == [0, 1, 2, 3, 4, 5]
    assert made(crossings, "a", 6) == [3, 4, 5] and crossings.used == 3000
