"""MACs are known behind what shape inference cannot see through, and of products of activations."""

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api.export import export
from workbench.engine.preview.previewer import Previewer
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
    kept = b.node(
        "Compress",
        [flat, b.node("IsInf", [b.node("Div", [b.node("Abs", [flat], "a"), b.constant("zero", 0.0)], "inf")], "is")],
        "kept",
    )
    return b.node("Reshape", [kept, b.node("Shape", [x], "shape")], "back")


def gelu(b, x):
    """ONNX Runtime's own, which ONNX's inference does not know."""
    return b.node("BiasGelu", [x, b.weight("bias", 16)], "activated", domain="com.microsoft")


@pytest.mark.parametrize("node", [layer_norm, expanded, where_positive, gelu])
@pytest.mark.parametrize(("shape", "rows"), [(["N", 8], 1), (["N", 5, 8], 5), (["N", "T", 8], 32)])
def test_layers_behind_it_are_counted(node, shape, rows):
    model = behind(node).model({"x": shape}, {"y": None}, opsets={"com.microsoft": 1})
    assert {layer.path: layer.macs for layer in model.layers if not layer.locked} == {
        "first": rows * 8 * 16,
        "second": rows * 16 * 4,
    }
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
    assert ", the size in the data." in workspace.model.notes[0] and len(workspace.model.notes) == 1
    recipe = parse_recipe("version: 1\nlayers: {first: [{lowrank.svd: {rank: 2}}]}")
    *_, last = Previewer(workspace).measure(recipe, ("first",), Job())
    assert last.macs == whole - 7 * 8 * 16 + 7 * 2 * (8 + 16)


def test_a_weight_counts_with_each_operator_that_multiplies_with_it():
    """A tied embedding is looked up, which counts nothing, and multiplied with, which does."""
    b = Build()
    table = b.weight("table", 32, 16)
    rows = b.node("Gather", [table, "x"], "rows")
    rows = b.node("ReduceSum", [rows, b.constant("axis", [1], np.int64)], "sum", keepdims=0)
    b.node("Gemm", [rows, table], "y", transB=1)
    model = b.model({"x": ["N", 7]}, {"y": None}, dtype=onnx.TensorProto.INT64)
    assert model.summary().macs == 32 * 16


def fused(b, x):
    return b.node("FusedMatMul", [x, b.weight("w", 12, 8)], "y", domain="com.microsoft", transB=1), 8 * 12


def vector(b, x):
    return b.node("MatMul", [x, b.weight("w", 8)], "y"), 8


def einsum(b, x):
    return b.node("Einsum", [x, b.weight("w", 8, 12)], "y", equation="nc,cd->nd"), 8 * 12


def fused_convolution(b, x):
    image = b.node("Reshape", [x, b.constant("as", [-1, 2, 2, 2], np.int64)], "image")
    return b.node(
        "FusedConv",
        [image, b.weight("w", 3, 2, 2, 2)],
        "y",
        domain="com.microsoft",
        kernel_shape=[2, 2],
        activation="Relu",
    ), 3 * 8


def computed_kernel(b, x):
    """A convolution of the samples with a kernel that they give."""
    image = b.node("Reshape", [x, b.constant("as", [1, 1, 4, 2], np.int64)], "image")
    kernel = b.node("Reshape", [x, b.constant("kernel", [2, 1, 2, 2], np.int64)], "kernels")
    return b.node("Conv", [image, kernel], "y"), 2 * 4 * 3


@pytest.mark.parametrize("last", [fused, vector, einsum, fused_convolution, computed_kernel])
def test_what_multiplies_and_is_no_layer_is_counted(last):
    b = Build()
    x = b.node("MatMul", ["x", b.weight("first.weight", 8, 8)], "first")
    output, count = last(b, x)
    model = b.model({"x": ["N", 8]}, {output: None}, opsets={"com.microsoft": 1})
    assert model.summary().macs == 8 * 8 + count


STRIDED = {
    "tucker": ({"lowrank.tucker": {"ratio": 0.5}}, 4 * 13 * 15 * 8 + 6 * 4 * 9 * 35 + 12 * 6 * 35),
    "spatial": ({"lowrank.spatial": {"rank": 3}}, 3 * 8 * 3 * 5 * 15 + 12 * 3 * 3 * 35),
    "cp": ({"lowrank.cp": {"rank": 2, "iterations": 1}}, 2 * 8 * 13 * 15 + 2 * 3 * 5 * 15 + 2 * 3 * 35 + 12 * 2 * 35),
    "svd": ({"lowrank.svd": {"rank": 4}}, 4 * 8 * 9 * 35 + 12 * 4 * 35),
}


@pytest.mark.parametrize("name", STRIDED)
def test_factors_of_a_strided_convolution_count_at_the_positions_they_run_at(tmp_path, name):
    step, expected = STRIDED[name]
    b = Build()
    b.node("Conv", ["x", b.weight("conv.weight", 12, 8, 3, 3)], "y", strides=[3, 2], pads=[1, 0, 1, 0])
    onnx.save(b.proto({"x": ["N", 8, 13, 15]}, {"y": None}), tmp_path / "model.onnx")
    workspace = Workspace.open(str(tmp_path / "model.onnx"), Job())
    recipe = parse_recipe(f"version: 1\nlayers: {{conv: [{step}]}}")
    report = export(workspace, recipe, str(tmp_path), Job(), timing=False)
    assert report.after.macs == expected == open_model(report.files["model"], job=Job()).summary().macs
