"""Blocks of a model: each layer in one block at most, computed one after the other, with sums and activations."""

import pytest

from tests.graph.graphs import Build, opened, residual
from workbench.graph.model.model import Model
from workbench.graph.subgraph.blocks import MOST, blocks_of


def product(build: Build, x: str, path: str, size: int = 4) -> str:
    return build.node("MatMul", [x, build.weight(f"{path}.weight", size, size)], f"{path}.out")


def network(*modules: tuple[str, ...], tail: str = "head") -> Model:
    """Residual modules of products: x + relu(... x), then relu; a head behind them."""
    build, x = Build(), "x"
    for number, paths in enumerate(modules):
        skip = x
        for path in paths:
            x = build.node("Relu", [product(build, x, path)], f"{path}.relu")
        x = build.node("Relu", [build.node("Add", [x, skip], f"sum{number}")], f"block{number}")
    build.node("MatMul", [x, build.weight(f"{tail}.weight", 4, 3)], "y")
    return build.model({"x": ["n", 4]}, {"y": ["n", 3]})


def test_modules_are_blocks_with_their_sum_and_activation():
    model = network(("stages.0.a", "stages.0.b"), ("stages.1.a", "stages.1.b"))
    found = blocks_of(model)
    assert [block.name for block in found] == ["stages.0", "stages.1", "head"]
    assert [block.given for block in found] == ["block0", "block1", "y"]
    assert [block.received for block in found] == [("x",), ("block0",), ("block1",)]


@pytest.mark.parametrize(
    ("modules", "names"),
    [
        ([("net.a", "net.b")], ["net", "head"]),
        ([("block.attention.q", "block.attention.v", "block.out")], ["block", "head"]),  # a part alone is no block
        ([("block.attention.q", "block.attention.v"), ("block.mlp.a", "block.mlp.b")], None),
        ([tuple(f"wide.{index}" for index in range(MOST + 1))], [*(f"wide.{index}" for index in range(9)), "head"]),
    ],
)
def test_a_module_of_several_blocks_or_many_layers_is_taken_apart(modules, names):
    found = [block.name for block in blocks_of(network(*modules))]
    assert found == (names or ["block.attention", "block.mlp", "head"])


def test_the_whole_model_is_no_block():
    model = network(("net.a", "net.b"), tail="net.head")
    assert [block.name for block in blocks_of(model)] == ["net.a", "net.b", "net.head"]


def test_layers_of_no_module_are_blocks_with_what_follows():
    model = opened(residual())
    found = {block.name: block for block in blocks_of(model)}
    assert found["stem"].given == "stem_relu" and found["block.depthwise"].given == "joined"
    assert set(found["block.depthwise"].received) == {"stem_relu"}
    assert set(found["shared"].received) == {"joined", "stem_relu"}  # used twice, with nothing else between


def test_every_block_reads_what_is_computed_before_it():
    model = network(("a.0", "a.1"), ("b.0",), ("c.x", "c.y"))
    computed = {"x"}
    for block in blocks_of(model):
        assert computed.issuperset(block.received)
        computed.add(block.given)
    every = [path for block in blocks_of(model) for path in block.layers]
    assert sorted(every) == sorted(model.sites)
