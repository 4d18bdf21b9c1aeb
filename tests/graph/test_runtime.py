"""Sessions are made without copying weights into a message, and do not depend on the arrays afterwards."""

import numpy as np
import onnx_ir as ir
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.graph.onnx import runtime, saving

SHAPE = (400, 64)


def looking_up(weight: np.ndarray) -> ir.Model:
    """Rows of a table, which the runtime does not rearrange when it loads it."""
    graph = helper.make_graph(
        [helper.make_node("Gather", ["w", "rows"], ["y"])],
        "g",
        [helper.make_tensor_value_info("rows", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", SHAPE[1]])],
        [numpy_helper.from_array(weight, "w")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model = ir.serde.deserialize_model(made)
    model.graph.initializers["w"].const_value = ir.tensor(weight, name="w")
    return model


@pytest.mark.parametrize("spinning", [False, True])
def test_a_session_has_separate_weights(spinning):
    weight = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    model, kept = looking_up(weight), weight.copy()
    assert saving.tensor_bytes(model) >= saving.NAMED  # so that it goes beside the graph
    session = runtime.session(model, spinning=spinning)
    weight[:] = 0
    assert np.array_equal(session.run(None, {"rows": np.arange(SHAPE[0])})[0], kept)


def test_a_graph_with_constants_folded_is_written_with_its_weights(tmp_path):
    weight = np.ones(SHAPE, np.float32)
    runtime.session(looking_up(weight), optimized_to=tmp_path / "folded.onnx")
    again = runtime.session(tmp_path / "folded.onnx")
    assert (again.run(None, {"rows": np.arange(3)})[0] == 1).all()
