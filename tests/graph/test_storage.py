"""Every way to store every encoding, in ONNX Runtime: values kept, bytes as said, nothing left to decode."""

from pathlib import Path

import numpy as np
import onnx
import onnx.inliner
import onnx_ir as ir
import pytest

from tests.graph import examples
from workbench.core.recipe.storing import PLAIN, Storing
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import FLOAT8
from workbench.graph.onnx import proto_size, runtime
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage import decoders, storage
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.forms import forms, plain_bytes
from workbench.graph.storage.storage import Stored

UNCODED = Storing(codes="off")  # codes: tests/graph/test_codes.py
SHAPE = (13, 77)  # 1,001 weights: nothing fills its last byte
EVEN = (12, 80)  # every row fills whole bytes


def products(stored: dict[str, Stored], opset: int, shape: tuple[int, ...] = SHAPE) -> ir.Model:
    """A graph that multiplies its input with every stored weight."""
    x = ir.Value(name="x", shape=ir.Shape(["N", shape[0]]), type=ir.TensorType(ir.DataType.FLOAT))
    nodes, initializers, outputs = [], [], []
    for name, part in stored.items():
        decode, constants = part.build()
        weight = decode[-1].outputs[0] if decode else constants[0]
        y = ir.Value(name=f"{name} y", shape=ir.Shape(["N", shape[1]]), type=ir.TensorType(ir.DataType.FLOAT))
        nodes += [*decode, ir.Node("", "MatMul", [x, weight], outputs=[y], name=name)]
        initializers += constants
        outputs.append(y)
    functions = {function.identifier(): function for part in stored.values() for function in part.functions()}
    graph = ir.Graph(
        [x],
        outputs,
        nodes=nodes,
        initializers=initializers,
        name="graph",
        opset_imports={"": opset, decoders.DOMAIN: 1},
    )
    return ir.Model(graph, ir_version=8, functions=list(functions.values()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("opset", "zeros", "shape", "out_axis"),
    [
        *((opset, zeros, SHAPE, 0) for opset in examples.OPSETS for zeros in (0.0, 0.9)),
        *((18, zeros, SHAPE, 0) for zeros in (0.5, 0.97, 1.0)),
        *((opset, 0.0, EVEN, axis) for opset in (9, 21) for axis in (0, 1)),
    ],
)
def test_every_form_keeps_the_values_and_is_folded(
    opset: int, zeros: float, shape: tuple[int, int], out_axis: int, tmp_path: Path
) -> None:
    stored, expected = {}, {}
    for kind, encoding in examples.encodings(shape, zeros, out_axis).items():
        for form in forms(spec_of(encoding, UNCODED), "w", opset, UNCODED):
            name = f"{kind} {form.spec.kind.name} {form.layout.name}"
            form = next(
                other
                for other in forms(spec_of(encoding, UNCODED), name, opset, UNCODED)
                if (other.layout, other.spec) == (form.layout, form.spec)
            )
            stored[name], expected[name] = storage.pack(encoding, form, opset), encoding.decode()
    model = products(stored, opset, shape)
    outputs = examples.run(
        ir.to_proto(model).SerializeToString(), np.eye(shape[0], dtype=np.float32), tmp_path / "optimized.onnx"
    )
    for (name, values), output in zip(expected.items(), outputs, strict=True):
        np.testing.assert_array_equal(output, values, err_msg=name)
        assert np.all((output == 0) == (values == 0)), name
    left = set(examples.optimized_ops(tmp_path / "optimized.onnx"))
    assert left == {"MatMul"}, f"ONNX Runtime did not fold {left - {'MatMul'}} at opset {opset}"


@pytest.mark.slow
@pytest.mark.parametrize("opset", [9, 18])
@pytest.mark.parametrize("name", ["w", "blocks.2.attention.projection.weight"])
@pytest.mark.parametrize("shape", [SHAPE, EVEN])
def test_bytes_are_the_growth_of_the_file(opset: int, name: str, shape: tuple[int, int]) -> None:
    for kind, encoding in examples.encodings(shape, 0.6).items():
        for form in forms(spec_of(encoding, UNCODED), name, opset, UNCODED):
            part = storage.pack(encoding, form, opset)
            nodes, initializers = part.build()
            graph = ir.to_proto(ir.Graph([], [], nodes=nodes, initializers=initializers, opset_imports={"": opset}))
            assert part.bytes == graph.ByteSize(), (kind, form.layout.name)
            bare = ir.Model(ir.Graph([], [], nodes=[], opset_imports={"": opset}), ir_version=8)
            before = ir.to_proto(bare).ByteSize()
            functions = ir.Model(
                ir.Graph([], [], nodes=[], opset_imports={"": opset}), ir_version=8, functions=part.functions()
            )
            if part.functions():
                functions.opset_imports[decoders.DOMAIN] = 1
            assert part.function_bytes == ir.to_proto(functions).ByteSize() - before, (kind, form.layout.name)


@pytest.mark.slow
@pytest.mark.parametrize("storing", [UNCODED, PLAIN], ids=["auto", "off"])
@pytest.mark.parametrize("zeros", [0.0, 0.3, 0.5, 0.9, 0.97, 0.999])
def test_the_smallest_form_is_picked(zeros: float, storing: Storing) -> None:
    for kind, encoding in examples.encodings(SHAPE, zeros).items():
        chosen = storage.store(encoding, "w", 18, storing)
        sizes = {form.layout.name: form.bytes for form in forms(spec_of(encoding), "w", 18, storing)}
        assert chosen.bytes == min(sizes.values()), kind
        assert chosen.bytes <= plain_bytes(SHAPE, "w"), kind
        if storing is PLAIN:
            assert set(sizes) == {"plain"}, kind


def held(stored: Stored, shape: tuple[int, ...]) -> int:
    """Bytes of every intermediate tensor of a decoder: what the runtime holds while it folds, beside the weight."""
    nodes, constants = stored.build()
    output = nodes[-1].outputs[0]
    output.type, output.shape = ir.TensorType(ir.DataType.FLOAT), ir.Shape(shape)
    imports = {"": 18, decoders.DOMAIN: 1}
    graph = ir.Graph([], [output], nodes=nodes, initializers=constants, name="graph", opset_imports=imports)
    functions = {part.identifier(): part for part in stored.functions()}.values()
    inlined = onnx.inliner.inline_local_functions(ir.to_proto(ir.Model(graph, ir_version=8, functions=functions)))
    made = [name for node in inlined.graph.node if node.op_type not in ("Constant", "Identity") for name in node.output]
    del inlined.graph.output[:]
    inlined.graph.output.extend(onnx.ValueInfoProto(name=name) for name in made)
    values = runtime.run(runtime.session(inlined.SerializeToString(), optimize=False), {})
    return sum(np.asarray(value).nbytes for value in values) - 4 * int(np.prod(shape))


@pytest.mark.parametrize("zeros", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("shape", [(128, 192), (101, 199)])
def test_what_decoding_holds_is_what_the_layout_says(shape: tuple[int, int], zeros: float) -> None:
    """Codes apart, whose bytes are measured in processes (tests/benchmarks/bench_decoders.py)."""
    for encoding in (examples.affine(shape, 4, zeros), examples.affine(shape, 4, zeros, group=16)):
        for form in forms(spec_of(encoding, UNCODED), "w", 18, UNCODED)[1:]:
            found, said = held(storage.pack(encoding, form, 18), shape), form.load.bytes
            assert abs(found - said) < 0.07 * found, (form.layout.name, found / encoding.q.size, said / found)


@pytest.mark.parametrize(("shape", "group", "left"), [((128, 64), 16, 2.5), ((64, 16, 4, 4), 0, 2.0)])
def test_decoding_a_packed_weight_takes_few_floats(shape: tuple[int, ...], group: int, left: float) -> None:
    stored = storage.store(examples.affine(shape, 4, group=group), "w", 18, PLAIN)
    tables = 4 * 256 * 11
    assert held(stored, shape) / (4 * np.prod(shape)) == pytest.approx(left, abs=tables / np.prod(shape) / 4)


@pytest.mark.parametrize(
    ("encoding", "words", "functions"),
    [
        (Dense(examples.weight((64, 64))), "float32", 0),
        (Dense(examples.weight((64, 64)).astype(np.float16)), "float16", 0),
        (examples.affine((64, 64), 4), "int4 per channel", 2),
        (examples.affine((64, 64), 8, symmetric=False, tensor=True), "uint8 per tensor", 1),
        (examples.affine((64, 64), 4, group=16), "int4 per group of 16", 2),
        (examples.codebook((64, 64), 3), "3-bit codebook", 4),
        (examples.affine((64, 64), 4, 0.5), "int4 per channel, zeros as a bit mask", 5),
        (examples.codebook((64, 64), 4, 0.9), "4-bit codebook, zeros as 4-bit gaps", 5),
    ],
)
def test_words_and_functions(encoding: Encoding, words: str, functions: int) -> None:
    stored = storage.store(encoding, "w", 18, UNCODED)
    assert stored.words == words.replace("3-bit", "4-bit")
    assert len(stored.functions()) == functions


def test_a_tiny_weight_stays_in_floats_where_that_is_smaller() -> None:
    stored = storage.store(examples.affine((2, 3), 4), "w", 18)
    assert stored.words == "float32"
    assert stored.build()[0] == []


def test_below_opset_11_zeros_are_stored_like_other_values() -> None:
    spec = spec_of(examples.affine(SHAPE, 4, 0.9))
    assert {form.layout.name for form in forms(spec, "w", 10)} == {"plain"}


def test_opset_9_takes_whole_bytes_where_the_last_would_be_padded() -> None:
    odd, even = (forms(spec_of(examples.affine(shape, 4)), "w", 9)[1] for shape in ((5, 5), (5, 6)))
    assert (odd.calls[-1].op, even.calls[-1].op) == ("Symmetric8", "FlatSymmetric4")


def test_one_group_a_channel_is_stored_per_channel() -> None:
    spec = spec_of(examples.affine((8, 12), 4, group=12))
    assert (spec.side, spec.group) == ((8, 1), 0)


def test_an_unusual_grid_falls_back_to_floats() -> None:
    encoding = Affine(np.ones((4, 6), np.int8), 4, np.ones((4, 1), np.float32), None, (2, 12))
    assert [form.spec.kind.name for form in forms(spec_of(encoding), "w", 18)] == ["Float32"]


@pytest.mark.parametrize("bits", [1, 4])
def test_a_codebook_without_zero_has_nothing_to_leave_out(bits: int) -> None:
    encoding = Codebook(np.zeros((8, 8), np.uint8), np.ones(2**bits, np.float32), bits)
    assert {form.layout.name for form in forms(spec_of(encoding), "w", 18, UNCODED)} == {"plain", "shaped"}


def test_infinite_short_floats_stay_in_full_floats() -> None:
    values = np.array([[np.inf, 1.0]], np.float32).astype(FLOAT8["Float8E5M2"])
    assert spec_of(Dense(values)).kind.name == "Float32"


def test_decoders_are_chosen_for_all_weights_together() -> None:
    """A decoder takes hundreds of bytes: one tiny layer does not bring its own."""
    large = [examples.affine((64, 64), 4, seed=seed) for seed in range(3)]
    small = examples.affine((16, 16), 4, 0.6)
    options = [forms(spec_of(encoding), f"w{index}", 18) for index, encoding in enumerate([*large, small])]
    alone, together = (min(options[-1], key=lambda form: form.bytes), storage.choose(options, 18)[-1])
    assert alone.layout.name == "mask"
    assert together.layout.name == "flat"
    assert together.spec.bits == 4


def test_lighter_decoders_are_taken_where_all_together_hold_too_much() -> None:
    """As few as suffice, the heaviest for what they save first; no form is much larger, whatever it holds."""
    weights = [examples.affine((256, 256), 4, zeros, seed=seed) for seed, zeros in enumerate((0.3, 0.45, 0.9))]
    options = [forms(spec_of(encoding, UNCODED), f"w{index}", 18, UNCODED) for index, encoding in enumerate(weights)]
    free = storage.choose(options, 18)
    assert [form.layout.name for form in free] == ["mask", "mask", "gaps4"]
    lightest = storage.choose(options, 18, storage.Limit(held=1.0))
    assert [form.layout.name for form in lightest] == ["flat", "flat", "gaps8"]
    middle = (storage.held_bytes(free) + storage.held_bytes(lightest)) / 2
    some = storage.choose(options, 18, storage.Limit(held=middle))
    assert len({form.layout.name for form in some} - {"flat"}) > 0
    assert storage.held_bytes(some) <= middle


def test_tensor_sizes_follow_protobuf() -> None:
    for dtype, shape in ((ir.DataType.FLOAT, (3, 1, 200)), (ir.DataType.UINT8, (20_000,)), (ir.DataType.INT64, ())):
        tensor = ir.Tensor(np.zeros(shape, dtype.numpy()), name="layer.weight")
        expected = ir.to_proto(tensor).ByteSize()
        assert proto_size.tensor_bytes("layer.weight", dtype, shape, tensor.nbytes) == expected
    assert [proto_size.varint(number) for number in (0, 127, 128, 16_383, 16_384)] == [1, 1, 2, 2, 3]


def test_one_tiny_layer_alone_stays_in_floats() -> None:
    options = [forms(spec_of(examples.affine((24, 1, 3, 3), 4, zeros)), "w", 18) for zeros in (0.2, 0.9)]
    for forms_of_one in options:
        assert [form.words for form in storage.choose([forms_of_one], 18)] == ["float32"]


@pytest.mark.parametrize(("rows", "dtype"), [(5040, ir.DataType.UINT16), (5041, ir.DataType.INT32)])
def test_positions_take_32_bits_where_16_do_not_reach(rows: int, dtype: ir.DataType) -> None:
    values = np.zeros((13, rows), np.float32)
    values[[0, 12], [0, rows - 1]] = 3.0, -2.5
    spec = spec_of(Dense(values))
    form = next(form for form in forms(spec, "w", 18) if form.layout.name == "index")
    assert form.parts[1].dtype == dtype  # 8 spare slots behind 65,520 and 65,533 weights
    model = examples.model("MatMul", {"layer": np.ones((13, rows), np.float32)})
    edited = with_edits(model, {"layer": Edit(Dense(values))})
    (output,) = examples.run(edited.to_bytes(), np.eye(13, dtype=np.float32))
    np.testing.assert_array_equal(output, values)
