"""What is predicted of an edit agrees with what running it shows, and says how well."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.analysis.sensitivity import Wanted
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.analysis import sensitivity
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import compiler
from workbench.engine.preview import curvature
from workbench.engine.preview.divergence import divergence, rank_correlation
from workbench.engine.preview.predict import predictor
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.dense import Dense
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit

CANDIDATES = tuple((Action("quantize.affine", {"bits": bits}),) for bits in (4, 2)) + tuple(
    (Action("prune.magnitude", {"sparsity": sparsity}),) for sparsity in (0.6,)
)


@pytest.fixture(scope="module")
def workspace():
    samples = str(resource_path("demo/fashion_calibration.npz"))
    opened = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    return opened.attach(samples, Job(), calibration=samples)


@pytest.fixture(scope="module")
def predicting(workspace):
    return predictor(workspace, Job())


def edited(workspace, path, *actions):
    return compiler.edit(workspace.model, path, actions, workspace.calibration, 0, workspace.cache, Job())


@pytest.mark.slow
def test_it_puts_candidates_in_the_order_in_which_outputs_move(predicting):
    assert predicting.kind == "loss" and predicting.trials == 32
    assert predicting.correlation > 0.8


@pytest.mark.slow
def test_a_small_step_along_the_weights_costs_half_its_square(workspace, predicting):
    """Twice the error is four times the loss, and no error is no loss."""
    weight = workspace.model.weight("blocks.4.conv2")
    noise = np.random.default_rng(0).normal(size=weight.shape).astype(np.float32) * 1e-3
    once, twice, never = (predicting.rise("blocks.4.conv2", Edit(Dense(weight + scale * noise))) for scale in (1, 2, 0))
    assert twice == pytest.approx(4 * once, rel=1e-3) and never == 0.0 and once > 0


@pytest.mark.slow
def test_the_rise_is_that_of_the_loss_where_the_layer_is_the_last(workspace, predicting):
    """The head has one position a sample and nothing behind it. Sure answers have small gradients and large inputs, so
    that taking both as independent says too much, by a factor of three here."""
    weight = workspace.model.weight("head")
    noise = np.random.default_rng(1).normal(size=weight.shape).astype(np.float32) * 0.02
    edit = Edit(Dense(weight + noise))
    changed = with_edits(workspace.model, {"head": edit})
    feeds = workspace.calibration.feeds(slice(0, 256))
    before, after = (runner(runtime.session(model))(feeds)[0] for model in (workspace.model, changed))
    assert 1 / 5 < divergence(after, before).mean() / predicting.rise("head", edit) < 5


@pytest.mark.slow
def test_a_preview_has_it_before_anything_ran(workspace, predicting):
    assert curvature.known(workspace) is predicting
    recipe = Recipe().with_actions(["head", "stem"], (Action("quantize.affine", {"bits": 3}),))
    shown = list(Previewer(workspace).measure(recipe, ("head",), Job()))
    assert shown[0].predicted is None and shown[1].value is None
    alone = [
        predicting.rise(path, edited(workspace, path, Action("quantize.affine", {"bits": 3})))
        for path in ("head", "stem")
    ]
    assert shown[1].predicted.rise == shown[-1].predicted.rise == pytest.approx(sum(alone))


@pytest.mark.slow
def test_removed_channels_are_predicted_where_they_are_all_that_changes(workspace, predicting):
    def predicted(*actions):
        recipe = Recipe().with_actions(["blocks.4.conv1"], actions)
        return list(Previewer(workspace).measure(recipe, (), Job()))[-1].predicted

    few, many = (predicted(Action("prune.channels", {"ratio": ratio})).rise for ratio in (0.1, 0.5))
    assert 0 < few < many
    assert predicted(Action("prune.channels", {"ratio": 0.1}), Action("quantize.affine", {"bits": 3})) is None


@pytest.mark.slow
def test_a_scan_may_leave_out_what_looks_worst(demo, quarter):
    workspace = Workspace.open(str(demo.cnn), Job()).attach(quarter, Job(), calibration=quarter)
    whole = sensitivity.scan(workspace, Job(), Wanted(CANDIDATES))
    part = sensitivity.scan(workspace, Job(), Wanted(CANDIDATES, share=1 / 3))
    assert len(part.trials) == len(whole.trials) and len(part.measured) == pytest.approx(len(whole.trials) / 3, abs=1)
    left = {(trial.path, trial.actions): trial for trial in part.measured}
    same = [(trial, left[trial.path, trial.actions]) for trial in whole.trials if (trial.path, trial.actions) in left]
    assert all(first.drop == second.drop and first.value == second.value for first, second in same)
    worst = max(trial.predicted for trial in part.measured)
    assert all(trial.predicted >= worst for trial in part.trials if trial.drop is None)
    assert part.to_json()["predicted_only"] == len(part.trials) - len(part.measured)
    losses = sorted(trial.drop for trial in whole.trials)
    assert np.mean([trial.drop for trial in part.measured]) < np.mean(losses)


def test_without_gradients_it_is_the_error_of_the_layers_output(tmp_path):
    """Det has no gradients here."""
    rng = np.random.default_rng(0)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="first"),
        helper.make_node("Shape", ["h"], ["s"]),
        helper.make_node("Hardmax", ["h"], ["y"], name="hard"),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4])],
        [numpy_helper.from_array(rng.normal(size=(8, 4)).astype(np.float32), "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "m.onnx")
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(40, 8)).astype(np.float32))
    workspace = Workspace.open(str(tmp_path / "m.onnx"), Job()).attach(str(tmp_path / "x.npz"), Job())
    made = predictor(workspace, Job(), check=False)
    (path,) = workspace.model.sites
    assert made.kind == "output error"
    weight = workspace.model.weight(path)
    assert made.rise(path, Edit(Dense(weight * np.float32(0.9)))) == pytest.approx(0.01, rel=1e-3)


def test_without_samples_it_says_so():
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    with pytest.raises(UserError, match="calibration"):
        predictor(workspace, Job())
    assert curvature.known(workspace) is None


def test_ranks_need_something_to_put_in_order():
    assert rank_correlation((1, 2, 3, 4), (10, 20, 30, 50)) == 1.0
    assert rank_correlation((1, 2, 3), (1, 2, 3)) is None and rank_correlation((1, 1, 1, 1), (1, 2, 3, 4)) is None


@pytest.mark.slow
def test_a_forecast_of_a_whole_recipe_has_the_size_of_its_file_and_its_predicted_cost(workspace, predicting):
    """And where the model cannot have it, it says why."""
    previewer, recipe = Previewer(workspace), Recipe().with_actions(["*"], (Action("quantize.affine", {"bits": 4}),))
    forecast = previewer.forecast("4 bit", recipe, Job())
    *_, last = previewer.measure(recipe, (), Job())
    assert forecast.bytes == last.size.value and forecast.macs == last.macs and not forecast.refused
    assert forecast.predicted == last.predicted and forecast.predicted.rise > 0
    nothing = previewer.forecast("nothing", Recipe(), Job())
    assert "No layer" in nothing.refused
    wrong = previewer.forecast("wrong", Recipe().with_actions(["*"], (Action("no.method"),)), Job())
    assert "no.method" in wrong.refused
