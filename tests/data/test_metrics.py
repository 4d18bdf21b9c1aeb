"""Metrics and their intervals."""

import numpy as np
import pytest

from workbench.core.errors import UserError
from workbench.data import metrics
from workbench.data.choosing import choose


def test_top1_and_top5():
    outputs = np.eye(10, dtype=np.float32)[[3, 4, 5]] + np.linspace(0, 0.1, 10)
    np.testing.assert_array_equal(metrics.top1(outputs, np.array([3, 4, 6])), [1, 1, 0])
    np.testing.assert_array_equal(metrics.top5(outputs, np.array([9, 0, 6])), [1, 0, 1])


def test_token_accuracy_ignores_padding():
    outputs = np.zeros((1, 3, 4))
    outputs[0, [0, 1, 2], [1, 2, 3]] = 1
    np.testing.assert_allclose(metrics.token_accuracy(outputs, np.array([[1, 0, -1]])), [0.5])


def test_cosine_of_equal_outputs_is_one_even_when_they_are_zero():
    zeros = np.zeros((2, 5))
    np.testing.assert_array_equal(metrics.cosine(zeros, zeros), [1, 1])
    np.testing.assert_allclose(metrics.cosine(np.array([[1.0, 0]]), np.array([[0, 2.0]])), [0], atol=1e-12)


@pytest.mark.parametrize(("outputs", "labels", "expected"), [
    ((6, 10), np.arange(6), "top1"), ((6, 10), None, "agreement"), ((6, 1), None, "relative_error"),
    ((6, 3, 8, 8), None, "cosine"), ((6, 4, 9), np.zeros((6, 4), int), "token_accuracy"),
    ((6, 2), np.zeros((6, 2), np.float32), "mse")])
def test_the_metric_follows_from_the_shapes(outputs, labels, expected):
    assert choose(np.random.default_rng(0).standard_normal(outputs), labels).id == expected


@pytest.mark.parametrize("labels", [np.array([0, 10]), np.array([-1, 2]), np.zeros((2, 3, 4))])
def test_labels_that_fit_nothing_are_refused(labels):
    with pytest.raises(UserError):
        choose(np.zeros((2, 10)), labels)


def test_wilson_interval_against_the_textbook():
    # Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263 -> 0.2553 to 0.3662.
    scores = np.zeros(263)
    scores[:81] = 1
    low, high = metrics.interval(scores, True, 1 << 62)
    assert (low, high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))


def test_the_interval_closes_when_all_samples_were_seen():
    scores = np.array([1.0, 0, 1, 1])
    assert metrics.interval(scores, True, 4) == (0.75, 0.75)
    low, high = metrics.interval(scores, True, 1000)
    assert low < 0.4 and high > 0.9


@pytest.mark.parametrize("truth", [0.9, 0.5, 0.99])
def test_intervals_of_a_sample_cover_the_population(truth):
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        population = (rng.random(2000) < truth).astype(float)
        low, high = metrics.interval(population[:200], True, 2000)
        covered += low <= population.mean() <= high
    assert covered >= 0.93 * 400


def test_paired_intervals_cover_small_changes():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        flips = rng.choice([-1.0, 0.0, 1.0], p=[0.03, 0.96, 0.01], size=2000)
        low, high = metrics.paired_interval(flips[:256], 2000)
        covered += low <= flips.mean() <= high
    assert covered >= 0.93 * 400
