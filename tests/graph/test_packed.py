"""Weights that stay packed: the runtime's kernels read them, bytes are as said, and values are those of the levels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir
import pytest

from tests.graph import examples
from workbench.core.recipe.storing import PLAIN
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.encoding import Scaled
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite import kernel_choice
from workbench.graph.rewrite.rewrite import forecast, size_of, with_edits
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Packed
from workbench.graph.storage.plan import Plan

INPUTS, OUTPUTS = 256, 96
ROUNDING = 0.02  # of activations to 8 bits


def kernel(model: Model, encoding: Affine, path: str = "layer") -> Packed | None:
    site = model.sites[path]
    node = next(node for node in model.ir.graph if node.name == site.node)
    return kernel_choice.kernel_for(node, site, spec_of(encoding, PLAIN), model.opset)


def made(op: str, bits: int, opset: int, **kind: object) -> tuple[Model, Affine]:
    shape = (OUTPUTS, INPUTS) if op == "Gemm" else (INPUTS, OUTPUTS)
    axis = examples.OUT_AXIS[op]
    model = examples.model(op, {"layer": examples.weight(shape)}, opset)
    return model, examples.affine(shape, bits, out_axis=axis, **kind)


@pytest.mark.parametrize("op", ["MatMul", "Gemm"])
@pytest.mark.parametrize(
    ("bits", "opset", "kind", "expected"),
    [
        (4, 13, {"group": 128}, Packed(4, 128)),
        (4, 21, {"group": 128}, Packed(4, 128, True)),
        (4, 21, {"group": 128, "symmetric": False}, Packed(4, 128, True)),
        (4, 13, {"group": 32, "symmetric": False}, Packed(4, 32)),
        (3, 18, {"group": 64}, Packed(4, 64)),
        (2, 18, {"group": 128}, Packed(2, 128)),
        (2, 18, {}, Packed(2, 128)),
        (4, 18, {}, Packed(4, 256)),
        (4, 21, {}, Packed(4, 0, True)),
        (8, 11, {}, Packed(8, 256)),
        (8, 13, {}, Packed(8, 0, True)),
        (8, 13, {"symmetric": False}, Packed(8, 0, True)),
        (8, 21, {"group": 64}, Packed(8, 64, True)),
        (8, 18, {"tensor": True}, Packed(8, 256)),
    ],
)
def test_a_product_reads_packed_levels(op: str, bits: int, opset: int, kind: dict, expected: Packed, tmp_path: Path):
    model, encoding = made(op, bits, opset, **kind)
    assert kernel(model, encoding) == expected
    edits = {"layer": Edit(encoding, compute=expected)}
    content = with_edits(model, edits).to_bytes()
    assert len(content) == size_of(model, edits).file
    x = examples.feed(model, 5)
    session = runtime.session(content, fused_to=tmp_path / "fused.onnx")
    (found,) = runtime.run(session, {"x": x})
    assert "MatMulNBits" in {node.op_type for node in onnx.load(tmp_path / "fused.onnx").graph.node}
    weight = encoding.decode()
    right = x @ (weight.T if op == "Gemm" else weight)
    right = right + (np.linspace(-1, 1, OUTPUTS, dtype=np.float32) if op == "Gemm" else 0)
    apart = np.linalg.norm(found - right) / np.linalg.norm(right)
    assert apart < ROUNDING
    if expected.standard:  # in floats where nothing is fused
        (plain,) = runtime.run(runtime.session(content, optimize=False), {"x": x})
        np.testing.assert_allclose(plain, right, rtol=1e-4, atol=1e-6 * np.abs(right).max())  # sums in another order


@pytest.mark.parametrize("kind", [{"group": 128}, {"group": 32, "symmetric": False}, {}])
@pytest.mark.parametrize("bits", [4, 8])
def test_a_forecast_is_the_file(bits: int, kind: dict):
    for op, opset in (("MatMul", 18), ("Gemm", 21)):
        model, encoding = made(op, bits, opset, **kind)
        chosen = kernel(model, encoding)
        assert chosen is not None
        group = kind.get("group", 0)
        plan = Plan.of(model.layer("layer")).quantized(
            bits, "group" if group else "channel", group, kind.get("symmetric", True)
        )
        edits = {"layer": Edit(encoding, compute=chosen)}
        assert forecast(model, {"layer": plan.computed(chosen)}).file == size_of(model, edits).file
        payload = kernel_choice.payload(chosen, spec_of(encoding), next(iter(model.ir.graph)), model.sites["layer"])
        assert 0 < size_of(model, edits).layers["layer"][0] - payload < 500


def table(rows: int = 50, columns: int = 256) -> Model:
    text = f"""<ir_version: 8, opset_import: ["" : 17]>
        look_up (int64[N] x) => (float[N, {columns}] y) {{ [layer] y = Gather (w, x) }}"""
    return examples.parsed(text, w=examples.weight((rows, columns)))


@pytest.mark.parametrize(
    ("bits", "kind"), [(4, {"group": 64}), (4, {"group": 128, "symmetric": False}), (8, {"group": 32}), (4, {})]
)
def test_a_look_up_decodes_only_the_rows_that_are_read(bits: int, kind: dict):
    model = table()
    encoding = examples.affine((50, 256), bits, **kind)
    chosen = kernel(model, encoding)
    assert chosen is not None and not chosen.standard
    edits = {"layer": Edit(encoding, compute=chosen)}
    edited = with_edits(model, edits)
    assert [node.op_type for node in edited.ir.graph] == ["GatherBlockQuantized"]
    content = edited.to_bytes()
    assert len(content) == size_of(model, edits).file
    x = np.array([3, 49, 0, 3])
    (found,) = runtime.run(runtime.session(content), {"x": x})
    np.testing.assert_allclose(found, encoding.decode()[x], rtol=1e-6, atol=1e-6)


TIED = {
    "transposed": "[turn] t = Transpose <perm = [1, 0]> (w)\n [head] y = MatMul (h, t)",
    "gemm": "[head] y = Gemm <transB = 1> (h, w)",
    "gemm behind a transpose": "[turn] t = Transpose <perm = [1, 0]> (w)\n [head] y = Gemm (h, t)",
    "two heads": "[head] a = Gemm <transB = 1> (h, w)\n [more] b = Gemm <transB = 1> (a, w2)\n [sum] y = Add (a, b)",
}


def tied(head: str, rows: int = 50, columns: int = 256) -> Model:
    """Rows are looked up in a table, scaled, and multiplied with the same table."""
    more = {"w2": examples.weight((rows, rows), seed=1)} if "w2" in TIED[head] else {}
    text = f"""<ir_version: 8, opset_import: ["" : 17]>
        tied (int64[N] x) => (float[N, {rows}] y) {{
            [layer] e = Gather (w, x)
            h = Relu (e)
            {TIED[head]}
        }}"""
    return examples.parsed(text, w=examples.weight((rows, columns)), **more)


@pytest.mark.parametrize("kind", [{"group": 64}, {"group": 128, "symmetric": False}, {}])
@pytest.mark.parametrize("head", TIED)
def test_a_tied_head_multiplies_with_the_levels_of_the_embedding(head: str, kind: dict):
    model, encoding = tied(head), examples.affine((50, 256), 4, **kind)
    path = next(layer.path for layer in model.layers if layer.op == "Embedding")
    chosen = kernel(model, encoding, path)
    assert chosen is not None and not chosen.standard
    edits = {path: Edit(encoding, compute=chosen)}
    content = with_edits(model, edits).to_bytes()
    assert len(content) == size_of(model, edits).file
    group = kind.get("group", 0)
    plan = Plan.of(model.layer(path)).quantized(4, "group" if group else "channel", group, kind.get("symmetric", True))
    assert forecast(model, {path: plan.computed(chosen)}).file == len(content)
    graph = onnx.load_from_string(content).graph
    ops = {node.op_type for node in graph.node}
    assert {"GatherBlockQuantized", "MatMulNBits"} <= ops and not ops & {"Transpose", "Gather"}
    levels = [tensor for tensor in graph.initializer if tensor.name.endswith(".q")]
    assert [len(tensor.raw_data) for tensor in levels] == [50 * 256 // 2]  # once
    x = np.array([3, 49, 0, 3])
    (found,) = runtime.run(runtime.session(content), {"x": x})
    plain = {path: Edit(encoding)}
    (right,) = runtime.run(runtime.session(with_edits(model, plain)), {"x": x})
    assert np.linalg.norm(found - right) < ROUNDING * np.linalg.norm(right)


def test_a_weight_that_is_read_both_ways_or_in_another_form_stays_one_tensor():
    text = """<ir_version: 8, opset_import: ["" : 17]>
        both (float[N, 64] x) => (float[N, 64] y, float[64, 64] t) {
            [layer] h = MatMul (x, w)
            y = MatMul (h, t)
            [turn] t = Transpose <perm = [1, 0]> (w)
        }"""
    text = text.replace("(float[N, 64] y, float[64, 64] t)", "(float[N, 64] y)")
    lines = text.splitlines()
    lines[3], lines[4] = lines[4], lines[3]
    model = examples.parsed("\n".join(lines), w=examples.weight((64, 64)))
    assert kernel(model, examples.affine((64, 64), 4, out_axis=1, group=32), "layer") is None


def test_scales_of_input_channels_go_before_the_product():
    model, encoding = made("MatMul", 4, 18, group=64)
    columns = np.linspace(0.5, 2, INPUTS, dtype=np.float32)[:, None]
    edits = {"layer": Edit(Scaled(encoding, columns), compute=kernel(model, encoding))}
    content = with_edits(model, edits).to_bytes()
    assert len(content) == size_of(model, edits).file
    x = examples.feed(model, 4)
    (found,) = runtime.run(runtime.session(content), {"x": x})
    right = x @ edits["layer"].weight
    assert np.linalg.norm(found - right) < ROUNDING * np.linalg.norm(right)


def test_what_no_kernel_reads():
    conv = examples.model("Conv", {"layer": examples.weight((8, 5, 3, 3))})
    assert kernel(conv, examples.affine((8, 5, 3, 3), 4)) is None
    model, encoding = made("MatMul", 4, 18, group=24)
    assert kernel(model, encoding) is None  # no block
    assert kernel(model, examples.affine((INPUTS, OUTPUTS), 4, group=32)) is None  # groups along the outputs
    assert kernel(table(), examples.affine((50, 256), 4, out_axis=1)) is None  # a scale for each column
    narrow = table(50, 24)
    assert kernel(narrow, examples.affine((50, 24), 4)) is None
    model, encoding = made("Gemm", 4, 18)
    node = next(iter(model.ir.graph))
    node.attributes["alpha"] = ir.AttrFloat32("alpha", 0.5)
    assert kernel(model, encoding) is None


def test_the_last_block_may_be_padded():
    shape = (100, 40)  # 100 inputs: three blocks of 32 and four more
    model = examples.model("MatMul", {"layer": examples.weight(shape)})
    for kind in ({}, {"symmetric": False}, {"group": 32}):
        encoding = examples.affine(shape, 4, out_axis=1, **kind)
        chosen = kernel(model, encoding)
        assert chosen == Packed(4, 32)
        x = examples.feed(model, 3)
        (found,) = runtime.run(runtime.session(with_edits(model, {"layer": Edit(encoding, compute=chosen)})), {"x": x})
        right = x @ encoding.decode()
        assert np.linalg.norm(found - right) < ROUNDING * np.linalg.norm(right)


def test_a_kernel_that_the_runtime_lacks_is_not_chosen(monkeypatch: pytest.MonkeyPatch):
    model, encoding = made("MatMul", 4, 21, group=128)
    monkeypatch.setattr(kernel_choice, "fuses", lambda *asked: False)
    assert kernel(model, encoding) == Packed(4, 128)
    monkeypatch.setattr(kernel_choice, "runs", lambda *asked: False)
    assert kernel(model, encoding) is None
    assert replace(Packed(4, 128), standard=True) != Packed(4, 128)
