"""How figures are written: nothing is claimed that was not measured."""

from tests.figures import AGREEMENT, COSINE, DECIBEL, MSE, TOP1
from workbench.core.analysis.report import Figure
from workbench.core.analysis.sensitivity import LikelyDrop
from workbench.ui.text import format
from workbench.ui.text.i18n import counted


def test_accuracies_are_in_per_cent_and_other_metrics_are_not():
    assert format.value_text(0.9244, TOP1) == "92.4 %"
    assert format.value_text(0.9244, AGREEMENT) == "92.4 %"
    assert format.value_text(0.00123, MSE) == "0.00123"
    assert format.value_text(0.99, COSINE) == "0.99"
    assert format.value_text(31.24, DECIBEL) == "31.2 dB"


def test_a_change_has_its_sign_and_its_interval():
    assert format.change_text(Figure(-0.0071, "estimated", 400, -0.012, -0.002), TOP1) == "−0.7 ± 0.5 points"
    assert format.change_text(Figure(0.001, "measured", 2000), TOP1) == "+0.1 points"
    assert format.change_text(Figure(0.0, "measured", 2000, 0.0, 0.0), TOP1) == "0.0 points"


def test_a_change_is_the_difference_of_the_two_figures_beside_it():
    change = Figure(-0.0166, "measured", 2000, -0.02, -0.013)
    assert format.change_text(change, TOP1, (0.92249, 0.90599)) == "−1.6 ± 0.4 points", "92.2 → 90.6"
    assert format.change_text(change, TOP1, (0.95, 0.90)) == "−1.7 ± 0.4 points", "of other samples"
    assert format.change_text(Figure(-0.273, "measured"), DECIBEL, (31.16, 30.887)) == "−0.3 dB"
    assert format.change_text(Figure(-0.012, "measured"), DECIBEL, (31.2, 31.188)) == "−0.012 dB"
    assert format.change_text(Figure(-0.0002, "measured"), TOP1, (0.9224, 0.9222)) == "0.0 points"


def test_a_bound_of_nothing_is_reported_without_a_number():
    """Of candidates beyond those that were measured, if none of these lost anything."""
    assert format.predicted_text(LikelyDrop(0.0, 0.0, True, 12), TOP1) == "beyond what was measured"
    assert format.predicted_text(LikelyDrop(0.02, 0.0, True, 12), TOP1).startswith("more than 2.0 points lost")


def test_a_number_of_things_has_the_singular_of_one():
    assert [counted("{n:,} weights", n, "{n} weight") for n in (0, 1, 1200)] == [
        "0 weights",
        "1 weight",
        "1,200 weights",
    ]


def test_the_source_of_a_figure_says_how_many_samples():
    assert format.source_text(Figure(0.9, "estimated", 400), 2000) == "◐ estimated, 400 of 2,000"
    assert format.source_text(Figure(0.9, "measured", 2000), 2000) == "● measured, 2,000"
    assert format.source_text(Figure(1e6, "forecast")) == "○ forecast"
    assert all(format.explain(Figure(0, how)) for how in format.MARKS)


def test_a_difference_is_settled_when_its_interval_leaves_zero():
    assert format.is_settled(Figure(-0.01, "estimated", 400, -0.02, -0.001))
    assert not format.is_settled(Figure(-0.01, "estimated", 400, -0.03, 0.01))
    assert not format.is_settled(None)


def test_a_change_is_a_ratio_or_a_percentage_if_slight():
    assert format.shrunk(1000, 1000) == "unchanged"
    assert format.shrunk(100_000, 99_890) == "−0.11 %" and format.shrunk(100_000, 100_110) == "+0.11 %"
    assert format.shrunk(1000, 250) == "4.0x smaller (25 % kept)" and format.shrunk(1000, 1500) == "1.50x larger"
    assert format.smaller(1000, 999) == "0.1 % smaller" and format.smaller(1000, 960) == "1.04x smaller (96 % kept)"
    assert format.smaller(5, 5) == "the same size" and format.smaller(0, 5) == ""


def test_small_numbers_have_few_letters_and_a_true_minus():
    values = (0.0, 0.3, 0.0052, 7.2e-4, 3e-12)
    assert [format.small(value) for value in values] == ["0", "0.3", "0.005", "7e−4", "3e−12"]
    assert format.small(1.14e-5, 2) == "1.1e−5"
