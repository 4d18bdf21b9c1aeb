"""What tests of the engine share: a small network, opened anew for each."""

import numpy as np
import pytest

from tests.engine.small import network
from workbench.core.base.job import Job
from workbench.engine.integers import faster
from workbench.engine.workspace import Workspace


@pytest.fixture(autouse=True)
def integers_where_asked(monkeypatch):
    """8-bit activations stay where a recipe asks for them, whatever this machine finds faster (see test_faster)."""
    monkeypatch.setattr(faster, "LARGE", 0)


@pytest.fixture(scope="session")
def quarter(demo, tmp_path_factory) -> str:
    """A quarter of the demo's calibration samples: enough to tell layers apart."""
    file = tmp_path_factory.mktemp("data") / "quarter.npz"
    with np.load(demo.calibration) as whole:
        np.savez(file, x=whole["x"][:250], y=whole["y"][:250])
    return str(file)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The folder of the network and its data."""
    folder = tmp_path_factory.mktemp("small")
    network(folder)
    return folder


@pytest.fixture
def workspace(place):
    """The network with data to measure with and other data to calibrate and train with."""
    return opened(place)


@pytest.fixture(scope="module")
def shared(place):
    """The same, opened once for all tests of a module, with what they have cached."""
    return opened(place)


def opened(place) -> Workspace:
    workspace = Workspace.open(str(place / "small.onnx"), Job())
    return workspace.attach(str(place / "test.npz"), Job(), calibration=str(place / "train.npz"))
