"""Where training computes."""

import numpy as np
import pytest
import torch

from tests.engine.small import network
from tests.engine.test_train import PRUNE, TUNE
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.training import device
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace

RECIPE = Recipe((Row("*", (PRUNE,)),), 0, (TUNE,))


def opened(folder):
    path = network(folder)
    return Workspace.open(str(path), Job()).attach(
        str(folder / "test.npz"), Job(), calibration=str(folder / "train.npz")
    )


def test_only_what_is_there_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device.devices() == ("cpu",) and device.device("cpu").type == "cpu"
    with pytest.raises(UserError, match=r"no device 'cuda' to train on. The devices are: cpu"):
        recovered(opened(tmp_path), RECIPE, Job(), device="cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device.devices() == ("cpu", "cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch has no CUDA device here")
def test_a_graphics_card_trains_to_about_the_same(tmp_path):
    workspace = opened(tmp_path)
    found = [
        recovered(workspace, RECIPE, Job(), device=name).recovery.recovered
        for name in ("cpu", "cuda")
        if not workspace.recoveries.clear()
    ]
    np.testing.assert_allclose(found[0], found[1], atol=0.03)
