"""What the author says of a model stays with it: programs that run it read class names, task and stride."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.base.job import Job
from workbench.core.recipe.recipe import parse_recipe
from workbench.engine.api.export import export
from workbench.engine.workspace import Workspace
from workbench.formats.opening import open_model

NOTES = {"names": "{0: 'cat', 1: 'dog'}", "stride": "32", "task": "detect"}
RECIPES = ("{'*': [{quantize.affine: {bits: 4}}]}", "{conv: [{prune.channels: {ratio: 0.5}}]}", "{}")


def described(path, opset: int = 17) -> str:
    """A convolution and a dense layer; notes of the model and of what goes in and comes out, and an exporter's."""
    rng = np.random.default_rng(0)
    weights = {"conv.weight": rng.normal(size=(8, 3, 3, 3)), "fc.weight": rng.normal(size=(8, 4))}
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight"], ["c"], name="conv", doc_string="File train.py"),
        helper.make_node("GlobalAveragePool", ["c"], ["g"], name="pool"),
        helper.make_node("Flatten", ["g"], ["f"], name="flat"),
        helper.make_node("MatMul", ["f", "fc.weight"], ["y"], name="fc"),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 6, 6], "RGB, 0 to 1")],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4], "scores")],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
        "a small net",
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, doc_string="v3")
    helper.set_model_props(model, NOTES | {"pkg.torch.export.graph_signature": "long text of an exporter"})
    onnx.save(model, path)
    return str(path)


def assert_described(proto: onnx.ModelProto) -> None:
    assert {entry.key: entry.value for entry in proto.metadata_props} == NOTES
    assert (proto.doc_string, proto.graph.doc_string) == ("v3", "a small net")
    assert (proto.graph.input[0].doc_string, proto.graph.output[0].doc_string) == ("RGB, 0 to 1", "scores")
    assert not any(node.doc_string for node in proto.graph.node)


@pytest.mark.parametrize("recipe", RECIPES)
def test_an_export_keeps_them_and_its_size_is_forecast_to_the_byte(recipe, tmp_path):
    np.savez(tmp_path / "data.npz", x=np.random.default_rng(1).normal(size=(8, 3, 6, 6)).astype(np.float32))
    workspace = Workspace.open(described(tmp_path / "net.onnx"), Job()).attach(str(tmp_path / "data.npz"), Job())
    report = export(
        workspace, parse_recipe(f"version: 1\nlayers: {recipe}"), str(tmp_path / "out"), Job(), timing=False
    )
    content = (tmp_path / "out" / "net_compressed.onnx").read_bytes()
    assert_described(onnx.load_from_string(content))
    assert len(content) == report.after.bytes.value == report.forecast_bytes
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    assert session.get_modelmeta().custom_metadata_map == NOTES


def test_a_model_at_a_newer_opset_keeps_them(tmp_path):
    model = open_model(described(tmp_path / "net.onnx", 11), raise_opset=True, job=Job())
    assert model.opset == 13
    assert_described(onnx.load_from_string(model.to_bytes()))
