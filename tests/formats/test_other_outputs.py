"""Models whose outputs are maps, sequences or optional are no damaged files: they open, and are written unchanged."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.graph.graphs import Build
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace
from workbench.formats.finish import relative_difference
from workbench.formats.onnx_file import from_proto

FLOAT = helper.make_tensor_type_proto(TensorProto.FLOAT, [])
ML = {"ai.onnx.ml": 3}


def zipped(label=True, strings=False) -> onnx.ModelProto:
    """As scikit-learn's converter writes a classifier: the class, and a map of probabilities for each sample."""
    b = Build(17)
    b.node(
        "MatMul",
        [b.node("Relu", [b.node("MatMul", ["x", b.weight("first", 8, 16)], "a")], "r"), b.weight("second", 16, 3)],
        "scores",
    )
    b.node("Softmax", ["scores"], "p", axis=-1)
    names = {"classlabels_strings": ["a", "b", "c"]} if strings else {"classlabels_int64s": [0, 1, 2]}
    b.node("ZipMap", ["p"], "output_probability", domain="ai.onnx.ml", **names)
    if label:
        b.node("ArgMax", ["p"], "output_label", axis=1, keepdims=0)
    proto = b.proto(
        {"x": ["N", 8]}, {**({"output_label": ["N"]} if label else {}), "output_probability": None}, opsets=ML
    )
    kinds = {
        "output_label": helper.make_tensor_type_proto(TensorProto.INT64, ["N"]),
        "output_probability": helper.make_sequence_type_proto(
            helper.make_map_type_proto(TensorProto.STRING if strings else TensorProto.INT64, FLOAT)
        ),
    }
    for value in proto.graph.output:
        value.type.CopyFrom(kinds[value.name])
    onnx.checker.check_model(proto)
    return proto


@pytest.fixture
def data(tmp_path):
    np.savez(
        tmp_path / "data.npz",
        x=np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32),
        y=np.arange(40) % 3,
    )
    return str(tmp_path / "data.npz")


@pytest.mark.parametrize("strings", [False, True])
def test_maps_are_left_out_of_measuring_and_written_as_they_were(tmp_path, data, strings):
    proto = zipped(strings=strings)
    model = from_proto(onnx.ModelProto.FromString(proto.SerializeToString()), "test.onnx", Job())
    assert not any("changed the outputs" in note for note in model.notes)
    workspace = Workspace(model).attach(data, Job())
    assert workspace.data.answer.notes == (
        "The measured output is 'output_label'.",
        "Not measured: 'output_probability' (a sequence of maps).",
    )
    recipe = Recipe((Row("*", (Action("quantize.affine", {"bits": 4}),)),))
    report = export(workspace, recipe, str(tmp_path / "out"), Job(), timing=False)
    assert report.forecast_bytes == report.after.bytes.value and report.verified.agreement == 1.0
    written = onnx.load(report.files["model"])
    onnx.checker.check_model(written, full_check=True)
    assert list(written.graph.output) == list(proto.graph.output)


def test_a_model_that_gives_only_maps_opens_and_cannot_be_measured(tmp_path, data):
    workspace = Workspace(from_proto(zipped(label=False), "test.onnx", Job()))
    assert [layer.path for layer in workspace.model.layers] == ["first", "second"]
    with pytest.raises(UserError, match=r"'output_probability' \(a sequence of maps\), which cannot be measured"):
        workspace.attach(data, Job())
    recipe = Recipe((Row("*", (Action("quantize.affine", {"bits": 4}),)),))
    assert export(workspace, recipe, str(tmp_path / "out"), Job(), timing=False).verified.value is None


@pytest.mark.parametrize(
    ("op", "kind", "word"),
    [
        ("SequenceConstruct", helper.make_sequence_type_proto(FLOAT), "a sequence"),
        ("Optional", helper.make_optional_type_proto(FLOAT), "optional"),
    ],
)
def test_sequences_and_optional_outputs_are_left_out(data, op, kind, word):
    b = Build(17)
    b.node(op, [b.node("MatMul", ["x", b.weight("first", 8, 4)], "y")], "other")
    proto = b.proto({"x": ["N", 8]}, {"other": None, "y": ["N", 4]})
    proto.graph.output[0].type.CopyFrom(kind)
    workspace = Workspace(from_proto(proto, "test.onnx", Job())).attach(data, Job())
    assert workspace.data.answer.notes == ("The measured output is 'y'.", f"Not measured: 'other' ({word}).")


def test_a_map_as_an_input_is_named():
    proto = zipped()
    proto.graph.input[0].type.CopyFrom(helper.make_map_type_proto(TensorProto.STRING, FLOAT))
    with pytest.raises(UserError, match="The input 'x' of"):
        from_proto(proto, "test.onnx", Job())


def test_sequences_and_maps_are_compared_value_by_value():
    first = [[{0: 1.0, 1: 2.0}], [np.ones(2), np.zeros(3)]]
    assert relative_difference(first, [[{0: 1.0, 1: 2.0 + 1e-7}], [np.ones(2), np.zeros(3)]]) < 1e-6
    assert relative_difference(first, [[{0: 1.0, 1: 3.0}], [np.ones(2), np.zeros(3)]]) > 0.1
    assert relative_difference(first, [[{0: 1.0}], [np.ones(2), np.zeros(3)]]) == float("inf")
