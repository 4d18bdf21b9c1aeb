"""Inputs with a default value stay inputs with that value in what is exported, and take other values."""

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from tests.graph.graphs import Build, opened
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.data.matching import match
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace

INT8 = Recipe((Row("*", (Action("quantize.affine", {"bits": 8}),)),))


def scaled(ir_version: int = 8, listed: tuple[str, ...] = ("scale", "state")) -> onnx.ModelProto:
    """A classifier whose hidden values are scaled, and shifted by one state for each sample."""
    b = Build(ir_version=ir_version)
    hidden = b.node("MatMul", ["x", b.weight("first.weight", 8, 16)], "hidden")
    b.node("Mul", [hidden, b.constant("scale", 0.5)], "scaled")
    b.node("Add", ["scaled", b.constant("state", np.full((1, 16), 0.25))], "shifted")
    b.node("MatMul", [b.node("Relu", ["shifted"], "relu"), b.weight("last.weight", 16, 4)], "y")
    shapes = {"scale": [], "state": ["n", 16], "first.weight": [8, 16], "last.weight": [16, 4]}
    return b.proto({"x": ["n", 8]} | {name: shapes[name] for name in listed}, {"y": ["n", 4]})


@pytest.fixture
def x():
    return np.random.default_rng(0).standard_normal((24, 8)).astype(np.float32)


@pytest.fixture
def written(tmp_path):
    """Write the network compressed, with data of these arrays or none; return the report and a session of the file."""

    def write(**arrays):
        onnx.save(scaled(), tmp_path / "m.onnx")
        workspace = Workspace.open(str(tmp_path / "m.onnx"), Job())
        if arrays:
            np.savez(tmp_path / "d.npz", **arrays)
            workspace = workspace.attach(str(tmp_path / "d.npz"), Job())
        report = export(workspace, INT8, str(tmp_path), Job(), timing=False)
        return report, ort.InferenceSession(report.files["model"])

    return write


def of_original(feeds):
    return ort.InferenceSession(scaled().SerializeToString()).run(None, feeds)[0]


@pytest.mark.slow
@pytest.mark.parametrize("with_data", [True, False])
def test_a_default_is_written_and_may_be_replaced(written, x, with_data):
    report, session = written(**({"x": x} if with_data else {}))
    assert report.forecast_bytes == report.after.bytes.value
    assert [value.name for value in session.get_inputs()] == ["x"]
    assert {value.name for value in session.get_overridable_initializers()} == {"scale", "state"}
    assert report.verified.max_abs_diff < 1e-5
    for more in ({}, {"scale": np.array(3.0, np.float32)}, {"state": np.ones((24, 16), np.float32)}):
        want = of_original({"x": x} | more)
        assert np.abs(session.run(None, {"x": x} | more)[0] - want).max() < 0.05 * np.abs(want).max()


@pytest.mark.slow
def test_values_in_the_data_are_taken_for_preview_and_file(written, x):
    report, session = written(x=x, scale=np.array(3.0, np.float32))
    feeds = {"x": x, "scale": np.array(3.0, np.float32)}
    want = of_original(feeds)
    error = ((session.run(None, feeds)[0] - want) ** 2).sum() / ((want - want.mean(axis=0)) ** 2).sum()
    assert report.after.value.value == report.preview_value == pytest.approx(error, rel=0.01)
    assert report.verified.max_abs_diff < 1e-5


def test_where_all_initialisers_are_listed_they_are_constants():
    every = ("first.weight", "scale", "state", "last.weight")
    for proto in (scaled(3, every), scaled(8, every)):
        model = opened(proto)
        assert [spec.name for spec in model.inputs] == ["x"] and len(model.layers) == 2


def test_a_default_is_shown_and_taken_where_the_data_has_no_other(x):
    specs = opened(scaled()).inputs
    found = {spec.name: spec.default for spec in specs}
    assert found["x"] is None and found["scale"] == 0.5 and found["state"].shape == (1, 16)
    matched = match("d.npz", {"x": x}, specs, {})
    assert matched.constants["scale"] == 0.5 and matched.axes == {"state": 0}  # repeated for each sample
    assert [*matched.notes] == ["Inputs with the default value that the model has for them: scale, state."]
    assert match("d.npz", {"x": x}, specs, {"scale": "3"}).constants["scale"] == 3


def test_a_default_in_float16_is_float32_where_the_rest_is():
    b = Build(ir_version=8)
    b.constant("scale", 0.5, np.float16)
    b.constant("weight", b.rng.standard_normal((8, 4)), np.float16)
    b.node("MatMul", [b.node("Mul", ["x", "scale"], "scaled"), "weight"], "y")
    proto = b.proto({"x": ["n", 8], "scale": []}, {"y": ["n", 4]}, dtype=onnx.TensorProto.FLOAT16)
    proto.graph.output[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    model = opened(proto)
    assert {spec.name: spec.dtype for spec in model.inputs} == {"x": "float32", "scale": "float32"}
    x = np.eye(8, dtype=np.float32)
    assert ort.InferenceSession(model.to_bytes()).run(None, {"x": x})[0] == pytest.approx(
        onnx.numpy_helper.to_array(proto.graph.initializer[1]).astype(np.float32) / 2, abs=1e-3
    )
