"""What is drawn of a layer."""

import numpy as np
import pytest

from workbench.core.layer_data.views import Spectrum


@pytest.mark.parametrize(("energy", "rank"), [(0.0, 1), (0.5, 1), (0.51, 2), (0.9, 3), (0.91, 4), (1.0, 4)])
def test_the_smallest_rank_that_keeps_an_energy(energy, rank):
    spectrum = Spectrum(np.array([4.0, 3.0, 2.0, 1.0]), np.array([0.5, 0.8, 0.9, 1 - 1e-9]), "", 2, 1.5)
    assert spectrum.rank_for(energy) == rank


def test_nothing_has_no_rank():
    assert Spectrum(np.empty(0), np.empty(0), "", 0, 0.0).rank_for(0.9) == 0
