"""Cases of operators with a window that moves over the spatial axes, and of padding and resizing."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from tests.graph.operator_case import Case, case, f, i


def convolutions() -> Iterator[Case]:
    for fed in (1, 2):
        for bias in (None, f(6)):
            yield case("Conv", f(2, 4, 9, 8), f(6, 2, 3, 3), bias, fed=fed, group=2, strides=[2, 1], pads=[1, 0, 2, 1])
        yield case("Conv", f(2, 4, 9), f(6, 4, 3), f(6), fed=fed, dilations=[2], pads=[2, 2])
        yield case("Conv", f(1, 2, 5, 6, 7), f(3, 2, 3, 1, 2), f(3), fed=fed, pads=[1, 0, 1, 1, 0, 1])
        yield case("Conv", f(2, 4, 9, 8), f(1, 4, 3, 3), f(1), fed=fed, kernel_shape=[3, 3])
        for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield case("Conv", f(1, 3, 8, 9), f(4, 3, 3, 4), f(4), fed=fed, auto_pad=auto, strides=[2, 3])
    yield case("Conv", f(1, 4, 5, 5), f(4, 1, 3, 3), group=4)
    for fed in (1, 2):
        def transposed(*shape, bias=None, weight=None, fed=fed, **attributes):
            return case("ConvTranspose", f(*shape), f(4, 3, 3, 3) if weight is None else weight, bias, fed=fed,
                        **attributes)
        for bias in (None, f(3)):
            yield transposed(1, 4, 5, 6, bias=bias, strides=[2, 2], pads=[1, 1, 1, 1])
            yield transposed(1, 4, 5, 6, bias=bias, strides=[2, 3], pads=[0, 1, 1, 2])
        yield transposed(1, 4, 5, 6, strides=[2, 2], output_padding=[1, 1], pads=[1, 1, 1, 1])
        yield transposed(1, 4, 5, 6, strides=[2, 2], output_padding=[1, 0], pads=[0, 1, 1, 0])
        yield transposed(1, 4, 5, 6, strides=[2, 2], dilations=[2, 1])
        for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield transposed(1, 4, 5, 6, bias=f(3), strides=[2, 2], auto_pad=auto)
            yield transposed(1, 4, 5, 6, strides=[3, 2], auto_pad=auto)
        yield transposed(1, 4, 5, 6, bias=f(3), strides=[2, 2], output_shape=[10, 12])
        yield transposed(1, 4, 5, 6, strides=[2, 2], output_shape=[9, 12])
        for auto in ("SAME_UPPER", "SAME_LOWER"):
            yield transposed(1, 4, 5, 6, strides=[2, 2], output_shape=[10, 13], auto_pad=auto)
        yield transposed(2, 4, 7, weight=f(4, 2, 4), bias=f(4), group=2, strides=[2], pads=[1, 1], kernel_shape=[4])
        yield transposed(1, 4, 5, 6, weight=f(4, 1, 2, 2), bias=f(1), strides=[2, 2])
        yield transposed(1, 2, 3, 3, 3, weight=f(2, 3, 2, 2, 2), strides=[2, 2, 2])


def pools() -> Iterator[Case]:
    for op in ("MaxPool", "AveragePool"):
        opset = 19 if op == "AveragePool" else 12
        for ceil, pads in product((0, 1), ([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0])):
            yield case(op, f(2, 3, 9, 8), opset=opset, kernel_shape=[3, 3], strides=[2, 2], pads=pads, ceil_mode=ceil)
        for ceil in (0, 1):
            yield case(op, f(1, 2, 7), opset=opset, kernel_shape=[2], strides=[3], pads=[1, 1], ceil_mode=ceil)
            yield case(op, f(1, 2, 9, 9), opset=opset, kernel_shape=[2, 3], dilations=[2, 2], strides=[2, 1],
                       ceil_mode=ceil, pads=[1, 0, 1, 1])
        for auto in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield case(op, f(1, 2, 8, 9), opset=opset, kernel_shape=[3, 2], strides=[2, 2], auto_pad=auto)
        yield case(op, f(1, 2, 5, 6, 7), opset=11, kernel_shape=[2, 2, 2], strides=[2, 2, 2])
        yield case(op, f(1, 2, 5, 6), opset=9, kernel_shape=[2, 2])
    for ceil, pads in product((0, 1), ([0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 2, 0])):
        yield case("AveragePool", f(1, 2, 9, 8), opset=19, kernel_shape=[3, 3], strides=[2, 2], pads=pads,
                   ceil_mode=ceil, count_include_pad=1)
    yield case("AveragePool", f(1, 2, 8), opset=9, kernel_shape=[3], pads=[1, 1], count_include_pad=1)
    yield case("AveragePool", f(1, 2, 8, 8), opset=11, kernel_shape=[3, 3], auto_pad="SAME_UPPER", count_include_pad=1)
    yield case("MaxPool", f(2, 3, 9, 8), outputs=2, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])
    yield case("MaxPool", f(2, 3, 9, 8), outputs=2, kernel_shape=[3, 2], dilations=[1, 2])
    yield case("MaxPool", f(2, 3, 9), outputs=2, kernel_shape=[3], ceil_mode=1, strides=[3])
    yield case("MaxPool", f(2, 3, 9, 8), outputs=2, kernel_shape=[3, 2], storage_order=1, refused="storage_order=1")
    for op in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"):
        yield case(op, f(2, 3, 4, 5))
        yield case(op, f(2, 3, 4))
    yield case("GlobalLpPool", f(2, 3, 4, 5), p=3)
    yield case("LpPool", f(2, 3, 8, 9), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    yield case("LpPool", f(2, 3, 8, 9), opset=18, kernel_shape=[3, 2], p=3, dilations=[2, 1])
    yield case("LpPool", f(2, 3, 8, 9), opset=18, kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)
    yield case("LpPool", f(2, 3, 8, 9), kernel_shape=[3, 2], auto_pad="SAME_LOWER", strides=[2, 2])


def paddings() -> Iterator[Case]:
    pads = i(0, 1, 2, 1, 0, 3)
    for mode in ("constant", "reflect", "edge", "wrap"):
        opset = 19 if mode == "wrap" else 13
        yield case("Pad", f(2, 4, 5), pads, opset=opset, mode=mode)
        yield case("Pad", f(2, 4, 5), i(1, 2), None, i(2), opset=19, mode=mode)
        yield case("Pad", f(2, 4, 5), i(2, 1, 3, 0), None, i(2, 1), opset=19, mode=mode)
        yield case("Pad", f(2, 4, 5), i(2, 1, 3, 0), None, i(-1, -2), opset=21, mode=mode)
    for mode in ("constant", "reflect", "edge"):
        yield case("Pad", f(2, 4, 5), opset=9, mode=mode, pads=[0, 1, 2, 0, 0, 3])
    yield case("Pad", f(2, 4, 5), i(0, -1, 2, 0, 0, -2), opset=13)
    yield case("Pad", f(2, 4, 5), pads, np.float32(0.5), opset=11)
    yield case("Pad", f(2, 4, 5), pads, np.float32([0.5]), opset=13)
    yield case("Pad", f(2, 4), opset=9, pads=[1, 0, 0, 1], value=0.7)
    yield case("Pad", i(1, 2), i(1, 1), np.int64(9), opset=13)


def resizes() -> Iterator[Case]:
    x = f(1, 2, 6, 5)
    none = np.zeros(0, np.float32)

    def by_scale(scales, opset=13, x=x, refused="", **attributes):
        return case("Resize", x, none if opset < 13 else None, np.float32(scales), opset=opset, refused=refused,
                    **attributes)

    def by_size(sizes, opset=13, x=x, **attributes):
        return case("Resize", x, None, None, i(*sizes), opset=opset, **attributes)

    modes = ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
    for coordinates, scales in product(modes, ([1, 1, 2, 2], [1, 1, 0.5, 0.6], [1, 1, 1.7, 2.4])):
        for nearest in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
            yield by_scale(scales, mode="nearest", coordinate_transformation_mode=coordinates, nearest_mode=nearest)
        for mode in ("linear", "cubic"):
            yield by_scale(scales, mode=mode, coordinate_transformation_mode=coordinates)
    for mode in ("nearest", "linear", "cubic"):
        yield by_size([1, 2, 9, 11], mode=mode)
        yield by_size([1, 2, 3, 2], mode=mode)
        yield by_size([1, 2, 1, 1], mode=mode, coordinate_transformation_mode="pytorch_half_pixel")
        yield by_size([1, 2, 9, 7], opset=19, mode=mode, coordinate_transformation_mode="half_pixel_symmetric")
        yield case("Resize", x, none, np.float32([1, 1, 2, 1.5]), opset=11, mode=mode)
        yield case("Resize", x, none, none, i(1, 2, 8, 8), opset=11, mode=mode)
        for policy in ("stretch", "not_larger", "not_smaller"):
            yield case("Resize", x, None, None, i(9, 11), opset=18, mode=mode, axes=[2, 3],
                       keep_aspect_ratio_policy=policy)
        yield case("Resize", x, None, np.float32([2, 1.5]), opset=18, mode=mode, axes=[2, 3])
        yield case("Resize", x, None, np.float32([1.5, 2]), opset=18, mode=mode, axes=[3, 2])
    yield by_scale([1, 1, 2, 2], opset=11, mode="nearest", coordinate_transformation_mode="tf_half_pixel_for_nn")
    yield by_scale([1, 1, 2, 2], mode="cubic", cubic_coeff_a=-0.5)
    yield by_scale([1, 1, 0.7, 1.6], mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1)
    for mode, scales in product(("linear", "cubic"), ([1, 1, 0.5, 0.6], [1, 1, 0.33, 2], [1, 1, 1.7, 1.7])):
        yield by_scale(scales, opset=18, mode=mode, antialias=1)
        yield by_scale(scales, opset=18, mode=mode, antialias=1, coordinate_transformation_mode="align_corners")
    yield by_scale([1, 1, 0.5, 0.5], opset=18, mode="cubic", antialias=1, exclude_outside=1)
    yield by_scale([1, 1, 2], x=f(1, 2, 5), mode="linear")
    yield by_scale([1, 1, 2], x=f(1, 2, 5), mode="nearest")
    yield by_scale([1, 1, 2, 2, 2], x=f(1, 1, 3, 3, 3), mode="linear")
    for mode in ("nearest", "linear"):
        yield case("Resize", x, np.float32([1, 1, 2, 1.5]), opset=10, mode=mode)
        yield case("Resize", x, np.float32([1, 1, 0.5, 0.6]), opset=10, mode=mode)
        yield case("Upsample", x, np.float32([1, 1, 2, 1.5]), opset=9, mode=mode)
        yield case("Upsample", x, opset=7, mode=mode, scales=[1.0, 1.0, 2.0, 2.0])
    yield case("Resize", x, np.float32([0, 0, 0, 0, 1, 1, 1, 1]), np.float32([1, 1, 2, 2]), mode="linear",
               coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=0.5,
               refused="tf_crop_and_resize")
    yield by_scale([1, 1, 2, 2], mode="linear", extrapolation_value=0.5)
