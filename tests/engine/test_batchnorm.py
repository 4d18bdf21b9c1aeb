"""BatchNorm in training, and statistics that are taken back to the original's: what is previewed is what learned."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.graph.graphs import Build, opened
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import statistics
from workbench.engine.preview.previewer import effective
from workbench.engine.students.student import Student, Wanted
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

ZEROS = Action("prune.magnitude", {"sparsity": 0.7})
CHANNELS = Action("prune.channels", {"ratio": 0.4})
LEVELS = Action("quantize.affine", {"bits": 3})
SHARED = Action("quantize.codebook", {"bits": 2})
RANKS = Action("lowrank.svd", {"rank": 3})


def convolutional(opset: int, normed: bool):
    """Two convolutions with BatchNorm, or as an exporter writes them that folded it; mean and product with a matrix."""
    build = Build(opset)
    rng, x, channels = np.random.default_rng(1), "x", 2
    for index, outputs in enumerate((12, 10)):
        bias = build.constant(f"b{index}", rng.normal(size=outputs))
        x = build.node("Conv", [x, build.weight(f"w{index}", outputs, channels, 3, 3), bias], f"c{index}", pads=[1] * 4)
        x = build.batchnorm(x, outputs, f"n{index}", f"bn{index}") if normed else x
        x, channels = build.node("Relu", [x], f"r{index}"), outputs
    x = build.node("Flatten", [build.node("GlobalAveragePool", [x], "g")], "f")
    build.node("MatMul", [x, build.weight("head", 10, 3)], "y")
    return opened(build.proto({"x": ["n", 2, 6, 6]}, {"y": ["n", 3]}))


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """Workspaces of both networks, labels are their own decisions."""

    def make(opset: int, normed: bool) -> Workspace:
        model = convolutional(opset, normed)
        x = np.random.default_rng(0).normal(size=(600, 2, 6, 6)).astype(np.float32)
        y = runner(runtime.session(model))({"x": x})[0].argmax(1)
        folder = tmp_path_factory.mktemp("images")
        np.savez(folder / "test.npz", x=x[:200], y=y[:200])
        np.savez(folder / "train.npz", x=x[200:], y=y[200:])
        return Workspace(model).attach(str(folder / "test.npz"), Job(), calibration=str(folder / "train.npz"))

    return {normed: make(opset, normed) for opset, normed in ((18, True), (13, False))}


def recipe(action: Action, *stages: Stage) -> Recipe:
    return Recipe((Row("*", (action,)),), recover=stages)


@pytest.mark.parametrize("normed", [True, False], ids=["folded here", "folded by an exporter"])
@pytest.mark.parametrize("action", [ZEROS, CHANNELS, LEVELS, RANKS], ids=lambda action: action.method)
def test_batchnorm_is_folded_into_what_the_runtime_then_computes(images, action, normed):
    workspace = images[normed]
    compiled = workspace.compiled(recipe(action), Job())
    shown = effective(compiled.model, compiled.edits)
    found = statistics.moments(shown, statistics.normalised(workspace.model), workspace.training, Job())
    assert len(found) == 2
    student = Student(compiled, Wanted(), workspace.training, found)
    assert len(student.batchnorms) == 2
    feeds = workspace.training.feeds(slice(0, 64))
    tensors = {name: torch.from_numpy(x) for name, x in feeds.items()}
    with torch.no_grad():
        np.testing.assert_allclose(student(tensors), runner(runtime.session(shown))(feeds)[0], atol=1e-4, rtol=1e-3)
    optimiser = torch.optim.Adam([value for value in student.parameters() if value.requires_grad], 0.01)
    for _ in range(4):
        optimiser.zero_grad()
        with student.normalising():
            student(tensors).square().mean().backward()
        optimiser.step()
    with torch.no_grad():
        trained = student(tensors).numpy()
    made = student.result()
    np.testing.assert_allclose(
        runner(runtime.session(effective(made.model, made.edits)))(feeds)[0], trained, atol=1e-4, rtol=1e-3
    )
    for path, edit in compiled.edits.items():
        assert type(made.edits[path].encoding) is type(edit.encoding)
        if action is ZEROS:
            assert not made.edits[path].weight[edit.weight == 0].any()


@pytest.mark.parametrize("action", [ZEROS, CHANNELS, LEVELS, SHARED, RANKS], ids=lambda action: action.method)
def test_statistics_are_those_of_the_original_again(images, action):
    workspace = images[True]
    result = recovered(workspace, recipe(action, Stage("statistics")), Job())
    (stage,) = result.recovery.stages
    assert stage.epochs == 0 and stage.gain is not None and "held-out" in stage.words
    compiled = result.compiled
    goal = statistics.of_kept(statistics.goal_of(workspace.model, workspace.training, Job()), compiled.structure.kept)
    now = statistics.moments(effective(compiled.model, compiled.edits), goal, workspace.training, Job())
    for path, wanted in goal.items():
        size = wanted.std.mean()
        np.testing.assert_allclose(now[path].mean, wanted.mean, atol=0.1 * size)
        if action is SHARED:  # all channels share the levels: one factor for them
            assert np.square(now[path].std).mean() == pytest.approx(np.square(wanted.std).mean(), rel=0.05)
        else:
            alive = now[path].std > 0  # but for channels of zeros
            np.testing.assert_allclose(now[path].std[alive], wanted.std[alive], atol=0.1 * size)


def test_removed_channels_can_be_made_up_for_while_they_are_removed(images):
    """By a parameter of the step, so that it is previewed."""
    workspace = images[True]
    step = replace(CHANNELS, params={"ratio": 0.4, "statistics": "re-estimated"})
    made = workspace.compiled(recipe(step), Job()).model
    stage = recovered(workspace, recipe(CHANNELS, Stage("statistics")), Job()).compiled
    feeds = workspace.data.feeds(slice(0, 100))
    np.testing.assert_allclose(
        runner(runtime.session(made))(feeds)[0],
        runner(runtime.session(effective(stage.model, stage.edits)))(feeds)[0],
        atol=1e-4,
        rtol=1e-3,
    )
    with pytest.raises(UserError, match="needs data"):
        Workspace(workspace.model).compiled(recipe(step), Job())


def test_a_model_without_batchnorm_is_distinguished(workspace):
    assert statistics.normalised(workspace.model) == ()
    with pytest.raises(UserError, match="no BatchNorm followed"):
        recovered(workspace, recipe(ZEROS, Stage("statistics")), Job())


@pytest.mark.slow
def test_training_with_the_statistics_of_each_batch_repeats(images):
    stage = Stage("distill", {"epochs": 2, "batch": 32, "ema": 0.9})
    results = [recovered(replace(images[True], recoveries={}), recipe(CHANNELS, stage), Job()) for _ in range(2)]
    first, second = (result.compiled.edits for result in results)
    assert all(np.array_equal(first[path].weight, second[path].weight) for path in first)
    (result,) = results[0].recovery.stages
    assert result.rate is not None and 1e-6 < result.rate < 0.1 and result.after >= result.before
    assert all(point.low <= point.metric <= point.high for point in result.points if point.metric is not None)
    assert results[0].recovery.gain.low <= results[0].recovery.gain.value <= results[0].recovery.gain.high


@pytest.mark.slow
def test_layers_in_whole_numbers_have_no_batchnorm_to_train(images):
    """The kernels take the place of their convolutions: nothing there gives what a batch is normalised by."""
    asked = recipe(Action("quantize.dynamic", {}), Stage("finetune", {"steps": 4, "batch": 32}))
    asked = replace(asked, storing=replace(asked.storing, integers="all"))
    compiled = images[False].compiled(asked, Job())
    shown = effective(compiled.model, compiled.edits)
    wanted = statistics.normalised(images[False].model)
    assert wanted and not statistics.moments(shown, wanted, images[False].training, Job())
    assert recovered(images[False], asked, Job()).compiled.edits.keys() == compiled.edits.keys()
