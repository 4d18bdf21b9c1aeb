"""A model that takes a fixed number of samples at a time is calibrated, compressed and verified like any other."""

import numpy as np
import pytest

from tests.engine.small import network
from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.analysis.compare import compare
from workbench.engine.api.export import export
from workbench.engine.bench.timing import timed
from workbench.engine.preview import predict
from workbench.engine.workspace import Workspace

STEPS = {
    "moments": Action("quantize.gptq"),
    "rows": Action("lowrank.response", {"ratio": 0.5}),
    "levels": Action("quantize.static"),
    "gradients": Action("prune.taylor"),
    "flow": Action("prune.synflow", {"rounds": 2}),
    "channels": Action("prune.channels", {"criterion": "activation"}),
    "block": Action("distill.block", {"student": "layer"}),
}


@pytest.fixture(
    scope="module", params=[1, 16], ids=["one at a time", "samples, but the model's batch size is fixed at sixteen."]
)
def workspace(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fixed")
    model = network(folder, batch=request.param)
    for name, count in (("test", 90), ("train", 200)):  # sixteens leave some over
        arrays = np.load(folder / f"{name}.npz")
        np.savez(folder / f"{name}.npz", x=arrays["x"][:count], y=arrays["y"][:count])
    opened = Workspace.open(str(model), Job())
    return opened.attach(str(folder / "test.npz"), Job(), calibration=str(folder / "train.npz"))


@pytest.mark.parametrize("needs", STEPS)
def test_whatever_a_method_looks_at(workspace, needs, tmp_path):
    report = export(workspace, Recipe((Row("first", (STEPS[needs],)),)), str(tmp_path), Job(), timing=False)
    assert report.forecast_bytes == report.after.bytes.value
    assert [layer.actions for layer in report.layers if layer.path == "first"] == [(STEPS[needs],)]
    assert report.verified.value == report.preview_value and report.verified.agreement == 1.0
    assert report.verified.samples == workspace.data.samples == {1: 90, 16: 80}[workspace.data.fixed_batch]


@pytest.mark.slow
def test_training_predicting_comparing_and_timing(workspace, tmp_path):
    recipe = Recipe(
        (Row("*", (Action("prune.magnitude", {"sparsity": 0.5}),)),), recover=(Stage("distill", {"epochs": 1}),)
    )
    report = export(workspace, recipe, str(tmp_path), Job(), timing=False)
    assert report.verified.value == report.preview_value
    assert predict.predictor(workspace, Job()).curvatures.keys() == {"first", "second"}
    assert compare(workspace, workspace, Job()).agreement == 1.0
    assert timed(workspace, recipe, Job()).after_ms > 0
    alone = Workspace(workspace.model, workspace.data, evaluator=workspace.evaluator).separated()
    assert all(part.samples % workspace.data.at_once(1) == 0 for part in (alone.data, alone.training))


def test_a_batch_that_is_fixed_inside_the_model_is_reported_in_a_sentence(tmp_path):
    graph = Build()
    flat = graph.node("Reshape", ["x", graph.constant("target", [1, 16], np.int64)], "flat")
    graph.node("MatMul", [flat, graph.weight("first", 16, 4)], "y")
    np.savez(tmp_path / "data.npz", x=np.zeros((4, 4, 4), np.float32))
    with pytest.raises(
        UserError, match="The model runs on one sample but not on a batch: a batch size is fixed inside it"
    ):
        Workspace(graph.model({"x": ["n", 4, 4]}, {"y": None})).attach(str(tmp_path / "data.npz"), Job())


def test_too_few_samples_for_one_batch_are_refused(tmp_path):
    model = network(tmp_path, batch=16)
    np.savez(tmp_path / "few.npz", x=np.zeros((5, 16), np.float32))
    with pytest.raises(UserError, match="has 5 samples, but the model's batch size is fixed at 16"):
        Workspace.open(str(model), Job()).attach(str(tmp_path / "few.npz"), Job())
