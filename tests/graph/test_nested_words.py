"""Classes of classes: words near the entropy, whose bytes are known from counts alone."""

import numpy as np
import pytest

from workbench.graph.entropy.class_code import best_in_order
from workbench.graph.entropy.nested_words import MOST_OFFSET, Level, Words, words
from workbench.graph.entropy.prefix_code import MOST_SYMBOLS


def entropy(counts: np.ndarray) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum() * counts.sum() / 8)


@pytest.mark.parametrize("chance", [0.02, 0.1, 0.3])
def test_geometric_numbers_take_little_more_than_their_entropy(chance):
    numbers = np.minimum(np.random.default_rng(0).geometric(chance, 40000) - 1, MOST_SYMBOLS - 1)
    made = words(numbers)
    size, extra = best_in_order(made.counts, 5)
    alone = (size * len(numbers) + Level(extra).bits(made.counts)) / 8
    assert entropy(made.counts) < made.bytes < min(1.04 * entropy(made.counts), alone + 20)


@pytest.mark.parametrize("numbers", [[0], [3, 3, 3], [0, 1] * 9, list(range(300)), [0] * 500 + [1000], [2047]])
def test_bytes_are_those_of_the_data(numbers):
    made = words(np.array(numbers))
    assert made.bytes == made.data.size + sum(map(len, made.extras))
    assert sum(made.split) == 8 * made.data.size and made.split[1] >= MOST_OFFSET
    assert made.split[0] == made.size * len(numbers)


def test_bytes_need_no_sequence():
    def never() -> np.ndarray:
        raise AssertionError("asked")

    assert Words(np.array([5, 3, 1, 1]), never).bytes > 0
