"""A preparation counts as applied where it changed the graph, not where it has something to say."""

import onnx_ir as ir
import pytest
from onnx import helper

from tests.graph.graphs import Build, opened
from workbench.formats.onnx_file import from_graph
from workbench.graph.prepare.passes import STEPS, PassResult, prepare


def steps_of(proto, *without):
    return {step.id: step for step in opened(proto, frozenset(without)).preparations}


def test_folding_some_is_applied_and_says_what_stays():
    b = Build()
    x = b.batchnorm(b.node("Conv", ["x", b.weight("conv.weight", 4, 4, 1, 1)], "conv"), 4, "folded", "first")
    b.batchnorm(b.node("Relu", [x], "relu"), 4, "y", "second")
    step = steps_of(b.proto({"x": ["N", 4, 5, 5]}, {"y": None}))["batchnorm"]
    assert step.applied
    assert step.detail == "1 BatchNormalization folded into the preceding layer; 1 not folded: it follows Relu"


def test_a_weight_read_in_two_forms_stays_and_nothing_was_done():
    b = Build()
    table = b.weight("table", 40, 8)
    rows = b.node("Gather", [table, "x"], "rows")
    b.node("MatMul", [rows, b.node("Transpose", [table], "turned", perm=[1, 0])], "y")
    step = steps_of(b.proto({"x": ["N"]}, {"y": None}, dtype=7))["weight_chains"]
    assert not step.applied and step.detail == "1 weight not folded, because it is used in several forms"


def test_functions_that_cannot_be_inlined_stay_and_nothing_was_done():
    """Two functions that call each other."""
    imports = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
    functions = [
        helper.make_function("own", name, ["a"], ["b"], [helper.make_node(other, ["a"], ["b"], domain="own")], imports)
        for name, other in (("F", "G"), ("G", "F"))
    ]
    b = Build()
    b.node("F", ["x"], "y", domain="own")
    proto = b.proto({"x": ["N", 4]}, {"y": None}, opsets={"own": 1}, functions=functions)
    result, steps = prepare(ir.serde.deserialize_model(proto))  # opening it refuses such functions
    step = next(step for step in steps if step.id == "functions")
    assert not step.applied and step.detail.startswith("kept: ")
    assert len(result.functions) == 2


@pytest.mark.parametrize("step", [pytest.param(step, id=identifier) for identifier, _, step in STEPS])
def test_a_step_that_says_it_changed_nothing_changed_nothing(step):
    b = Build(ir_version=8)
    b.node("MatMul", ["x", b.weight("fc.weight", 4, 3)], "y")
    graph, _ = from_graph(b.proto({"x": ["N", 4]}, {"y": ["N", 3]}), None, "test")
    before = ir.serde.serialize_model(graph)
    assert step(graph) == PassResult(False) and ir.serde.serialize_model(graph) == before


def test_one_name_alone_is_no_set_of_steps_to_leave_out():
    with pytest.raises(TypeError, match="not one text"):
        prepare(ir.Model(ir.Graph([], [], nodes=[]), ir_version=8), "batchnorm")
