"""A small network with its data, on which trainings and scans take a moment."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from workbench.engine.base.evaluate import runner
from workbench.graph.onnx import runtime


def _branches():
    """Relu, or Tanh where the sum is no number: gradients do not pass through an If."""

    def branch(kind):
        return helper.make_graph(
            [helper.make_node(kind, ["a"], [kind])],
            kind,
            [],
            [helper.make_tensor_value_info(kind, TensorProto.FLOAT, None)],
        )

    return [
        helper.make_node("ReduceSum", ["a"], ["sum"], keepdims=0, name="sum"),
        helper.make_node("IsNaN", ["sum"], ["nan"], name="nan"),
        helper.make_node("Not", ["nan"], ["some"], name="not"),
        helper.make_node("If", ["some"], ["r"], name="act", then_branch=branch("Relu"), else_branch=branch("Tanh")),
    ]


def network(folder, activation: str = "Relu", batch: int | str = "n"):
    """A classifier of 16 numbers, data to measure with, and data to train on: labels are its own decisions.

    `batch` is how many samples it takes at a time; by default any number."""
    rng = np.random.default_rng(0)
    weights = {"first": rng.normal(size=(16, 32)), "second": rng.normal(size=(32, 4)), "shift": rng.normal(size=32)}
    nodes = [
        helper.make_node("MatMul", ["x", "first"], ["h"], name="first"),
        helper.make_node("Add", ["h", "shift"], ["a"], name="add"),
        *(_branches() if activation == "If" else [helper.make_node(activation, ["a"], ["r"], name="act")]),
        helper.make_node("MatMul", ["r", "second"], ["scores"], name="second"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 16])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, 4])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()],
    )
    path = folder / "small.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    run = runner(runtime.session(str(path)))
    for name, count in (("test", 400), ("train", 800)):
        x = rng.normal(size=(count, 16)).astype(np.float32)
        step = count if batch == "n" else batch
        answers = np.concatenate([run({"x": x[start : start + step]})[0] for start in range(0, count, step)])
        np.savez(folder / f"{name}.npz", x=x, y=answers.argmax(1))
    return path
