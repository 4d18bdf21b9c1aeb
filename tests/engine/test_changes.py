"""What changed is what two full runs say."""

import numpy as np
import pytest

from tests.engine.small import network
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.data.dataset import Dataset
from workbench.engine.analysis.attribution import attribute
from workbench.engine.analysis.compare import compare
from workbench.engine.analysis.prediction_diff import changes, margins
from workbench.engine.base.answers import certainty
from workbench.engine.base.evaluate import runner
from workbench.engine.data_check.thumbnails import LARGEST, Pictures
from workbench.engine.preview.previewer import effective
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

BOLD = (
    Recipe()
    .with_actions(["blocks.4.conv2"], (Action("prune.magnitude", {"sparsity": 0.97}),))
    .with_actions(["stem", "head"], (Action("quantize.affine", {"bits": 8}),))
)


@pytest.fixture(scope="module")
def workspace():
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    return workspace.attach(str(resource_path("demo/fashion_calibration.npz")), Job())


def decisions(workspace, model) -> np.ndarray:
    run = runner(runtime.session(model))
    return np.concatenate([run(feeds)[0] for feeds in workspace.data.batches(250)]).argmax(axis=1)


@pytest.fixture(scope="module")
def bold(workspace):
    return changes(workspace, BOLD, Job())


@pytest.mark.slow
def test_it_is_what_two_full_runs_say(workspace, bold):
    truth, was = workspace.data.labels, decisions(workspace, workspace.model)
    now = decisions(workspace, effective(workspace.model, workspace.compiled(BOLD, Job()).edits))
    assert bold.samples == 1000 and bold.labelled and bold.classes == workspace.data.classes
    assert bold.classes[9] == "Ankle boot" and [each.name for each in bold.per_class] == list(bold.classes)
    for counts, decided in ((bold.before, was), (bold.after, now)):
        assert all(counts[t, d] == ((truth == t) & (decided == d)).sum() for t in range(10) for d in range(10))
    assert bold.lost == ((was == truth) & (now != truth)).sum() > 20
    assert bold.won == ((was != truth) & (now == truth)).sum()
    assert bold.moved == ((was != truth) & (now != truth) & (was != now)).sum()
    for each in bold.per_class:
        assert each.right_after - each.right_before == each.won - each.lost and each.samples >= each.right_before
    assert sum(each.lost for each in bold.per_class) == bold.lost
    for flip in bold.flips:
        assert (flip.truth, flip.before, flip.after) == (truth[flip.sample], was[flip.sample], now[flip.sample])
        assert 0.1 <= flip.sure_before <= 1 and flip.picture.shape == (28, 28) and flip.picture.dtype == np.uint8
    lost = [flip.sure_after for flip in bold.flips if flip.kind == "lost"]
    assert lost == sorted(lost, reverse=True)


@pytest.mark.slow
def test_two_files_are_compared_with_the_same_counts(workspace, bold):
    other = Workspace(effective(workspace.model, workspace.compiled(BOLD, Job()).edits))
    found = compare(workspace, other, Job())
    assert (found.lost, found.won) == (bold.lost, bold.won)


def test_nothing_edited_changes_nothing(workspace):
    same = changes(workspace, Recipe(), Job())
    assert not same.flips and (same.before == same.after).all() and same.lost == same.won == same.moved == 0


@pytest.mark.slow
def test_without_labels_the_originals_decisions_are_the_truth(workspace, tmp_path):
    np.savez(tmp_path / "bare.npz", x=next(iter(workspace.data.inputs.values()))[:300])
    bare = changes(Workspace(workspace.model).attach(str(tmp_path / "bare.npz"), Job()), BOLD, Job())
    assert bare.classes == tuple("0123456789"), "numbers where the data has no names"
    assert not bare.labelled and bare.won == bare.moved == 0 and bare.lost > 0
    assert (bare.before == np.diag(np.diag(bare.before))).all()


def test_a_model_without_classes_gets_its_worst_samples(tmp_path, workspace):
    path = network(tmp_path)
    data = dict(np.load(tmp_path / "test.npz"))
    own = Workspace.open(str(path), Job())
    outputs = runner(runtime.session(own.model))({own.model.summary().inputs[0].name: data["x"].astype(np.float32)})[0]
    np.savez(tmp_path / "targets.npz", x=data["x"], y=outputs.astype(np.float32) + 0.1)
    own = own.attach(str(tmp_path / "targets.npz"), Job())
    assert own.evaluator.metric.id == "mse"
    recipe = Recipe().with_actions(["first"], (Action("quantize.affine", {"bits": 2}),))
    found = changes(own, recipe, Job())
    assert not found.classes and found.worse + found.better > 0 and found.errors
    assert all(error.after > error.before for error in found.errors)
    gaps = [error.after - error.before for error in found.errors]
    assert gaps == sorted(gaps, reverse=True)
    last = list(attribute(own, recipe, [found.errors[0].sample], Job()))[-1]
    assert last.suspects[0].restored == 1 and last.suspects[0].margin == pytest.approx(gaps[0], rel=1e-4)


def test_a_trained_recipe_is_compared_as_it_was_trained(tmp_path):
    path = network(tmp_path)
    own = Workspace.open(str(path), Job()).attach(
        str(tmp_path / "test.npz"), Job(), calibration=str(tmp_path / "train.npz")
    )
    recipe = Recipe(recover=(Stage("finetune", {"epochs": 4, "batch": 32, "rate": 0.01}),)).with_actions(
        ["first", "second"], (Action("prune.magnitude", {"sparsity": 0.75}),)
    )
    before = changes(own, recipe, Job())
    assert before.trained is False
    recovered(own, recipe, Job())
    after = changes(own, recipe, Job())
    assert after.trained is True and after.lost < before.lost


@pytest.mark.parametrize(
    ("shape", "made"),
    [
        ((3, 1, 8, 10), (8, 10)),
        ((3, 3, 8, 8), (8, 8, 3)),
        ((3, 130, 100, 3), (LARGEST, 49, 3)),
        ((3, 28, 28), (28, 28)),
        ((3, 16), None),
        ((3, 4, 8, 8), None),
        ((3, 1, 2, 2), None),
    ],
)
def test_pictures_of_what_is_an_image(shape, made):
    array = np.linspace(-2, 3, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    picture = Pictures(Dataset("d", {"x": array}, (), None)).of(2)
    assert (None if picture is None else picture.shape) == made
    assert picture is None or (picture.dtype == np.uint8 and picture.max() > 250)


def test_certainty_and_margins():
    assert certainty(np.array([[0.7, 0.3], [0.1, 0.9]])).tolist() == [0.7, 0.9]
    assert certainty(np.array([[0.0, np.log(3)]]))[0] == pytest.approx(0.75)
    assert margins(np.array([[1.0, 4.0, 2.0], [5.0, 1.0, 2.0]]), np.array([1, 2])).tolist() == [2.0, -3.0]
