"""The numbers that methods declare are those that they store: facts and forecasts agree."""

import pytest

from workbench.core.base import system
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action
from workbench.graph.encodings.spec import container
from workbench.graph.rewrite import qdq
from workbench.graph.storage.kernels import Dynamic, Static
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import all_methods, find

LAYER = Layer("head", "MatMul", (64, 32), "float32", 1, 2048, 2048, 8192, "a")
FLOATS = {"Float16": "float16", "BFloat16": "bfloat16", "Float8E4M3": "float8e4m3", "Float8E5M2": "float8e5m2"}
GIVEN = [
    {},
    {"bits": 8},
    {"bits": 3},
    {"granularity": "tensor"},
    {"granularity": "group", "group_size": 16},
    {"symmetric": False},
    {"reduced_range": False},
    {"format": "float8e5m2"},
    {"block": "16"},
]


def _cases() -> list[Action]:
    found = []
    for name, method in all_methods().items():
        fields = {field.name: field for field in method.info().fields}
        for given in GIVEN if method.encodes is not None else ():
            if given.keys() <= fields.keys() and all(
                not fields[key].choices or value in fields[key].choices for key, value in given.items()
            ):
                found.append(Action(name, given))
    return found


@pytest.mark.parametrize("action", _cases(), ids=str)
def test_what_a_method_declares_is_what_it_stores(action):
    method, params = find(action)
    plan = method.forecast(LAYER, Plan.of(LAYER), params)
    (tensor,) = plan.tensors
    told = method.encodes.weights(method.info().parameters(action))
    kinds = {"Symmetric": "integer", "Affine": "integer", "Codebook": "codebook"}
    assert told.kind == kinds.get(tensor.kind.name, "float")
    if told.kind == "float":
        assert told.format == FLOATS[tensor.kind.name]
        return
    if told.kind == "codebook":
        assert container(told.bits) == tensor.bits
        return
    assert told.bits == tensor.bits and 0 < told.levels <= told.bits
    assert told.symmetric == tensor.kind.symmetric
    assert told.block == tensor.group
    sharing = "group" if tensor.group else "channel" if len(tensor.side or ()) and max(tensor.side) > 1 else "tensor"
    assert told.granularity == sharing
    assert bool(method.encodes.activations) == isinstance(plan.compute, Static | Dynamic)


def test_every_method_that_quantises_declares_its_numbers():
    silent = {"quantize.bias_correction", "quantize.equalize"}  # they round nothing
    assert {name for name in all_methods() if name.startswith("quantize.")} - silent == {
        name for name, method in all_methods().items() if method.encodes is not None
    }


def test_what_the_processor_says_of_its_products_is_what_the_runtime_does():
    exact = system.adds_products_exactly()
    if exact is None:
        pytest.skip("this system does not tell")
    assert exact != qdq.saturates()
