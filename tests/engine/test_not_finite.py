"""Weights and activations that are NaN, infinite or missing end in a sentence, not in a library's error."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from tests.engine.small import network
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe, Row
from workbench.engine.api.verification import compared
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.engine.workspace import Workspace
from workbench.formats.onnx_file import from_proto

CALIBRATED = [
    ("prune.wanda", {}),
    ("prune.sparsegpt", {}),
    ("quantize.gptq", {}),
    ("quantize.adaround", {}),
    ("quantize.awq", {}),
    ("quantize.static", {}),
    ("quantize.smooth", {}),
    ("lowrank.whitened", {"ratio": 0.5}),
    ("lowrank.response", {"ratio": 0.5}),
    ("distill.layer", {"ratio": 0.5, "steps": 5}),
    ("quantize.bias_correction", {}),
    ("quantize.codebook", {"sensitivity": "activations"}),
]


@pytest.fixture
def proto(tmp_path):
    return onnx.load(network(tmp_path))


def put(proto, name, place, value):
    (tensor,) = (tensor for tensor in proto.graph.initializer if tensor.name == name)
    array = numpy_helper.to_array(tensor).copy()
    array[place] = value
    tensor.CopyFrom(numpy_helper.from_array(array, name))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_layer_of_such_weights_is_locked(proto, value):
    put(proto, "second", (3, 1), value)
    model = from_proto(proto, "odd.onnx", Job())
    assert model.layer("second").locked == "Some of its weights are NaN or infinite."
    chosen, notes = compiler.stacks(model, Recipe((Row("*", (Action("lowrank.svd"),)),)))
    assert list(chosen) == ["first"] and notes == (f"second is unchanged: {model.layer('second').locked}",)


def test_a_layer_without_weights_is_locked(proto):
    for tensor in proto.graph.initializer:
        if tensor.name in ("first", "shift"):
            tensor.CopyFrom(numpy_helper.from_array(np.zeros((*tensor.dims[:-1], 0), np.float32), tensor.name))
        if tensor.name == "second":
            tensor.CopyFrom(numpy_helper.from_array(np.zeros((0, 4), np.float32), tensor.name))
    model = from_proto(proto, "odd.onnx", Job())
    assert {layer.locked for layer in model.layers} == {"It has no weights: one of its dimensions is zero."}


@pytest.mark.parametrize("step", CALIBRATED, ids=str)
@pytest.mark.parametrize("value", [np.inf, 3e38])
def test_what_a_layer_receives_is_named(proto, tmp_path, step, value):
    put(proto, "shift", 0, value)
    model = from_proto(proto, "odd.onnx", Job())
    (spec,) = model.inputs
    data = Workspace(model).attach(str(tmp_path / "test.npz"), Job()).data
    assert spec.name == "x"
    with pytest.raises(UserError, match=": some values on the calibration samples are NaN or infinite"):
        compiler.edit(model, "second", (Action(*step),), data, 0, Cache(1 << 20), Job())


def test_a_model_that_answers_nan_is_not_measured(proto, tmp_path):
    put(proto, "shift", 0, np.nan)
    with pytest.raises(UserError, match=r"not a number .NaN. for 400 of 400 samples"):
        Workspace(from_proto(proto, "odd.onnx", Job())).attach(str(tmp_path / "test.npz"), Job())


def test_a_file_that_answers_nan_is_refused(workspace):
    def right(feeds):
        return [np.zeros((len(feeds["x"]), 4), np.float32)]

    def wrong(feeds):
        return [np.full((len(feeds["x"]), 4), np.nan, np.float32)]

    with pytest.raises(UserError, match="The written file does not match the preview: outputs differ by"):
        compared(workspace.evaluator, right, wrong, Job())
