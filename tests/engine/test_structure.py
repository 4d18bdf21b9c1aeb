"""Recipes that remove channels: both stages, what is shown, and what is written."""

import numpy as np
import pytest

from tests.graph.networks import concat, residual
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler, removal, structure
from workbench.engine.preview.previewer import Previewer
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

HALF = Action("prune.channels", {"ratio": 0.5})
FOUR_BITS = Action("quantize.affine", {"bits": 4})


def opened(name):
    workspace = Workspace.open(str(resource_path(f"demo/{name}.onnx")), Job())
    small = str(resource_path("demo/fashion_calibration.npz"))
    return workspace.attach(small, Job(), calibration=small)


@pytest.fixture(scope="module")
def cnn():
    return opened("fashion_cnn")


@pytest.mark.slow
def test_one_layer_and_what_reads_it(cnn, tmp_path):
    recipe = Recipe((Row("blocks.4.conv1", (HALF,)),))
    shown = list(Previewer(cnn).measure(recipe, ("blocks.4.conv1",), Job()))
    first, last = shown[0], shown[-1]
    summary = cnn.model.summary()
    assert last.parameters == first.parameters == summary.parameters - 80 * (64 * 9 + 1) - 160 * 80 * 9
    assert last.macs == first.macs < summary.macs
    assert first.size.value == pytest.approx(last.size.value, rel=0.01)
    changes = {change.path: change for change in last.changes}
    assert set(changes) == {"blocks.4.conv1", "blocks.4.conv2"}
    assert changes["blocks.4.conv1"].note == "160 -> 80 channels" and changes["blocks.4.conv1"].sqnr_db is None
    assert changes["blocks.4.conv2"].actions == () and "because of blocks.4.conv1" in changes["blocks.4.conv2"].note
    report = export(cnn, recipe, str(tmp_path), Job(), "half", timing=False)
    assert report.after.bytes.value == last.size.value == (tmp_path / "half.onnx").stat().st_size
    assert report.preview_value == last.value.value == report.verified.value and report.verified.agreement == 1.0
    assert report.after.parameters == last.parameters and report.after.macs == last.macs
    again = Workspace.open(str(tmp_path / "half.onnx"), Job()).model
    assert again.layer("blocks.4.conv1").shape == (80, 64, 3, 3) and again.summary().macs == last.macs


@pytest.mark.slow
def test_every_layer_with_quantisation_on_top(cnn, tmp_path):
    recipe = Recipe((Row("*", (Action("prune.channels", {"ratio": 0.3, "round_to": 8}), FOUR_BITS)),))
    report = export(cnn, recipe, str(tmp_path), Job(), "all", timing=False)
    assert report.after.bytes.value == report.forecast_bytes and report.ratio > 12
    assert report.notes[0] == "head stays unpruned: Its channels are an output of the model."
    changes = {change.path: change for change in report.layers}
    assert changes["head"].actions == (FOUR_BITS,) or changes["head"].actions == recipe.rows[0].actions
    assert "int4" in changes["head"].storage and "inputs, because of" in changes["head"].note
    assert changes["blocks.2.conv2"].note.startswith(
        "64 -> 48 channels, coupled with blocks.1.conv2, blocks.1.shortcut"
    )
    assert changes["blocks.5.depthwise"].parameters == 112 * 10
    assert report.verified.value == pytest.approx(report.preview_value, abs=0.002)
    predicted = next(Previewer(cnn).measure(recipe, (), Job()))
    assert predicted.size.value == pytest.approx(report.forecast_bytes, rel=0.05)


@pytest.mark.slow
def test_the_hidden_layer_and_the_heads_of_a_transformer():
    vit = opened("fashion_vit")
    recipe = Recipe((Row("blocks.0.mlp.fc1", (HALF, FOUR_BITS)), Row("blocks.1.attention.q", (HALF,))))
    result = vit.compiled(recipe, Job())
    assert result.model.layer("blocks.0.mlp.fc1").shape == (96, 96)
    assert [result.model.layer(f"blocks.1.attention.{name}").shape for name in ("q", "k", "v", "proj")] == [
        (96, 48)
    ] * 3 + [(48, 96)]
    *_, last = Previewer(vit).measure(recipe, ("blocks.0.mlp.fc1",), Job())
    assert last.complete and last.macs < vit.model.summary().macs


@pytest.mark.slow
def test_behind_a_layer_in_focus_it_is_as_a_full_run(cnn):
    recipe = Recipe((Row("blocks.2.*", (HALF,)), Row("blocks.4.conv2", (FOUR_BITS,))))
    result = cnn.compiled(recipe, Job())
    feeds = cnn.data.feeds(slice(0, 8))
    quick, full = (Previewer(cnn).run(result, focus)(feeds)[0] for focus in (("blocks.4.conv2",), ()))
    np.testing.assert_allclose(quick, full, atol=1e-4, rtol=1e-4)
    assert not np.allclose(full, runtime.session(cnn.model).run(None, feeds)[0], atol=1e-2)


def test_going_back_and_forth_computes_nothing_again(cnn):
    recipe = Recipe((Row("blocks.1.*", (HALF, FOUR_BITS)),))
    first = cnn.compiled(recipe, Job())
    cnn.compiled(Recipe(), Job())
    second = cnn.compiled(recipe, Job())
    assert second.structure is first.structure
    assert all(second.edits[path] is first.edits[path] for path in first.edits)


@pytest.mark.slow
def test_edits_of_the_smaller_model_are_not_taken_for_those_of_the_original(cnn):
    """blocks.4.conv2 has the same weight in both, and other inputs."""
    gptq = Action("quantize.gptq", {"bits": 3})
    alone = cnn.compiled(Recipe((Row("blocks.4.shortcut", (gptq,)),)), Job())
    both = cnn.compiled(
        Recipe((Row("blocks.3.conv", ()), Row("blocks.2.conv1", (HALF,)), Row("blocks.4.shortcut", (gptq,)))), Job()
    )
    one, other = (result.edits["blocks.4.shortcut"].weight for result in (alone, both))
    assert one.shape == other.shape and not np.array_equal(one, other)


def test_the_layer_that_is_drawn_is_the_smaller_one(cnn):
    recipe = Recipe((Row("blocks.4.conv1", (HALF,)),))
    view = cnn.edit_view("blocks.4.conv1", recipe, Job())
    assert view.histogram.counts.sum() == 80 * 64 * 9 and view.change.parameters == 80 * (64 * 9 + 1)
    reader = cnn.edit_view("blocks.4.conv2", recipe.with_actions(["blocks.4.conv2"], (FOUR_BITS,)), Job())
    assert reader.histogram.counts.sum() == 160 * 80 * 9 and reader.change.bytes_before == 922240
    plain = cnn.edit_view("blocks.4.conv2", Recipe(), Job())
    assert plain.change.bytes_after == plain.change.bytes_before
    assert "output of the model" in cnn.view("head").unavailable["prune.channels"]
    assert "prune.channels" not in cnn.view("stem").unavailable


def test_a_group_is_pruned_once_by_the_most_that_is_asked_for():
    model = residual()
    chosen = {"stem": (Action("prune.channels", {"ratio": 0.25}),), "b": (HALF,)}
    result = structure.build(model, chosen, None, 0, Cache(1 << 28), Job())
    assert result.model.layer("stem").shape[0] == result.model.layer("b").shape[0] == 6
    assert result.remarks == ("stem and b are coupled: they are pruned together, once, by prune.channels(ratio 0.5)",)
    assert result.notes["b"] == "12 -> 6 channels, coupled with stem"


def test_a_layer_that_cannot_lose_channels_is_refused_by_name(cnn):
    with pytest.raises(UserError, match=r"head: Its channels are an output of the model\."):
        compiler.stacks(cnn.model, Recipe((Row("head", (HALF,)),)))


def test_a_graph_that_was_not_followed_rightly_is_refused(monkeypatch):
    """Half of the channels taken from the wrong places: the proof notices."""
    model = concat()
    real = removal.without_channels

    def wrong(model, channels, removed):
        smaller = real(model, channels, removed)
        weight = smaller.ir.graph.initializers["after.weight"].const_value.numpy()
        weight[:] = weight[:, ::-1].copy()
        return smaller

    monkeypatch.setattr(removal, "without_channels", wrong)
    with pytest.raises(UserError, match="Removing these channels changes the model's outputs in an unexpected way"):
        structure.build(model, {"left": (HALF,)}, None, 0, Cache(1 << 28), Job())


def test_a_smaller_model_weighs_what_it_does_not_share_with_the_original(cnn):
    """A search has dozens of them at a time in a cache with a budget."""
    model = cnn.model
    made = structure.build(model, {"blocks.4.conv1": (HALF,)}, None, 0, Cache(1 << 28), Job())
    assert set(made.kept) == {"blocks.4.conv1", "blocks.4.conv2"}
    assert made.nbytes == sum(made.model.layer(path).bytes for path in made.kept)
    untouched = "blocks.3.conv"
    assert np.shares_memory(made.model.weight(untouched), model.weight(untouched))
