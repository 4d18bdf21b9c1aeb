"""A part of the samples holds the classes in proportion, whatever kind of data they come from, in every command."""

import numpy as np
import pytest

from workbench.cli.commands import cli
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.layer_data.layer import InputSpec
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.opened import Attached, Opened
from workbench.core.session.script import Work, as_command, as_python
from workbench.data.opening import open_dataset
from workbench.data.readers import npy_file
from workbench.engine.workspace import Workspace

X = (InputSpec("x", "float32", (None, 4)),)
LABELS = np.repeat([0, 1, 2], [700, 200, 100])


@pytest.fixture
def table(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.arange(4000).reshape(1000, 4), y=LABELS)
    return str(tmp_path / "d.npz")


@pytest.mark.parametrize("large", [0, 1 << 30])
def test_a_part_holds_the_classes_in_proportion_in_the_order_of_the_file(table, monkeypatch, large):
    monkeypatch.setattr(npy_file, "LARGE", large)
    data = open_dataset(table, X, samples=100)
    assert data.samples == 100 and data.whole == 1000 and len(data.notes) == 1
    assert np.bincount(data.labels).tolist() == [70, 20, 10]
    firsts = data.feeds(slice(None))["x"][:, 0] / 4
    assert (np.diff(firsts) > 0).all() and (LABELS[firsts.astype(int)] == data.labels).all()
    assert open_dataset(table, X, samples=100).fingerprint == data.fingerprint
    assert open_dataset(table, X, samples=5000).samples == 1000


def test_of_a_model_that_fixes_the_batch_whole_batches_are_used(table):
    assert open_dataset(table, (InputSpec("x", "float32", (16, 4)),), samples=100).samples == 96


@pytest.mark.slow
def test_the_original_is_measured_on_the_part_alone():
    opened = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    part = opened.attach(str(resource_path("demo/fashion_test.npz")), Job(), count=200)
    whole = opened.attach(str(resource_path("demo/fashion_test.npz")), Job())
    assert part.count == 200 and part.evaluator.data.samples == len(part.evaluator.scores) == 200
    assert part.data_summary().notes[0].arguments["whole"] == whole.data.samples
    low, high = whole.evaluator.baseline().low, whole.evaluator.baseline().high
    assert abs(part.evaluator.baseline().value - (low + high) / 2) < 0.05


@pytest.mark.parametrize(
    "command", ["evaluate", "compress", "sensitivity", "sweep", "search", "compare", "profile", "distill", "window"]
)
def test_every_command_that_takes_data_takes_a_number_of_samples(command):
    names = {option for each in cli.commands[command].params for option in each.opts}
    assert {"--data", "--samples"} <= names


def test_what_is_saved_of_the_work_names_the_number():
    work = Work(Opened("m.onnx"), Attached("d.npz", samples=200), Recipe(), "out")
    assert "samples=200" in as_python(work) and "--samples 200" in as_command(work)
