"""Recovery stages of a recipe: what they win back, what they keep, and that they repeat."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from tests.engine.small import network
from workbench.cli.commands import cli
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.recipe.recovery import Stage
from workbench.engine.api.export import export
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler
from workbench.engine.preview.previewer import effective
from workbench.engine.students.student import Student, Wanted
from workbench.engine.supervision.features import Features, output_of, pairs
from workbench.engine.training.recover import recovered
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


def test_levels_learn_from_the_floats_that_they_were_made_of(workspace):
    """And not from the original's, which those of an earlier stage have left far behind."""
    compiled = workspace.compiled(recipe(Action("quantize.affine", {"bits": 4, "granularity": "tensor"})), Job())
    floats = {path: edit.weight + edit.encoding.scale / 4 for path, edit in compiled.edits.items()}
    student = Student(compiled, Wanted(), floats=floats)
    for path, edit in compiled.edits.items():
        values = student.learned[student.names[path]].values.detach().numpy().reshape(edit.weight.shape)
        np.testing.assert_allclose(values, floats[path], atol=1e-6)
        np.testing.assert_array_equal(student.result().edits[path].weight, edit.weight)


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
