"""One scale for all activations of a layer: where outliers take the range, the layer is named with what is left."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.graph.networks import Builder
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.kernels import Levels
from workbench.methods.base.observer import KEPT, Observer
from workbench.methods.common.activation_levels import in_blocks, signal_to_noise
from workbench.testing.models import model_with

RNG = np.random.default_rng(0)


def test_places_of_several_samples_are_kept():
    observer = Observer(1)
    for start in range(0, 40, 8):
        observer.add(np.arange(start, start + 8, dtype=np.float32)[:, None, None] + np.zeros((8, 3, 16), np.float32))
    rows = observer.observed.rows
    assert rows.shape == (KEPT, 3) and len(np.unique(rows[:, 0])) == 16


def observed(x):
    observer = Observer(-1)
    observer.add(x.astype(np.float32))
    return observer.observed


def test_the_figure_is_that_of_rounding():
    x = RNG.uniform(-1, 1, (64, 32))
    found = signal_to_noise(observed(x), Levels.covering(-1, 1).rounded)
    assert found == pytest.approx(10 * np.log10((1 / 3) / ((2 / 255) ** 2 / 12)), abs=0.5)
    assert signal_to_noise(observed(np.zeros((4, 2))), Levels.covering(0, 1).rounded) is None


def test_a_channel_counts_by_what_the_layer_passes():
    x = RNG.standard_normal((64, 8)) * np.array([5000, *[1] * 7])
    seen = observed(x)
    levels = seen.levels("minmax").rounded
    assert signal_to_noise(seen, levels) > 20, "the outlier channel alone is most of the energy"
    assert signal_to_noise(seen, levels, np.array([1e-10, *[1.0] * 7])) < 1


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A channel 5000 times as large as the others, read by small weights."""
    folder, b = tmp_path_factory.mktemp("outlier"), Builder()
    x = b.op("Mul", b.linear("x", "first", 16, 16), b.const("far", np.array([5000, *[1] * 15], np.float32)))
    weight = b.rng.standard_normal((16, 10)).astype(np.float32)
    weight[0] *= 1e-4
    b.op("MatMul", x, b.const("second.weight", weight), out="y")
    infos = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", s]) for n, s in (("x", 16), ("y", 10))]
    graph = helper.make_graph(b.nodes, "net", infos[:1], infos[1:], b.constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "m.onnx")
    np.savez(folder / "d.npz", x=RNG.standard_normal((64, 16)).astype(np.float32))
    return Workspace.open(str(folder / "m.onnx"), Job()).attach(str(folder / "d.npz"), Job())


def notes_of(opened, step):
    recipe = parse_recipe(f"version: 1\nlayers: {{'*': [{{{step}}}]}}", "recipe")
    return {path: edit.note for path, edit in opened.compiled(recipe, Job(), timed=False).edits.items()}


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("quantize.static: {}", "keeps only 0 dB on 8-bit levels ("),
        ("quantize.dynamic: {}", "keeps only 0 dB on the 8-bit levels of a batch of all samples"),
        ("quantize.blockwise: {block: '16', accuracy: int8}", "keeps only 0 dB on 8-bit levels in blocks of 16"),
        ("quantize.blockwise: {block: '16'}", ""),
        ("quantize.smooth: {}", ""),
    ],
)
def test_a_layer_whose_outliers_take_the_range_is_named(opened, step, told):
    named = {path: note for path, note in notes_of(opened, step).items() if "outliers take the range" in note}
    assert [*named] == (["second"] if told else []) and all(told in note for note in named.values())


STEP = "quantize.affine: {bits: 8, granularity: group, group_size: 16}"


@pytest.mark.parametrize("storage", ["fastest", "smallest"])
def test_a_layer_that_storage_packs_is_named_with_what_is_left(opened, storage):
    text = f"version: 1\nexport: {{storage: {storage}}}\nlayers: {{'*': [{{{STEP}}}]}}"
    notes = opened.compiled(parse_recipe(text, "recipe"), Job()).notes
    named = [note for note in notes if "outliers take the range" in note]
    assert [note.startswith("second, packed in memory") for note in named] == [True] * (storage == "fastest")


@pytest.mark.parametrize(
    ("step", "said"),
    [("quantize.dynamic: {}", True), ("quantize.blockwise: {accuracy: int8}", True), ("quantize.blockwise: {}", False)],
)
def test_without_data_the_note_says_that_outliers_were_not_checked(opened, step, said):
    unattached = Workspace(opened.model, cache=opened.cache)
    assert [*notes_of(unattached, step)] == ["first", "second"]
    assert all(("is not checked for outliers" in note) == said for note in notes_of(unattached, step).values())
    assert not any("not checked" in note for note in notes_of(opened, step).values()), "data came, and it is looked at"


def test_why_an_input_could_not_be_looked_at_is_reported(opened):
    data = replace(opened.calibration, inputs={"x": np.full((8, 16), np.inf, np.float32)})
    notes = notes_of(replace(opened, calibration=data), "quantize.dynamic: {}")
    assert notes and all("its input was not checked for outliers: " in note for note in notes.values())


def test_an_outlier_takes_the_levels_of_its_block_alone():
    x = RNG.standard_normal((64, 32)) * np.array([5000, *[1] * 31])
    second = np.repeat([0.0, 1.0], 16)
    assert signal_to_noise(observed(x), in_blocks(16), second) > 35
    assert signal_to_noise(observed(x), in_blocks(32), second) < 1


def test_blocks_are_rounded_as_the_runtime_does():
    model, path, data = model_with("MatMul")
    action = Action("quantize.blockwise", {"block": "16", "accuracy": "int8"})
    edit = compiler.edit(model, path, (action,), data, 0, Cache(1 << 28), Job())
    feeds = data.feeds(slice(0, 8))
    found = runtime.session(with_edits(model, {path: edit})).run(None, feeds)[0]
    in_floats, rounded = (x @ edit.weight + model.bias(path) for x in (feeds["x"], in_blocks(16)(feeds["x"])))
    if np.allclose(found, in_floats, atol=1e-5):
        pytest.skip("the runtime multiplies floats on this processor")
    np.testing.assert_allclose(found, rounded, atol=1e-4)
