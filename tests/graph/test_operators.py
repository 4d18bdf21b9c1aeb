"""Every operator that the torch view computes gives what ONNX Runtime gives, with every attribute that it takes."""

import numpy as np
import onnx
import onnx_ir as ir
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from tests.graph.operator_case import Case
from tests.graph.operator_cases import CASES
from workbench.core.base.errors import UserError
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model, Source
from workbench.graph.onnx import runtime
from workbench.graph.torch.torch_ops import OPS, attributes
from workbench.graph.torch.torch_proof import TOLERANCE, difference
from workbench.graph.torch.torch_view import TorchView


def model_of(case: Case) -> Model:
    names = ["" if each is None else f"x{index}" for index, each in enumerate(case.inputs)]
    domain, _, op = case.op.rpartition(".")
    outputs = [f"y{index}" for index in range(case.outputs)]
    given = {
        name: numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value
        for name, value in case.attributes.items()
    }
    node = helper.make_node(op, names, outputs, name="node", domain=domain, **given)
    arrays = dict(zip(names, case.inputs, strict=True))
    inputs = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(arrays[name].dtype), arrays[name].shape)
        for name in names[: case.fed]
    ]
    constants = [numpy_helper.from_array(arrays[name], name) for name in names[case.fed :] if name]
    nodes = [node]
    if case.attributes.get("to") == TensorProto.BFLOAT16:  # which numpy does not have
        node.output[0] = "short"
        nodes.append(helper.make_node("Cast", ["short"], ["y0"], name="back", to=TensorProto.FLOAT))
    graph = helper.make_graph(nodes, "g", inputs, [onnx.ValueInfoProto(name=name) for name in outputs], constants)
    imports = [helper.make_opsetid("", case.opset), helper.make_opsetid("com.microsoft", 1)]
    made = ir.serde.deserialize_model(
        helper.make_model(graph, opset_imports=imports[: 2 if domain else 1], ir_version=10)
    )
    return Model(made, *find_layers(made), Source("case", "onnx", 0))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_view_gives_what_the_runtime_gives_or_names_what_it_does_not_compute(case):
    model = model_of(case)
    feeds = {f"x{index}": each for index, each in enumerate(case.inputs[: case.fed])}
    expected = runtime.run(runtime.session(model, threads=1), feeds)
    try:
        with torch.no_grad():
            found = TorchView(model)(**{name: torch.from_numpy(np.array(array)) for name, array in feeds.items()})
    except UserError as error:
        assert case.refused and f"{case.op.rpartition('.')[2]} " in error.what and case.refused in error.what
        return
    assert not case.refused
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.numpy().dtype == theirs.dtype
        assert difference(mine.numpy(), theirs) <= TOLERANCE


@pytest.mark.slow
def test_every_operator_and_attribute_of_the_register_is_compared():
    """A refusal, or a case that is gone, cannot hide that an operator is wrong: each must agree in some case, and with
    each attribute that it declares away from its default, or with each of the values that it declares."""
    agreeing = [case for case in CASES if not case.refused]
    assert {case.op for case in agreeing} == set(OPS)
    missing = []
    for name, entry in OPS.items():
        cases = [case for case in agreeing if case.op == name]
        ran = [attributes(next(iter(model_of(case).ir.graph)), case.opset) for case in cases]
        for attribute, allowed in entry.attributes.items():
            if allowed is None and not any(attribute in case.attributes for case in cases):
                missing.append(f"{name} {attribute}")
            tried = [each[attribute] for each in ran if attribute in each]
            missing += [f"{name} {attribute}={value}" for value in allowed or () if value not in tried]
    assert not missing


def test_the_opsets_are_spread():
    """Operators that changed between opsets are compared before and after."""
    opsets = {case.opset for case in CASES}
    assert {9, 11, 13, 18, 21} <= opsets
    changed = {
        "Softmax": 13,
        "Clip": 11,
        "Squeeze": 13,
        "Split": 18,
        "ReduceMean": 18,
        "ReduceSum": 13,
        "Pad": 18,
        "Resize": 11,
        "Slice": 10,
        "TopK": 10,
        "GroupNormalization": 21,
        "Dropout": 12,
    }
    for name, since in changed.items():
        tried = [case.opset for case in CASES if case.op == name and not case.refused]
        assert min(tried) < since <= max(tried), name
