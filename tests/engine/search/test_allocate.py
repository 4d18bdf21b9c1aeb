"""Allocations are the best that there are, and keep their limits."""

import ctypes
from itertools import product

import numpy as np
import pytest

from workbench.core.recipe.action import Action
from workbench.engine.search import allocate
from workbench.engine.search.allocate import Choice, Limits, Problem
from workbench.engine.search.costs import Costs
from workbench.engine.search.options import Option

LAYERS = ("a", "b", "c")


def problem(seed: int) -> Problem:
    """Three layers as they are or in four ways, and one way for two of them together."""
    rng = np.random.default_rng(seed)
    choices = [Choice(path, (path,), None, 1000.0, 50.0, 0.0) for path in LAYERS]
    for path, bits in product(LAYERS, (8, 6, 4, 2)):
        option = Option({path: (Action("quantize.affine", {"bits": bits}),)}, 0)
        cost = float(2.0**-bits * rng.uniform(0.5, 2))
        choices.append(Choice(path, (path,), option, 30.0 * bits + float(rng.integers(9)), 50.0, cost))
    both = Option({path: (Action("prune.channels", {"ratio": 0.5}),) for path in LAYERS[:2]}, 0)
    choices.append(Choice("a channels", LAYERS[:2], both, 1000.0, 30.0, 0.2))
    return Problem(LAYERS, choices)


def every(found: Problem):
    """All allocations."""
    alone = [[each for each in found.choices if each.rows == (path,)] for path in LAYERS]
    (both,) = (each for each in found.choices if len(each.rows) == 2)
    yield from product(*alone)
    yield from product([both], alone[2])


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_best_of_all(seed):
    found, costs = problem(seed), Costs(factors={"a": 1.5})
    for limit in (250.0, 400.0, 700.0):
        best = min(
            sum(costs.each(each.place, each.cost) for each in chosen)
            for chosen in every(found)
            if sum(each.bytes for each in chosen) <= limit
        )
        allocation = found.allocate(costs, Limits(limit))
        assert allocation.bytes <= limit
        assert sum(costs.each(place, cost) for place, cost in allocation.parts.items()) == pytest.approx(best, rel=1e-3)
        greedy, plain = found.greedy(limit), found.allocate(Costs(), Limits(limit))
        assert greedy.bytes <= limit and sum(greedy.parts.values()) >= sum(plain.parts.values()) - 1e-9


def test_the_smallest_within_a_cost():
    found, costs = problem(0), Costs(2.0, 1.2)
    allocation = found.allocate(costs, Limits(cost=0.1, smallest=True))
    least = min(
        sum(each.bytes for each in chosen)
        for chosen in every(found)
        if costs.of_sum(sum(each.cost for each in chosen)) <= 0.1
    )
    assert allocation.bytes == least and costs.of(allocation.parts) <= 0.1 + 1e-9


def test_layers_that_lose_channels_together_are_settled_together():
    allocation = problem(0).allocate(Costs(), Limits(macs=90.0))
    assert set(allocation.stacks) >= {"a", "b"} and {len(each.rows) for each in allocation.choices} == {1, 2}


@pytest.mark.parametrize("limit", [340.0, 420.0, 520.0])
def test_decoders_that_options_share_take_bytes_once(limit):
    """Of each layer one option needs no decoder, and the others one of two, the second besides a common one."""
    rng = np.random.default_rng(1)
    choices = [Choice(path, (path,), None, 400.0, 1.0, 0.0) for path in LAYERS]
    for path, (bits, decoders) in product(LAYERS, ((8, {}), (4, {"x": 100}), (2, {"x": 100, "y": 60}))):
        option = Option({path: (Action("quantize.affine", {"bits": bits}),)}, 0, decoders=decoders)
        cost = float(2.0**-bits * rng.uniform(0.5, 2))
        choices.append(Choice(path, (path,), option, 20.0 * bits, 1.0, cost, decoders))
    found = Problem(LAYERS, choices)

    def taken(chosen):
        decoders = {name: size for each in chosen for name, size in each.decoders.items()}
        return sum(each.bytes for each in chosen) + sum(decoders.values())

    alone = [[each for each in choices if each.rows == (path,)] for path in LAYERS]
    fitting = [chosen for chosen in product(*alone) if taken(chosen) <= limit]
    best = min(sum(each.cost for each in chosen) for chosen in fitting)
    allocation = found.allocate(Costs(), Limits(limit))
    assert allocation.bytes == taken(allocation.choices) <= limit
    assert sum(allocation.parts.values()) == pytest.approx(best, rel=1e-3)
    smallest = found.allocate(Costs(), Limits(cost=0.4, smallest=True))
    fine = [chosen for chosen in product(*alone) if sum(each.cost for each in chosen) <= 0.4]
    assert smallest.bytes == min(map(taken, fine))
    assert found.greedy(limit).bytes <= limit


def test_what_nothing_keeps_is_none():
    assert problem(0).allocate(Costs(), Limits(10.0)) is None and problem(0).greedy(10.0) is None


def test_what_the_solver_prints_is_dropped(monkeypatch, capfd):
    """Its native code prints a line now and then, whatever it is told."""
    libc, solve = ctypes.CDLL(None), allocate.milp

    def printing(*given, **more):
        libc.printf(b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();\n")
        return solve(*given, **more)

    monkeypatch.setattr(allocate, "milp", printing)
    assert problem(0).allocate(Costs(), Limits(400.0)).bytes <= 400
    libc.printf(b"after\n")
    libc.fflush(None)
    assert capfd.readouterr() == ("after\n", "")
