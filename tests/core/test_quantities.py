"""Numbers as people read them."""

import pytest

from tests.figures import AGREEMENT, COSINE, DECIBEL, MSE, TOP1
from workbench.core.base.quantities import amount, duration, metric_text, size, smaller, three_digits


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (999_999, "1.00 MB"),
        (1_910_000, "1.91 MB"),
        (12_345_678, "12.3 MB"),
        (2e9, "2.00 GB"),
        (-1500, "-1.50 kB"),
    ],
)
def test_size(count, text):
    assert size(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (41_200_000, "41.2 M"), (999_999, "1.00 M"), (1_500, "1.50 k"), (3e9, "3.00 G")],
)
def test_amount(count, text):
    assert amount(count) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1.00"), (9.994, "9.99"), (9.996, "10.0"), (99.96, "100"), (123.4, "123"), (-0.5, "-0.50")]
)
def test_three(value, text):
    assert three_digits(value) == text


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (100, 50, "2.0x smaller (50 % kept)"),
        (100, 16, "6.2x smaller (16 % kept)"),
        (100, 150, "1.50x larger"),
        (100, 0, ""),
        (0, 100, ""),
        (100, 100, "the same size"),
    ],
)
def test_smaller(before, after, text):
    assert smaller(before, after) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (12, "12 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (3900, "1 h 5 min")]
)
def test_duration(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (0.92449, TOP1, "92.45 %"),
        (1, AGREEMENT, "100.00 %"),
        (0.012345, MSE, "0.01235"),
        (0, MSE, "0.00"),
        (12.345, MSE, "12.3"),
        (0.99987, COSINE, "0.9999"),
        (31.24, DECIBEL, "31.2 dB"),
    ],
)
def test_metric(value, metric, text):
    assert metric_text(value, metric) == text
