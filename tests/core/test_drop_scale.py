"""From a predicted loss to a likely drop, with an error that holds."""

import numpy as np
import pytest

from workbench.core.analysis.sensitivity import FEWEST, DropScale, Scan, Trial
from workbench.core.base.quantities import MetricInfo

RNG = np.random.default_rng(3)


def measured(count: int, samples: int = 128) -> list[tuple[float, float, int]]:
    """Candidates that lose what their loss says, and what chance adds on so few samples."""
    rises = np.exp(RNG.uniform(np.log(1e-5), np.log(1.0), count))
    true = 0.4 * rises / (0.3 + rises)
    return [
        (rise, RNG.normal(drop, np.sqrt(max(drop, 0.003) / samples)), samples)
        for rise, drop in zip(rises, true, strict=True)
    ]


def test_a_scale_never_falls_and_is_zero_at_zero():
    scale = DropScale.of([(0.1, 0.03, 100), (0.01, 0.02, 100), (0.02, -0.01, 300), (0.5, 0.2, 100), *measured(4)])
    assert list(scale.rises) == sorted(scale.rises) and list(scale.fitted) == sorted(scale.fitted)
    assert min(scale.fitted) >= 0 and scale.at(0.0).drop == 0.0
    assert scale.at(0.0).trials == 8


def test_neighbours_in_the_wrong_order_become_their_mean():
    rows = [(1.0, 0.1, 100), (2.0, 0.4, 300), (3.0, 0.2, 100), (4.0, 0.5, 1), (5.0, 0.6, 1), (6.0, 0.7, 1)]
    scale = DropScale.of(rows)
    assert scale.fitted == pytest.approx((0.1, 0.35, 0.35, 0.5, 0.6, 0.7))
    assert scale.at(1.5).drop == pytest.approx(0.225)


def test_the_error_holds_for_candidates_that_were_not_run():
    scale = DropScale.of(measured(32))
    inside = [abs(drop - (found := scale.at(rise)).drop) <= found.error for rise, drop, _ in measured(300)]
    assert 0.85 < np.mean(inside) <= 1.0
    assert 0 < scale.at(1e-4).error < 0.05, "what hardly moves the outputs is known well"


def test_beyond_all_that_was_run_it_is_at_least_so_much():
    scale = DropScale.of([(rise / 10, rise / 100, 50) for rise in range(1, 9)])
    assert scale.at(0.8).beyond is False and scale.at(0.9).beyond and scale.at(5.0).drop == pytest.approx(0.08)


@pytest.mark.parametrize("rows", [[], measured(FEWEST - 1), [(np.nan, 0.1, 5)] * 9, [(0.1, np.inf, 5)] * 9])
def test_too_few_tell_nothing(rows):
    assert DropScale.of(rows) is None


def test_a_scan_has_the_scale_of_what_it_measured():
    trials = [Trial("a", (), {}, 1, rise, 0.9, drop, samples=samples) for rise, drop, samples in measured(12)]
    only = Trial("b", (), {}, 1, 0.05)
    scan = Scan(MetricInfo("top-1"), 0.9, 500, (*trials, only), 12)
    assert scan.scale == DropScale.of((each.predicted, each.drop, 128) for each in trials)
    assert Scan(MetricInfo("top-1"), 0.9, 500, (only,), 0).scale is None
