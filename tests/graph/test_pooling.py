"""Weights that share codes: levels kept in ONNX Runtime, nothing left to decode, pools only where they save."""

import numpy as np
import onnx
import onnx_ir as ir
import pytest

from workbench.graph.encodings.affine import Affine
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.dense import Dense
from workbench.graph.entropy.pool_code import LONGEST, pools
from workbench.graph.onnx import runtime
from workbench.graph.storage import decoders, pooling

OPSET = 18


def affine(shape: tuple[int, ...], zeros: float, seed: int, bits: int = 4) -> Affine:
    rng = np.random.default_rng(seed)
    most = (1 << bits - 1) - 1
    levels = np.clip(np.rint(rng.laplace(0, 1.5, shape)), -most, most).astype(np.int8)
    levels[rng.random(shape) < zeros] = 0
    return Affine(levels, bits, np.full((shape[0], 1), 0.25, np.float32), None, shape)


def decoded(encodings: dict[str, Affine], tmp_path) -> dict[str, np.ndarray]:
    """Each weight as ONNX Runtime has it after loading."""
    outputs, nodes, values = [], [], []
    for name, encoding in encodings.items():
        weight = ir.Value(name=name, const_value=ir.Tensor(np.zeros(encoding.shape, np.float32), name=name))
        shape, kind = ir.Shape(encoding.shape), ir.TensorType(ir.DataType.FLOAT)
        outputs.append(ir.Value(name=f"{name} y", shape=shape, type=kind))
        nodes.append(ir.Node("", "Identity", [weight], outputs=[outputs[-1]]))
        values.append(weight)
    imports = {"": OPSET, decoders.DOMAIN: 1}
    graph = ir.Graph([], outputs, nodes=nodes, initializers=values, opset_imports=imports, name="graph")
    functions = [decoders.function(name, OPSET) for name in pooling.put(graph, encodings)]
    content = ir.to_proto(ir.Model(graph, ir_version=8, functions=functions)).SerializeToString()
    session = runtime.session(content, threads=1, optimized_to=tmp_path / "optimized.onnx")
    left = {node.op_type for node in onnx.load(tmp_path / "optimized.onnx").graph.node}
    assert left <= {"Identity"}
    return dict(zip(encodings, session.run(None, {}), strict=True))


@pytest.mark.parametrize("zeros", [(0.0,), (0.4, 0.97), (0.9, 0.9, 1.0), (0.0, 0.8, 0.99), (0.999,)])
def test_levels_come_back(zeros, tmp_path):
    shapes = ((7, 31), (40, 60), (3, 1000), (1, 5))
    made = {f"w{i}": affine(shapes[i], share, i) for i, share in enumerate(zeros)}
    found = decoded(made, tmp_path)
    for name, encoding in made.items():
        np.testing.assert_array_equal(found[name], encoding.decode())


@pytest.mark.parametrize("bits", [3, 4])
def test_pairs_of_gap_and_level_are_one_byte(bits, tmp_path):
    rng, most = np.random.default_rng(0), (1 << bits - 1) - 1
    levels = np.clip(np.rint(rng.laplace(0, most / 6, (90, 300))), -most - 1, most).astype(np.int8)
    levels[rng.random(levels.shape) < 0.6] = 0
    encoding = Affine(levels, bits, np.full((1, 1), 0.5, np.float32), None, levels.shape)
    np.testing.assert_array_equal(decoded({"w": encoding}, tmp_path)["w"], encoding.decode())
    (pool,) = pools([levels.ravel()])
    assert pool.form == "Pairs" and pool.values.table.dtype == np.uint8


def test_a_gap_longer_than_any_word_says_comes_back(tmp_path):
    levels = np.zeros((4, 3 * LONGEST[-1]), np.int8)
    levels[0, 3], levels[3, -1] = 5, -7
    encoding = Affine(levels, 4, np.full((1, 1), 0.5, np.float32), None, levels.shape)
    np.testing.assert_array_equal(decoded({"w": encoding}, tmp_path)["w"], encoding.decode())


def test_layers_that_are_alike_share_a_pool_and_others_do_not():
    levels = [np.asarray(affine((80, 80), zeros, seed).q).ravel() for seed, zeros in enumerate((0.96, 0.1, 0.96, 0.1))]
    found = sorted(tuple(sorted(pool.members)) for pool in pools(levels))
    assert found == [(0, 2), (1, 3)]
    alone = sum(pool.bytes for each in levels for pool in pools([each]))
    assert sum(pool.bytes for pool in pools(levels)) < alone


@pytest.mark.parametrize("table", [[-0.5, 0.0, 0.25, 3.0], [0.0, 1.0], [-1.0, 2.0, 5.0]])
def test_values_of_a_table_come_back(table, tmp_path):
    places = np.random.default_rng(0).integers(0, len(table), (30, 40)).astype(np.uint8)
    made = {"shared": Codebook(places, np.array(table, np.float32), 2), "other": affine((20, 40), 0.3, 1)}
    found = decoded(made, tmp_path)
    for name, encoding in made.items():
        np.testing.assert_array_equal(found[name], encoding.decode())


def test_weights_on_few_levels_alone_are_pooled():
    assert pooling.suits(affine((8, 80), 0.5, 0), OPSET)
    assert not pooling.suits(affine((8, 80), 0.5, 0), 12)
    assert pooling.suits(Codebook(np.zeros((8, 80), np.uint8), np.zeros(16, np.float32), 4), OPSET)
    assert not pooling.suits(Codebook(np.zeros((8, 80), np.uint8), np.zeros(256, np.float32), 8), OPSET)
    assert not pooling.suits(Dense(np.ones((8, 80), np.float32)), OPSET)


def test_tables_count_where_many_layers_are_nearly_alike():
    """Each is a little different, and no difference is worth a table."""
    shares = np.linspace(0.6, 0.7, 12)
    levels = [np.asarray(affine((60, 50), zeros, seed).q).ravel() for seed, zeros in enumerate(shares)]
    found = pools(levels)
    assert len(found) <= 4 and sorted(index for pool in found for index in pool.members) == list(range(12))
    assert sum(pool.bytes for pool in found) < sum(
        pool.bytes for first in range(0, 12, 2) for pool in pools(levels[first : first + 2])
    )
