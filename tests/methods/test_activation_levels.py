"""One scale for all activations of a layer: where outliers take the range, the layer is named with what is left."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.graph.networks import Builder
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.workspace import Workspace
from workbench.graph.storage.kernels import Levels
from workbench.methods.base.observer import KEPT, Observer
from workbench.methods.common.activation_levels import signal_to_noise

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
    found = signal_to_noise(observed(x), Levels.covering(-1, 1))
    assert found == pytest.approx(10 * np.log10((1 / 3) / ((2 / 255) ** 2 / 12)), abs=0.5)
    assert signal_to_noise(observed(np.zeros((4, 2))), Levels.covering(0, 1)) is None


def test_a_channel_counts_by_what_the_layer_passes():
    x = RNG.standard_normal((64, 8)) * np.array([5000, *[1] * 7])
    seen = observed(x)
    levels = seen.levels("minmax")
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


@pytest.mark.parametrize(("method", "told"), [("static", True), ("smooth", False)])
def test_a_layer_whose_outliers_take_the_range_is_named(opened, method, told):
    recipe = parse_recipe(f"version: 1\nlayers: {{'*': [{{quantize.{method}: {{}}}}]}}", "recipe")
    notes = {path: edit.note for path, edit in opened.compiled(recipe, Job(), timed=False).edits.items()}
    named = [path for path, note in notes.items() if "keeps only 0 dB on 8-bit levels" in note]
    assert named == (["second"] if told else [])
