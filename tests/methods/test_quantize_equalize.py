"""Cross-layer equalisation: equal ranges, the same answers, and what it saves a quantisation per tensor."""

from dataclasses import replace

import numpy as np
import pytest

from tests.graph.examples import with_weights
from tests.graph.networks import IMAGE, Builder, concat, depthwise, flattened, multiplied, residual
from tests.graph.test_scaling import random_factors
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler, forecast, structure
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.channels.scaling import rescaled, scaling_of
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import size_of, with_edits

EQUALISE = Action("quantize.equalize")


def equalised(model, *paths, job=None):
    paths = paths or [layer.path for layer in model.layers]
    return structure.build(model, dict.fromkeys(paths, (EQUALISE,)), None, 0, Cache(1 << 28), job or Job())


def ranges(model, path, axis):
    """Largest |w| of each position along an axis of a layer's weight."""
    values = np.abs(np.moveaxis(model.weight(path), axis, 0))
    return values.reshape(len(values), -1).max(axis=1)


def test_a_chain_with_a_depthwise_convolution_gets_equal_ranges():
    model = multiplied()
    made = equalised(model, "first", "depth").model
    np.testing.assert_allclose(ranges(made, "first", 0), ranges(made, "depth", 0).reshape(6, 2).max(axis=1), rtol=0.01)
    np.testing.assert_allclose(ranges(made, "depth", 0), ranges(made, "head", 1), rtol=0.01)
    assert not np.allclose(ranges(model, "depth", 0), ranges(model, "head", 1), rtol=0.01)


def test_one_pair_is_the_formula_of_the_paper():
    model = flattened()
    made = equalised(model, "conv").model
    first, second = ranges(model, "conv", 0), ranges(model, "head", 1).reshape(8, -1).max(axis=1)
    np.testing.assert_allclose(ranges(made, "conv", 0), np.sqrt(first * second), rtol=1e-5)
    scale = np.sqrt(first * second) / second
    np.testing.assert_allclose(made.bias("conv"), model.bias("conv") / scale, rtol=1e-5)


def test_a_residual_group_is_scaled_together():
    made = equalised(residual(), "stem").model
    makers = np.maximum(ranges(made, "stem", 0), ranges(made, "b", 0))
    np.testing.assert_allclose(makers, np.maximum(ranges(made, "a", 1), ranges(made, "head", 1)), rtol=0.01)


def test_channels_that_a_weight_makes_and_reads_settle():
    """x + conv(x): a whole step for all channels at once would swing between two states."""
    b = Builder()
    x = b.conv("x", "first", 3, 2, kernel=1)
    b.const("turn.weight", np.array([[0, 8.0], [1 / 8, 0]], np.float32).reshape(2, 2, 1, 1))
    b.head(b.op("Add", x, b.op("Conv", x, "turn.weight")), 2)
    made = equalised(b.model(IMAGE), "turn").model
    rows, columns = (
        np.maximum.reduce([ranges(made, path, axis) for path in paths])
        for paths, axis in ((("first", "turn"), 0), (("turn", "head"), 1))
    )
    np.testing.assert_allclose(rows, columns, rtol=0.01)


def test_dead_channels_stay_finite():
    model = flattened()
    weight = model.weight("conv").copy()
    weight[3] = 0
    made = equalised(with_weights(model, {"conv": weight}, {}), "conv").model
    assert np.isfinite(made.weight("head")).all() and not made.weight("conv")[3].any()


def test_what_cannot_is_refused_by_name_and_noted_for_a_glob():
    workspace = Workspace(depthwise())
    for path in ("expand", "depth"):
        with pytest.raises(UserError, match=f"{path}: (Clip|HardSwish) reads its channels"):
            workspace.compiled(Recipe((Row(path, (EQUALISE,)),)), Job())
        assert "reads its channels" in workspace.view(path).unavailable["quantize.equalize"]
    result = workspace.compiled(Recipe((Row("*", (EQUALISE,)),)), Job())
    assert result.notes[0].startswith("expand keeps its channel scales: Clip reads") and len(result.notes) == 3
    assert result.structure.notes["head"] == "inputs compensate project"


def test_it_can_be_cancelled():
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        equalised(concat(), job=job)


def test_channels_are_removed_first(tmp_path):
    both = (Action("prune.channels", {"ratio": 0.5}), EQUALISE)
    result = Workspace(concat()).compiled(Recipe((Row("left", both),)), Job())
    assert result.model.layer("left").shape[0] == 3
    assert "6 -> 3 channels; channels multiplied by" in result.structure.notes["left"]
    np.testing.assert_allclose(ranges(result.model, "left", 0), ranges(result.model, "after", 1)[:3], rtol=0.01)


def opened():
    workspace = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
    return workspace.attach(str(resource_path("demo/fashion_calibration.npz")), Job())


@pytest.fixture(scope="module")
def unbalanced():
    """The demo's network with factors up to e² in its channels: the same function, hard to quantise per tensor."""
    workspace = opened()
    scaling = scaling_of(workspace.model)
    return replace(workspace, model=rescaled(workspace.model, scaling, random_factors(scaling)), cache=Cache(1 << 28))


def test_a_channel_of_tiny_weights_does_not_make_its_bias_an_outlier():
    """A BatchNorm with a gamma near zero, folded: equal ranges would multiply its bias by thousands, and one scale for
    all activations would then hold nothing but that channel."""
    model = flattened()
    weight, bias = model.weight("conv").copy(), model.bias("conv").copy()
    weight[2] *= 1e-7
    bias[2] = 2 * np.abs(bias).max()
    weak = with_weights(model, {"conv": weight}, {"conv": bias})
    made = equalised(weak, "conv").model
    assert 1.9 < np.abs(made.bias("conv")).max() / np.abs(bias).max() < 2.1
    x = {"x": np.random.default_rng(1).standard_normal((4, 3, 8, 8)).astype(np.float32)}
    expected, found = (runtime.run(runtime.session(each), x)[0] for each in (weak, made))
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.slow
@pytest.mark.parametrize("bits", [4, 8])
def test_an_unbalanced_network_gets_back_what_one_scale_a_tensor_loses(unbalanced, bits):
    quantise = Action("quantize.affine", {"bits": bits, "granularity": "tensor"})
    evaluator = unbalanced.measurable()
    feeds = evaluator.data.feeds(np.arange(evaluator.data.samples))
    original = runtime.session(unbalanced.model).run(None, feeds)[0]
    assert evaluator.score(original, np.arange(len(original))).mean() == evaluator.scores.mean()
    accuracy, noise = [], []
    for actions in ((quantise,), (EQUALISE, quantise)):
        result = unbalanced.compiled(Recipe((Row("*", actions),)), Job())
        outputs = runtime.session(effective(result.model, result.edits)).run(None, feeds)[0]
        accuracy.append(evaluator.score(outputs, np.arange(len(outputs))).mean())
        noise.append(10 * np.log10(np.square(original).sum() / np.square(outputs - original).sum()))
    assert noise[1] > noise[0] + 8, "equalisation gives back decibels"
    assert accuracy[1] > evaluator.scores.mean() - 0.05
    if bits == 4:
        assert accuracy[0] < evaluator.scores.mean() - 0.2 and accuracy[1] > accuracy[0] + 0.2


@pytest.mark.slow
def test_the_file_has_the_bytes_of_the_original_and_its_answers(tmp_path):
    workspace = opened()
    recipe = Recipe((Row("*", (EQUALISE,)),))
    chosen, _ = compiler.stacks(workspace.model, recipe)
    result = workspace.compiled(recipe, Job())
    changes, size = result.changes()
    notes = {change.path: change.note for change in changes}
    assert notes["blocks.5.depthwise"].startswith("channels multiplied by") and notes["head"].startswith(
        "inputs compensate"
    )
    assert all(change.bytes_after == change.bytes_before for change in changes)
    file = tmp_path / "equal.onnx"
    with_edits(result.model, result.edits).save(file)
    assert file.stat().st_size == size == size_of(workspace.model, {}).file
    assert forecast.forecast(workspace.model, chosen)[1] == size
    feeds = workspace.data.feeds(slice(0, 64))
    expected = runtime.session(workspace.model).run(None, feeds)[0]
    np.testing.assert_allclose(
        runtime.session(str(file)).run(None, feeds)[0], expected, atol=1e-4 * np.abs(expected).max()
    )
