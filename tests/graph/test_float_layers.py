"""Layers in floats between layers on levels: the runtime leaves their weights alone."""

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits

STATIC = (Action("quantize.static"),)


def sandwich(op: str, behind: str = "", between: str = "", gated: bool = False):
    """A layer of this operator that cannot bear one scale for its weight, between two others. `gated`: zero inputs give
    zero outputs."""
    b = Build()
    matrix = op == "Gemm"
    weight = b.rng.standard_normal((8, 8) if matrix else (8, 8, 3, 3)) / 3
    weight[:, :4] *= 1e-3  # its inputs are as much larger, in the place of outliers
    if op == "ConvTranspose":
        weight = weight.swapaxes(0, 1)
    same = {} if matrix else {"pads": [1, 1, 1, 1]}
    large = np.where(np.arange(8) < 4, 1000.0, 1.0)
    first = b.rng.standard_normal((8, 8) if matrix else (8, 8, 1, 1)) * large.reshape(-1, *[1] * (1 if matrix else 3))
    op_around, around = ("Gemm", {"transB": 1}) if matrix else ("Conv", {})
    x = b.node(op_around, ["x", b.constant("first.weight", first), b.constant("first.bias", large)], "first", **around)
    if between:
        x = b.node("Transpose", [b.node("Transpose", [x], "there", perm=[0, 2, 3, 1])], "back", perm=[0, 3, 1, 2])
    x = b.node(
        op,
        [x, b.constant("middle.weight", weight), b.weight("middle.bias", 8)],
        "middle",
        **(same | ({"transB": 1} if matrix else {})),
    )
    x = b.node(behind, [x], "behind") if behind else x
    x = b.node(op_around, [x, b.weight("last.weight", *first.shape), b.weight("last.bias", 8)], "last", **around)
    size = ["N", 8] if matrix else ["N", 8, 6, 6]
    if gated:
        x = b.node("Mul", [x, b.node("ReduceMax", [b.node("Abs", ["x"], "size")], "gate", keepdims=1)], "gated")
    b.node("Identity" if gated else "Softplus", [x], "y")
    return b.model({"x": size}, {"y": size})


def compiled(model, *rows):
    x = np.random.default_rng(1).standard_normal((16, *model.inputs[0].shape[1:])).astype(np.float32)
    data = Dataset("memory", {"x": x}, model.inputs, None)
    chosen, notes = compiler.stacks(model, Recipe(rows))
    return compiler.compiled(model, chosen, notes, data, 0, Cache(1 << 28), Job()), {"x": x}


@pytest.mark.parametrize(
    ("op", "behind", "between", "middle"),
    [
        ("Conv", "", "", ()),
        ("Conv", "Relu", "", ()),
        ("ConvTranspose", "", "", ()),
        ("ConvTranspose", "Relu", "", ()),
        ("Conv", "", "Transpose", ()),
        ("Gemm", "", "", ()),
        ("Gemm", "Relu", "", ()),
        ("Conv", "", "", (Action("quantize.float"),)),
        ("ConvTranspose", "", "", (Action("quantize.codebook", {"bits": 8}),)),
    ],
)
def test_a_layer_left_in_floats_stays_in_floats(op, behind, between, middle, tmp_path):
    result, feeds = compiled(sandwich(op, behind, between), Row("*", STATIC), Row("middle", middle))
    assert result.notes == ()
    file, optimized = tmp_path / "edited.onnx", tmp_path / "optimized.onnx"
    with_edits(result.model, result.edits).save(file)
    assert file.stat().st_size == result.changes()[1]
    options = runtime.ort.SessionOptions()
    options.log_severity_level, options.optimized_model_filepath = 4, str(optimized)
    found = runtime.ort.InferenceSession(str(file), options).run(None, feeds)[0]
    kinds = [part.data_type for part in onnx.load(optimized).graph.initializer if len(part.dims) > 1]
    assert kinds.count(onnx.TensorProto.INT8) == 2 and kinds.count(onnx.TensorProto.FLOAT) == 1
    plain = runtime.session(str(file), optimize=False).run(None, feeds)[0]
    assert np.linalg.norm(found - plain) < 0.01 * np.linalg.norm(plain)


def test_nothing_is_put_before_layers_that_are_not_between_levels():
    model = sandwich("Conv")
    for rows in (
        (Row("first", STATIC),),
        (Row("last", STATIC),),
        (Row("*", (Action("quantize.static", {"output": False}),)), Row("middle", ())),
    ):
        result, _ = compiled(model, *rows)
        assert not any(node.op_type == "Sum" for node in with_edits(result.model, result.edits).ir.graph)


@pytest.mark.parametrize(("op", "kernel"), [("Add", "QLinearAdd"), ("Mul", "QLinearMul"), ("Concat", "QLinearConcat")])
def test_what_layers_are_joined_by_is_computed_in_integers_for_all_readers(op, kernel, tmp_path):
    """Two joins in a row: the second reads the first beside a layer, and is in floats itself where floats read it."""
    b = Build()
    joins = [b.node("Relu", [b.node("Conv", ["x", b.weight("stem.weight", 4, 3, 1, 1)], "stem")], "stem_relu")]
    wide = op == "Concat"
    for name in ("a", "b"):
        x = joins[-1]
        y = b.node("Conv", [x, b.weight(f"{name}.weight", 4, 4 * len(joins) if wide else 4, 1, 1)], name)
        joined = b.node(op, [x, y], f"join_{name}", **({"axis": 1} if wide else {}))
        joins.append(b.node("Relu", [joined], f"relu_{name}"))
    channels = 12 if wide else 4
    head = b.node("Conv", [joins[-1], b.weight("head.weight", channels, channels, 1, 1)], "head")
    b.node("Add", [head, joins[-1]], "y")
    model = b.model({"x": ["N", 3, 5, 5]}, {"y": ["N", channels, 5, 5]})
    result, feeds = compiled(model, Row("*", STATIC))
    file, optimized = tmp_path / "edited.onnx", tmp_path / "optimized.onnx"
    with_edits(result.model, result.edits).save(file)
    assert file.stat().st_size == result.changes()[1]
    found = runtime.session(str(file), fused_to=optimized).run(None, feeds)[0]
    operators = [node.op_type for node in onnx.load(optimized).graph.node]
    assert operators.count(kernel) == 2 and operators.count("QuantizeLinear") == 1, operators
    plain = runtime.session(model).run(None, feeds)[0]
    assert np.linalg.norm(found - plain) < 0.05 * np.linalg.norm(plain)
