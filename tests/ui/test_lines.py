"""A parameter and the line that stands for it in a plot are the same thing, both ways."""

import numpy as np
import pytest

from tests.ui import sample
from workbench.core.recipe.action import Action
from workbench.methods.base.method import all_methods
from workbench.ui.text import plot_params
from workbench.ui.text.describe import action_words


@pytest.fixture(scope="module")
def view():
    return sample.view_of(sample.weights())


def test_sparsity_and_threshold_are_the_same_line(view):
    for sparsity in (0.0, 0.1, 0.5, 0.93, 1.0):
        threshold = plot_params.threshold_of("sparsity", sparsity, view.magnitudes)
        assert plot_params.share_below(threshold, view.magnitudes) == pytest.approx(sparsity, abs=1e-6)
        assert np.mean(np.abs(sample.weights()) <= threshold) == pytest.approx(sparsity, abs=2e-3)
        assert plot_params.converted(view, "threshold", threshold, "sparsity") == sparsity
    assert plot_params.share_below(1e9, view.magnitudes) == 1


def test_of_a_layer_that_has_zeros_already_the_share_counts_them():
    magnitudes = np.quantile(np.abs(sample.pruned(sample.weights(), 0.6)), np.linspace(0, 1, 1025))
    assert plot_params.share_below(0.0, magnitudes) == pytest.approx(0.6, abs=2e-3)
    assert plot_params.share_below(-1.0, magnitudes) == 0


def test_a_rank_and_its_energy_are_the_same_line(view):
    for rank in (1, 2, 17, 40, 64):
        energy = plot_params.converted(view, "rank", rank, "energy")
        assert plot_params.converted(view, "energy", energy, "rank") == rank
    assert plot_params.converted(None, "rank", 3, "energy") is None
    assert plot_params.converted(view, "rank", 3, "sparsity") is None


def test_every_share_is_told_in_per_cent_and_a_rate_is_not():
    infos = {name: each.info() for name, each in all_methods().items()}
    steps = {
        "prune.magnitude": {"sparsity": 0.5},
        "prune.synflow": {"sparsity": 0.9995},
        "lowrank.svd": {"energy": 0.9},
        "distill.refine": {"rate": 0.01},
    }
    words = [action_words(Action(name, given), infos)[1] for name, given in steps.items()]
    assert words == ["Sparsity 50 %", "Sparsity 99.95 %", "Energy 90 %", "Rate 0.01"]
