"""Prefix codes of weights: best lengths, exact bytes, decoded in ONNX Runtime at load, and nothing left to decode."""

import heapq
import itertools
from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest

from tests.graph import examples
from tests.graph.test_storage import products
from workbench.core.recipe.storing import PLAIN, Storing
from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.dense import Dense
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.encodings.kind import FLOAT8
from workbench.graph.entropy import prefix_code, statistics
from workbench.graph.entropy.class_code import class_coded, classes
from workbench.graph.entropy.coded import coded
from workbench.graph.entropy.prefix_code import LIMITS, MOST_SYMBOLS, Tally
from workbench.graph.layouts.codes import CODINGS
from workbench.graph.layouts.layout import Load
from workbench.graph.storage import loading, storage
from workbench.graph.storage.counting import spec_of
from workbench.graph.storage.forms import Form, forms
from workbench.graph.storage.storage import Limit

ON = Storing(codes="on")
SHAPE = (12, 77)


def huffman(counts: np.ndarray) -> int:
    """Bits of a Huffman code without a bound on its words: the sum of all merges."""
    heap = [int(count) for count in counts]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    return total


def tally(counts: np.ndarray) -> Tally:
    return Tally(np.arange(len(counts), dtype=np.uint8)[:, None], counts)


@pytest.mark.parametrize("symbols", [2, 3, 15, 255])
@pytest.mark.parametrize("skew", [0.0, 1.0, 3.0])
def test_lengths_are_those_of_huffman_where_no_word_is_too_long(symbols: int, skew: float) -> None:
    counts = np.maximum((1e6 / np.arange(1, symbols + 1) ** skew).astype(int), 1)
    found = prefix_code.lengths(counts, 24)
    assert (counts * found).sum() == huffman(counts)
    assert (0.5**found).sum() == 1


@pytest.mark.parametrize("limit", LIMITS)
def test_bounded_lengths_fill_the_tree_and_cost_little(limit: int) -> None:
    counts = np.array([2**power for power in range(20)])  # Huffman's longest word has 19 bits
    found = prefix_code.lengths(counts, limit)
    assert found.max() == limit
    assert (0.5**found).sum() == 1
    assert (np.diff(found) <= 0).all()
    assert huffman(counts) < (counts * found).sum() < 1.02 * huffman(counts)


def test_bounded_lengths_are_the_best() -> None:
    """Of all lengths up to 3 that Kraft's inequality allows for 5 symbols."""
    counts = np.array([1, 1, 2, 9, 40])
    every = np.stack(np.meshgrid(*[np.arange(1, 4)] * 5), axis=-1).reshape(-1, 5)
    least = (every[(0.5**every).sum(axis=1) <= 1] @ counts).min()
    assert counts @ prefix_code.lengths(counts, 3) == least


@pytest.mark.parametrize("words", [1, 2, 63, 1000])
@pytest.mark.parametrize("symbols", [1, 2, 7, 200])
@pytest.mark.parametrize("width", [1, 3])
def test_what_is_packed_is_unpacked_in_the_bytes_that_the_counts_say(words: int, symbols: int, width: int) -> None:
    rng = np.random.default_rng(0)
    found = (rng.random((words, width)) ** 4 * symbols).astype(np.uint8)
    counted = statistics.rows(found)
    assert counted is not None
    for sequence in (coded(counted, 13), class_coded(counted)):
        assert sequence is not None
        stored = sequence.pack(statistics.indices(counted, found))
        assert len(stored) == sequence.bytes
        np.testing.assert_array_equal(sequence.unpack(stored), found)


def test_classes_are_the_best() -> None:
    """Of all ways to put 6 symbols into 2 or 4 classes of powers of two, the last not full."""
    counts = np.array([3, 50, 7, 20, 1, 9])
    ranked = np.sort(counts)[::-1]
    for bits, least, extra in classes(counts):
        ways = itertools.combinations_with_replacement(range(4), 2**bits)
        full = [way for way in ways if sum(1 << width for width in way) >= len(counts)]
        every = [np.repeat(way, [1 << width for width in way])[: len(counts)] @ ranked for way in full]
        assert least == min(every)
        assert least == np.repeat(extra, 1 << extra)[: len(counts)] @ ranked


def test_too_many_symbols_have_no_code() -> None:
    assert coded(tally(np.ones(513, int)), 9) is None
    assert coded(tally(np.ones(513, int)), 13) is not None
    assert statistics.rows(np.arange(2 * (MOST_SYMBOLS + 1)).astype("<u2").view(np.uint8).reshape(-1, 2)) is None


def laplace(shape: tuple[int, ...], bits: int, zeros: float = 0.0, symmetric: bool = True) -> Affine:
    """Levels as trained weights have them: small ones are frequent."""
    rng = np.random.default_rng(bits)
    most = 2 ** (bits - 1) - 1
    q = np.clip(np.round(rng.laplace(0, most / 6, shape)), -most, most)
    q.ravel()[rng.permutation(q.size)[: round(zeros * q.size)]] = 0
    scale = (rng.random((shape[0], *(1 for _ in shape[1:]))) + 0.5).astype(np.float32)
    if symmetric:
        return Affine(q.astype(np.int8), bits, scale, None, shape)
    return Affine((q + most).astype(np.uint8), bits, scale, np.full(scale.shape, most, np.uint8), shape)


def kinds(zeros: float) -> dict[str, Encoding]:
    floats = examples.weight(SHAPE, zeros)
    return {
        **{f"int{bits}": laplace(SHAPE, bits, zeros) for bits in (2, 3, 4, 5, 8)},
        "uint4": laplace(SHAPE, 4, zeros, symmetric=False),
        "uint8": laplace(SHAPE, 8, zeros, symmetric=False),
        "group": examples.affine(SHAPE, 4, zeros, group=8),
        "codebook": examples.codebook(SHAPE, 4, zeros),
        "one symbol": examples.codebook(SHAPE, 1, 1.0),
        "float8": Dense(floats.astype(FLOAT8["Float8E4M3"])),
    }


def coded_forms(encoding: Encoding, name: str, opset: int) -> list[Form]:
    return [form for form in forms(spec_of(encoding, ON), name, opset, ON) if form.layout in CODINGS]


@pytest.mark.slow
@pytest.mark.parametrize(("opset", "zeros"), [(11, 0.6), (13, 0.0), (18, 0.9), (23, 0.97)])
def test_every_coded_form_keeps_the_values_and_is_folded(opset: int, zeros: float, tmp_path: Path) -> None:
    stored, expected = {}, {}
    for kind, encoding in kinds(zeros).items():
        for number, form in enumerate(coded_forms(encoding, "w", opset)):
            name = f"{kind} {form.layout.name}"
            form = coded_forms(encoding, name, opset)[number]
            stored[name], expected[name] = storage.pack(encoding, form, opset), encoding.decode()
            for part, tensor in zip(form.parts, stored[name].tensors, strict=True):
                assert tensor.numpy().shape == part.shape, name
    assert len(stored) >= 2 * len(kinds(zeros))
    content = ir.to_proto(products(stored, opset, SHAPE)).SerializeToString()
    outputs = examples.run(content, np.eye(SHAPE[0], dtype=np.float32), tmp_path / "optimized.onnx")
    for (name, values), output in zip(expected.items(), outputs, strict=True):
        np.testing.assert_array_equal(output, values, err_msg=name)
    left = set(examples.optimized_ops(tmp_path / "optimized.onnx"))
    assert left == {"MatMul"}, f"ONNX Runtime did not fold {left - {'MatMul'}} at opset {opset}"


@pytest.mark.slow
@pytest.mark.parametrize("zeros", [0.0, 0.9])
def test_a_million_weights_are_decoded(zeros: float) -> None:
    encoding = laplace((1000, 1000), 4, zeros)
    chosen = storage.store(encoding, "w", 18, ON)
    assert chosen.form.layout in CODINGS
    nodes, initializers = chosen.build()
    x = ir.Value(name="x", shape=ir.Shape([1, 1000]), type=ir.TensorType(ir.DataType.FLOAT))
    y = ir.Value(name="y", shape=ir.Shape([1, 1000]), type=ir.TensorType(ir.DataType.FLOAT))
    product = ir.Node("", "MatMul", [x, nodes[-1].outputs[0]], outputs=[y])
    opsets = {"": 18, "workbench": 1}
    graph = ir.Graph([x], [y], nodes=[*nodes, product], initializers=initializers, opset_imports=opsets)
    content = ir.to_proto(ir.Model(graph, ir_version=8, functions=chosen.functions())).SerializeToString()
    feed = np.random.default_rng(1).standard_normal((1, 1000)).astype(np.float32)
    np.testing.assert_allclose(examples.run(content, feed)[0], feed @ encoding.decode(), rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("zeros", [0.0, 0.5, 0.8, 0.95])
def test_a_weight_takes_about_its_entropy(bits: int, zeros: float) -> None:
    """Within 4 % of the order-0 entropy of its levels, and the tables: what fewer bits than a container's hold."""
    encoding = laplace((200, 300), bits, zeros)
    counts = np.unique(encoding.q, return_counts=True)[1]
    payload = min(sum(part.payload for part in form.parts[:-1]) for form in coded_forms(encoding, "w", 18))
    assert payload <= 1.04 * tally(counts).entropy_bytes + 2 * len(counts) + 200


def test_five_bits_are_smaller_than_six() -> None:
    """In whole symbols all widths of 5 to 8 bits take a byte."""
    sizes = [storage.store(laplace((100, 100), bits), "w", 18, ON).bytes for bits in (3, 4, 5, 6, 7, 8)]
    assert sizes == sorted(set(sizes))
    plain = [storage.store(laplace((100, 100), bits), "w", 18, PLAIN).bytes for bits in (5, 6, 7, 8)]
    assert len(set(plain)) == 1


def test_bytes_do_not_depend_on_what_was_asked_of_the_weight_before() -> None:
    weight = laplace(SHAPE, 4, 0.9)
    spec_of(weight, Storing(codes="on", sparse="off"))
    again, first = (forms(spec_of(each, ON), "w", 18, ON) for each in (weight, laplace(SHAPE, 4, 0.9)))
    assert [(form.layout.name, form.bytes) for form in again] == [(form.layout.name, form.bytes) for form in first]


@pytest.mark.parametrize("longest", statistics.GAPS)
def test_gaps_lead_to_the_non_zeros(longest: int) -> None:
    mask = np.zeros(2000, bool)
    mask[[0, 3, 19, 20, 52, 600, 1999]] = True
    gaps, places = statistics.gaps_with_fillers(mask, longest)
    assert set(np.flatnonzero(mask)) <= set(places.tolist())
    assert gaps.max() <= longest
    bridged = sorted(set(places.tolist()) - set(np.flatnonzero(mask)))
    assert not mask[bridged].any()
    assert len(bridged) == sum((gap - 1) // (longest + 1) for gap in np.diff(np.flatnonzero(mask)).tolist())


@pytest.mark.parametrize("zeros", [0.0, 0.8, 0.97])
def test_expected_counts_are_those_of_random_weights(zeros: float) -> None:
    rng = np.random.default_rng(0)
    symbols = np.arange(7, dtype=np.uint8)
    shares = np.array([0.02, 0.08, 0.2, 0.4, 0.2, 0.08, 0.02])
    shares = shares * (1 - zeros) + zeros * (symbols == 3)
    weights = 40_000
    drawn = rng.choice(symbols, weights, p=shares)
    measured, planned = statistics.count(drawn, drawn != 3), statistics.expected(shares, weights, 3)
    for found, predicted in ((measured.tuples, planned.tuples), (measured.pairs, planned.pairs)):
        for key in found.keys() & predicted.keys():
            real, guess = coded(found[key], 13), coded(predicted[key], 13)
            assert real is not None
            assert guess is not None
            assert abs(real.bytes - guess.bytes) < 0.03 * real.bytes + 100, key
    for key, parts in measured.gaps.items():
        real_bytes = sum(part.bytes for each in parts if (part := coded(each, 13)) is not None)
        guessed = sum(part.bytes for each in planned.gaps[key] if (part := coded(each, 13)) is not None)
        assert abs(real_bytes - guessed) < 0.03 * real.bytes + 100, key


def test_codes_go_to_the_weights_that_gain_most_where_loading_is_bounded() -> None:
    options = [
        forms(spec_of(laplace((60, 100), bits, seeded), ON), f"w{index}", 18, ON)
        for index, (bits, seeded) in enumerate(((3, 0.0), (8, 0.0), (5, 0.0)))
    ]
    free = storage.choose(options, 18)
    assert storage.excluded_count(options, free, 18) == 0
    assert all(form.load.seconds and form.load.bytes for form in free)
    for most in (Load(bytes=free[2].load.bytes + 1, seconds=9), Load(bytes=1e9, seconds=free[2].load.seconds * 1.01)):
        some = storage.choose(options, 18, Limit(most=most))
        assert [bool(form.load.seconds) for form in some] == [False, False, True], (
            "five bits in eight, the most to gain"
        )
        assert storage.excluded_count(options, some, 18) == 2
    none = storage.choose(options, 18, Limit(most=Load()))
    assert storage.excluded_count(options, none, 18) == 3


def test_codes_are_taken_where_they_are_worth_the_time() -> None:
    """Of a large weight many bytes are saved for each second, of a small one few."""
    options = [
        forms(spec_of(laplace(shape, 4), ON), name, 18, ON)
        for name, shape in (("large", (400, 500)), ("small", (8, 16)))
    ]
    chosen = storage.choose(options, 18, loading.limit(Storing(), 1 << 30))
    assert [form.load.seconds > 0 for form in chosen] == [True, False]
    packed = min(form.bytes for form in options[0] if not form.load.seconds)
    assert packed - chosen[0].bytes > loading.PRICE * chosen[0].load.seconds
    assert loading.limit(ON, 0) == storage.UNLIMITED


def test_the_installed_runtime_decodes_at_loading() -> None:
    assert loading.folded()
    assert loading.supported(ON) == ON
