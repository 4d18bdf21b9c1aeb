"""MACs are known behind what shape inference cannot see through, and of products of activations."""

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build
from workbench.core.job import Job
from workbench.core.recipe import parse_recipe
from workbench.engine.preview import Previewer
from workbench.engine.workspace import Workspace
from workbench.formats.opening import open_model


def behind(node):
    """A dense layer, an operator, and another dense layer, for rows of 8 and a free number of them."""
    b = Build()
    x = node(b, b.node("MatMul", ["x", b.weight("first.weight", 8, 16)], "first"))
    b.node("MatMul", [x, b.weight("second.weight", 16, 4)], "y")
    return b


def layer_norm(b, x):
    return b.node("LayerNormalization", [x, b.weight("g", 16), b.weight("h", 16)], "normed", axis=-1)


def expanded(b, x):
    return b.node("Expand", [x, b.node("Shape", [x], "shape")], "expanded")


def where_positive(b, x):
    """A shape that depends on values, put right afterwards: only a run tells it."""
    flat = b.node("Reshape", [x, b.constant("all", [-1], np.int64)], "all_of_it")
    kept = b.node("Compress", [flat, b.node("IsInf", [b.node("Div", [b.node("Abs", [flat], "a"),
                  b.constant("zero", 0.0)], "inf")], "is")], "kept")
    return b.node("Reshape", [kept, b.node("Shape", [x], "shape")], "back")


def gelu(b, x):
    """ONNX Runtime's own, which ONNX's inference does not know."""
    return b.node("BiasGelu", [x, b.weight("bias", 16)], "activated", domain="com.microsoft")


@pytest.mark.parametrize("node", [layer_norm, expanded, where_positive, gelu])
@pytest.mark.parametrize(("shape", "rows"), [(["N", 8], 1), (["N", 5, 8], 5), (["N", "T", 8], 32)])
def test_layers_behind_it_are_counted(node, shape, rows):
    model = behind(node).model({"x": shape}, {"y": None}, opsets={"com.microsoft": 1})
    assert {layer.path: layer.macs for layer in model.layers if not layer.locked} == {
        "first": rows * 8 * 16, "second": rows * 16 * 4}
    assert model.summary().macs == rows * (8 * 16 + 16 * 4)
    assert bool(model.notes) == (rows == 32)


def attention(einsum: bool):
    """One head: scores of 6 rows of width 8, and the mean of the values by them."""
    b = Build()
    q, k, v = (b.node("MatMul", ["x", b.weight(f"{name}.weight", 8, 8)], name) for name in "qkv")
    if einsum:
        scores = b.node("Einsum", [q, k], "scores", equation="bid, bjd -> bij")
    else:
        scores = b.node("MatMul", [q, b.node("Transpose", [k], "turned", perm=[0, 2, 1])], "scores")
    b.node("MatMul", [b.node("Softmax", [scores], "soft", axis=-1), v], "y")
    return b.model({"x": ["N", 6, 8]}, {"y": None})


@pytest.mark.parametrize("einsum", [False, True])
def test_attention_counts_what_no_layer_multiplies(einsum):
    model = attention(einsum)
    assert sum(layer.macs for layer in model.layers) == 3 * 6 * 8 * 8
    assert model.summary().macs == 3 * 6 * 8 * 8 + 2 * 6 * 6 * 8


def test_fused_attention_counts_its_projections_too():
    b = Build()
    b.node("Attention", ["x", b.weight("qkv", 8, 24), b.weight("bias", 24)], "y", domain="com.microsoft", num_heads=2)
    b.node("MatMul", ["y", b.weight("out.weight", 8, 8)], "z")
    model = b.model({"x": ["N", 6, 8]}, {"z": None}, opsets={"com.microsoft": 1})
    assert model.summary().macs == 6 * 8 * 24 + 2 * 6 * 6 * 8 + 6 * 8 * 8


def test_data_settles_what_the_model_leaves_open(tmp_path):
    onnx.save(behind(layer_norm).proto({"x": ["N", "T", 8]}, {"y": None}), tmp_path / "net.onnx")
    np.savez(tmp_path / "data.npz", x=np.zeros((3, 7, 8), np.float32), y=np.zeros((3, 7, 4), np.float32))
    workspace = Workspace(open_model(str(tmp_path / "net.onnx"), job=Job()))
    assert workspace.model.summary().macs == 32 * (8 * 16 + 16 * 4)
    workspace = workspace.attach(str(tmp_path / "data.npz"), Job())
    whole = 7 * (8 * 16 + 16 * 4)
    assert workspace.model.summary().macs == workspace.data_summary().model.macs == whole
    assert "as the data has it" in workspace.model.notes[0] and len(workspace.model.notes) == 1
    recipe = parse_recipe("version: 1\nlayers: {first: [{lowrank.svd: {rank: 2}}]}")
    *_, last = Previewer(workspace).measure(recipe, ("first",), Job())
    assert last.macs == whole - 7 * 8 * 16 + 7 * 2 * (8 + 16)
