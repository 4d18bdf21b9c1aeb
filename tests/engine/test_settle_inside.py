"""Layers on 8-bit levels beside an If, Loop or Scan that reads their values or weights."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from tests.engine.test_settle import apart_of
from tests.graph.graphs import Build, branch
from tests.graph.test_float_layers import STATIC, compiled
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Row


def info(name, kind=TensorProto.FLOAT, shape=None):
    return helper.make_tensor_value_info(name, kind, shape)


def condition(b, x, weight):
    """An If on the input, whose one branch reads a value, and a weight where one is given."""
    total = b.node("ReduceSum", ["x"], "total", keepdims=0)
    positive = b.node("Greater", [total, b.constant("zero", 0.0)], "positive")
    chosen = (
        helper.make_node("Conv", [x, weight], ["chosen"], "chosen")
        if weight
        else helper.make_node("Neg", [x], ["chosen"], "chosen")
    )
    other = branch("else", helper.make_node("Identity", [x], ["x.q"], "same"))
    return b.node("If", [positive], "either", then_branch=branch("then", chosen), else_branch=other)


def loop(b, x, weight):
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Add", ["sum", x], ["next"])],
        "body",
        [info("step", TensorProto.INT64, []), info("go", TensorProto.BOOL, []), info("sum")],
        [info("on", TensorProto.BOOL, []), info("next")],
    )
    return b.node("Loop", [b.constant("times", 2, np.int64), b.constant("start", True, bool), x], "either", body=body)


def scan(b, x, weight):
    nodes = [helper.make_node("Add", ["sum", x], ["next"]), helper.make_node("Neg", ["each"], ["out"])]
    body = helper.make_graph(nodes, "body", [info("sum"), info("each")], [info("next"), info("out")])
    reads = [x, b.constant("two", np.zeros(2))]
    b.nodes.append(helper.make_node("Scan", reads, ["either", "unread"], "scan", body=body, num_scan_inputs=1))
    return "either"


def model(inside, between="", weight=""):
    """Conv, Relu, perhaps an operator that moves values, what reads the value inside, and a Conv."""
    b = Build()
    x = b.node("Conv", ["x", b.weight("c1.weight", 6, 4, 3, 3), b.weight("c1.bias", 6)], "c1", pads=[1, 1, 1, 1])
    x = b.node("Relu", [x], "relu")
    if between == "MaxPool":
        x = b.node("MaxPool", [x], "moved", kernel_shape=[1, 1])
    if between == "Transpose":
        x = b.node("Transpose", [x], "moved", perm=[0, 1, 3, 2])
    if weight:
        x = b.node("Conv", [x, b.weight(f"{weight}.weight", 6, 6, 1, 1), b.weight(f"{weight}.bias", 6)], "middle")
    x = inside(b, x, f"{weight}.weight" if weight else "")
    b.node("Conv", [x, b.weight("c2.weight", 2, 6, 3, 3), b.weight("c2.bias", 2)], "y", pads=[1, 1, 1, 1])
    return b.model({"x": ["N", 4, 5, 5]}, {"y": ["N", 2, 5, 5]})


@pytest.mark.parametrize("inside", [condition, loop, scan])
@pytest.mark.parametrize("between", ["", "MaxPool", "Transpose"])
@pytest.mark.parametrize("action", [STATIC[0], Action("quantize.smooth")], ids=lambda action: action.method)
def test_a_value_that_is_read_inside_has_no_levels_and_reported(inside, between, action):
    result, feeds = compiled(model(inside, between), Row("*", (action,)))
    assert result.notes == ("c1 has no quantised output: an If, Loop or Scan reads it.",)
    assert result.edits["c1"].compute.delivered is None and result.edits["c2"].compute.delivered is not None
    assert apart_of(result, feeds) < 0.02


def test_a_weight_that_is_read_inside_is_left_and_named():
    result, feeds = compiled(model(condition, weight="shared"), Row("*", STATIC))
    assert "shared" not in result.edits and set(result.edits) == {"c1", "c2"}
    (note,) = result.notes
    assert note.startswith("shared is unchanged: Its weight is also read inside an If, Loop or Scan")
    assert apart_of(result, feeds) < 0.02
