"""Decoders with key-value caches run on texts alone: caches are empty, positions and masks are made."""

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workbench.core.analysis.measured import Measuring
from workbench.core.base.job import Job
from workbench.core.layer_data.layer import InputSpec
from workbench.core.layer_data.tokens import empty_cache
from workbench.data.matching import match
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

WORDS = 11


def decoder(folder):
    """Embedding + positions, one cached attention, and a head; the cache is [batch, 1, past, 8]."""
    rng = np.random.default_rng(0)
    weights = {"embed": (WORDS, 8), "places": (32, 8), "head": (8, WORDS)}
    arrays = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in weights.items()}
    nodes = [
        helper.make_node("Gather", ["embed", "input_ids"], ["e"], name="embed"),
        helper.make_node("Gather", ["places", "position_ids"], ["p"], name="places"),
        helper.make_node("Add", ["e", "p"], ["h"]),
        helper.make_node("Unsqueeze", ["h", "one"], ["k"]),
        helper.make_node("Concat", ["past_key_values.0.key", "k"], ["present.0.key"], axis=2),
        helper.make_node("Transpose", ["present.0.key"], ["kt"], perm=[0, 1, 3, 2]),
        helper.make_node("MatMul", ["k", "kt"], ["scores"]),
        helper.make_node("Cast", ["attention_mask"], ["m"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["m", "middle"], ["mask"]),
        helper.make_node("Mul", ["scores", "mask"], ["masked"]),
        helper.make_node("MatMul", ["masked", "present.0.key"], ["mixed"]),
        helper.make_node("Squeeze", ["mixed", "one"], ["out"]),
        helper.make_node("MatMul", ["out", "head"], ["logits"], name="head"),
    ]
    constants = {"one": np.array([1]), "middle": np.array([1, 2])}
    inputs = [
        helper.make_tensor_value_info(name, kind, shape)
        for name, kind, shape in (
            ("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
            ("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"]),
            ("position_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
            ("past_key_values.0.key", TensorProto.FLOAT, ["batch_size", 1, "past_sequence_length", 8]),
        )
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", WORDS]),
        helper.make_tensor_value_info("present.0.key", TensorProto.FLOAT, ["batch_size", 1, "total", 8]),
    ]
    held = [numpy_helper.from_array(array, name) for name, array in {**arrays, **constants}.items()]
    graph = helper.make_graph(nodes, "decoder", inputs, outputs, held)
    path = str(folder / "decoder.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture
def tokens(tmp_path):
    rng = np.random.default_rng(1)
    path = tmp_path / "tokens.jsonl"
    lines = [json.dumps({"input_ids": rng.integers(0, WORDS, 6).tolist()}) for _ in range(5)]
    path.write_text("\n".join(lines))
    return str(path)


def test_a_decoder_with_a_cache_is_measured_on_tokens_alone(tmp_path, tokens):
    opened = Workspace.open(decoder(tmp_path), Job()).attach(tokens, Job(), measuring=Measuring(("perplexity",)))
    data = opened.measurable().data
    assert data.answer.name == "logits"
    feeds = data.feeds(slice(0, 3))
    assert feeds["past_key_values.0.key"].shape == (3, 1, 0, 8)
    assert feeds["attention_mask"].tolist() == [[1] * 6] * 3 and feeds["position_ids"].tolist() == [[*range(6)]] * 3
    assert any("prefill" in note for note in data.notes)


def test_arrays_without_masks_and_positions_get_them(tmp_path):
    specs = (
        InputSpec("input_ids", "int64", (None, None)),
        InputSpec("attention_mask", "int64", (None, None)),
        InputSpec("position_ids", "int64", (None, None)),
        InputSpec("past_0", "float32", (2, None, 4, None, 16)),
        InputSpec("use_cache_branch", "bool", (1,)),
    )
    found = match("a.npz", {"input_ids": np.zeros((4, 7), np.int64)}, specs, {})
    assert found.inputs["position_ids"][2].tolist() == list(range(7))
    assert found.constants["past_0"].shape == (2, 1, 4, 0, 16) and found.axes["past_0"] == 1
    assert found.constants["use_cache_branch"].tolist() == [False]
    assert len(found.notes) == 2


def test_what_is_given_is_taken(tmp_path):
    specs = (InputSpec("input_ids", "int64", (None, None)), InputSpec("past", "float32", (None, 2, None, 4)))
    past = np.ones((3, 2, 5, 4), np.float32)
    found = match("a.npz", {"input_ids": np.zeros((3, 7), np.int64), "past": past}, specs, {})
    assert found.inputs["past"].shape == past.shape and not found.notes


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("past_key_values.0.key", ("batch", 2, "past_sequence_length", 8), [1, 2, 0, 8]),
        ("past_key_values.0.key", (None, 2, None, 8), [1, 2, 0, 8]),
        ("past_key_values.0.key", (1, 2, 512, 8), None),
        ("past_conv", (None, 2), None),
        ("pixel_values", (None, 3, None, None), None),
    ],
)
def test_only_caches_of_any_length_are_empty(name, shape, expected):
    assert empty_cache(name, shape) == expected


def test_made_up_inputs_have_an_empty_cache(tmp_path):
    model = Workspace.open(decoder(tmp_path), Job()).model
    session = runtime.session(model)
    feeds = runtime.random_inputs(model, free=4)
    assert runtime.run(session, feeds)[0].shape == (1, 4, WORDS)
