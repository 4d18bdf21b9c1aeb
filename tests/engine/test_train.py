"""Recovery stages of a recipe: what they win back, what they keep, and that they repeat."""

import json
import math
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from tests.engine.small import network
from tests.graph.graphs import Build, opened
from workbench.cli.commands import cli
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Finetune, Stage, TrainingPoint
from workbench.engine.api.export import export
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import effective
from workbench.engine.students import schedule
from workbench.engine.students.student import Student, Wanted
from workbench.engine.supervision.features import Features, output_of, pairs
from workbench.engine.supervision.samples import Batch, Moves, Samples, in_both, moved
from workbench.engine.supervision.teacher import Teacher
from workbench.engine.training import loop, range_test
from workbench.engine.training.forgetting import classes_of, forgotten
from workbench.engine.training.loop import DIVERGED, Loop
from workbench.engine.training.recover import recovered
from workbench.engine.training.selection import Selection
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut

PRUNE = Action("prune.magnitude", {"sparsity": 0.75})
TUNE = Stage("finetune", {"epochs": 6, "batch": 32, "rate": 0.01})


def recipe(*actions: Action, stages=(TUNE,), seed=0) -> Recipe:
    return Recipe((Row("*", actions),), seed, stages)


# -- what is trained -----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", ["fashion_cnn.onnx", "fashion_vit.onnx"])
def test_the_student_answers_as_the_compressed_model_does(model, demo):
    """Every kind of encoding in one model; what is trained is what the runtime runs."""
    opened = Workspace.open(str(demo.cnn.parent / model), Job()).attach(str(demo.calibration), Job())
    paths = [layer.path for layer in opened.model.layers if not layer.locked]
    kinds = (
        (PRUNE,),
        (Action("lowrank.svd", {"rank": 8}), Action("quantize.affine", {"bits": 4})),
        (Action("quantize.codebook", {"bits": 4}),),
        (Action("quantize.affine", {"bits": 8}),),
        (),
        (Action("quantize.float", {"format": "float16"}),),
        (PRUNE, Action("quantize.codebook", {"bits": 3})),
    )
    fits = [
        tuple(
            action
            for action in kinds[index % len(kinds)]
            if compiler.refusal(opened.model, opened.model.layer(path), action) is None
        )
        for index, path in enumerate(paths)
    ]
    compiled = opened.compiled(Recipe(tuple(map(Row, paths, fits))), Job())
    student = Student(compiled, Wanted())
    feeds = opened.data.feeds(slice(0, 8))
    with torch.no_grad():
        answers = student({name: torch.from_numpy(x) for name, x in feeds.items()}).numpy()
    expected = runner(runtime.session(effective(compiled.model, compiled.edits)))(feeds)[0]
    np.testing.assert_allclose(answers, expected, atol=2e-4, rtol=1e-3)
    back = student.result()
    assert set(back.edits) == set(compiled.model.sites)
    for path, edit in compiled.edits.items():
        np.testing.assert_array_equal(back.edits[path].weight, edit.weight, err_msg=path)
    if student.norms:
        moved = {key: value for key, value in student.values.items() if key.startswith("norm")}
        with torch.no_grad():
            for value in moved.values():
                value.mul_(1.5)
        louder = runner(runtime.session(effective(student.result().model, student.result().edits)))(feeds)[0]
        with torch.no_grad():
            shown = student({name: torch.from_numpy(x) for name, x in feeds.items()}).numpy()
        np.testing.assert_allclose(louder, shown, atol=2e-4, rtol=1e-3)
        assert np.abs(louder - expected).max() > 0.1


@pytest.mark.slow
def test_only_what_was_asked_for_learns(workspace):
    compiled = workspace.compiled(Recipe((Row("first", (PRUNE,)),)), Job())
    assert set(Wanted().paths(compiled)) == {"first", "second"}
    assert Wanted("edited").paths(compiled) == ("first",)
    assert Wanted("all", "fir*").paths(compiled) == ("second",)
    for wanted, words in (
        (Wanted("third"), "'third' matches no trainable layer"),
        (Wanted("all", "*"), "No layer is left"),
    ):
        with pytest.raises(UserError, match=words):
            wanted.paths(compiled)
    stage = replace(TUNE, params={**TUNE.params, "trainable": "edited"})
    result = recovered(workspace, Recipe((Row("first", (PRUNE,)),), 0, (stage,)), Job())
    assert list(result.compiled.edits) == ["first"]


# -- what it wins back ---------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("stage", [TUNE, Stage("distill", {"epochs": 6, "batch": 32, "rate": 0.01})])
@pytest.mark.parametrize(
    "actions",
    [
        (PRUNE,),
        (Action("quantize.affine", {"bits": 2}),),
        (Action("quantize.codebook", {"bits": 2}),),
        (Action("lowrank.svd", {"rank": 2}),),
    ],
    ids=["zeros", "levels", "values", "ranks"],
)
def test_it_wins_back_what_was_lost_and_the_file_stays_as_small(workspace, actions, stage, tmp_path):
    lost = export(workspace, recipe(*actions, stages=()), str(tmp_path), Job(), "lost", timing=False)
    won = export(workspace, recipe(*actions, stages=(stage,)), str(tmp_path), Job(), "won", timing=False)
    assert won.recovery.unrecovered == pytest.approx(lost.verified.value)
    assert won.verified.value > lost.verified.value + 0.02
    assert won.forecast_bytes == won.after.bytes.value
    # Biases are no longer shared with the original, levels may fall on zero: a few bytes, not another form.
    assert won.after.bytes.value == pytest.approx(lost.after.bytes.value, rel=0.08)
    (result,) = won.recovery.stages
    assert result.after >= result.before and result.trained + result.held == 800
    assert [point.epoch for point in result.points if point.metric is not None][-1] == 6


def test_training_never_makes_the_held_out_samples_worse(workspace):
    """A rate that destroys the model: the start is kept."""
    stage = replace(TUNE, params={"epochs": 1, "rate": 1.0, "optimiser": "sgd"})
    result = recovered(workspace, recipe(Action("quantize.affine", {"bits": 8}), stages=(stage,)), Job())
    (stage_result,) = result.recovery.stages
    assert stage_result.after >= stage_result.before and stage_result.best in (0.0, 1.0)


@pytest.mark.slow
def test_values_are_shared_after_the_zeros_were_trained(workspace):
    """Prune, retrain, codebook, retrain (Han et al. 2016) as one recipe."""
    shared = Action("quantize.codebook", {"bits": 3})
    stages = (Stage("finetune", {**TUNE.params, "epochs": 20, "before": "quantize", "sparsify": "cubic"}), TUNE)
    result = recovered(workspace, recipe(PRUNE, shared, stages=stages), Job())
    for path, edit in result.compiled.edits.items():
        assert type(edit.encoding).__name__ == "Codebook" and len(np.unique(edit.weight)) <= 8
        assert np.mean(edit.weight == 0) == pytest.approx(0.75, abs=0.01), path
    first, second = result.recovery.stages
    assert first.after > result.recovery.unrecovered and second.after >= second.before
    sparsities = [point.sparsity for point in first.points]
    assert sparsities[0] == 0 and sparsities == sorted(sparsities) and sparsities[-1] == pytest.approx(0.75, abs=0.01)
    with pytest.raises(UserError, match="stages are not in order"):
        recovered(workspace, recipe(PRUNE, shared, stages=stages[::-1]), Job())


@pytest.mark.slow
def test_sparse_training_makes_zeros(workspace):
    stage = replace(TUNE, params={**TUNE.params, "l1": 1.0})
    result = recovered(workspace, Recipe(recover=(stage,)), Job())
    points = result.recovery.stages[0].points
    assert points[-1].sparsity > 0.05 > points[0].sparsity


@pytest.mark.slow
@pytest.mark.parametrize("penalty", [{"l1": 0.02}, {"group_lasso": 0.02}], ids=lambda penalty: next(iter(penalty)))
def test_sparse_training_comes_before_the_steps_which_choose_by_it(workspace, penalty, tmp_path):
    """Train sparsely, prune by what that made, retrain, quantise, retrain: one recipe."""
    sparse = Stage("finetune", {**TUNE.params, **penalty, "before": "prune"})
    stages = (sparse, replace(TUNE, params={**TUNE.params, "before": "quantize"}), TUNE)
    actions = (PRUNE, Action("quantize.affine", {"bits": 6}))
    result = recovered(workspace, recipe(*actions, stages=stages), Job())
    assert [stage.stage for stage in result.recovery.stages] == list(stages)
    plain = recovered(workspace, recipe(*actions, stages=stages[1:]), Job())
    zeros, others = ({path: edit.weight == 0 for path, edit in each.compiled.edits.items()} for each in (result, plain))
    assert any((zeros[path] != others[path]).any() for path in zeros), "the weights that go are others"
    assert result.compiled.original is workspace.model and result.compiled.model is not workspace.model
    report = export(workspace, recipe(*actions, stages=stages), str(tmp_path), Job(), timing=False)
    assert report.verified.agreement == 1 and report.verified.value == pytest.approx(result.recovery.recovered)
    if "group_lasso" in penalty:
        strong = replace(sparse, params={**sparse.params, "group_lasso": 1.5})
        alone = recovered(workspace, Recipe(recover=(strong,)), Job())
        weight = alone.compiled.model.weight("first")
        empty = (weight == 0).all(axis=0)
        assert empty.any() and not empty.all() and (weight[:, ~empty] != 0).all(), "whole channels, and nothing else"


@pytest.mark.slow
def test_an_entropy_penalty_makes_levels_unequally_frequent(workspace):
    def bits(**params):
        stage = replace(TUNE, params={**TUNE.params, "step": "fixed", **params})
        five = Recipe((Row("*", (Action("quantize.affine", {"bits": 5}),)),), recover=(stage,))
        result = recovered(workspace, five, Job()).compiled
        total = 0.0
        for edit in result.edits.values():
            share = np.unique(edit.encoding.grid.q, return_counts=True)[1] / edit.encoding.grid.q.size
            total -= float((share * np.log2(share)).sum()) * edit.encoding.grid.q.size
        return total

    free = bits()
    assert bits(entropy=3.0) < 0.95 * free
    with pytest.raises(UserError, match="no layer to act on"):
        recovered(workspace, recipe(PRUNE, stages=(replace(TUNE, params={**TUNE.params, "entropy": 1.0}),)), Job())


@pytest.mark.slow
def test_an_anchor_holds_the_weights(workspace):
    def moved(**params):
        stage = replace(TUNE, params={**TUNE.params, **params})
        result = recovered(workspace, recipe(PRUNE, stages=(stage,)), Job()).compiled
        start = workspace.compiled(recipe(PRUNE, stages=()), Job())
        return sum(float(np.abs(result.edits[path].weight - start.edits[path].weight).sum()) for path in start.edits)

    free = moved()
    assert moved(anchor="l2sp", anchor_strength=10.0) < 0.7 * free
    assert moved(anchor="ewc", anchor_strength=1e5) < 0.9 * free


# -- samples -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_where_only_one_data_set_is_given_it_is_split_and_that_is_said(place, tmp_path):
    alone = Workspace.open(str(place / "small.onnx"), Job()).attach(str(place / "test.npz"), Job())
    report = export(alone, recipe(PRUNE), str(tmp_path), Job(), timing=False)
    assert report.verified.samples == 200 and report.before.value.samples == 200
    assert any(
        "Trained on 200 samples" in note and "; all figures are measured on the other 200" in note
        for note in report.notes
    )
    apart = alone.separated()
    assert in_both(apart.data, apart.training) == 0
    plain = export(alone, recipe(PRUNE, stages=()), str(tmp_path), Job(), timing=False)
    assert plain.verified.samples == 400


@pytest.mark.parametrize(("count", "words"), [(1, "One sample"), (2, "Half of the 2"), (30, "Half of the 30")])
def test_few_samples_are_too_few_to_be_split(place, tmp_path, count, words):
    with np.load(place / "test.npz") as whole:
        np.savez(tmp_path / "few.npz", x=whole["x"][:count], y=whole["y"][:count])
    few = Workspace.open(str(place / "small.onnx"), Job()).attach(str(tmp_path / "few.npz"), Job())
    with pytest.raises(UserError, match=words) as error:
        recovered(few.ready(recipe(PRUNE)), recipe(PRUNE), Job())
    assert error.value.hint


@pytest.mark.slow
def test_samples_that_are_in_both_are_counted(place):
    same = Workspace.open(str(place / "small.onnx"), Job())
    same = same.attach(str(place / "test.npz"), Job(), calibration=str(place / "test.npz"))
    notes = recovered(same, recipe(PRUNE), Job()).compiled.notes
    assert any(note.startswith("Overlap: 400 of the 400 measured samples are also training samples") for note in notes)


def test_held_out_samples_are_never_trained_on(workspace):
    samples = Samples.of(workspace.training, True, 0)
    seen = [batch.chosen for epoch in range(2) for batch in samples.batches(32, (0, epoch), 0, False)]
    assert not set(np.concatenate(seen)) & set(samples.held) and len(samples.held) == 200
    assert any((first != second).any() for first, second in zip(seen[:5], seen[18:23], strict=True))
    rest = [batch.chosen for batch in samples.batches(32, (0, 0), 0, False, start=3)]
    np.testing.assert_array_equal(rest, seen[3:18])


def test_images_are_moved_and_mirrored():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 1, 6, 6)).astype(np.float32)
    moves = Moves.drawn(64, 1, True, np.random.default_rng(1))
    found = moved(x, moves)
    assert found.shape == x.shape and not np.array_equal(found, x)
    inner = {pixel for image in x for pixel in image.ravel().tolist()}
    assert {pixel for image in found for pixel in image.ravel().tolist()} <= inner
    last = moved(np.ascontiguousarray(x.transpose(0, 2, 3, 1)), moves)
    np.testing.assert_array_equal(last.transpose(0, 3, 1, 2), found)
    assert 0 < len(set(moves.numbers)) <= moves.kinds and max(moves.numbers) < moves.kinds
    same = moves.numbers == 0
    np.testing.assert_array_equal(found[same], x[same])
    for number in set(moves.numbers):
        image = np.repeat(x[:1], 64, axis=0)
        assert len(np.unique(moved(image, moves)[moves.numbers == number], axis=0)) == 1


@pytest.mark.parametrize("flip, shift, asked", [(False, 0, 1), (True, 0, 2), (True, 1, 18)])
def test_a_teacher_is_asked_once_for_each_way_in_which_an_image_is_moved(workspace, flip, shift, asked):
    images = replace(
        workspace.training,
        inputs={"x": np.random.default_rng(0).normal(size=(20, 1, 4, 4)).astype(np.float32)},
        labels=np.arange(20) % 2,
        specs=(replace(workspace.training.specs[0], name="x", dtype="float32", shape=(None, 1, 4, 4)),),
        axes={},
        constants={},
    )
    rows = []

    def run(feeds):
        rows.append(len(feeds["x"]))
        return [feeds["x"].reshape(len(feeds["x"]), -1)[:, :10]]

    teacher = Teacher("t", run, images, ("x",))
    samples = Samples(images, True, np.arange(20), np.arange(0))
    teacher.answers(Batch({}, None, np.arange(20)))
    for epoch in range(60):
        for batch in samples.batches(8, (0, epoch), shift, flip):
            (found,) = teacher.answers(batch)
            np.testing.assert_array_equal(found, batch.feeds["x"].reshape(8, -1)[:, :10])
    assert sum(rows) <= 1 + 20 * asked < 60 * 16
    assert asked == 1 or sum(rows) > 20 * asked / 2


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage("finetune", {"shift": 1}), "Shifting and flipping need images, but the model takes none."),
        (Stage("boost"), "no recovery stage"),
        (Stage("distill", {"teacher": "nowhere.onnx"}), "nowhere.onnx"),
        (Stage("distill", {"features": "third"}), "no layer 'third'"),
        (Stage("distill", {"features": "first", "attention": True}), "no feature maps"),
    ],
)
def test_what_does_not_fit_is_said(workspace, stage, words):
    with pytest.raises(UserError, match=words):
        recovered(workspace, recipe(PRUNE, stages=(stage,)), Job())


@pytest.mark.slow
def test_without_labels_only_a_teacher_can_teach(place, tmp_path):
    for name in ("test", "train"):
        np.savez(tmp_path / f"{name}.npz", x=np.load(place / f"{name}.npz")["x"])
    bare = Workspace.open(str(place / "small.onnx"), Job())
    bare = bare.attach(str(tmp_path / "test.npz"), Job(), calibration=str(tmp_path / "train.npz"))
    with pytest.raises(UserError, match="needs labels"):
        recovered(bare, recipe(PRUNE), Job())
    stage = Stage("distill", TUNE.params)
    result = recovered(bare, recipe(PRUNE, stages=(stage,)), Job())
    assert result.recovery.stages[0].after > result.recovery.stages[0].before
    assert any("have no labels" in note for note in result.compiled.notes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("params", "rank"), [({"features": "first"}, 2), ({"features": "first=first", "feature_weight": 10.0}, 2)]
)
def test_features_become_like_the_teachers(workspace, params, rank):
    low = Action("lowrank.svd", {"rank": rank})
    stages = (Stage("distill", {**TUNE.params, **more}) for more in ({}, params))
    plain, alike = (
        recovered(workspace, Recipe((Row("first", (low,)),), 0, (stage,)), Job()).compiled for stage in stages
    )
    feeds = workspace.training.feeds(slice(0, 200))

    def distance(compiled):
        shown = effective(compiled.model, compiled.edits)
        name = output_of(shown, "first", "the model")
        mine, original = (
            runner(runtime.session(cut.ending_in(model, (name,))))(feeds)[0] for model in (shown, workspace.model)
        )
        return float(np.square(mine - original).mean())

    assert distance(alike) < distance(plain)


def test_features_of_other_widths_are_projected_and_of_other_places_refused():
    torch.manual_seed(0)
    narrow, wide = torch.nn.Conv2d(3, 4, 3), torch.randn(5, 6, 6, 6)
    watching = Features(pairs("a=b"), {"a": narrow}, False)
    narrow(torch.randn(5, 3, 8, 8))
    watching.fit([wide])
    assert watching.projections["a"].weight.shape == (6, 4)
    before = watching.loss([wide])
    before.backward()
    assert watching.projections["a"].weight.grad.abs().sum() > 0 and narrow.weight.grad.abs().sum() > 0
    with pytest.raises(UserError, match="Compare layers with the same number of spatial positions"):
        watching.fit([torch.randn(5, 6, 3, 3)])
    maps = Features(pairs("a"), {"a": narrow}, True)
    given = narrow(torch.randn(5, 3, 8, 8))
    assert maps.loss([3 * given.detach()]).item() == pytest.approx(0, abs=1e-6), "attention does not see the size"
    assert maps.loss([wide]).item() > 0.01
    with pytest.raises(UserError, match="no layer 'c'"):
        Features(pairs("c"), {"a": narrow}, False)


@pytest.mark.slow
def test_an_operator_without_gradients_is_named_and_everything_else_works(tmp_path):
    network(tmp_path, "If")
    opened = Workspace.open(str(tmp_path / "small.onnx"), Job())
    opened = opened.attach(str(tmp_path / "test.npz"), Job(), calibration=str(tmp_path / "train.npz"))
    with pytest.raises(UserError, match="through If"):
        recovered(opened, recipe(PRUNE), Job())
    assert export(opened, recipe(PRUNE, stages=()), str(tmp_path), Job(), timing=False).verified is not None


# -- repeating, cancelling, going on -------------------------------------------------------------------------------


def exported(place, cache, monkeypatch, tmp_path, name, job=None):
    monkeypatch.setenv("WORKBENCH_CACHE", str(cache))
    opened = Workspace.open(str(place / "small.onnx"), Job())
    opened = opened.attach(str(place / "test.npz"), Job(), calibration=str(place / "train.npz"))
    export(
        opened,
        recipe(PRUNE, Action("quantize.affine", {"bits": 4}), seed=3),
        str(tmp_path),
        job or Job(),
        name,
        timing=False,
    )
    return (tmp_path / f"{name}.onnx").read_bytes()


@pytest.mark.slow
def test_the_same_recipe_and_seed_give_the_same_file(place, tmp_path, monkeypatch):
    first = exported(place, tmp_path / "a", monkeypatch, tmp_path, "first")
    assert first == exported(place, tmp_path / "b", monkeypatch, tmp_path, "second")


@pytest.mark.slow
def test_a_run_that_was_ended_goes_on_where_it_was_and_ends_the_same(place, tmp_path, monkeypatch):
    whole = exported(place, tmp_path / "a", monkeypatch, tmp_path, "whole")
    seen = []
    job = Job(updates=lambda point: (seen.append(point), job.cancel() if point.step > 60 else None))
    with pytest.raises(Cancelled):
        exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", job)
    assert not (tmp_path / "part.onnx").exists() and 60 < seen[-1].step < 120
    later = []
    assert exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", Job(updates=later.append)) == whole
    assert later[: len(seen)] == seen and [point.step for point in later] == sorted(point.step for point in later)
    assert all(isinstance(point, TrainingPoint) for point in later)


@pytest.mark.slow
@pytest.mark.parametrize("measured", [1, 3, 7])
def test_a_run_that_was_ended_while_it_was_measured_misses_no_state(place, tmp_path, monkeypatch, measured):
    """At the start, between two epochs, and at the end of the last."""
    whole = []
    first = exported(place, tmp_path / "a", monkeypatch, tmp_path, "whole", Job(updates=whole.append))
    job, calls, held_out = Job(), [], Samples.held_out

    def cancelling(samples, batch):
        calls.append(batch)
        if len(calls) == measured:
            job.cancel()
        yield from held_out(samples, batch)

    with monkeypatch.context() as patch, pytest.raises(Cancelled):
        patch.setattr(Samples, "held_out", cancelling)
        exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", job)
    later = []
    assert exported(place, tmp_path / "b", monkeypatch, tmp_path, "part", Job(updates=later.append)) == first
    assert len(calls) == measured and later == whole


@pytest.mark.slow
def test_a_checkpoint_that_is_broken_counts_as_none(place, tmp_path, monkeypatch):
    whole = exported(place, tmp_path / "a", monkeypatch, tmp_path, "whole")
    for file in (tmp_path / "a" / "recovery").glob("*.pt"):
        file.write_bytes(file.read_bytes()[:100])
    assert exported(place, tmp_path / "a", monkeypatch, tmp_path, "again") == whole


@pytest.mark.slow
def test_stopping_keeps_the_best_state_so_far_and_an_export_uses_it(workspace, tmp_path):
    job = Job(updates=lambda point: job.cancel() if point.step > 60 else None)
    result = recovered(workspace, recipe(PRUNE), job, keep=lambda: True)
    (stage,) = result.recovery.stages
    assert stage.stopped == "stopped by the user" and 1 < stage.epochs < 6 and stage.after > stage.before
    report = export(workspace, recipe(PRUNE), str(tmp_path), Job(), timing=False)
    assert report.recovery is result.recovery and any("stopped by the user" in note for note in report.notes)
    finished = recovered(workspace, recipe(PRUNE), Job(), keep=lambda: True)
    assert finished.recovery.stages[0].epochs == 6 and finished.recovery.stages[0].stopped == ""


@pytest.mark.slow
@pytest.mark.parametrize("before", ["quantize", "export"])
def test_stopping_keeps_what_was_trained_while_it_is_measured_or_quantised_too(workspace, before):
    stage = replace(TUNE, params={**TUNE.params, "before": before})
    actions = (PRUNE, Action("quantize.affine", {"bits": 4}))
    points = []
    job = Job(updates=points.append)
    job.listener = lambda progress: job.cancel() if points and points[-1].epoch == 6 else None
    job.interval = 0.0
    result = recovered(workspace, recipe(*actions, stages=(stage,)), job, keep=lambda: True)
    (trained,) = result.recovery.stages
    assert job.cancelled and trained.stopped == "" and trained.epochs == 6
    assert result.recovery.recovered > result.recovery.unrecovered


@pytest.mark.parametrize("sparsify", ["one-shot", "cubic"])
@pytest.mark.parametrize("batch", [4, 4096])
def test_a_rate_that_is_too_high_is_said_and_the_best_state_stays(workspace, sparsify, batch, monkeypatch):
    """Also where it is the last step of an epoch that breaks the weights, and all states count the same."""
    params = {"epochs": 3, "optimiser": "sgd", "batch": batch, "sparsify": sparsify}

    def same(run):
        run.rows = np.full(10, 0.1)
        return 0.1

    monkeypatch.setattr(Loop, "_measure", same)
    monkeypatch.setattr(
        torch.optim.SGD,
        "step",
        lambda optimiser: [
            value.data.fill_(torch.nan) for group in optimiser.param_groups for value in group["params"]
        ],
    )
    result = recovered(workspace, recipe(PRUNE, stages=(Stage("finetune", params),)), Job())
    (stage,) = result.recovery.stages
    assert stage.stopped == DIVERGED and "a lower learning rate" in DIVERGED
    for edit in result.compiled.edits.values():
        assert np.isfinite(edit.weight).all() and (edit.bias is None or np.isfinite(edit.bias).all())
        assert np.mean(edit.weight == 0) == pytest.approx(0.75, abs=0.01)


@pytest.mark.slow
def test_a_file_that_training_made_worse_is_told(workspace):
    """What is learned here are wrong labels; the held-out ones are as wrong."""
    wrong = replace(workspace.training, labels=(workspace.training.labels + 1) % 4)
    result = recovered(replace(workspace, training=wrong), recipe(PRUNE), Job())
    assert result.recovery.recovered < result.recovery.unrecovered
    assert sum("made the model worse on the measured samples: top-1" in note for note in result.compiled.notes) == 1
    better = recovered(workspace, recipe(PRUNE), Job())
    assert not any("made the model worse" in note for note in better.compiled.notes)


@pytest.mark.slow
@pytest.mark.parametrize("last", ["Sigmoid", "Identity"])
def test_labels_sorted_by_class_are_learned_by_the_metric_of_all_of_them(tmp_path, last):
    """The first samples to train on are of one class alone."""
    build = Build()
    hidden = build.node("Tanh", [build.node("MatMul", ["x", build.weight("w", 8, 16)], "h")], "t")
    build.node(last, [build.node("MatMul", [hidden, build.weight("v", 16, 1)], "s")], "y")
    model = opened(build.proto({"x": ["N", 8]}, {"y": ["N", 1]}))
    x = np.random.default_rng(0).standard_normal((400, 8)).astype(np.float32)
    y = runner(runtime.session(model))({"x": x})[0][:, 0] > (0.5 if last == "Sigmoid" else 0)
    order = np.argsort(y, kind="stable")
    np.savez(tmp_path / "data.npz", x=x[order], y=y[order].astype(np.int64)[:, None])
    opened_ = Workspace(model).attach(str(tmp_path / "data.npz"), Job())
    report = export(
        opened_,
        recipe(PRUNE, stages=(replace(TUNE, params={"epochs": 2, "batch": 32}),)),
        str(tmp_path),
        Job(),
        timing=False,
    )
    assert report.recovery.stages[0].metric == report.metric == opened_.evaluator.metric.info
    assert report.metric.title.startswith("accuracy at")


def test_patience_ends_early(workspace):
    stage = replace(TUNE, params={"epochs": 50, "rate": 1e-6, "optimiser": "sgd", "patience": 2})
    (result,) = recovered(workspace, recipe(PRUNE, stages=(stage,)), Job()).recovery.stages
    assert result.epochs < 50 and result.stopped.startswith("stopped early")
    (again,) = recovered(workspace, recipe(PRUNE, stages=(stage,)), Job()).recovery.stages
    assert again.stopped == result.stopped and again.epochs == result.epochs
    assert again.stopped.template == result.stopped.template, "another language can still say it"


def test_minutes_end_it_too(workspace, monkeypatch):
    """On a clock that goes on by a second with each look."""
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=count(1.0).__next__))
    stage = replace(TUNE, params={"minutes": 0.5})
    (result,) = recovered(workspace, recipe(PRUNE, stages=(stage,)), Job()).recovery.stages
    assert 30 <= result.seconds < 40 and result.epochs > 0 and result.stopped == ""
    assert 0 < result.points[-1].step < 30, "a step takes a second or more"


# -- schedules and forgetting --------------------------------------------------------------------------------------


def test_schedules():
    for kind in ("linear", "cubic", "exponential"):
        path = [schedule.sparsity(kind, 0.9, time) for time in np.linspace(0, 1, 11)]
        assert path[0] == 0 and path[-1] == pytest.approx(0.9) and path == sorted(path)
    assert schedule.sparsity("linear", 0.9, 0.5) == pytest.approx(0.45)
    assert schedule.sparsity("cubic", 0.8, 0.5) == pytest.approx(0.8 * (1 - 0.5**3))  # Zhu and Gupta 2017, eq. 1
    assert schedule.sparsity("exponential", 0.75, 0.5) == pytest.approx(0.5)  # density 0.25 ** 0.5


def test_the_rate_rises_first_and_is_found_by_a_range_test():
    params = Finetune(warmup=0.2)
    rates = [schedule.rate(params, 0.1, time) for time in np.linspace(0, 1, 101)]
    assert 0 < rates[0] < 0.01 and max(rates) == pytest.approx(0.1) and np.argmax(rates) == 20 and rates[-1] < 1e-9
    assert rates[:21] == sorted(rates[:21]) and rates[20:] == sorted(rates[20:], reverse=True)
    asked = []

    def step(number, rate):  # falls until 1e-3, and explodes behind 1e-2
        asked.append(rate)
        return math.inf if rate > 1e-2 else 1 + abs(math.log10(rate / 1e-3))

    assert 1e-4 < range_test.proposed("adam", step) < 1e-3
    assert asked == list(range_test.rates("adam"))[: len(asked)] and asked[-1] > 1e-2 > asked[-2]


def test_a_later_state_is_kept_unless_an_earlier_one_is_better_than_chance(workspace):
    selection = Selection(workspace.evaluator.metric)

    def rows(right):
        return (np.arange(200) < right).astype(float)

    selection.begin(rows(100))
    assert selection.judged(rows(150)) and selection.judged(rows(149))  # one of 200 is chance
    assert not selection.judged(rows(120)) and not selection.judged(rows(99))
    assert selection.rows["kept"].sum() == 149 and selection.rows["peak"].sum() == 150
    assert selection.judged(rows(150)) and not selection.is_higher(rows(150))


def test_a_class_that_falls_is_named(workspace):
    evaluator = workspace.evaluator
    scores = evaluator.scores.copy()
    wrong = np.flatnonzero(evaluator.data.labels == 2)[:10]
    scores[wrong] = 0
    changes = classes_of(evaluator, scores)
    assert [change.name for change in changes] == ["0", "1", "2", "3"] and changes[0].before == changes[0].after == 1
    (sentence,) = forgotten(changes, 1.0)
    assert "The accuracy of class 2 dropped from 100.0 % to" in sentence and forgotten(changes, 100) == []
    assert forgotten(changes, 0) == [], "nobody allowed anything"
    named = replace(evaluator, data=replace(evaluator.data, classes=("shirt", "coat", "bag")))
    assert [change.name for change in classes_of(named, scores)] == ["shirt", "coat", "bag", "3"]
    assert "The accuracy of class bag dropped from" in forgotten(classes_of(named, scores), 1.0)[0]


# -- the command line ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_compress_runs_the_stages_and_reports_them(place, tmp_path):
    (tmp_path / "recipe.yaml").write_text(
        "version: 1\nlayers: {'*': [{prune.magnitude: {sparsity: 0.75}}]}\n"
        "recover: [{distill: {epochs: 3, batch: 32, rate: 0.01, temperature: 2}}]\n"
    )
    done = CliRunner().invoke(
        cli,
        [
            "compress",
            str(place / "small.onnx"),
            "--data",
            str(place / "test.npz"),
            "--calibration",
            str(place / "train.npz"),
            "--recipe",
            str(tmp_path / "recipe.yaml"),
            "--out",
            str(tmp_path / "out"),
            "--json",
            "--language",
            "zh_CN",
        ],
    )
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    (stage,) = report["recovery"]["stages"]
    assert stage["stage"] == {"distill": {"epochs": 3, "batch": 32, "rate": 0.01, "temperature": 2}}
    assert report["verified"]["value"] > report["recovery"]["unrecovered"] and stage["curve"][-1]["epoch"] == 3
    assert [change["name"] for change in report["recovery"]["classes"]] == ["0", "1", "2", "3"]
    assert any("distill(" in note for note in report["notes"])
    page = (tmp_path / "out" / "small_compressed.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page and "文件大小" in page and "against labels" in report["data"]
