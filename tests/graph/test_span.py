"""Modules cut out of a graph: where they begin and end, and why some cannot be."""

import pytest
from onnx import TensorProto

from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.formats.opening import open_model
from workbench.graph.subgraph.span import span_of


def chain(*, join: bool = False, tail: bool = False):
    """stem -> [block.a -> Relu -> block.b (-> Add with the stem's output)] -> Relu -> head."""
    graph = Build()
    stem = graph.node("Conv", ["x", graph.weight("stem.weight", 4, 4, 1, 1)], "s")
    graph.node("Conv", [stem, graph.weight("block.a.weight", 4, 4, 3, 3)], "a", pads=[1] * 4)
    graph.node("Relu", ["a"], "ra")
    graph.node("Conv", ["ra", graph.weight("block.b.weight", 4, 4, 3, 3)], "b", pads=[1] * 4)
    last = graph.node("Add", ["b", stem], "sum") if join else "b"
    graph.node("Relu", [last], "r")
    graph.node("Conv", ["r" if not tail else last, graph.weight("head.weight", 2, 4, 1, 1)], "y")
    return graph.model({"x": ["n", 4, 6, 6]}, {"y": None})


def test_it_begins_before_its_first_layer_and_ends_behind_its_last():
    span = span_of(chain(), "block")
    assert (span.received, span.given) == ("s", "b") and span.layers == ("block.a", "block.b")
    assert span.nodes == ("node_a", "node_ra", "node_b") and span.before == span.after == (1, 4, 6, 6)


def test_the_sum_with_what_it_receives_belongs_to_it_and_the_activation_behind_does_not():
    span = span_of(chain(join=True), "block")
    assert span.given == "sum" and "node_r" not in span.nodes


def test_a_layer_is_a_span_too():
    span = span_of(chain(), "block.b")
    assert (span.received, span.given) == ("ra", "b")


def test_an_activation_that_reads_its_input_twice_is_no_sum():
    graph = Build()
    graph.node("Conv", ["x", graph.weight("block.a.weight", 4, 4, 1, 1)], "a")
    graph.node("Sigmoid", ["a"], "gate")
    graph.node("Mul", ["a", "gate"], "swish")
    graph.node("Conv", ["swish", graph.weight("head.weight", 2, 4, 1, 1)], "y")
    assert span_of(graph.model({"x": ["n", 4, 6, 6]}, {"y": None}), "block").given == "a"


def test_attention_is_cut_out_with_all_that_lies_between():
    model = open_model(str(resource_path("demo/fashion_vit.onnx")), job=Job())
    block, attention = span_of(model, "blocks.0"), span_of(model, "blocks.0.attention")
    assert block.before == block.after == attention.before == attention.after == (1, 25, 96)
    assert len(block.layers) == 6 and attention.layers[-1] == "blocks.0.attention.proj"
    assert set(attention.nodes) < set(block.nodes) and span_of(model, "blocks.1").received == block.given


def test_why_a_module_cannot_be_cut_out():
    graph = Build()
    graph.node("Conv", ["x", graph.weight("block.a.weight", 4, 4, 1, 1)], "a")
    graph.node("Conv", ["a", graph.weight("between.weight", 4, 4, 1, 1)], "m")
    graph.node("Conv", ["m", graph.weight("block.b.weight", 4, 4, 1, 1)], "b")
    graph.node("Add", ["a", "b"], "y")
    model = graph.model({"x": ["n", 4, 6, 6]}, {"y": None})
    with pytest.raises(
        UserError, match="cannot be replaced on its own: between its input and its output there is also between"
    ):
        span_of(model, "block")
    with pytest.raises(UserError, match="no module 'nothing'"):
        span_of(model, "nothing")
    graph = Build()
    graph.node("Conv", ["x", graph.weight("block.a.weight", 4, 4, 1, 1)], "a")
    graph.node("Conv", ["z", graph.weight("block.b.weight", 4, 4, 1, 1)], "b")
    graph.node("Add", ["a", "b"], "sum")
    graph.node("Conv", ["sum", graph.weight("head.weight", 2, 4, 1, 1)], "y")
    with pytest.raises(UserError, match=r"has 2 inputs \(x, z\) and 1 outputs"):
        span_of(graph.model({"x": ["n", 4, 6, 6], "z": ["n", 4, 6, 6]}, {"y": None}), "block")


def test_an_if_is_never_cut_out_nor_counted_as_a_sum():
    def branch(name):
        part = Build()
        part.node("MatMul", ["h", part.weight(f"{name}.weight", 4, 4)], f"{name}_out")
        return part.proto({}, {f"{name}_out": None}).graph

    graph = Build()
    graph.node("MatMul", ["x", graph.weight("block.a.weight", 4, 4)], "h")
    graph.node("ReduceSum", ["x"], "total", keepdims=0)
    graph.node("Cast", ["total"], "cond", to=TensorProto.BOOL)
    graph.node("If", ["cond"], "y", then_branch=branch("then"), else_branch=branch("other"))
    span = span_of(graph.model({"x": ["n", 4]}, {"y": None}), "block")
    assert (span.received, span.given, span.nodes) == ("x", "h", ("node_h",))


def test_sizes_that_are_free_are_those_of_the_sample_that_macs_are_counted_for():
    graph = Build()
    graph.node("Conv", ["x", graph.weight("block.a.weight", 4, 4, 1, 1)], "y")
    span = span_of(graph.model({"x": ["n", 4, "h", "w"]}, {"y": None}), "block")
    assert span.before == span.after and span.before[:2] == (1, 4) and all(size > 1 for size in span.before[2:])
