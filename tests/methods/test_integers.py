"""Layers that the runtime computes in integers: what its optimiser makes of them, and known answers."""

from collections import Counter
from dataclasses import replace

import numpy as np
import onnx
import pytest

from tests.graph.graphs import opened, residual
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.compile import compiler, forecast
from workbench.graph.encodings.affine import Affine
from workbench.graph.onnx import runtime
from workbench.graph.rewrite import qdq
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import sqnr_db
from workbench.graph.storage.kernels import Levels
from workbench.methods.base.observer import BINS, Observer
from workbench.testing.models import model_with


def edited(model, path, data, *actions):
    return compiler.edit(model, path, actions, data, 0, Cache(1 << 28), Job())


def kernels(model, path, data, tmp_path, *actions):
    """The operators of the graph that ONNX Runtime runs."""
    file, optimized = tmp_path / "edited.onnx", tmp_path / "optimized.onnx"
    with_edits(model, {path: edited(model, path, data, *actions)}).save(file)
    options = runtime.ort.SessionOptions()
    options.log_severity_level = 4
    options.optimized_model_filepath = str(optimized)
    runtime.ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return Counter(node.op_type for node in onnx.load(optimized).graph.node)


@pytest.mark.parametrize(
    ("op", "action", "kernel"),
    [
        ("Conv", Action("quantize.static"), "QLinearConv"),
        ("Depthwise", Action("quantize.static"), "QLinearConv"),
        ("Conv", Action("quantize.static", {"bits": 4}), "QLinearConv"),
        ("Conv", Action("quantize.static", {"symmetric_activations": True}), "QLinearConv"),
        ("Gemm", Action("quantize.static"), "QGemm"),
        ("Gemm", Action("quantize.static", {"symmetric_activations": True}), "QGemm"),
        ("MatMul", Action("quantize.static"), "MatMulIntegerToFloat"),  # the bias is added in floats
        ("Conv", Action("quantize.dynamic"), "ConvInteger"),
        ("MatMul", Action("quantize.dynamic"), "DynamicQuantizeMatMul"),
        ("Gemm", Action("quantize.dynamic", {"granularity": "tensor"}), "DynamicQuantizeMatMul"),
        ("Gemm", Action("quantize.blockwise"), "MatMulNBits"),
        ("MatMul", Action("quantize.blockwise"), "MatMulNBits"),
    ],
)
def test_the_runtime_computes_in_integers(op, action, kernel, tmp_path):
    model, path, data = model_with(op)
    found = kernels(model, path, data, tmp_path, action)
    assert found[kernel] == 1, found
    assert not found & Counter(("Conv", "Gemm", "MatMul", "FusedConv"))


def test_columns_and_4_bit_weights_cost_nothing_at_run_time(tmp_path):
    model, path, data = model_with("Gemm")
    assert kernels(model, path, data, tmp_path, Action("quantize.awq")) == {"Gemm": 1}


def test_neighbours_share_the_levels_between_them(tmp_path):
    """What one layer delivers is what the next receives: written once."""
    model = opened(residual())
    rng = np.random.default_rng(0)
    data = Dataset(
        "memory",
        {spec.name: rng.standard_normal((16, *spec.shape[1:])).astype(np.float32) for spec in model.inputs},
        model.inputs,
        None,
    )
    paths = [layer.path for layer in model.layers if layer.op == "Conv" and not layer.locked and layer.uses == 1]
    recipe = Recipe().with_actions(paths, (Action("quantize.static"),))
    chosen, notes = compiler.stacks(model, recipe)
    result = compiler.compiled(model, chosen, notes, data, 0, Cache(1 << 28), Job())
    graph = with_edits(result.model, result.edits).ir.graph
    for node in graph:
        if node.op_type == "QuantizeLinear":
            producer = node.inputs[0].producer()
            assert producer is None or producer.op_type != "DequantizeLinear"
    assert forecast.forecast(model, chosen)[1] == result.changes()[1]


def test_levels_cover_what_was_seen_and_zero():
    levels = Levels.covering(0.5, 2.0)
    assert levels.zero_point == 0 and levels.scale == pytest.approx(2 / 255)
    assert Levels.covering(-1.0, 1.0).rounded(np.zeros(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("rule", ["minmax", "percentile", "mse", "entropy"])
def test_symmetric_levels_have_no_zero_point_and_are_signed(rule):
    x = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    watching = Observer(1)
    watching.add(x)
    levels = watching.observed.levels(rule, symmetric=True)
    assert levels.zero_point == 0 and levels.signed and levels.limits == (-128, 127)
    assert np.abs(levels.rounded(x) - x).mean() < 0.05 and levels.rounded(np.zeros(1)) == 0
    assert Levels.covering(-1.0, 2.0, symmetric=True).ends[1] == pytest.approx(2.0)


def test_a_graph_with_symmetric_levels_has_int8_zero_points(tmp_path):
    model, path, data = model_with("Conv")
    step = Action("quantize.static", {"symmetric_activations": True})
    written = with_edits(model, {path: edited(model, path, data, step)})
    zeros = [node.inputs[2].const_value.numpy() for node in written.ir.graph if node.op_type == "QuantizeLinear"]
    assert zeros and all(zero.dtype == np.int8 and not zero.any() for zero in zeros)


def test_an_observer_gives_the_same_in_any_order_of_batches():
    rng = np.random.default_rng(0)
    batches = [rng.standard_normal((8, 4, 5)).astype(np.float32) * scale for scale in (0.1, 1.0, 7.0)]
    found = []
    for order in (batches, batches[::-1]):
        observer = Observer(1)
        for batch in order:
            observer.add(batch)
        found.append(observer.observed)
    whole = np.concatenate(batches)
    for observed in found:
        assert (observed.low, observed.high) == (whole.min(), whole.max())
        np.testing.assert_allclose(observed.highs, whole.max(axis=(0, 2)))
        assert observed.counts.sum() == whole.size and len(observed.counts) == BINS


@pytest.mark.parametrize("rule", ["percentile", "mse", "entropy"])
def test_a_lone_outlier_does_not_take_the_levels(rule):
    """Of 100,000 values around 0 and one of 20, the levels of the many are finer without the one."""
    x = np.random.default_rng(0).standard_normal((100, 1000)).astype(np.float32)
    observer = Observer(-1)
    observer.add(x)
    observer.add(np.array([[20.0] + [0.0] * 999], np.float32))
    chosen, whole = observer.observed.levels(rule), observer.observed.levels("minmax")
    assert chosen.scale < 0.95 * whole.scale
    assert np.square(chosen.rounded(x) - x).mean() < np.square(whole.rounded(x) - x).mean()


def test_smoothing_wins_back_what_outlier_channels_take():
    model, path, data = model_with("Gemm")
    rng = np.random.default_rng(1)
    scale = np.ones(300, np.float32)
    scale[rng.choice(300, 6, replace=False)] = 60
    spread = replace(data, inputs={"x": data.inputs["x"] * scale})
    feeds = spread.feeds(slice(0, 64))
    expected = runtime.session(model).run(None, feeds)[0]

    def error(*actions):
        edits = {path: edited(model, path, spread, *actions)}
        return np.abs(runtime.session(with_edits(model, edits)).run(None, feeds)[0] - expected).mean()

    assert error(Action("quantize.smooth", {"output": False})) < 0.5 * error(
        Action("quantize.static", {"output": False})
    )


def test_awq_loses_less_of_the_output_than_rounding_to_nearest():
    model, path, data = model_with("Gemm")
    scale = np.ones(300, np.float32)
    scale[::50] = 30
    spread = replace(data, inputs={"x": data.inputs["x"] * scale})
    x, weight = spread.inputs["x"], model.weight(path)

    def error(action):
        return np.square(x @ (edited(model, path, spread, action).weight - weight).T).mean()

    assert error(Action("quantize.awq", {"bits": 3})) < 0.7 * error(Action("quantize.affine", {"bits": 3}))


def test_reduced_range_keeps_sums_of_products_right():
    """With seven bits no sum of two products leaves 16 bits, so every processor gives the exact answer."""
    model, path, data = model_with("MatMul")
    edit = edited(model, path, data, Action("quantize.static", {"output": False}))
    assert np.abs(edit.encoding.q.astype(int)).max() <= 64
    feeds = data.feeds(slice(0, 8))
    found = runtime.session(with_edits(model, {path: edit})).run(None, feeds)[0]
    exact = edit.compute.received.rounded(feeds["x"]) @ edit.weight + model.bias(path)
    np.testing.assert_allclose(found, exact, atol=1e-4)


def test_whether_products_saturate_is_asked_of_the_runtime():
    model, path, data = model_with("MatMul")
    note = edited(model, path, data, Action("quantize.dynamic", {"reduced_range": False})).note
    assert ("saturate" in note) == qdq.saturates()


def test_levels_of_earlier_steps_are_kept():
    model, path, data = model_with("Gemm")
    before = edited(model, path, data, Action("quantize.gptq", {"bits": 4}))
    after = edited(model, path, data, Action("quantize.gptq", {"bits": 4}), Action("quantize.static"))
    assert isinstance(after.encoding, Affine) and after.compute is not None
    np.testing.assert_array_equal(after.weight, before.weight)


def test_bias_correction_keeps_how_the_layer_is_computed():
    model, path, data = model_with("Depthwise")  # a layer without a bias gets one
    edit = edited(model, path, data, Action("quantize.static", {"bits": 3}), Action("quantize.bias_correction"))
    assert edit.compute is not None and edit.bias is not None
    feeds = data.feeds(slice(0, 8))
    expected = runtime.session(model).run(None, feeds)[0]
    found = runtime.session(with_edits(model, {path: edit})).run(None, feeds)[0]
    assert sqnr_db(expected, found) > 10


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ((Action("quantize.static"), Action("quantize.affine")), "would undo"),
        ((Action("lowrank.svd", {"rank": 4}), Action("quantize.static")), "defined for whole layers only."),
        ((Action("lowrank.svd", {"rank": 4}), Action("quantize.awq")), "defined for whole layers only."),
        ((Action("lowrank.svd", {"rank": 4}), Action("quantize.blockwise")), "defined for whole layers only."),
    ],
)
def test_steps_that_do_not_go_together_are_refused(actions, said):
    model, path, data = model_with("Gemm")
    with pytest.raises(UserError, match=said):
        edited(model, path, data, *actions)


def test_old_opsets_are_refused_with_a_reason():
    model, path, data = model_with("Conv")
    old = replace(model, ir=model.ir.clone())
    old.ir.opset_imports[""] = 11
    with pytest.raises(UserError, match="needs opset 13, and the model has opset 11"):
        edited(old, path, data, Action("quantize.static"))
    narrow = Action("quantize.static", {"granularity": "tensor", "bits": 4})
    runtime.session(with_edits(old, {path: edited(old, path, data, narrow)}))
    assert edited(old, path, data, Action("quantize.dynamic")).compute is not None


def test_the_opset_that_is_asked_for_has_every_operator():
    """Levels of four bits are stored packed, and found again by rounding."""
    model, path, data = model_with("Gemm")
    old = replace(model, ir=model.ir.clone())
    narrow = Action("quantize.static", {"granularity": "tensor", "bits": 4})
    old.ir.opset_imports[""] = 10
    with pytest.raises(UserError, match="needs opset 11, and the model has opset 10"):
        edited(old, path, data, narrow)
    old.ir.opset_imports[""] = 11
    runtime.session(with_edits(old, {path: edited(old, path, data, narrow)}))


def test_observing_takes_one_pass_for_all_layers(monkeypatch):
    model, path, data = model_with("MatMul")
    context = LayerContext(model, path, data, 0, Cache(1 << 28))
    before = context.observed(Job())
    monkeypatch.setattr(runtime, "session", lambda *_, **__: pytest.fail("it ran the model again"))
    assert context.observed(Job()) is before
    context.observed(Job(), behind=True)


def test_dynamic_levels_depend_on_the_batch_and_the_note_says_so():
    model, path, data = model_with("MatMul")
    edit = edited(model, path, data, Action("quantize.dynamic"))
    assert "output depends on the other samples" in edit.note
    session = runtime.session(with_edits(model, {path: edit}))
    feeds = data.feeds(slice(0, 2))
    beside = {name: np.concatenate([value[:1], 50 * value[1:]]) for name, value in feeds.items()}
    alone, among = (session.run(None, given)[0][0] for given in (feeds, beside))
    assert np.abs(alone - among).max() > 0.05 * np.abs(alone).max()
