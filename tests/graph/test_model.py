"""A model is read, edited into another, and written; nobody changes it."""

import gc
import weakref

import numpy as np
import onnx
import pytest

from tests.graph.examples import with_weights
from tests.graph.graphs import Build, opened, residual
from workbench.core.base.errors import UserError
from workbench.graph.encodings.dense import Dense
from workbench.graph.onnx import names, runtime, saving
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit


@pytest.fixture
def model():
    return opened(residual())


@pytest.fixture
def small_limit(monkeypatch):
    """As if one protobuf message could hold only 2 kB."""
    monkeypatch.setattr(saving, "LARGEST_PROTOBUF", 2000)


def outputs(source) -> list[np.ndarray]:
    session = runtime.session(source, threads=1)
    return session.run(None, runtime.random_feeds(session))


def test_weights_and_biases_are_float32_in_the_stored_layout(model):
    assert model.weight("stem").shape == (8, 1, 3, 3)
    assert model.weight("stem").dtype == np.float32
    assert model.bias("head").shape == (5,)
    assert model.bias("shared") is None
    with pytest.raises(KeyError):
        model.layer("nowhere")


def test_the_summary_is_what_the_file_holds(model):
    summary = model.summary()
    proto = residual()
    assert (summary.path, summary.format, summary.opset) == ("test.onnx", "onnx", 18)
    assert summary.bytes == proto.ByteSize()
    assert summary.parameters == sum(tensor.const_value.size for tensor in model.ir.graph.initializers.values())
    assert summary.inputs[0].shape == (None, 1, 8, 8)
    assert [spec.name for spec in summary.outputs] == ["logits", "aux"]
    assert summary.macs == sum(layer.macs for layer in summary.layers)
    assert summary.notes == ()


def test_a_layer_used_twice_counts_its_weights_once_and_its_macs_for_each_use(model):
    assert model.layer("shared").parameters == 64
    assert model.layer("shared").macs == 2 * 64 * 64


def test_an_edit_makes_another_model_that_shares_what_it_did_not_touch(model):
    before = model.to_bytes()
    edited = with_edits(model, {"head": Edit(Dense(np.zeros((5, 8), np.float32)))})
    assert model.to_bytes() == before
    assert np.abs(outputs(edited)[0] - model.bias("head")).max() < 1e-6
    first, second = (m.ir.graph.initializers["stem.weight"].const_value for m in (model, edited))
    assert first is second


def test_other_weights_keep_the_graph(model):
    other = with_weights(model, {"stem": 2 * model.weight("stem")}, {"head": np.zeros(5, np.float32)})
    assert [node.op_type for node in other.ir.graph] == [node.op_type for node in model.ir.graph]
    np.testing.assert_array_equal(other.weight("stem"), 2 * model.weight("stem"))
    np.testing.assert_array_equal(other.bias("head"), 0)


def test_a_saved_model_is_the_bytes_and_opens_again(model, tmp_path):
    model.save(tmp_path / "deep" / "m.onnx")
    assert (tmp_path / "deep" / "m.onnx").read_bytes() == model.to_bytes()
    for a, b in zip(outputs(model), outputs(tmp_path / "deep" / "m.onnx"), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_cannot_be_written_leaves_nothing_behind(model, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UserError, match="Cannot write"):
        model.save(tmp_path / "taken" / "m.onnx")
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["taken"]


@pytest.mark.usefixtures("small_limit")
def test_a_model_beyond_one_message_is_saved_with_its_weights_beside_it(model, tmp_path):
    with pytest.raises(UserError, match="larger than the 2 GB"):
        model.to_bytes()
    expected = outputs(model)  # the runtime reads it from temporary files
    (tmp_path / "m.onnx.data").write_text("stale")
    model.save(tmp_path / "m.onnx")
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == {"m.onnx", "m.onnx.data"}
    assert (tmp_path / "m.onnx").stat().st_size < model.source.bytes
    onnx.checker.check_model(str(tmp_path / "m.onnx"))
    for a, b in zip(expected, outputs(tmp_path / "m.onnx"), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_models_are_let_go():
    model = opened(residual())
    graph = weakref.ref(model.ir)
    model.summary(), model.known, model.to_bytes()
    del model
    gc.collect()
    assert graph() is None


# The runtime


def test_random_inputs_fit_the_model_and_are_the_same_for_a_seed(model):
    first, again = (runtime.random_inputs(model, seed=3) for _ in range(2))
    assert first["x"].shape == (1, 1, 8, 8)
    np.testing.assert_array_equal(first["x"], again["x"])
    assert runtime.run(runtime.session(model), first)[0].shape == (1, 5)


def test_the_runtime_says_in_one_sentence_what_is_wrong(model):
    with pytest.raises(UserError) as caught:
        runtime.session(b"not a model")
    assert "\n" not in str(caught.value)
    assert caught.value.what.startswith("ONNX Runtime cannot load the model: ")
    session = runtime.session(model, threads=1)
    with pytest.raises(UserError) as caught:
        runtime.run(session, {"x": np.zeros((1, 1, 8), np.float32)})
    assert caught.value.what == (
        "The model's input 'x' takes float32 of any x 1 x 8 x 8, but got float32 of 1 x 1 x 8."
    )
    assert "onnxruntime/" not in str(caught.value)


def test_the_optimised_graph_can_be_looked_at(model, tmp_path):
    runtime.session(model, optimized_to=tmp_path / "o.onnx")
    assert onnx.load(tmp_path / "o.onnx").graph.node


# Shapes and MACs


def test_recorded_types_of_inner_values_are_not_trusted():
    b = Build()
    b.node("MatMul", [b.node("MatMul", ["x", b.weight("a.weight", 4, 6)], "inner"), b.weight("b.weight", 6, 2)], "y")
    proto = b.proto({"x": ["N", 4]}, {"y": ["N", 2]})
    proto.graph.value_info.append(onnx.helper.make_tensor_value_info("inner", onnx.TensorProto.FLOAT, [1, 6]))
    model = opened(proto, frozenset({"metadata"}))
    assert model.known["inner"].shape == (None, 6)
    assert model.known["a.weight"].shape == (4, 6)


def test_macs_are_those_of_one_sample_whatever_batch_the_file_fixes():
    counted = []
    for batch in ("N", 1, 8):
        b = Build()
        x = b.node("Flatten", [b.node("Conv", ["x", b.weight("conv.weight", 3, 2, 3, 3)], "conv")], "flat")
        b.node("MatMul", [x, b.weight("fc.weight", 48, 5)], "y")
        model = b.model({"x": [batch, 2, 6, 6]}, {"y": [batch, 5]})
        counted.append([layer.macs for layer in model.layers])
    assert counted == [[16 * 54, 240]] * 3


def test_macs_where_a_size_is_free_are_of_a_said_size():
    b = Build()
    b.node("Conv", ["x", b.weight("conv.weight", 3, 2, 3, 3)], "y")
    model = b.model({"x": ["N", 2, "H", "W"]}, {"y": None})
    assert model.layer("conv").macs == model.summary().macs == 3 * 2 * 9 * 30 * 30
    assert model.notes == (
        "The model has dynamic input sizes. MACs are counted for x [1, 2, 32, 32]; attaching data sets the real sizes.",
    )
    shaped = model.at({"x": (1, 2, 8, 10)})
    assert shaped.layer("conv").macs == shaped.summary().macs == 3 * 2 * 9 * 6 * 8
    assert shaped.notes == (
        "The model has dynamic input sizes. MACs are counted for x [1, 2, 8, 10], the size in the data.",
    )
    assert shaped.to_bytes() == model.to_bytes() and shaped.at({"x": (1, 2, 8, 10)}) is shaped


def test_a_reshape_with_a_free_batch_is_followed():
    """As torch's older exporter writes x.view(x.size(0), -1)."""
    b = Build()
    x = b.node("Conv", ["x", b.weight("conv.weight", 3, 2, 3, 3)], "conv")
    size = b.node("Gather", [b.node("Shape", [x], "shape"), b.constant("zero", 0, np.int64)], "size", axis=0)
    size = b.node("Unsqueeze", [size, b.constant("axes", [0], np.int64)], "batch")
    shape = b.node("Concat", [size, b.constant("rest", [-1], np.int64)], "target", axis=0)
    x = b.node("Reshape", [x, shape], "flat")
    b.node("Gemm", [x, b.weight("fc.weight", 5, 48)], "y", transB=1)
    assert b.model({"x": ["N", 2, 6, 6]}, {"y": None}).layer("fc").macs == 240


@pytest.mark.slow
def test_a_name_that_is_taken_thousands_of_times_is_found_fast():
    """Twenty thousand operators of one kind without names: each looked at all before it."""
    asked = []

    class Counted(set):
        def __contains__(self, name):
            asked.append(name)
            return super().__contains__(name)

    counted = Counted()
    made = [names.unique("relu", counted) for _ in range(3000)]
    assert made == ["relu", *(f"relu_{number}" for number in range(2, 3001))]
    assert len(asked) < 3000 * 150
