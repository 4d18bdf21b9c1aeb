"""Changes of ONNX files that ask for what is not theirs, or for more than there is: foreign files, memory, depth."""

import random

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.fuzz.onnx_files import OPERATORS, change, tensors


@change
def external(chance: random.Random, model: onnx.ModelProto) -> None:
    """A weight that says it is in a file, which is missing, elsewhere, a device, or the model itself."""
    tensor = chance.choice(tensors(model))
    place = chance.choice(
        (
            "gone.bin",
            "../data.npz",
            "/etc/passwd",
            "/dev/zero",
            ".",
            "",
            "model.onnx",
            "data.npz",
            "a\x00b",
            "n" * 5000,
            "model.onnx/x",
        )
    )
    offset = chance.choice(("0", "-1", "x", str(2**63), "1e3", "7"))
    length = chance.choice(("4", "-4", "", str(2**62)))
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    pairs = {"location": place, "offset": offset, "length": length}
    for key in chance.sample(list(pairs), chance.randint(1, 3)):
        tensor.external_data.add(key=key, value=pairs[key])


@change
def sparse(chance: random.Random, model: onnx.ModelProto) -> None:
    """A sparse tensor that claims to be large, or whose indices are odd; as an initialiser or a Constant."""
    values = numpy_helper.from_array(np.ones(3, np.float32), chance.choice(("sparse", "head.weight", "")))
    places = np.array(chance.choice(([0, 1, 2], [-1, 0, 5], [2**40] * 3, [0, 0, 0])))
    if chance.random() < 0.3:
        places = np.stack([places, places], 1)
    shape = chance.choice(([8, 4], [10**5, 10**5], [0], [-1, 3], [3], []))
    made = helper.make_sparse_tensor(values, numpy_helper.from_array(places, "p"), shape)
    if chance.random() < 0.6:
        model.graph.sparse_initializer.append(made)
    else:
        model.graph.node.insert(0, helper.make_node("Constant", [], ["sparse"], sparse_value=made))


@change
def function(chance: random.Random, model: onnx.ModelProto) -> None:
    """A local function that calls itself, doubles itself over ten levels, or has the name of an operator."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    first = model.graph.node[0] if model.graph.node else model.graph.node.add()
    match chance.randrange(3):
        case 0:
            inner = [helper.make_node("Loop", ["a"], ["b"], domain="own")]
            model.functions.append(helper.make_function("own", "Loop", ["a"], ["b"], inner, opsets))
            first.op_type, first.domain = "Loop", "own"
        case 1:
            for level in range(10):
                kind, domain = ("Relu", "") if level == 0 else (f"F{level - 1}", "own")
                inner = [
                    helper.make_node(kind, ["a"], ["m"], domain=domain),
                    helper.make_node(kind, ["m"], ["b"], domain=domain),
                ]
                model.functions.append(helper.make_function("own", f"F{level}", ["a"], ["b"], inner, opsets))
            model.graph.node.append(helper.make_node("F9", ["x"], ["more"], domain="own"))
        case 2:
            inner = [helper.make_node("Identity", ["a"], ["b"])]
            domain = chance.choice(("", "own", "ai.onnx"))
            model.functions.append(helper.make_function(domain, chance.choice(OPERATORS), ["a"], ["b"], inner, opsets))
    if not any(entry.domain == "own" for entry in model.opset_import):
        model.opset_import.add(domain="own", version=1)


@change
def large(chance: random.Random, model: onnx.ModelProto) -> None:
    """A few bytes that ask for gigabytes: constants by shape, tiling, ranges, resizing, padding."""
    amount = chance.choice((2**20, 2**28, 2**31, 2**40, 2**62))
    kind = chance.choice(("ConstantOfShape", "Expand", "Tile", "Range", "Pad", "OneHot"))
    constants = {"size": np.array([amount]), "number": np.array(amount), "naught": np.array([0.5], np.float32)}
    made = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array, name))
        for name, array in constants.items()
    ]
    inputs = {
        "ConstantOfShape": ["size"],
        "Expand": ["naught", "size"],
        "Tile": ["naught", "size"],
        "Range": ["number", "number", "number"],
        "Pad": ["naught", "size"],
        "OneHot": ["size", "number", "naught"],
    }
    made.append(helper.make_node(kind, inputs[kind], ["huge"]))
    model.graph.node.extend([*made, helper.make_node("ReduceMax", ["huge"], ["most"], keepdims=0)])
    if chance.random() < 0.7:
        model.graph.output.append(helper.make_tensor_value_info("most", TensorProto.FLOAT, []))
