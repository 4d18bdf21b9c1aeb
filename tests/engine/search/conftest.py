"""What tests of the search share: the small network, opened as often as they like."""

import pytest

from workbench.core.base.job import Job
from workbench.engine.workspace import Workspace


@pytest.fixture
def opened(place):
    """Opens the network anew, as another run of the program does: what is on the disk stays, what is in memory goes."""

    def open() -> Workspace:
        found = Workspace.open(str(place / "small.onnx"), Job())
        return found.attach(str(place / "test.npz"), Job(), calibration=str(place / "train.npz"))

    return open
