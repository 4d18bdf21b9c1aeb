"""Only damage is called damage: other files open, or the sentence says what is missing where."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.formats.test_onnx_file import refusal
from workbench.core.base.job import Job
from workbench.formats import finish
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime

ML = helper.make_opsetid("ai.onnx.ml", 3)
SCORES = helper.make_tensor_type_proto(TensorProto.FLOAT, [])


def classifier(nodes, outputs, opset=17, ir_version=8, imports=()):
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["h"], name="fc"), *nodes],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        outputs,
        [numpy_helper.from_array(np.ones((4, 3), np.float32), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *imports], ir_version=ir_version)


def tensor(name):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)


def zipped(key, **labels):
    maps = helper.make_sequence_type_proto(helper.make_map_type_proto(key, SCORES))
    return classifier(
        [
            helper.make_node("Softmax", ["h"], ["p"]),
            helper.make_node("ZipMap", ["p"], ["y"], domain="ai.onnx.ml", **labels),
        ],
        [helper.make_value_info("y", maps)],
        imports=[ML],
    )


@pytest.mark.parametrize(
    "proto",
    [
        zipped(TensorProto.INT64, classlabels_int64s=[0, 1, 2]),
        zipped(TensorProto.STRING, classlabels_strings=["a", "b", "c"]),
        classifier(
            [helper.make_node("SplitToSequence", ["h"], ["y"], axis=1)],
            [helper.make_value_info("y", helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, None)))],
        ),
        classifier(
            [helper.make_node("Optional", ["h"], ["y"])],
            [helper.make_value_info("y", helper.make_optional_type_proto(helper.make_tensor_type_proto(1, None)))],
        ),
    ],
    ids=["map of numbers", "map of names", "sequence", "optional"],
)
def test_outputs_that_are_no_tensors_open_and_are_written_again(tmp_path, proto):
    onnx.save(proto, tmp_path / "m.onnx")
    model = open_model(str(tmp_path / "m.onnx"), job=Job())
    assert ([layer.path for layer in model.layers], model.notes) == (["fc"], ())
    model.save(tmp_path / "again.onnx")
    x = {"x": np.eye(4, dtype=np.float32)[:1]}
    before, after = (runtime.run(runtime.session(tmp_path / name), x) for name in ("m.onnx", "again.onnx"))
    assert finish.relative_difference(before, after) == 0.0


def test_maps_differ_by_their_values_and_their_keys():
    assert finish.relative_difference([[{0: 1.0, 1: 2.0}]], [[{0: 1.0, 1: 1.0}]]) == pytest.approx(0.5)
    assert finish.relative_difference([[{0: 1.0}]], [[{1: 1.0}]]) >= 1.0
    assert finish.relative_difference([[{"a": 1.0}]], [[{"b": 1.0}]]) == float("inf")


@pytest.mark.parametrize(
    ("proto", "said"),
    [
        (
            classifier(
                [helper.make_node("Own", ["h"], ["y"], domain="own.ops")],
                [tensor("y")],
                imports=[helper.make_opsetid("own.ops", 1)],
            ),
            "the operator own.ops:Own is unknown",
        ),
        (classifier([helper.make_node("Relu", ["h"], ["y"])], [tensor("y")], opset=99), "its opset 99 is newer than"),
        (
            classifier([helper.make_node("Relu", ["h"], ["y"])], [tensor("y")], ir_version=99),
            "its IR version 99 is newer than",
        ),
    ],
)
def test_what_the_runtime_does_not_have_is_not_called_damage(tmp_path, proto, said):
    onnx.save(proto, tmp_path / "m.onnx")
    error = refusal(tmp_path / "m.onnx")
    assert said in error.what
    assert "damaged" not in error.what and "[" not in error.what
