"""A file that others quantised, whose outputs differ without the runtime's optimisation: this is told at opening."""

import numpy as np
import onnx
import pytest

from tests.graph.graphs import Build
from workbench.core.base.job import Job
from workbench.engine.workspace import Workspace


def quantised(weakest: float) -> onnx.ModelProto:
    """A convolution in 8 bits with biases in floats, which the runtime makes integers of s_x * s_w."""
    b = Build(13)
    scales = np.array([0.02] * 3 + [weakest])
    given = [b.constant("x.scale", 0.05), b.constant("x.zero", 0, np.int8)]
    x = b.node("DequantizeLinear", [b.node("QuantizeLinear", ["x", *given], "q"), *given], "dq")
    levels = b.constant("w", b.rng.integers(-50, 51, (4, 3, 1, 1)), np.int8)
    w = b.node(
        "DequantizeLinear",
        [levels, b.constant("w.scale", scales), b.constant("w.zero", [0] * 4, np.int8)],
        "wf",
        axis=0,
    )
    made = b.node("Conv", [x, w, b.constant("bias", [1, 2, 3, 4])], "made")
    ends = [b.constant("y.scale", 0.1), b.constant("y.zero", 0, np.int8)]
    b.node("DequantizeLinear", [b.node("QuantizeLinear", [made, *ends], "qy"), *ends], "y")
    return b.proto({"x": ["n", 3, 2, 2]}, {"y": ["n", 4, 2, 2]})


@pytest.fixture
def opened(tmp_path):
    def open_(weakest):
        onnx.save(quantised(weakest), tmp_path / "m.onnx")
        np.savez(tmp_path / "d.npz", x=np.random.default_rng(0).standard_normal((8, 3, 2, 2)).astype(np.float32))
        workspace = Workspace.open(str(tmp_path / "m.onnx"), Job())
        return workspace, workspace.attach(str(tmp_path / "d.npz"), Job())

    return open_


def test_outputs_that_depend_on_the_optimisation_are_told(opened):
    bare, attached = opened(1e-12)
    assert any("depends on ONNX Runtime's graph optimisation" in note and "random" in note for note in bare.model.notes)
    assert any("graph optimisation" in note and "on 8 samples" in note for note in attached.evaluator.data.notes)


def test_a_file_that_is_computed_as_written_has_no_such_note(opened):
    bare, attached = opened(0.02)
    assert not [note for note in (*bare.model.notes, *attached.evaluator.data.notes) if "optimisation" in note]
