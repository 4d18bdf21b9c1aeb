"""The torch view gives what ONNX Runtime gives, and gradients."""

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from tests.graph.examples import with_weights
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.formats.onnx_file import from_proto
from workbench.formats.opening import open_model
from workbench.graph.onnx import runtime
from workbench.graph.torch.torch_view import TorchView, missing


def same(model, feeds, tolerance=1e-4):
    expected = runtime.session(model).run(None, feeds)
    view = TorchView(model).eval()
    with torch.no_grad():
        got = view(*(torch.from_numpy(feeds[name]) for name in view.input_names))
    for a, b in zip(expected, got, strict=True):
        np.testing.assert_allclose(b.numpy(), a, atol=tolerance * max(1.0, float(np.abs(a).max())))
    return view


def one(op, x, weights=(), opset=17, outputs=1, **attributes):
    """A model of one operator."""
    names = [f"c{index}" for index in range(len(weights))]
    node = helper.make_node(op, ["x", *names], [f"y{index}" for index in range(outputs)], name="node", **attributes)
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)],
        [helper.make_tensor_value_info(f"y{index}", TensorProto.UNDEFINED, None) for index in range(outputs)],
        [numpy_helper.from_array(np.asarray(w), name) for w, name in zip(weights, names, strict=True)],
    )
    for value in graph.output:
        value.ClearField("type")
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return from_proto(proto, op, Job())


def random(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("name", ["fashion_cnn.onnx", "fashion_vit.onnx"])
def test_the_demo_models(name):
    model = open_model(str(resource_path(f"demo/{name}")), job=Job())
    feeds = {"x": np.random.default_rng(0).uniform(0, 255, (4, 1, 28, 28)).astype(np.float32)}
    view = same(model, feeds)
    assert set(view.layers) == set(model.sites)
    for path, weight in view.weights().items():
        np.testing.assert_array_equal(weight, model.weight(path))


CASES = [
    ("Relu", (2, 3), (), 17, {}),
    ("Softmax", (2, 3, 4), (), 17, {"axis": 1}),
    ("Softmax", (2, 3, 4), (), 11, {}),
    ("LeakyRelu", (2, 3), (), 17, {"alpha": 0.3}),
    ("HardSigmoid", (2, 9), (), 17, {"alpha": 0.17, "beta": 0.4}),
    ("HardSwish", (2, 9), (), 17, {}),
    ("Gelu", (2, 9), (), 20, {}),
    ("Erf", (2, 9), (), 17, {}),
    ("Clip", (4, 4), (np.float32(-0.5), np.float32(0.7)), 17, {}),
    ("Clip", (4, 4), (), 9, {"min": -0.2, "max": 0.3}),
    ("PRelu", (2, 3, 4, 4), (random(3, 1, 1),), 17, {}),
    ("Transpose", (2, 3, 4), (), 17, {"perm": [2, 0, 1]}),
    ("Flatten", (2, 3, 4), (), 17, {"axis": 2}),
    ("Reshape", (2, 3, 4), (np.array([0, -1]),), 17, {}),
    ("Unsqueeze", (2, 3), (np.array([0, -1]),), 17, {}),
    ("Squeeze", (2, 1, 3, 1), (np.array([1, 3]),), 17, {}),
    ("Unsqueeze", (2, 3), (), 11, {"axes": [1]}),
    ("Slice", (5, 6), (np.array([1, -3]), np.array([4, 99])), 17, {}),
    ("Slice", (5, 6), (np.array([4]), np.array([-99]), np.array([0]), np.array([-1])), 17, {}),
    ("Slice", (7, 6), (np.array([1]), np.array([6]), np.array([0]), np.array([2])), 17, {}),
    ("Slice", (5, 6), (), 9, {"starts": [1], "ends": [3], "axes": [1]}),
    ("Gather", (5, 4), (np.array([[0, -1], [2, 1]]),), 17, {"axis": 1}),
    ("ReduceMean", (2, 3, 4), (), 17, {"axes": [1], "keepdims": 0}),
    ("ReduceSum", (2, 3), (np.array([1]),), 17, {}),
    ("ReduceMean", (2, 3, 4), (np.array([2]),), 18, {}),
    ("ReduceMax", (2, 3, 4), (), 17, {"axes": [2]}),
    ("GlobalAveragePool", (2, 3, 4, 5), (), 17, {}),
    ("ReduceL2", (2, 3, 4), (), 17, {"axes": [1]}),
    ("MaxPool", (2, 3, 9, 9), (), 17, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("MaxPool", (2, 3, 9, 9), (), 17, {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
    ("MaxPool", (2, 3, 8, 9), (), 17, {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("AveragePool", (2, 3, 9, 9), (), 17, {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("AveragePool", (2, 3, 9), (), 17, {"kernel_shape": [3], "count_include_pad": 1, "pads": [1, 1]}),
    ("Pad", (2, 3), (np.array([0, 1, 1, 2]), np.float32(0.5)), 17, {}),
    ("Pad", (1, 2, 5, 5), (np.array([0, 0, 1, 2, 0, 0, 2, 1]),), 17, {"mode": "reflect"}),
    ("Expand", (3, 1), (np.array([2, 1, 4]),), 17, {}),
    ("Pow", (2, 3), (np.float32(2),), 17, {}),
    ("LayerNormalization", (2, 3, 8), (random(8), random(8)), 17, {}),
    ("InstanceNormalization", (2, 3, 8), (random(3), random(3)), 17, {}),
    (
        "Resize",
        (1, 2, 4, 4),
        (np.zeros(0, np.float32), np.array([1, 1, 2, 2], np.float32)),
        17,
        {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
    ),
    ("Conv", (2, 4, 9, 8), (random(6, 2, 3, 3), random(6)), 17, {"group": 2, "strides": [2, 1], "pads": [1, 0, 2, 1]}),
    ("Conv", (2, 4, 9), (random(6, 4, 3),), 17, {"strides": [2], "auto_pad": "SAME_LOWER"}),
    ("ConvTranspose", (2, 4, 5, 5), (random(4, 3, 3, 3), random(3)), 17, {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("Gemm", (3, 4), (random(4, 5), random(5)), 17, {}),
    ("Gemm", (4, 3), (random(5, 4),), 17, {"transA": 1, "transB": 1}),
    ("MatMul", (2, 3, 4), (random(4, 5),), 17, {}),
]


@pytest.mark.parametrize(("op", "shape", "weights", "opset", "attributes"), CASES)
def test_operators(op, shape, weights, opset, attributes):
    same(one(op, random(*shape), weights, opset, **attributes), {"x": random(*shape)})


def test_a_constant_on_the_left():
    node = helper.make_node("MatMul", ["w", "x"], ["y"], name="node")
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 4, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 5, 3])],
        [numpy_helper.from_array(random(5, 4), "w")],
    )
    model = from_proto(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "l", Job())
    assert same(model, {"x": random(2, 4, 3)}).layers


def test_split_has_several_outputs():
    same(one("Split", random(6, 2), (np.array([1, 2, 3]),), outputs=3), {"x": random(6, 2)})


def test_what_it_does_not_know_is_named():
    model = one("Det", random(3, 3))
    assert missing(model) == ["Det"]
    with pytest.raises(UserError, match="Det"):
        TorchView(model)


def test_gradients_reach_every_layer_and_trained_weights_go_back():
    model = open_model(str(resource_path("demo/fashion_cnn.onnx")), job=Job())
    view = TorchView(model)
    x = torch.rand(4, 1, 28, 28) * 255
    before = view(x)[0]
    before.square().mean().backward()
    assert all(module.weight.grad.abs().sum() > 0 for module in view.layers.values())
    with torch.no_grad():
        for module in view.layers.values():
            module.weight -= 0.2 * module.weight.grad
    trained = with_weights(model, view.weights(), view.biases())
    with torch.no_grad():
        expected = view(x)[0].numpy()
    got = runtime.session(trained).run(None, {"x": x.numpy()})[0]
    np.testing.assert_allclose(got, expected, atol=1e-4 * max(1.0, float(np.abs(expected).max())))
    assert np.abs(expected - before.detach().numpy()).max() > 1e-3


def shared(nodes, inputs, **weights):
    """A model of these nodes, in which a weight is read by several."""
    graph = helper.make_graph(
        nodes,
        "g",
        inputs,
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(w, name) for name, w in weights.items()],
    )
    return from_proto(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "s", Job())


FLOATS = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 6])
SHARED = {
    "tied": (
        shared(
            [
                helper.make_node("Gather", ["w", "x"], ["e"], name="embed"),
                helper.make_node("Transpose", ["w"], ["t"], perm=[1, 0], name="turn"),
                helper.make_node("MatMul", ["e", "t"], ["y"], name="head"),
            ],
            [helper.make_tensor_value_info("x", TensorProto.INT64, ["n", 3])],
            w=random(9, 6),
        ),
        np.array([[0, 4, 8], [1, 1, 2]]),
    ),
    "turned": (
        shared(
            [
                helper.make_node("Gemm", ["x", "w", "c"], ["h"], transB=1, name="one"),
                helper.make_node("Gemm", ["h", "w", "c"], ["y"], name="two"),
            ],
            [FLOATS],
            w=random(6, 6),
            c=random(6),
        ),
        random(4, 6),
    ),
    "other biases": (
        shared(
            [
                helper.make_node("Gemm", ["x", "w", "c"], ["h"], transB=1, name="one"),
                helper.make_node("Gemm", ["h", "w", "d"], ["y"], transB=1, name="two"),
            ],
            [FLOATS],
            w=random(6, 6),
            c=random(6),
            d=random(6) * 3,
        ),
        random(4, 6),
    ),
    "both sides": (
        shared(
            [
                helper.make_node("MatMul", ["x", "w"], ["h"], name="one"),
                helper.make_node("MatMul", ["w", "h"], ["y"], name="two"),
            ],
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 6, 6])],
            w=random(6, 6),
        ),
        random(2, 6, 6),
    ),
    "scaled": (
        shared(
            [
                helper.make_node("Gemm", ["x", "w", "c"], ["h"], transB=1, alpha=0.5, beta=2.0, name="one"),
                helper.make_node("MatMul", ["h", "v"], ["y"], name="two"),
            ],
            [FLOATS],
            w=random(6, 6),
            c=random(6),
            v=random(6, 2),
        ),
        random(4, 6),
    ),
}


@pytest.mark.parametrize("name", SHARED)
def test_a_weight_that_is_read_in_several_ways_has_the_gradient_of_all(name):
    model, x = SHARED[name]
    view = same(model, {"x": x})
    (path, module) = next(iter(view.layers.items()))
    view(torch.from_numpy(x))[0].sum().backward()
    step, weight = 1e-2, model.weight(path).copy()
    found = []
    for sign in (1, -1):
        moved = weight.copy()
        moved[1, 1] += sign * step
        found.append(runtime.session(with_weights(model, {path: moved}, {})).run(None, {"x": x})[0].sum())
    linear = isinstance(module, torch.nn.Linear) and model.layer(path).out_axis == 1
    gradient = module.weight.grad.T if linear else module.weight.grad
    assert float(gradient[1, 1]) == pytest.approx((found[0] - found[1]) / (2 * step), rel=2e-2, abs=1e-2)


@pytest.mark.parametrize("kind", ["BFLOAT16", "INT4", "UINT4", "FLOAT8E4M3FN"])
def test_constants_of_types_that_torch_lacks_stop_nothing(kind):
    values = helper.make_tensor("c0", getattr(TensorProto, kind), [4], [1.0, 2.0, 3.0, 1.0])
    nodes = [helper.make_node("Cast", ["c0"], ["c"], to=TensorProto.FLOAT), helper.make_node("Add", ["x", "c"], ["y"])]
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 4]) for name in "xy"]
    graph = helper.make_graph(nodes, "g", infos[:1], infos[1:], [values])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    same(from_proto(proto, "constants", Job()), {"x": random(3, 4)})


def test_whole_numbers_beyond_a_byte_stay_as_they_are():
    """In a file they are little-endian, which numpy does not count among its built-in types."""
    model = one("Reshape", random(2, 28, 28), [np.array([2, 784])])
    view = same(model, {"x": random(2, 28, 28)})
    held = view.get_buffer(view.buffer_of("c0"))
    assert held.dtype == torch.int64 and held.tolist() == [2, 784]
