"""An older model at a newer opset: only where that is chosen, only with the same outputs, else the reason is said."""

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper, numpy_helper

import workbench as wb
from tests.formats.test_real_models import OCR, inside
from workbench.cli.commands import cli
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.storing import Storing
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.formats import finish
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime
from workbench.graph.prepare import raise_opset

STATIC = Action("quantize.static", {})


def old_network(path, foreign: bool = False, opset: int = 10) -> str:
    """Convolution, Softmax over two axes at once, Squeeze and ReduceSum with axes as attributes, a dense layer; with
    `foreign` a function of the model's own, which the converter loses."""
    rng = np.random.default_rng(0)
    weights = {
        "conv.weight": rng.normal(size=(4, 1, 3, 3)) / 3,
        "conv.bias": rng.normal(size=4),
        "head.weight": rng.normal(size=(4, 3)),
        "head.bias": rng.normal(size=3),
    }
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight", "conv.bias"], ["c"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Softmax", ["c"], ["s"], name="soft", axis=2),
        helper.make_node("ReduceSum", ["s"], ["r"], name="sum", axes=[3]),
        helper.make_node("ReduceMax", ["r"], ["m"], name="most", axes=[2]),
        helper.make_node("Squeeze", ["m"], ["q"], name="squeeze", axes=[2, 3]),
        helper.make_node("Gemm", ["q", "head.weight", "head.bias"], ["h"], name="head"),
    ]
    imports = [helper.make_opsetid("", opset)]
    if foreign:
        imports.append(helper.make_opsetid("own", 1))
        nodes.append(helper.make_node("Same", ["h"], ["y"], name="out", domain="own"))
    else:
        nodes.append(helper.make_node("Identity", ["h"], ["y"], name="out"))
    graph = helper.make_graph(
        nodes,
        "old",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()],
    )
    function = helper.make_function(
        "own", "Same", ["a"], ["b"], [helper.make_node("Identity", ["a"], ["b"])], [helper.make_opsetid("", opset)]
    )
    onnx.save(
        helper.make_model(
            graph, opset_imports=imports, ir_version=8 if foreign else 5, functions=[function] if foreign else []
        ),
        path,
    )
    return str(path)


def step_of(model):
    return next(step for step in model.preparations if step.id == "opset")


def answers(model, feeds):
    return runtime.run(runtime.session(model), feeds)


def test_it_is_off_until_it_is_chosen(tmp_path):
    model = open_model(old_network(tmp_path / "old.onnx"), job=Job())
    step = step_of(model)
    assert model.opset == 10 and not step.applied and step.optional and "13" in step.detail
    new = open_model(old_network(tmp_path / "new.onnx", opset=12), raise_opset=True, job=Job())
    assert new.opset == 13 and step_of(new).applied


def test_chosen_it_answers_as_before_under_the_same_layers(tmp_path):
    path = old_network(tmp_path / "old.onnx")
    before, after = open_model(path, job=Job()), open_model(path, raise_opset=True, job=Job())
    assert after.opset == 13 and not after.notes and step_of(after).detail.startswith("opset 10 -> 13")
    assert [layer.path for layer in after.layers] == [layer.path for layer in before.layers]
    feeds = {"x": np.random.default_rng(1).normal(size=(5, 1, 6, 6)).astype(np.float32)}
    assert finish.relative_difference(answers(before, feeds), answers(after, feeds)) < 1e-6
    onnx.checker.check_model(onnx.load_from_string(after.to_bytes()))


def test_an_output_without_a_recorded_shape_is_in_no_way(tmp_path):
    path = old_network(tmp_path / "old.onnx", opset=11)
    proto = onnx.load(path)
    proto.graph.output[0].type.tensor_type.ClearField("shape")
    onnx.save(proto, path)
    model = open_model(path, raise_opset=True, job=Job())
    assert model.opset == 13 and step_of(model).applied, step_of(model).detail
    assert model.ir.graph.outputs[0].shape is None


def test_what_the_converter_cannot_do_stays_and_says_why(tmp_path):
    model = open_model(old_network(tmp_path / "foreign.onnx", foreign=True), raise_opset=True, job=Job())
    step = step_of(model)
    assert model.opset == 10 and not step.applied and step.detail.startswith("kept at 10")
    assert any(step.detail in note for note in model.notes)


def test_outputs_that_change_are_not_accepted(tmp_path, monkeypatch):
    whole = raise_opset.raised

    def wrong(graph):
        made = whole(graph)
        value = made.graph.initializers["head.bias"]
        value.const_value = ir.Tensor(value.const_value.numpy() + np.float32(0.01))
        return made

    monkeypatch.setattr(raise_opset, "raised", wrong)
    model = open_model(old_network(tmp_path / "old.onnx"), raise_opset=True, job=Job())
    assert model.opset == 10 and "the outputs changed by" in step_of(model).detail


def test_a_newer_model_has_no_such_step(tmp_path):
    from tests.engine.small import network

    assert not [step for step in open_model(str(network(tmp_path)), job=Job()).preparations if step.id == "opset"]


@pytest.mark.slow
def test_the_command_line_raises_it_before_compressing_or_says_why_not(tmp_path):
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(0).normal(size=(20, 1, 6, 6)).astype(np.float32))
    always = Recipe(storing=Storing(integers="all"))  # whatever this machine is faster at
    always.with_actions(["head"], (STATIC,)).save(tmp_path / "r.yaml")

    def compress(model: str, *more: str):
        return CliRunner().invoke(
            cli,
            [
                "compress",
                model,
                "--data",
                str(tmp_path / "x.npz"),
                "--recipe",
                str(tmp_path / "r.yaml"),
                "--out",
                str(tmp_path / "out"),
                *more,
            ],
        )

    old = old_network(tmp_path / "old.onnx")
    assert compress(old).exit_code == 1 and not (tmp_path / "out").exists()
    assert compress(old, "--raise-opset").exit_code == 0
    written = onnx.load(tmp_path / "out" / "old_compressed.onnx")
    assert next(each.version for each in written.opset_import if not each.domain) == 13
    assert "QuantizeLinear" in {node.op_type for node in written.graph.node}
    refused = compress(old_network(tmp_path / "foreign.onnx", foreign=True), "--raise-opset")
    assert refused.exit_code == 1 and "kept at 10" in refused.stderr


@pytest.mark.slow
@pytest.mark.needs(OCR)
def test_a_real_model_takes_a_scale_a_channel_once_it_is_raised(tmp_path):
    path = str(inside("rapidocr_onnxruntime", "models", "ch_ppocr_mobile_v2.0_cls_infer.onnx"))
    np.savez(tmp_path / "lines.npz", x=np.random.default_rng(0).normal(size=(8, 3, 48, 192)).astype(np.float32))
    recipe = Recipe().with_actions(["*"], (STATIC,))
    quantised = {}
    for chosen in (False, True):
        own = Workspace.open(path, Job(), raise_opset=chosen).attach(str(tmp_path / "lines.npz"), Job())
        result = own.compiled(recipe, Job())
        quantised[chosen] = result
    before, after = quantised.values()
    assert not before.edits and any("Model > Preparation" in note for note in before.notes)
    assert after.model.opset == 13 and len(after.edits) > 40
    feeds = own.data.feeds(slice(0, 4))
    floats, integers = answers(own.model, feeds)[0], answers(effective(after.model, after.edits), feeds)[0]
    assert 0 < np.abs(floats - integers).max() < 0.2


def test_an_operator_that_is_replaced_keeps_no_layer_from_its_name(tmp_path):
    """Upsample, of files before opset 10, becomes Resize."""
    rng = np.random.default_rng(1)
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight"], ["c"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Upsample", ["c"], ["u"], name="up", mode="nearest", scales=[1.0, 1.0, 2.0, 2.0]),
        helper.make_node("Relu", ["u"], ["y"], name="relu"),
    ]
    graph = helper.make_graph(
        nodes,
        "old",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, 8, 8])],
        [numpy_helper.from_array(rng.normal(size=(3, 2, 3, 3)).astype(np.float32), "conv.weight")],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 7)], ir_version=8)
    step = wb.Recipe({"*": ["quantize.affine"]})
    with pytest.raises(wb.UserError, match=r"needs opset 9, and the model has opset 7\. .*--raise-opset"):
        wb.open(proto).export(step, tmp_path)
    opened = wb.open(proto, raise_opset=True)
    assert opened.layers.paths == ("conv",) and opened.size(step) != opened.summary.bytes
