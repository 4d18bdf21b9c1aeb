"""What tests of the search share: a small network, searched once."""

import pytest

from tests.engine.small import network
from workbench.core.base.job import Job
from workbench.engine.workspace import Workspace


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folder of the network and its data."""
    folder = tmp_path_factory.mktemp("small")
    network(folder)
    return folder


@pytest.fixture
def opened(place):
    """Opens the network anew, as another run of the program does: what is on the disk stays, what is in memory goes."""

    def open() -> Workspace:
        found = Workspace.open(str(place / "small.onnx"), Job())
        return found.attach(str(place / "test.npz"), Job(), calibration=str(place / "train.npz"))

    return open
