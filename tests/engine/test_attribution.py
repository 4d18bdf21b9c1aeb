"""The layer that is named is the one that did it; what is run from a cut on answers as the whole does."""

import numpy as np
import pytest

from tests.engine import test_changes
from tests.engine.small import network
from tests.engine.test_changes import BOLD, decisions
from workbench.core.analysis.prediction_diff import Attribution
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.engine.analysis.attribution import TRAINED, attribute
from workbench.engine.analysis.prediction_diff import changes, margins
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import effective
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace
from workbench.graph.channels.rules import channels_of
from workbench.graph.onnx import runtime

workspace, bold = test_changes.workspace, test_changes.bold  # fixtures
SAMPLES = tuple(range(0, 250, 5))


@pytest.fixture(scope="module")
def lesser(demo, quarter) -> Workspace:
    """The demo with fewer samples: each layer is taken back, and the whole graph run for it."""
    return Workspace.open(str(demo.cnn), Job()).attach(quarter, Job())


def last(workspace: Workspace, recipe: Recipe, samples) -> Attribution:
    return list(attribute(workspace, recipe, samples, Job()))[-1]


def logits(workspace: Workspace, model) -> np.ndarray:
    """What a whole model answers to the samples, without any cut."""
    return runner(runtime.session(model))(workspace.data.feeds(np.array(SAMPLES)))[0]


def effect(workspace: Workspace, then: np.ndarray, now: np.ndarray) -> tuple[int, float]:
    """How many samples are decided as the original does, and the mean gain of the margins."""
    want = logits(workspace, workspace.model).argmax(axis=1)
    return int((then.argmax(axis=1) == want).sum()), float((margins(then, want) - margins(now, want)).mean())


@pytest.mark.slow
def test_the_layer_that_did_it_is_named(workspace, bold):
    lost = [flip.sample for flip in bold.flips if flip.kind == "lost"][:24]
    seen = list(attribute(workspace, BOLD, lost, Job()))
    end = seen[-1]
    assert [each.tried for each in seen] == [1, 2, 3, 3] and end.layers == 3 and end.samples == tuple(lost)
    first, *rest = end.suspects
    assert first.path == "blocks.4.conv2" and first.restored >= 22 and first.margin > max(each.margin for each in rest)
    assert first.actions == BOLD.actions_for("blocks.4.conv2") and first.together == first.restored
    # Taken back by hand, it gives the same.
    edits = dict(workspace.compiled(BOLD, Job()).edits)
    del edits["blocks.4.conv2"]
    again = decisions(workspace, effective(workspace.model, edits))[lost]
    assert first.restored == (again == decisions(workspace, workspace.model)[lost]).sum()
    together = [each.together for each in end.suspects if each.together is not None]
    assert together[-1] == len(lost) or len(together) == 3, "until all are as they were, or no layer is left"


@pytest.mark.slow
@pytest.mark.parametrize(
    "steps",
    [
        {"*": (Action("prune.magnitude", {"sparsity": 0.6}), Action("quantize.affine", {"bits": 4}))},
        {"*": (Action("lowrank.svd", {"energy": 0.5}), Action("quantize.bias_correction", {}))},
        {"*": (Action("quantize.static", {}),)},
        {"*": (Action("prune.magnitude", {"sparsity": 0.7}),), "blocks.2.*": (Action("quantize.static", {}),)},
    ],
    ids=["plain", "biases", "integers", "mixed"],
)
def test_each_layer_taken_back_is_what_the_whole_graph_says(lesser, steps):
    recipe = Recipe()
    for pattern, actions in steps.items():
        recipe = recipe.with_actions([pattern], actions)
    edits = dict(lesser.compiled(recipe, Job()).edits)
    found = last(lesser, recipe, SAMPLES)
    assert {suspect.path for suspect in found.suspects} == set(edits) and len(edits) > 8
    now = logits(lesser, effective(lesser.model, edits))

    def without(paths: set[str]) -> np.ndarray:
        left = {path: edit for path, edit in edits.items() if path not in paths}
        return logits(lesser, effective(lesser.model, left))

    for suspect in found.suspects:
        restored, margin = effect(lesser, without({suspect.path}), now)
        assert suspect.restored == restored and suspect.margin == pytest.approx(margin, abs=2e-4), suspect.path
    together = [suspect for suspect in found.suspects if suspect.together is not None]
    assert together
    for count, suspect in enumerate(together, 1):
        gone = {each.path for each in together[:count]}
        assert suspect.together == effect(lesser, without(gone), now)[0]


@pytest.fixture(scope="module")
def coupled(lesser) -> tuple[str, ...]:
    """Layers that lose channels together."""
    return max(channels_of(lesser.model).groups.values(), key=len)


@pytest.mark.slow
def test_layers_that_lost_channels_get_them_back_together(lesser, coupled):
    first = coupled[-1]
    recipe = (
        Recipe()
        .with_actions([first], (Action("prune.channels", {"ratio": 0.6}),))
        .with_actions([coupled[0]], (Action("quantize.affine", {"bits": 8}),))
        .with_actions(["head"], (Action("prune.magnitude", {"sparsity": 0.3}),))
    )
    found = last(lesser, recipe, SAMPLES)
    assert {suspect.path for suspect in found.suspects} == {first, "head"}
    culprit = found.suspects[0]
    assert culprit.path == first and {first, *culprit.also} == set(coupled) and not culprit.note
    left = lesser.compiled(Recipe().with_actions(["head"], recipe.actions_for("head")), Job())
    result = lesser.compiled(recipe, Job())
    restored, margin = effect(
        lesser, logits(lesser, effective(left.model, left.edits)), logits(lesser, effective(result.model, result.edits))
    )
    assert left.model.layer(first).shape != result.model.layer(first).shape
    assert culprit.restored == restored > 40 and culprit.margin == pytest.approx(margin, abs=1e-4)
    together = [each.together for each in found.suspects if each.together is not None]
    assert together[-1] == len(SAMPLES) and together == sorted(together)


def test_where_channels_cannot_come_back_the_weights_do_and_the_reason_is_reported(lesser, coupled, monkeypatch):
    whole = compiler.compiled

    def refusing(model, chosen, *more):
        if "prune.channels" not in repr(chosen):
            raise UserError("head: its levels need 8 channels.", "Choose another method.")
        return whole(model, chosen, *more)

    recipe = Recipe().with_actions(
        [coupled[0]], (Action("prune.channels", {"ratio": 0.5}), Action("prune.magnitude", {"sparsity": 0.9}))
    )
    monkeypatch.setattr(compiler, "compiled", refusing)
    (suspect,) = last(lesser, recipe, SAMPLES[:20]).suspects
    assert suspect.note == "head: its levels need 8 channels." and suspect.margin != 0


@pytest.mark.slow
def test_after_a_training_the_shape_stays_and_reported(tmp_path):
    path = network(tmp_path)
    own = Workspace.open(str(path), Job()).attach(
        str(tmp_path / "test.npz"), Job(), calibration=str(tmp_path / "train.npz")
    )
    recipe = Recipe(recover=(Stage("finetune", {"epochs": 1, "batch": 32}),)).with_actions(
        ["first"], (Action("prune.channels", {"ratio": 0.5}), Action("quantize.affine", {"bits": 8}))
    )
    recovered(own, recipe, Job())
    assert changes(own, recipe, Job()).trained
    notes = {suspect.path: suspect.note for suspect in last(own, recipe, range(10)).suspects}
    assert notes["first"] == TRAINED and set(notes.values()) <= {TRAINED, ""}


@pytest.mark.slow
def test_it_can_be_cancelled_and_needs_something_to_attribute(workspace):
    job = Job()
    found = attribute(workspace, BOLD, [0, 1], job)
    next(found)
    job.cancel()
    with pytest.raises(Cancelled):
        next(found)
    for recipe, samples in ((Recipe(), [1]), (BOLD, []), (BOLD, [-1, 10**6])):
        with pytest.raises(
            UserError, match="There is nothing to attribute: no sample is selected, or no layer is compressed"
        ):
            next(attribute(workspace, recipe, samples, Job()))
