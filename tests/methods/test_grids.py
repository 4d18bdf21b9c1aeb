"""Ranges and scales of grids."""

import numpy as np
import pytest

from workbench.methods.common import grids


@pytest.mark.parametrize("granularity", ["channel", "group"])
@pytest.mark.parametrize("rule", ["mse", "cubed"])
def test_an_error_taken_in_blocks_is_that_of_the_whole(granularity, rule, monkeypatch):
    weight = np.random.default_rng(0).normal(size=(7, 5, 3, 3)).astype(np.float32)
    grid = grids.view(weight, 0, granularity, 8)
    importance = np.random.default_rng(1).random(grid.values.shape).astype(np.float32)
    found = []
    for block in (1, 100, 1 << 16):
        monkeypatch.setattr(grids, "BLOCK", block)
        found.append(grids.scales(grid, 3, False, rule, 99.9, importance))
    assert all(np.array_equal(one, other) for pair in found[1:] for one, other in zip(found[0], pair, strict=True))
    whole = np.abs(grid.values).max(axis=grid.reduce)
    assert (found[0][0].squeeze() * 7 > whole * 0.3).all()
