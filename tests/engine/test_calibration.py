"""Moments of what layers receive: of many layers in one run, the same whoever is measured beside a layer."""

import tracemalloc
from dataclasses import replace

import numpy as np
import onnx
import pytest

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.engine.base.cache import Cache
from workbench.engine.calibration import input_moments
from workbench.engine.calibration.input_moments import InputSums
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.workspace import Workspace

RNG = np.random.default_rng(0)
NET = """
<ir_version: 8, opset_import: ["" : 17]>
net (float[n, 6] x) => (float[n, 5] y)
{
    a = MatMul (x, query)
    b = MatMul (x, key)
    s = Add (a, b)
    r = Relu (s)
    y = MatMul (r, out)
}
"""


@pytest.fixture
def context(tmp_path):
    proto = onnx.parser.parse_model(NET)
    for index, (name, shape) in enumerate({"query": (6, 8), "key": (6, 8), "out": (8, 5)}.items()):
        proto.graph.initializer.append(onnx.numpy_helper.from_array(RNG.normal(size=shape).astype(np.float32), name))
        proto.graph.node[(0, 1, 4)[index]].name = name
    onnx.save(proto, tmp_path / "net.onnx")
    np.savez(tmp_path / "data.npz", x=RNG.normal(size=(64, 6)).astype(np.float32))
    opened = Workspace.open(str(tmp_path / "net.onnx"), Job()).attach(str(tmp_path / "data.npz"), Job())
    paths = tuple(layer.path for layer in opened.model.layers)
    return LayerContext(opened.model, paths[0], opened.calibration, 0, Cache(1 << 28), beside=paths)


def test_the_first_layer_that_asks_has_those_behind_it_measured_in_the_same_run(context, monkeypatch):
    runs = []
    real = input_moments.of_layers
    monkeypatch.setattr(input_moments, "of_layers", lambda *given: runs.append(given[1]) or real(*given))
    query, key, out = (replace(context, path=path).gram(Job()) for path in context.beside)
    assert [[layer.path for layer in asked] for asked in runs] == [list(context.beside)], "one run for all"
    assert query is not key and np.array_equal(query, key), "they receive the same"
    alone = replace(context, path=context.beside[2], beside=(), cache=Cache(1 << 28))
    assert np.array_equal(alone.gram(Job()), out) and len(runs) == 2
    x = context.samples().inputs["x"][:].astype(np.float64)
    np.testing.assert_allclose(query[0], x.T @ x / len(x), rtol=1e-5, atol=1e-6)


def test_as_many_are_measured_together_as_their_sums_have_room(context, monkeypatch):
    layers = [context.model.layer(path) for path in context.beside]
    assert input_moments.together(context.model, layers) == layers
    monkeypatch.setattr(input_moments, "LARGEST", 8 * 6 * 6)
    assert input_moments.together(context.model, layers) == layers[:2], "the same input takes no more room"


def test_a_depthwise_layer_is_unfolded_a_few_rows_at_a_time(monkeypatch):
    """Its rows are as wide as all its groups: thousands of them together would take gigabytes."""
    pads = {"pads": (1, 1, 1, 1)}
    layer = Layer("depthwise", "Conv", (64, 1, 3, 3), "float32", 0, 576, None, 2304, "", groups=64, attributes=pads)
    x = RNG.normal(size=(8, 64, 16, 16)).astype(np.float32)

    def moments():
        sums = InputSums(layer, 1)
        sums.add(x)
        return sums.moments("depthwise")

    whole = moments()
    monkeypatch.setattr(input_moments, "HELD", 1 << 16)
    tracemalloc.start()
    few = moments()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * 2048 * 64 * 9, "less than all rows take once"
    for one, other in zip(whole, few, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    assert few[0][5, 4, 4] == pytest.approx(float(np.square(x[:, 5].astype(np.float64)).mean()), rel=1e-5), "the middle"
    monkeypatch.setattr(input_moments, "UNFOLDED", 64 * 9 * 500)
    assert InputSums(layer, 1)._quota == 500, "fewer rows where they are wide"
