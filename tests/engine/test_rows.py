"""A layer is a matrix applied to rows: checked against the operators themselves."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import Layer
from workbench.engine.calibration import im2col


def layer(op, shape, groups=1, out_axis=0, **attributes):
    return Layer("layer", op, shape, "float32", out_axis, 0, None, 0, "", groups, attributes=attributes)


def random(*shape):
    return np.random.default_rng(1).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize(
    ("strides", "dilations", "pads"),
    [((1, 1), (1, 1), (0, 0, 0, 0)), ((2, 1), (1, 2), (1, 0, 2, 1)), ((3, 2), (2, 2), (2, 2, 2, 2))],
)
def test_convolution_rows_times_matrix_is_the_convolution(strides, dilations, pads):
    x, weight = random(2, 3, 13, 12), random(8, 3, 3, 2)
    conv = layer("Conv", weight.shape, strides=strides, dilations=dilations, pads=pads)
    padded = functional.pad(torch.from_numpy(x), (pads[1], pads[3], pads[0], pads[2]))
    expected = functional.conv2d(padded, torch.from_numpy(weight), stride=strides, dilation=dilations)
    product = im2col.unfold(conv, x)[0] @ weight.reshape(8, -1).T
    np.testing.assert_allclose(product, expected.permute(0, 2, 3, 1).reshape(-1, 8), atol=1e-4)
    assert im2col.count(conv, x) == len(product)


@pytest.mark.parametrize("auto_pad", ["SAME_UPPER", "SAME_LOWER", "VALID"])
def test_auto_pad_is_as_the_runtime_does_it(auto_pad):
    import onnxruntime
    from onnx import TensorProto, helper

    x, weight = random(1, 2, 7, 8), random(4, 2, 4, 3)
    node = helper.make_node("Conv", ["x", "w"], ["y"], auto_pad=auto_pad, strides=[2, 2])
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("x", x.shape), ("w", weight.shape), ("y", None))
    ]
    graph = helper.make_graph([node], "g", values[:2], values[2:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    expected = session.run(None, {"x": x, "w": weight})[0]
    conv = layer("Conv", weight.shape, strides=(2, 2), auto_pad=auto_pad)
    product = im2col.unfold(conv, x)[0] @ weight.reshape(4, -1).T
    np.testing.assert_allclose(product, expected.transpose(0, 2, 3, 1).reshape(-1, 4), atol=1e-4)


def test_groups_have_separate_rows():
    x, weight = random(2, 6, 5, 5), random(9, 2, 3, 3)
    conv = layer("Conv", weight.shape, groups=3)
    expected = functional.conv2d(torch.from_numpy(x), torch.from_numpy(weight), groups=3)
    unfolded = im2col.unfold(conv, x)
    assert unfolded.shape == (3, 2 * 9, 2 * 9)
    product = np.concatenate([part @ w.T for part, w in zip(unfolded, weight.reshape(3, 3, -1), strict=True)], axis=1)
    np.testing.assert_allclose(product, expected.permute(0, 2, 3, 1).reshape(-1, 9), atol=1e-4)


def test_one_and_three_dimensions():
    for dims, convolve in ((1, functional.conv1d), (3, functional.conv3d)):
        x, weight = random(2, 3, *(6,) * dims), random(4, 3, *(3,) * dims)
        expected = convolve(torch.from_numpy(x), torch.from_numpy(weight)).flatten(2).transpose(1, 2).reshape(-1, 4)
        product = im2col.unfold(layer("Conv", weight.shape), x)[0] @ weight.reshape(4, -1).T
        np.testing.assert_allclose(product, expected, atol=1e-4)


def test_chosen_rows_are_those_of_the_whole():
    x = random(3, 4, 8, 8)
    conv = layer("Conv", (5, 4, 3, 3), strides=(2, 2))
    chosen = np.array([0, 7, 20])
    np.testing.assert_array_equal(im2col.unfold(conv, x, chosen), im2col.unfold(conv, x)[:, chosen])


def test_a_constant_on_the_left_sees_columns():
    x, weight = random(2, 6, 5), random(4, 6)
    left = replace(layer("MatMul", weight.shape), input_axis=-2)
    product = im2col.unfold(left, x)[0] @ weight.T
    np.testing.assert_allclose(product, (weight @ x).transpose(0, 2, 1).reshape(-1, 4), atol=1e-5)


def test_a_gemm_that_transposes_what_it_receives_sees_columns():
    x, weight = random(6, 5), random(6, 4)
    turned = replace(layer("Gemm", weight.shape, out_axis=1), input_axis=0)
    np.testing.assert_allclose(im2col.unfold(turned, x)[0] @ weight, x.T @ weight, atol=1e-5)


def test_an_embedding_has_no_rows():
    with pytest.raises(UserError, match="Embedding"):
        im2col.unfold(layer("Embedding", (10, 4), out_axis=1), np.zeros((2, 3), np.int64))
