"""What a whole recipe is expected to cost, and what a divergence means in the metric."""

import numpy as np
import pytest

from workbench.engine.search.costs import Costs, Drops, learnt

PLACES = ("a", "b", "c", "d")


def recipes(count: int, truth: Costs, noise: float = 0.0):
    rng = np.random.default_rng(0)
    for _ in range(count):
        parts = {place: float(10 ** rng.uniform(-4, -1)) for place in PLACES}
        yield parts, truth.of(parts) * float(np.exp(noise * rng.normal()))


def test_without_measurements_costs_add_up():
    parts = {"a": 0.01, "b": 0.02}
    assert learnt([]).of(parts) == pytest.approx(0.03) and learnt([], scale=7.0).of(parts) == pytest.approx(0.03)


def test_errors_that_build_on_each_other_are_learnt():
    truth = Costs(3.0, 1.25, {"a": 0.5, "b": 2.0})
    found = learnt(list(recipes(24, truth, 0.1)))
    others = list(recipes(60, truth))[24:]  # recipes that were not measured
    error = [abs(np.log(found.of(parts) / value)) for parts, value in others]
    added = [abs(np.log(sum(parts.values()) / value)) for parts, value in others]
    assert max(error) < 0.4 and np.mean(error) < 0.3 * np.mean(added)
    assert found.power == pytest.approx(1.25, abs=0.1)


def test_one_measurement_hardly_moves_a_factor():
    found = learnt([({"a": 0.01, "b": 0.01}, 0.06)])
    assert found.of({"a": 0.01, "b": 0.01}) > 0.03 and all(0.7 < factor < 1.5 for factor in found.factors.values())


def test_what_is_ruined_teaches_nothing():
    assert learnt([({"a": 0.5}, 4.0)]) == Costs()


def test_sum_for_is_the_inverse():
    costs = Costs(2.5, 1.3, scale=0.2)
    assert costs.of_sum(costs.sum_for(0.07)) == pytest.approx(0.07)


def test_drops_never_fall_with_the_divergence_and_are_inverted():
    drops = Drops.of([(0.1, 0.02, 100), (0.2, 0.01, 100), (0.3, 0.05, 400), (0.4, 0.09, 400)])
    at = [drops.at(x) for x in np.linspace(0, 0.5, 50)]
    assert at[0] == 0.0 and at == sorted(at) and at[-1] == pytest.approx(0.09)
    assert drops.at(drops.reach(0.03)) == pytest.approx(0.03, abs=1e-6)
    assert drops.guess(0.4) == (drops.at(0.4), False) and drops.guess(0.41) == (pytest.approx(0.09), True)
    assert drops.reach(1.0) == 0.4 and Drops.of([]).at(0.5) == 0.0
