"""Two files compared: layers matched by name, by weights, by shape; figures where both run on the samples."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.trust import NOBODY
from workbench.engine.analysis.model_diff import compare_file, diff
from workbench.engine.workspace import Workspace
from workbench.formats.opening import open_model

RNG = np.random.default_rng(0)
FIRST, SECOND, THIRD = (RNG.normal(size=shape).astype(np.float32) for shape in ((4, 8), (8, 8), (8, 3)))


def model(path, layers):
    """A chain of products with matrices: name -> weight."""
    nodes, values, now = [], [], "x"
    for name, weight in layers.items():
        values.append(numpy_helper.from_array(weight, f"{name}.weight"))
        nodes.append(helper.make_node("MatMul", [now, f"{name}.weight"], [f"{name}.out"], name=name))
        nodes.append(helper.make_node("Relu", [f"{name}.out"], [f"{name}.relu"]))
        now = f"{name}.relu"
    ends = (
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4]),
        helper.make_tensor_value_info(now, TensorProto.FLOAT, ["n", weight.shape[1]]),
    )
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], values)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return str(path)


@pytest.fixture
def first(tmp_path):
    return model(tmp_path / "first.onnx", {"a": FIRST, "b": SECOND, "c": THIRD})


def differences(one, other):
    opened = [open_model(path, job=Job()) for path in (one, other)]
    return diff(*opened, Job())


def test_a_file_is_the_same_as_itself(first):
    found = differences(first, first)
    assert [pair.kind for pair in found.layers] == ["same"] * 3 and found.count("added") == 0
    assert found.operators == (("MatMul", 3, 3), ("Relu", 3, 3))


def test_weights_shapes_added_and_removed(first, tmp_path):
    other = model(tmp_path / "other.onnx", {"a": FIRST * 1.1, "b": SECOND[:, :6], "d": THIRD[:6, :2]})
    a, b, c, d = differences(first, other).layers
    assert (a.path, a.kind) == ("a", "weights") and a.sqnr_db == pytest.approx(20, abs=1e-4)
    assert (b.path, b.kind, b.shape, b.other_shape) == ("b", "shape", (8, 8), (8, 6)) and b.sqnr_db is None
    assert (c.path, c.kind, c.other_bytes) == ("c", "removed", 0)
    assert (d.path, d.other, d.kind, d.bytes) == ("", "d", "added", 0)


def test_renamed_layers_are_matched_by_their_weights_and_then_by_shape(first, tmp_path):
    other = model(tmp_path / "other.onnx", {"x": FIRST, "y": SECOND + 1, "z": THIRD})
    found = differences(first, other).layers
    assert [(pair.path, pair.other, pair.kind) for pair in found] == [
        ("a", "x", "same"),
        ("b", "y", "weights"),
        ("c", "z", "same"),
    ]


def test_figures_of_both_on_the_same_samples(first, tmp_path):
    other = model(tmp_path / "other.onnx", {"a": FIRST, "b": SECOND, "c": -THIRD})
    data = tmp_path / "data.npz"
    np.savez(data, x=RNG.normal(size=(50, 4)).astype(np.float32))
    workspace = Workspace.open(first, Job()).attach(str(data), Job())
    found = compare_file(workspace, other, NOBODY, Job())
    assert found.figures.samples == 50 and found.figures.agreement < 1 and found.without == ""
    assert found.to_json()["diff"]["layers"][2]["kind"] == "weights"
    narrow = model(tmp_path / "narrow.onnx", {"a": FIRST, "b": SECOND[:, :5]})
    found = compare_file(workspace, narrow, NOBODY, Job())
    assert found.figures is None and "differ in shape" in found.without and found.diff.count("shape") == 1
    with pytest.raises(UserError):
        compare_file(workspace, str(tmp_path / "none.onnx"), NOBODY, Job())


def test_without_data_the_files_alone_are_compared(first):
    found = compare_file(Workspace.open(first, Job()), first, NOBODY, Job())
    assert found.figures is None and found.without and found.diff.count("same") == 3
