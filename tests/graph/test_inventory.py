"""Every layer is found, under a name the user knows, and what cannot be edited says why."""

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from tests.graph.graphs import Build, branch, conditional, opened, residual
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.graph.encodings.affine import Affine
from workbench.graph.onnx import names
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.methods.base.method import all_methods, find


def one(op: str, shape: tuple[int, ...], weight_first: bool = False, **attributes):
    """A model of one operator with a weight layer.weight, and its Layer and Site."""
    b = Build()
    weight = b.weight("layer.weight", *shape)
    b.node(op, [weight, "x"] if weight_first else ["x", weight], "y", **attributes)
    return b


@pytest.mark.parametrize(
    ("op", "shape", "x", "attributes", "out_axis", "macs"),
    [
        ("Conv", (6, 4, 3), ["N", 4, 10], {}, 0, 8 * 72),
        ("Conv", (6, 2, 3, 3), ["N", 4, 9, 9], {"group": 2, "strides": [2, 2]}, 0, 16 * 108),
        ("Conv", (6, 4, 1, 3, 3), ["N", 4, 2, 5, 5], {}, 0, 2 * 9 * 216),
        ("ConvTranspose", (4, 3, 2, 2), ["N", 4, 5, 5], {"strides": [2, 2], "group": 2}, 1, 25 * 48),
        ("Gemm", (6, 4), ["N", 4], {"transB": 1}, 0, 24),
        ("Gemm", (4, 6), ["N", 4], {}, 1, 24),
        ("Gemm", (4, 6), [4, "N"], {"transA": 1}, 1, 32 * 24),  # of a size that is said
        ("MatMul", (4, 6), ["N", 7, 4], {}, 1, 7 * 24),
    ],
)
def test_an_operator_with_a_weight_is_a_layer(op, shape, x, attributes, out_axis, macs):
    model = one(op, shape, **attributes).model({"x": x}, {"y": None})
    (layer,) = model.layers
    assert (layer.path, layer.op, layer.shape, layer.dtype, layer.locked) == ("layer", op, shape, "float32", "")
    assert (layer.out_axis, layer.macs, layer.groups) == (out_axis, macs, attributes.get("group", 1))
    assert (layer.parameters, layer.bytes) == (np.prod(shape), 4 * np.prod(shape))
    assert layer.attributes.get("kernel") == (shape[2:] if "Conv" in op else None)
    assert layer.input_axis == (0 if "transA" in attributes else -1)
    assert model.weight("layer").shape == shape
    assert model.bias("layer") is None


def test_a_constant_left_of_a_product():
    model = one("MatMul", (6, 4), weight_first=True).model({"x": [4, "N"]}, {"y": None})
    layer, site = model.layer("layer"), model.sites["layer"]
    assert (layer.out_axis, layer.input_axis, site.side, site.weight_input) == (0, -2, "left", 0)


def test_the_vector_that_an_add_behind_a_product_adds_is_its_bias():
    b = Build()
    b.node("MatMul", ["x", b.weight("layer.weight", 4, 6)], "product")
    b.node("Add", [b.weight("layer.bias", 6), "product"], "y")
    model = b.model({"x": ["N", 7, 4]}, {"y": None})
    site = model.sites["layer"]
    assert (site.bias, site.bias_node, site.bias_input) == ("layer.bias", "node_y", None)
    assert model.bias("layer").shape == (6,)
    assert model.layer("layer").parameters == 24 + 6


def test_an_add_of_positions_is_not_a_bias():
    b = Build()
    b.node("MatMul", ["x", b.weight("layer.weight", 4, 6)], "product")
    b.node("Add", ["product", b.weight("positions", 6, 6)], "y")
    assert b.model({"x": [6, 4]}, {"y": None}).sites["layer"].bias is None


def test_an_embedding_is_a_table_from_which_inputs_choose():
    b = Build()
    b.node("Gather", [b.weight("tokens.weight", 50, 8), "ids"], "y")
    model = b.model({"ids": ["N", 5]}, {"y": None}, dtype=TensorProto.INT64)
    (layer,) = model.layers
    assert (layer.path, layer.op, layer.out_axis, layer.macs, layer.locked) == ("tokens", "Embedding", 1, 0, "")


def test_recurrent_layers_have_two_weights():
    b = Build()
    inputs = ["x", b.weight("rnn.W", 1, 20, 4), b.weight("rnn.R", 1, 20, 5)]
    b.node("LSTM", inputs, "y", hidden_size=5)
    model = b.model({"x": [7, "N", 4]}, {"y": None})
    assert [(layer.path, layer.shape, layer.out_axis) for layer in model.layers] == [
        ("rnn.W", (1, 20, 4), 1),
        ("rnn.R", (1, 20, 5), 1),
    ]


@pytest.mark.parametrize(("flat", "left"), [("rnn.R", "rnn.W"), ("rnn.W", "rnn.R")])
def test_a_recurrent_weight_without_its_axes_is_no_layer(flat, left):
    """The runtime computes with its bare numbers, whatever their shape."""
    b = Build()
    shapes = {"rnn.W": (1, 20, 4), "rnn.R": (1, 20, 5)}
    inputs = [b.weight(name, *((int(np.prod(shape)),) if name == flat else shape)) for name, shape in shapes.items()]
    b.node("LSTM", ["x", *inputs], "y", hidden_size=5)
    model = b.model({"x": [7, "N", 4]}, {"y": None})
    assert [(layer.path, layer.matrix) for layer in model.layers if not layer.locked] == [(left, (20, shapes[left][2]))]


def test_layers_come_in_the_order_of_execution():
    assert [layer.path for layer in opened(residual()).layers] == ["stem", "block.depthwise", "shared", "head", "aux"]


def test_a_weight_used_twice_is_one_layer():
    model = opened(residual())
    assert model.layer("shared").uses == 2
    assert model.sites["shared"].uses == (("node_first_use", 1), ("node_second_use", 1))


def test_a_tied_embedding_is_edited_in_one_place():
    b = Build()
    table = b.weight("tokens.weight", 50, 8)
    x = b.node("Gather", [table, "ids"], "embedded")
    b.node("MatMul", [x, b.node("Transpose", [table], "head", perm=[1, 0])], "y")
    model = b.model({"ids": ["N", 5]}, {"y": None}, dtype=TensorProto.INT64)
    embedding, head = model.layers
    assert (embedding.path, embedding.locked, embedding.uses, embedding.also) == ("tokens", "", 2, "Transpose")
    assert head.locked == "It shares the weight of tokens: edit that layer."
    assert head.bytes == 0
    assert model.summary().parameters == 400
    for method in all_methods().values():
        if method.id.startswith("lowrank"):  # said before anything is factored
            assert method.accepts(embedding) is not None, method.id
    assert (
        find(Action("lowrank.svd"))[0].accepts(embedding)
        == "Transpose also reads its weight, in another form, so it must stay one tensor."
    )


def test_weights_in_subgraphs_are_shown_with_the_reason():
    model = opened(conditional())
    inner = model.layer("inner")
    assert "inside an If" in inner.locked
    assert inner.bytes == 6 * 6 * 4
    assert "inner" not in model.sites
    assert model.summary().macs is None
    assert model.summary().parameters == 24 + 36 + 12 + 1  # the last is what the condition compares with


def test_a_weight_that_a_subgraph_reads_too_is_kept():
    b = Build()
    weight = b.weight("both.weight", 4, 4)
    first = b.node("MatMul", ["x", weight], "first")
    then = branch("then", helper.make_node("MatMul", [first, weight], ["again"], "again"))
    other = branch("else", helper.make_node("Neg", [first], ["negated"], "negate"))
    flag = b.constant("flag", True, bool)
    b.node("If", [flag], "y", then_branch=then, else_branch=other)
    layer = b.model({"x": ["N", 4]}, {"y": None}).layer("both")
    assert layer.locked.startswith("Its weight is also read inside an If, Loop or Scan, so it is not edited.")


def quantised_linear(b: Build) -> str:
    """A weight that is int8 in the file, decoded by DequantizeLinear."""
    q = b.constant("layer.weight_quantized", b.rng.integers(-99, 99, (4, 6)), np.int8)
    return b.node("DequantizeLinear", [q, b.constant("scale", 0.02)], "layer.weight")


def quantised_product(b: Build) -> str:
    """The same by Cast and Mul, as weight-only files have it."""
    q = b.constant("layer.weight", b.rng.integers(-99, 99, (4, 6)), np.int8)
    return b.node("Mul", [b.node("Cast", [q], "cast", to=TensorProto.FLOAT), b.constant("scale", 0.02)], "scaled")


def computed(b: Build) -> str:
    return b.node("Sin", [b.node("Mul", [b.weight("layer.weight", 4, 6), b.weight("layer.gain", 1, 6)], "m")], "made")


def shaped(b: Build) -> str:
    shape = b.constant("layer.weight_shape", [4, 6], np.int64)
    return b.node("ConstantOfShape", [shape], "layer.weight", value=numpy_helper.from_array(np.ones(1, np.float32)))


def half(b: Build) -> str:
    weight = b.constant("layer.weight", b.rng.standard_normal((4, 6)), np.float16)
    return b.node("Cast", [b.node("Sin", [weight], "bent")], "cast", to=TensorProto.FLOAT)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (quantised_linear, "Its weights are already quantised."),
        (quantised_product, "Its weights are already quantised."),
        (computed, "Its weights are computed from stored values by Mul, Sin; they are not edited."),
        (shaped, "Its weights are not stored in the file: a ConstantOfShape generates them."),
        (half, "Its weights are computed from stored values by Sin, Cast; they are not edited."),
    ],
)
def test_a_weight_that_is_not_a_tensor_of_the_file_is_shown_with_the_reason(made, reason):
    b = Build()
    b.node("MatMul", ["x", made(b)], "y")
    (layer,) = b.model({"x": ["N", 4]}, {"y": None}).layers
    assert (layer.path, layer.op, layer.shape, layer.macs) == ("layer", "MatMul", (4, 6), 24)
    assert reason in layer.locked


def test_integer_operators_are_shown_as_quantised():
    b = Build()
    b.node("Cast", ["x"], "bytes", to=TensorProto.UINT8)
    q = b.constant("layer.weight", b.rng.integers(-99, 99, (4, 6)), np.int8)
    b.node("Cast", [b.node("MatMulInteger", ["bytes", q], "integers")], "y", to=TensorProto.FLOAT)
    model = b.model({"x": ["N", 4]}, {"y": None})
    (layer,) = model.layers
    assert (layer.path, layer.dtype, layer.locked) == ("layer", "int8", "Its weights are already quantised.")
    assert model.summary().parameters == layer.parameters == 24


def test_weights_of_which_several_share_a_byte_are_counted():
    b = Build()
    packed = b.constant("layer.weight", b.rng.integers(0, 255, (6, 1, 16)), np.uint8)
    scales = b.constant("scales", b.rng.random(6))
    b.node("MatMulNBits", ["x", packed, scales], "y", domain="com.microsoft", N=6, K=32, bits=4, block_size=32)
    model = b.model({"x": ["N", 32]}, {"y": None})
    (layer,) = model.layers
    assert (layer.shape, layer.parameters, layer.macs, layer.bytes) == ((6, 32), 192, 192, 96)
    assert model.summary().parameters == 192 + 6 and model.summary().macs == 192


def test_products_behind_operators_of_the_runtime_that_give_integers_are_counted():
    b = Build()
    one, zero = b.constant("one", np.float32(0.1)), b.constant("zero", np.uint8(3), np.uint8)
    first = b.node("QuantizeLinear", ["x", one, zero], "first")
    bent = b.node("QLinearSigmoid", [first, one, zero, one, zero], "bent", domain="com.microsoft")
    q = b.constant("layer.weight", b.rng.integers(0, 255, (4, 6)), np.uint8)
    product = b.node("QLinearMatMul", [bent, one, zero, q, one, zero, one, zero], "product")
    b.node("DequantizeLinear", [product, one, zero], "y")
    model = b.model({"x": ["N", 4]}, {"y": None})
    assert model.layers[0].macs == model.summary().macs == 24


def test_an_exported_file_opens_with_its_stored_weights_locked():
    b = Build()
    b.node("MatMul", ["x", b.weight("first.weight", 64, 64)], "v")
    b.node("MatMul", ["v", b.weight("last.weight", 64, 9)], "y")
    model = b.model({"x": ["N", 64]}, {"y": None})
    q = np.clip(np.round(model.weight("first") / 0.02), -8, 7).astype(np.int8)
    exported = with_edits(model, {"first": Edit(Affine(q, 4, np.full((1, 64), 0.02, np.float32), None, (64, 64)))})
    again = opened(onnx.load_from_string(exported.to_bytes()))
    assert again.layer("first").locked == "Its weights are already stored compressed."
    assert again.layer("first").shape == (64, 64)
    assert again.layer("first").bytes < 64 * 64
    assert again.layer("last").locked == ""


@pytest.mark.parametrize(("rank", "shapes"), [(2, [(64, 30)]), (40, [(40, 30), (64, 30)])])
def test_small_constants_that_make_a_weight_are_no_layers(rank, shapes):
    """As in decoders: the layer is the one that reads the weight. A large one is listed for its bytes."""
    b = Build()
    left, right = b.weight("layer.a.weight", 64, rank), b.weight("layer.b.weight", rank, 30)
    b.node("MatMul", ["x", b.node("Sin", [b.node("MatMul", [left, right], "w")], "bent")], "y")
    layers = b.model({"x": ["N", 64]}, {"y": None}).layers
    assert [layer.shape for layer in layers] == shapes
    assert all(layer.locked for layer in layers)


@pytest.mark.parametrize(
    ("op", "shape", "attributes", "reason"),
    [
        ("MatMul", (2, 4, 6), {}, "Its weight is a batch of matrices, which is not supported."),
        ("Gemm", (4, 6), {"alpha": 2.0}, "alpha or beta"),
    ],
)
def test_what_cannot_be_edited_says_why(op, shape, attributes, reason):
    x = ["N", 4] if op == "Gemm" else [2, 3, 4]
    (layer,) = one(op, shape, **attributes).model({"x": x}, {"y": None}).layers
    assert reason in layer.locked


def test_norms_and_large_constants_are_shown_and_kept():
    b = Build()
    x = b.node("LayerNormalization", ["x", b.weight("norm.weight", 40), b.weight("norm.bias", 40)], "normed")
    b.node("Add", [x, b.weight("positions", 30, 40)], "y")
    norm, positions = b.model({"x": ["N", 30, 40]}, {"y": None}).layers
    assert (norm.path, norm.op, norm.parameters, norm.macs) == ("norm", "LayerNormalization", 80, 0)
    assert norm.locked == "It has only vectors, which are not edited."
    assert positions.path == "positions"
    assert "It is a constant operand of Add, not a layer's weight, so it is not edited." in positions.locked


@pytest.mark.parametrize(
    ("op", "shape", "attributes"),
    [
        ("FusedMatMul", (4, 6), {"alpha": 0.5}),
        ("FusedConv", (4, 2, 1, 1), {"activation": "Relu"}),
        ("FusedGemm", (4, 6), {"activation": "Relu"}),
    ],
)
def test_weights_that_the_runtime_fused_are_shown_and_kept(op, shape, attributes):
    b = Build()
    b.node(op, ["x", b.weight("fc.weight", *shape)], "y", domain="com.microsoft", **attributes)
    x = ["N", 2, 3, 3] if len(shape) == 4 else ["N", 4]
    proto = b.proto({"x": x}, {"y": None}, opsets={"com.microsoft": 1})
    summary = wb.open(proto, without=["fused"]).summary
    (layer,) = summary.layers
    assert (layer.path, layer.op, layer.parameters) == ("fc", op, np.prod(shape))
    assert "an operator of ONNX Runtime alone" in layer.locked
    assert summary.macs == np.prod(shape) * (9 if len(shape) == 4 else 1)
    (layer,) = wb.open(proto).summary.layers
    assert (layer.path, layer.op, layer.locked) == ("fc", op.removeprefix("Fused"), "")


def test_the_tree_accounts_for_every_large_tensor():
    model = opened(residual())
    assert sum(layer.parameters for layer in model.layers) == model.summary().parameters


def test_fingerprints_are_of_the_values():
    first, again = opened(residual()), opened(residual())
    assert [a.fingerprint for a in first.layers] == [b.fingerprint for b in again.layers]
    assert len({layer.fingerprint for layer in first.layers}) == len(first.layers)


ODD = [
    "model/dense/kernel:0",
    '{"a": [1, "b"]}',
    "a: b",
    "näme…",
    "tab\there",
    " .x. ",
    "*[!a]?",
    "x" * 300,
    "- y",
    "'",
]


def test_odd_names_are_unique_printable_and_survive_a_recipe():
    b = Build()
    x = "x"
    for index, name in enumerate([*ODD, ODD[0]]):
        x = b.node("MatMul", [x, b.weight(name if index < len(ODD) else "model/dense/kernel:1", 4, 4)], f"v{index}")
    paths = [layer.path for layer in b.model({"x": ["N", 4]}, {x: None}).layers]
    assert len(set(paths)) == len(ODD) + 1
    assert paths[0] == "model.dense"
    assert all(path.isprintable() and path.strip(". ") == path and len(path) <= 120 for path in paths)
    actions = (Action("prune.magnitude", {"sparsity": 0.5}),)
    for path in paths:
        recipe = parse_recipe(Recipe().with_actions([path], actions).to_yaml())
        assert recipe.actions_for(path) == actions


@pytest.mark.parametrize(
    ("weight", "bias", "scopes", "node", "path"),
    [
        ("blocks.0.conv1.weight", "", "['', 'blocks.0.bn1', 'conv']", "n", "blocks.0.conv1"),
        ("attn.in_proj_weight", "", "", "n", "attn.in_proj"),
        ("val_34", "attn.in_proj_bias", "['', 'attn', 'linear']", "n", "attn.in_proj"),
        ("val_34", "", "['', 'blocks.1', 'blocks.1.fc', 'linear']", "n", "blocks.1.fc"),
        ("onnx::Conv_123", "onnx::Conv_124", "", "/blocks/blocks.0/conv1/Conv", "blocks.0.conv1"),
        ("lstm.weight_hh_l1", "", "", "n", "lstm.l1"),
        ("conv2d_0.w_0", "", "", "n", "conv2d_0"),
        ("conv1_weights", "", "", "n", "conv1"),
        ("val_1", "", "not a list", "", "val_1"),
        ("", "", "", "", "conv"),
    ],
)
def test_module_paths(weight, bias, scopes, node, path):
    made = ir.Node("", "Conv", [], name=node, metadata_props={names.SCOPES: scopes} if scopes else {})
    assert names.module_path(made, weight, bias) == path
