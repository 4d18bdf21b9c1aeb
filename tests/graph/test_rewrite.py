"""Edited graphs: what ONNX Runtime computes, what is left of the decoders, what the file weighs, what is shared."""

from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import onnx_ir as ir
import pytest

from tests.graph import examples
from workbench.core.base.errors import UserError
from workbench.core.recipe.storing import DEFAULT, PLAIN, Storing
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding, Factors, Piece
from workbench.graph.model.model import Model
from workbench.graph.rewrite.rewrite import size_of, with_edits
from workbench.graph.storage import decoders
from workbench.graph.storage.edit import Edit

CODED = Storing(codes="on")


def written(model: Model, edits: dict[str, Edit], storing: Storing = DEFAULT) -> bytes:
    """The edited model as a file, with its size checked."""
    content = with_edits(model, edits, storing).to_bytes()
    assert size_of(model, edits, storing).file == len(content)
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    return content


def assert_close(output: np.ndarray, expected: np.ndarray, name: str = "") -> None:
    """Equal but for the order of float32 sums."""
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max(), err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("op", examples.OPS)
@pytest.mark.parametrize(
    ("opset", "zeros"), [*((opset, zeros) for opset in examples.OPSETS for zeros in (0.0, 0.9)), (18, 0.5), (18, 0.97)]
)
def test_every_encoding_runs_as_its_plain_values_do(op: str, opset: int, zeros: float, tmp_path: Path) -> None:
    encodings = examples.encodings(examples.SHAPES[op], zeros, examples.OUT_AXIS[op])
    model = examples.model(
        op, {name.replace(" ", "."): examples.weight(examples.SHAPES[op]) for name in encodings}, opset
    )
    edits = {name.replace(" ", "."): Edit(encoding) for name, encoding in encodings.items()}
    plain = {name: Edit(Dense(edit.weight)) for name, edit in edits.items()}
    feed = examples.feed(model)
    expected = examples.run(written(model, plain, PLAIN), feed)
    outputs = examples.run(written(model, edits), feed, tmp_path / "optimized.onnx")
    for name, output, reference in zip(edits, outputs, expected, strict=True):
        assert_close(output, reference, name)
    left = set(examples.optimized_ops(tmp_path / "optimized.onnx"))
    assert left == {op}, f"ONNX Runtime did not fold {left - {op}} of {op} at opset {opset}"


@pytest.mark.slow
@pytest.mark.parametrize("op", examples.OPS)
@pytest.mark.parametrize("storing", [DEFAULT, PLAIN, CODED], ids=str)
def test_the_size_is_exact_for_each_encoding_alone(op: str, storing: Storing) -> None:
    model = examples.model(op, {"layer": examples.weight(examples.SHAPES[op])}, 13)
    for kind, encoding in examples.encodings(examples.SHAPES[op], 0.7, examples.OUT_AXIS[op]).items():
        edits = {"layer": Edit(encoding)}
        size = size_of(model, edits, storing)
        assert size.file == len(with_edits(model, edits, storing).to_bytes()), kind
        # The graph is small enough for its own length to take as many bytes as before.
        growth = size.layers["layer"][0] - 4 * model.layer("layer").count + size.functions
        assert abs(size.file - size_of(model, {}).file - growth) <= 1, kind


def test_what_is_untouched_is_shared_and_the_original_stays() -> None:
    model = examples.model("Gemm", {name: examples.weight((24, 37)) for name in ("a", "b", "c")})
    before = model.to_bytes()
    edited = with_edits(model, {"b": Edit(examples.affine((24, 37), 4), bias=np.ones(24, np.float32))})
    old, new = model.ir.graph.initializers, edited.ir.graph.initializers
    shared = [name for name in old if name in new and old[name].const_value is new[name].const_value]
    assert sorted(shared) == ["a.bias", "a.weight", "c.bias", "c.weight"]
    assert sorted(set(new) - set(shared)) == ["b.bias", "b.weight.q", "b.weight.scale"]
    assert model.to_bytes() == before
    assert (model.ir.ir_version, edited.ir.ir_version) == (7, decoders.IR_VERSION)
    assert decoders.DOMAIN not in model.ir.opset_imports


def test_plain_floats_bring_no_decoder() -> None:
    model = examples.model("Gemm", {"layer": examples.weight((24, 37))})
    edited = with_edits(model, {"layer": Edit(Dense(examples.weight((24, 37), seed=1)))})
    assert len(edited.ir.graph) == 1
    assert not edited.ir.functions
    assert (edited.ir.ir_version, list(edited.ir.opset_imports)) == (7, [""])


def test_layers_share_their_decoders() -> None:
    names = [f"blocks.{index}" for index in range(5)]
    model = examples.model("Gemm", {name: examples.weight((24, 37)) for name in names})
    edited = with_edits(model, {name: Edit(examples.affine((24, 37), 4)) for name in names})
    assert sorted(name for _, name, _ in edited.ir.functions) == ["Digits4", "FlatSymmetric4"]
    assert [node.op_type for node in edited.ir.graph].count("FlatSymmetric4") == 5


def test_an_edited_file_can_be_edited_again() -> None:
    """Decoders that are there already are not counted, nor written, twice."""
    shape = (64, 37)  # so large that 4 bits pay for their decoder in one layer alone
    a, b = (Edit(examples.affine(shape, 4, seed=seed)) for seed in (0, 1))
    model = examples.model("Gemm", {name: examples.weight(shape) for name in ("a", "b")})
    once = examples.wrap(with_edits(model, {"a": a}).ir)
    assert len(written(once, {"b": b})) == len(with_edits(model, {"a": a, "b": b}).to_bytes())


def test_names_that_are_taken_are_avoided() -> None:
    weights = {"layer": examples.weight((24, 37)), "other": examples.weight((24, 37))}
    model = examples.model("Gemm", weights)
    model.ir.graph.initializers["other.bias"].name = "layer.weight.q"
    model = examples.wrap(model.ir)
    edits = {"layer": Edit(examples.affine((24, 37), 4))}
    feed = examples.feed(model)
    outputs = examples.run(written(model, edits), feed)
    expected = examples.run(written(model, {"layer": Edit(Dense(edits["layer"].weight))}), feed)
    assert_close(outputs, expected)


@pytest.mark.parametrize("op", examples.OPS)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("stored", ["int4", "float32"])
def test_a_new_bias(op: str, bias: bool, stored: str) -> None:
    shape, axis = examples.SHAPES[op], examples.OUT_AXIS[op]
    model = examples.model(op, {"layer": examples.weight(shape)}, 13, bias)
    values = np.arange(shape[axis], dtype=np.float32)
    encoding = examples.encodings(shape, 0.0, axis)[stored]
    feed = examples.feed(model)
    (output,) = examples.run(written(model, {"layer": Edit(encoding, values)}), feed)
    without = examples.model(op, {"layer": encoding.decode()}, 13, bias=False)
    (expected,) = examples.run(without.to_bytes(), feed)
    assert_close(output, expected + values.reshape(-1, *(1,) * (output.ndim - 2)))


TWO_ADDS = """
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[N, 6] x) => (float[N, 4] y) {
        [first] h = MatMul (x, first_weight)
        [first_add] a = Add (shared, h)
        [second] i = MatMul (a, second_weight)
        [second_add] y = Add (i, shared)
    }"""


def test_a_shared_bias_is_replaced_for_one_layer_only() -> None:
    model = examples.parsed(
        TWO_ADDS,
        first_weight=examples.weight((6, 4)),
        second_weight=examples.weight((4, 4)),
        shared=np.arange(4, dtype=np.float32),
    )
    bias = np.full(4, 9, np.float32)
    feed = examples.feed(model)
    (output,) = examples.run(written(model, {"first": Edit(Dense(model.weight("first")), bias)}), feed)
    hidden = feed @ model.weight("first") + bias
    assert_close(output, hidden @ model.weight("second") + np.arange(4))


def factor(encoding: str, values: np.ndarray, out_axis: int) -> Encoding:
    """Floats, or something that nests: random levels in the shape of `values`."""
    match encoding:
        case "int4":
            return examples.affine(values.shape, 4, out_axis=out_axis)
        case "sparse codebook":
            return examples.codebook(values.shape, 4, 0.8)
    return Dense(values)


@pytest.mark.parametrize("nested", ["floats", "int4", "sparse codebook"])
@pytest.mark.parametrize("op", ["Gemm", "MatMul"])
@pytest.mark.parametrize("opset", [9, 18])
def test_factors_of_a_matrix(op: str, nested: str, opset: int, tmp_path: Path) -> None:
    shape, axis = (64, 96) if op == "Gemm" else (96, 64), examples.OUT_AXIS[op]
    pieces = tuple(
        Piece(factor(nested, examples.weight(part, seed=part[0]), 1)) for part in ((96, 20), (20, 30), (30, 64))
    )
    encoding = Factors(pieces, False, shape, axis)
    model = examples.model(op, {"head": examples.weight(shape)}, opset)
    feed = examples.feed(model)
    content = written(model, {"head": Edit(encoding)})
    (output,) = examples.run(content, feed, tmp_path / "optimized.onnx")
    (expected,) = examples.run(written(model, {"head": Edit(Dense(encoding.decode()))}), feed)
    assert_close(output, expected)
    assert examples.optimized_ops(tmp_path / "optimized.onnx") == ["MatMul", "MatMul", op]
    nodes = {node.name: node for node in onnx.load_from_string(content).graph.node}
    assert [nodes[name].input[1] for name in ("head.0", "head.1", "head.2")] == [
        "head.0.weight",
        "head.1.weight",
        "head.2.weight",
    ]


LEFT = """
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[12, 3] x) => (float[10, 3] y) { [mix] y = MatMul (mix_weight, x) }"""
EMBEDDING = """
    <ir_version: 8, opset_import: ["" : 17]>
    net (int64[2, 5] x) => (float[2, 5, 16] y) { [tokens] y = Gather (tokens_weight, x) }"""
TRANSPOSED = """
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[12, 3] x) => (float[3, 10] y) { [mix] y = Gemm <transA = 1, transB = 1> (x, mix_weight) }"""


def test_factors_left_of_a_product_and_behind_a_transposed_input(tmp_path: Path) -> None:
    pieces = (Piece(Dense(examples.weight((12, 4)))), Piece(Dense(examples.weight((4, 10)))))
    encoding = Factors(pieces, False, (10, 12), 0)
    for text, ops in ((LEFT, ["MatMul", "MatMul"]), (TRANSPOSED, ["Transpose", "MatMul", "Gemm"])):
        model = examples.parsed(text, mix_weight=examples.weight((10, 12)))
        feed = examples.feed(model)
        (output,) = examples.run(written(model, {"mix": Edit(encoding)}), feed, tmp_path / "optimized.onnx")
        (expected,) = examples.run(written(model, {"mix": Edit(Dense(encoding.decode()))}), feed)
        assert_close(output, expected)
        assert set(examples.optimized_ops(tmp_path / "optimized.onnx")) <= set(ops)


def test_factors_of_an_embedding() -> None:
    model = examples.parsed(EMBEDDING, tokens_weight=examples.weight((50, 16)))
    pieces = (Piece(examples.affine((50, 4), 8, out_axis=1)), Piece(Dense(examples.weight((4, 16)))))
    encoding = Factors(pieces, False, (50, 16), model.layer("tokens").out_axis)
    tokens = np.arange(10).reshape(2, 5) * 5
    (output,) = examples.run(written(model, {"tokens": Edit(encoding)}), tokens)
    assert_close(output, encoding.decode()[tokens])


@pytest.mark.slow
@pytest.mark.parametrize("nested", ["floats", "int4", "sparse codebook"])
@pytest.mark.parametrize("bias", [True, False])
def test_factors_of_a_convolution(nested: str, bias: bool, tmp_path: Path) -> None:
    shape = (16, 24, 3, 3)
    model = examples.model("Conv", {"conv": examples.weight(shape)}, 18, bias)
    feed = examples.feed(model)
    values = np.arange(16, dtype=np.float32) if not bias else None
    strided = {"strides": (2, 1), "pads": (1, 0, 1, 0)}, {"strides": (1, 2), "pads": (0, 1, 0, 1)}
    chains = {
        "pair": (((10, 24, 3, 3), True, {}), ((16, 10, 1, 1), False, {})),
        "tucker": (((8, 24, 1, 1), False, {}), ((10, 8, 3, 3), True, {}), ((16, 10, 1, 1), False, {})),
        "spatial": (((10, 24, 3, 1), False, strided[0]), ((16, 10, 1, 3), False, strided[1])),
        "depthwise": (((24, 1, 3, 3), True, {"group": 24}), ((16, 24, 1, 1), False, {})),
    }
    for name, parts in chains.items():
        pieces = tuple(
            Piece(factor(nested, examples.weight(part, seed=part[0]), 0), inherit, attributes)
            for part, inherit, attributes in parts
        )
        encoding = Factors(pieces, True, shape, 0)
        content = written(model, {"conv": Edit(encoding, values)})
        (output,) = examples.run(content, feed, tmp_path / "optimized.onnx")
        (expected,) = examples.run(written(model, {"conv": Edit(Dense(encoding.decode()), values)}), feed)
        assert_close(output, expected, name)
        assert set(examples.optimized_ops(tmp_path / "optimized.onnx")) == {"Conv"}, name


def test_pieces_take_over_auto_pad() -> None:
    text = """
        <ir_version: 8, opset_import: ["" : 17]>
        net (float[1, 4, 7, 7] x) => (float[1, 6, 4, 4] y) {
            [conv] y = Conv <auto_pad = "SAME_UPPER", strides = [2, 2]> (x, conv_weight)
        }"""
    model = examples.parsed(text, conv_weight=examples.weight((6, 4, 3, 3)))
    pieces = (Piece(Dense(examples.weight((3, 4, 3, 3))), inherit=True), Piece(Dense(examples.weight((6, 3, 1, 1)))))
    encoding = Factors(pieces, True, (6, 4, 3, 3), 0)
    feed = examples.feed(model)
    (output,) = examples.run(written(model, {"conv": Edit(encoding)}), feed)
    (expected,) = examples.run(written(model, {"conv": Edit(Dense(encoding.decode()))}), feed)
    assert_close(output, expected)


def test_a_chain_looks_like_a_sequence_of_modules() -> None:
    model = examples.model("Gemm", {"head": examples.weight((24, 37))})
    node = model.ir.graph[0]
    node.metadata_props["pkg.torch.onnx.name_scopes"] = "['', 'head', 'linear']"
    model = examples.wrap(model.ir)
    pieces = (Piece(Dense(examples.weight((37, 3)))), Piece(Dense(examples.weight((3, 24)))))
    edited = with_edits(model, {"head": Edit(Factors(pieces, False, (24, 37), 0))})
    assert [layer.path for layer in examples.wrap(edited.ir).layers] == ["head.0", "head.1"]
    assert edited.ir.graph.outputs[0].name == "head.y"
    assert edited.ir.graph.outputs[0].shape == model.ir.graph.outputs[0].shape


SHARED = """
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[N, 8] x) => (float[N, 8] y) {
        [once] h = MatMul (x, tied_weight)
        [again] y = MatMul (h, tied_weight)
    }"""


@pytest.mark.parametrize("factors", [False, True])
def test_a_weight_that_two_nodes_read_is_stored_once(factors: bool) -> None:
    model = examples.parsed(SHARED, tied_weight=examples.weight((8, 8)))
    pieces = (Piece(Dense(examples.weight((8, 2)))), Piece(Dense(examples.weight((2, 8)))))
    encoding = Factors(pieces, False, (8, 8), 1) if factors else Dense(examples.weight((8, 8), 0.2, seed=3))
    path = model.layers[0].path
    feed = examples.feed(model)
    (output,) = examples.run(written(model, {path: Edit(encoding)}), feed)
    assert_close(output, feed @ encoding.decode() @ encoding.decode())


LSTM = """
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[7, N, 16] x) => (float[1, N, 8] y) {
        [recur] a, y = LSTM <hidden_size = 8> (x, recur_weight, recur_recurrence)
    }"""


def test_recurrent_weights_are_stored_but_not_factored() -> None:
    model = examples.parsed(
        LSTM, recur_weight=examples.weight((1, 32, 16)), recur_recurrence=examples.weight((1, 32, 8))
    )
    path = model.layers[0].path
    encoding = examples.affine((1, 32, 16), 4, out_axis=1)
    feed = examples.feed(model, 2)
    (output,) = examples.run(written(model, {path: Edit(encoding)}), feed)
    (expected,) = examples.run(written(model, {path: Edit(Dense(encoding.decode()))}), feed)
    assert_close(output, expected)
    pieces = (Piece(Dense(examples.weight((16, 2)))), Piece(Dense(examples.weight((2, 32)))))
    with pytest.raises(UserError, match="LSTM cannot be written as a chain"):
        with_edits(model, {path: Edit(Factors(pieces, False, (1, 32, 16), 1))})


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(16, 8, 5), (4, 6, 3, 3, 3)])
def test_other_dimensions(shape: tuple[int, ...]) -> None:
    """Conv1d and Conv3d."""
    kernel = len(shape) - 2
    image, result = ", ".join(["6"] * kernel), ", ".join(["M"] * kernel)
    text = f"""
        <ir_version: 8, opset_import: ["" : 17]>
        net (float[N, {shape[1]}, {image}] x) => (float[N, {shape[0]}, {result}] y) {{
            [conv] y = Conv (x, conv_weight)
        }}"""
    model = examples.parsed(text, conv_weight=examples.weight(shape))
    feed = examples.feed(model)
    for kind, encoding in examples.encodings(shape, 0.6).items():
        (output,) = examples.run(written(model, {"conv": Edit(encoding)}), feed)
        (expected,) = examples.run(written(model, {"conv": Edit(Dense(encoding.decode()))}), feed)
        assert_close(output, expected, kind)


def test_the_order_of_edits_does_not_matter() -> None:
    model = examples.model("Gemm", {name: examples.weight((24, 37)) for name in ("a", "b")})
    edits = {
        "a": Edit(examples.affine((24, 37), 4)),
        "b": Edit(Dense(examples.weight((24, 37)).astype(ml_dtypes.bfloat16))),
    }
    one, other = (size_of(model, dict(order)) for order in (edits.items(), reversed(edits.items())))
    assert (one.file, one.layers["a"], one.layers["b"]) == (other.file, other.layers["a"], other.layers["b"])


def test_an_initialiser_that_is_also_an_input_becomes_a_constant() -> None:
    """Before IR version 4 every initialiser was an input with a default."""
    model = examples.model("Gemm", {"layer": examples.weight((24, 37))}, 9)
    value = model.ir.graph.initializers["layer.weight"]
    value.type, value.shape = ir.TensorType(ir.DataType.FLOAT), ir.Shape([24, 37])
    model.ir.graph.inputs.append(value)
    model = examples.wrap(model.ir)
    edited = with_edits(model, {"layer": Edit(examples.affine((24, 37), 4))})
    assert [value.name for value in edited.ir.graph.inputs] == ["x"]
    written(model, {"layer": Edit(examples.affine((24, 37), 4))})
