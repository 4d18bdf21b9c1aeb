"""Pictures of a layer are those of its weights, in the places that they had when the model was opened."""

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.layer_data import layer_queries as w
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.pictures import QUANTILES
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.inspection import layer_pictures
from workbench.engine.inspection.layer_pictures import picture
from workbench.engine.layer_figures.images import Pair, kernels
from workbench.engine.workspace import Workspace
from workbench.methods.common.factors import by_output

PATH = "blocks.4.conv1"
FOUR_BITS = Action("quantize.affine", {"bits": 4, "range": "minmax"})


@pytest.fixture(scope="module")
def cnn():
    return Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())


@pytest.fixture(scope="module")
def removed(cnn):
    """A recipe that takes channels out of the layer, and which ones stay."""
    recipe = Recipe().with_actions([PATH], (Action("prune.channels", {"ratio": 0.25}), FOUR_BITS))
    pair = layer_pictures.pair_of(cnn, PATH, recipe, Job())
    assert pair.kept.sum() == 120
    return recipe, pair


def rows(cnn):
    return cnn.model.weight(PATH).reshape(160, -1)


def test_channels_as_they_are(cnn):
    found = picture(cnn, PATH, Recipe(), w.WantChannels(), Job())
    np.testing.assert_allclose(found.before, np.quantile(rows(cnn), QUANTILES, axis=1))
    assert found.after is None and found.ends is None and not found.silent.any()
    assert found.first.tolist() == list(range(161)) and found.widest.tolist() == list(range(160))


def test_what_is_left_stands_where_it_stood(cnn, removed):
    recipe, pair = removed
    smaller, edit = cnn.edited(PATH, recipe, Job())
    after = pair.rows[1]
    np.testing.assert_array_equal(after[pair.kept], edit.weight.reshape(120, -1))
    np.testing.assert_array_equal(smaller.model.weight(PATH).reshape(120, -1), rows(cnn)[pair.kept])
    assert np.isnan(after[~pair.kept]).all()
    found = picture(cnn, PATH, recipe, w.WantChannels(), Job())
    assert found.silent.tolist() == (~pair.kept).tolist()
    np.testing.assert_allclose(found.after[:, pair.kept], np.quantile(edit.weight.reshape(120, -1), QUANTILES, axis=1))
    largest = np.abs(rows(cnn)[pair.kept]).max(axis=1)
    np.testing.assert_allclose(found.ends[1, pair.kept], largest, rtol=1e-5)
    assert np.isnan(found.ends[:, ~pair.kept]).all()


def test_one_channel_before_and_after(cnn, removed):
    recipe, pair = removed
    stays, gone = int(np.flatnonzero(pair.kept)[70]), int(np.flatnonzero(~pair.kept)[0])
    found = picture(cnn, PATH, recipe, w.WantChannel(stays), Job())
    row = rows(cnn)[stays]
    assert found.before.moments.max == row.max() and found.before.histogram.counts.sum() == row.size
    values = np.unique(pair.rows[1][stays])
    assert np.abs(values[:, None] - found.after.levels.values).min(axis=1).max() < 1e-6
    assert found.after.levels.channel == stays and not found.removed
    found = picture(cnn, PATH, recipe, w.WantChannel(gone), Job())
    assert found.removed and found.after is None
    with pytest.raises(UserError, match="no output channel 160"):
        picture(cnn, PATH, Recipe(), w.WantChannel(160), Job())


def test_many_channels_share_bars(cnn, monkeypatch):
    monkeypatch.setattr(layer_pictures, "MOST_BARS", 50)
    found = picture(cnn, PATH, Recipe(), w.WantChannels(), Job())
    assert len(found.widest) == 50 and found.first[-1] == 160
    for bar in (0, 17, 49):
        part = rows(cnn)[found.first[bar] : found.first[bar + 1]]
        assert found.before[0, bar] == part.min() and found.before[-1, bar] == part.max()
        assert np.abs(rows(cnn)[found.widest[bar]]).max() == np.abs(part).max()
        assert found.bar_of(found.first[bar + 1] - 1) == bar


@pytest.mark.slow
def test_whitened_singular_values_are_those_of_the_output():
    small = str(resource_path("demo/fashion_calibration.npz"))
    vit = Workspace.open(str(resource_path("demo/fashion_vit.onnx")), Job()).attach(small, Job(), calibration=small)
    layer = next(layer for layer in vit.model.layers if layer.op in ("Gemm", "MatMul") and not layer.locked)
    recipe = Recipe().with_actions([layer.path], (Action("lowrank.svd", {"rank": 5}),))
    found = picture(vit, layer.path, recipe, w.WantWhitened(), Job())
    context = LayerContext(vit.model, layer.path, vit.calibration, 0, vit.cache)
    inputs = np.concatenate([x.reshape(-1, x.shape[-1]) for x in context.inputs(Job())]).astype(np.float64)
    outputs = inputs @ by_output(vit.model.weight(layer.path), layer.out_axis).T
    expected = np.linalg.svd(outputs, compute_uv=False) / np.sqrt(len(inputs))
    np.testing.assert_allclose(found.before.values[:8], expected[:8], rtol=1e-2)
    assert found.after is not None and found.after.values[5] < 1e-4 * found.before.values[0]
    with pytest.raises(UserError, match="needs data"):
        picture(
            Workspace.open(str(resource_path("demo/fashion_vit.onnx")), Job()),
            layer.path,
            Recipe(),
            w.WantWhitened(),
            Job(),
        )


def test_a_matrix_too_large_for_the_screen_is_averaged_in_blocks(cnn, removed):
    recipe, pair = removed
    found = picture(cnn, PATH, recipe, w.WantTile(50, 100), Job())
    matrix, after = pair.rows
    assert found.shape == matrix.shape and found.rows == (0, 160)
    down, across = found.block
    assert (down, across) == (-(-160 // 50), -(-matrix.shape[1] // 100))
    assert found.before[2, 3] == pytest.approx(matrix[2 * down : 3 * down, 3 * across : 4 * across].mean(), rel=1e-4)
    left = after[2 * down : 3 * down, 3 * across : 4 * across]
    assert found.after[2, 3] == pytest.approx(np.nanmean(left), rel=1e-4)
    assert found.largest == np.abs(matrix).max() and found.change == pytest.approx(np.nanmax(np.abs(after - matrix)))


def test_a_part_of_a_matrix_is_shown_weight_by_weight(cnn, removed):
    recipe, pair = removed
    found = picture(cnn, PATH, recipe, w.WantTile(50, 100, (30, 60), (10, 90)), Job())
    assert found.block == (1, 1) and found.kernel == (3, 3)
    np.testing.assert_array_equal(found.before, pair.rows[0][30:60, 10:90])
    np.testing.assert_array_equal(found.after, pair.rows[1][30:60, 10:90])
    beyond = picture(cnn, PATH, Recipe(), w.WantTile(50, 100, (159, 900), (-5, 0)), Job())
    assert beyond.rows == (159, 160) and beyond.columns == (0, 1) and beyond.after is None


def test_kernels_by_number_and_by_norm(cnn, removed):
    recipe, pair = removed
    weight = cnn.model.weight(PATH)
    inputs = weight.shape[1]
    found = picture(cnn, PATH, recipe, w.WantKernels(inputs, 4), Job())
    assert found.places.tolist() == [[1, 0], [1, 1], [1, 2], [1, 3]] and found.total == 160 * inputs
    np.testing.assert_array_equal(found.before, weight[1, :4])
    assert found.silent.all() == (not pair.kept[1])
    found = picture(cnn, PATH, Recipe(), w.WantKernels(0, 10, by_norm=True), Job())
    norms = np.linalg.norm(weight.reshape(-1, 9), axis=1)
    np.testing.assert_allclose(found.norms, np.sort(norms)[::-1][:10], rtol=1e-5)
    output, within = found.places[0]
    np.testing.assert_array_equal(found.before[0], weight[output, within])
    with pytest.raises(UserError, match="no kernels"):
        picture(cnn, "head", Recipe(), w.WantKernels(0, 4), Job())


def test_kernels_of_colours_are_colour_pictures():
    weight = np.random.default_rng(0).normal(size=(8, 3, 5, 5)).astype(np.float32)
    layer = Layer("stem", "Conv", weight.shape, "float32", 0, 0, None, 0, "")
    pair = Pair(layer, weight, None, None, None, np.ones(8, bool))
    found = kernels(pair, w.WantKernels(2, 3), Job())
    assert found.before.shape == (3, 5, 5, 3) and found.places.tolist() == [[2, -1], [3, -1], [4, -1]]
    np.testing.assert_array_equal(found.before[0, 1, 2], weight[2, :, 1, 2])


@pytest.mark.parametrize("wanted", [w.WantOutlook("prune.channels"), w.WantChannels()], ids=["outlook", "channels"])
def test_a_layer_that_is_not_there_is_one_sentence(cnn, wanted):
    with pytest.raises(UserError, match="no layer ''"):
        picture(cnn, "", Recipe(), wanted, Job())
