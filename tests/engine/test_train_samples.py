"""Samples that a training learns from: split, held out, moved; labels and teachers."""

from dataclasses import replace

import numpy as np
import pytest

from tests.engine.test_train import PRUNE, TUNE, recipe
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recovery import Stage
from workbench.engine.api.export import export
from workbench.engine.supervision.samples import Batch, Moves, Samples, in_both, moved
from workbench.engine.supervision.teacher import Teacher
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace

# -- samples -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_where_only_one_data_set_is_given_it_is_split_and_reported(place, tmp_path):
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
def test_what_does_not_fit_is_reported(workspace, stage, words):
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
