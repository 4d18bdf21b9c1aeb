"""What tests of the engine share: a small network, opened anew for each."""

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
def workspace(place):
    """The network with data to measure with and other data to calibrate and train with."""
    opened = Workspace.open(str(place / "small.onnx"), Job())
    return opened.attach(str(place / "test.npz"), Job(), calibration=str(place / "train.npz"))
