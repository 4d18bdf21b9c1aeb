"""Models that read their rows together: nodes of a graph, frames of a clip. They are measured as they run."""

from dataclasses import replace

import numpy as np
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from workbench.core.base.errors import UserError
from workbench.core.recipe.storing import Storing

RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 3, 40)
TRAINED = replace(wb.Recipe({"*": ["quantize.affine"]}), recover=(wb.stage("finetune", steps=2),))


def weight(*shape):
    return (RNG.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32)


def made(nodes, inputs, weights, rows):
    graph = helper.make_graph(
        [helper.make_node(op, takes, [gives], name=gives, **more) for op, takes, gives, more in nodes],
        "g",
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in inputs],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [rows, 3])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)


def edges():
    """Messages along a list of edges, as PyTorch Geometric exports them."""
    nodes = [
        ("MatMul", ["x", "w1"], "h", {}),
        ("Gather", ["edge_index", "zero"], "source", {"axis": 0}),
        ("Gather", ["edge_index", "one"], "target", {"axis": 0}),
        ("Gather", ["h", "source"], "sent", {"axis": 0}),
        ("Unsqueeze", ["target", "last"], "at", {}),
        ("ScatterND", ["h", "at", "sent"], "sum", {"reduction": "add"}),
        ("Relu", ["sum"], "r", {}),
        ("MatMul", ["r", "w2"], "y", {}),
    ]
    weights = {"w1": weight(8, 16), "w2": weight(16, 3), "zero": np.int64(0), "one": np.int64(1), "last": [-1]}
    weights = {name: np.asarray(value) for name, value in weights.items()}
    inputs = [("x", TensorProto.FLOAT, ["nodes", 8]), ("edge_index", TensorProto.INT64, [2, "edges"])]
    data = {"x": weight(40, 8) * 3, "edge_index": RNG.integers(0, 40, (2, 90))}
    return made(nodes, inputs, weights, "nodes"), data, 40


def adjacency():
    """A graph convolution with a matrix of neighbours."""
    nodes = [
        ("MatMul", ["x", "w1"], "h", {}),
        ("MatMul", ["a", "h"], "m", {}),
        ("Relu", ["m"], "r", {}),
        ("MatMul", ["r", "w2"], "y", {}),
    ]
    inputs = [("x", TensorProto.FLOAT, ["N", 8]), ("a", TensorProto.FLOAT, ["N", "N"])]
    data = {"x": weight(40, 8) * 3, "a": (RNG.random((40, 40)) < 0.1).astype(np.float32)}
    return made(nodes, inputs, {"w1": weight(8, 16), "w2": weight(16, 3)}, "N"), data, 40


def clip():
    """Frames of a clip, without an axis for clips: each is mixed with its neighbours."""
    nodes = [
        ("MatMul", ["mix", "x"], "m", {}),
        ("MatMul", ["m", "w1"], "h", {}),
        ("Relu", ["h"], "r", {}),
        ("MatMul", ["r", "w2"], "y", {}),
    ]
    mix = (np.eye(8) + np.eye(8, k=1) - np.eye(8, k=-1)).astype(np.float32)
    data = {"x": weight(40, 8) * 3}
    inputs = [("x", TensorProto.FLOAT, [8, 8])]
    return made(nodes, inputs, {"mix": mix, "w1": weight(8, 16), "w2": weight(16, 3)}, 8), data, 8


def answers(file, data, size):
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    if size == 40:
        return session.run(None, data)[0]
    return np.concatenate([session.run(None, {"x": data["x"][at : at + size]})[0] for at in range(0, 40, size)])


@pytest.mark.slow
@pytest.mark.parametrize("make", [edges, adjacency, clip])
def test_rows_that_belong_together_are_measured_as_the_model_reads_them(tmp_path, make):
    proto, data, size = make()
    model = wb.open(proto, {**data, "y": LABELS})
    assert model._workspace.data.together == size
    for step in ("quantize.static", "quantize.gptq", "prune.taylor"):
        recipe = replace(wb.Recipe({"*": [wb.step(step)]}), storing=Storing(integers="all"))
        report = model.export(recipe, tmp_path / step, timing=False)
        exact = (answers(report.files["model"], data, size).argmax(1) == LABELS).mean()
        assert model.evaluate(recipe).value == pytest.approx(exact) == report.verified.value
    assert any("reads" in note and str(size) in note for note in report.notes)


def test_what_changes_nothing_is_measured_as_no_change():
    proto, data, _ = clip()
    recipe = wb.Recipe({"*": [wb.step("lowrank.svd", rank=16)]})
    measured = wb.open(proto, data, metric="cosine").evaluate(recipe)
    assert measured.value == pytest.approx(1)


@pytest.mark.slow
def test_a_graph_that_is_read_whole_cannot_be_split():
    proto, data, _ = adjacency()
    model = wb.open(proto, {**data, "y": LABELS})
    with pytest.raises(UserError, match="takes all 40 samples at once"):
        model.evaluate(TRAINED)
    with pytest.raises(UserError, match="needs twice as many"):
        model.search(max_drop=0.1)


def test_a_clip_can_be_trained_on_clip_by_clip():
    proto, data, _ = clip()
    model = wb.open(proto, {**data, "y": LABELS})
    used = model._workspace.ready(TRAINED).training.inputs["x"]
    assert len(used) % 8 == 0
    clips = {data["x"][at : at + 8].tobytes() for at in range(0, 40, 8)}
    assert all(np.ascontiguousarray(used[at : at + 8]).tobytes() in clips for at in range(0, len(used), 8))
