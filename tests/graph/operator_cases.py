"""Cases of single operators, in tables: for each operator its attributes, opsets, shapes and absent inputs."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from tests.graph.operator_case import Case, case, f, i, positive
from tests.graph.window_cases import convolutions, paddings, pools, resizes

UNARY = ("Abs", "Neg", "Exp", "Erf", "Tanh", "Sigmoid", "Relu", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos", "Tan",
         "Sinh", "Cosh", "Atan", "Asinh", "Softplus", "Softsign", "Identity", "HardSwish", "IsNaN", "LeakyRelu", "Elu",
         "Celu", "Selu", "ThresholdedRelu", "Shrink", "HardSigmoid")


def elementwise() -> Iterator[Case]:
    for op in UNARY:
        yield case(op, 2 * f(3, 4))
    yield case("Mish", f(3, 4), opset=18)
    yield case("Round", np.float32([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]))
    for op in ("Sqrt", "Log", "Reciprocal", "Acosh"):
        yield case(op, positive(3, 4) + (1 if op == "Acosh" else 0))
    for op in ("Asin", "Acos", "Atanh"):
        yield case(op, np.tanh(f(3, 4)))
    yield case("Softplus", np.float32([-100, -1, 0, 19, 21, 100]))
    yield case("Abs", i(-3, 2), opset=13)
    yield case("Elu", f(9), alpha=0.3)
    yield case("Celu", f(9), alpha=2.0)
    yield case("Selu", f(9), alpha=1.2, gamma=0.9)
    yield case("LeakyRelu", f(9), alpha=0.3)
    yield case("ThresholdedRelu", f(9), alpha=0.4)
    yield case("HardSigmoid", 4 * f(9), alpha=0.17, beta=0.4)
    yield case("Shrink", f(9), bias=0.2, lambd=0.6)
    for approximate in ("none", "tanh"):
        yield case("Gelu", f(9), opset=20, approximate=approximate)
    yield case("Swish", f(9), opset=24, alpha=0.7)
    yield case("IsInf", np.float32([1, np.inf, -np.inf]), opset=20)
    yield case("IsInf", np.float32([1, np.inf, -np.inf]), detect_negative=0)
    yield case("IsInf", np.float32([1, np.inf, -np.inf]), detect_positive=0)
    for opset in (9, 13, 21):
        yield case("Dropout", f(3, 4), opset=opset)
    yield case("Dropout", f(3, 4), opset=9, ratio=0.9)
    yield case("Dropout", f(3, 4), np.float32(0.4), outputs=2, seed=3)
    yield case("Dropout", f(3, 4), np.float32(0.0), np.array(True))
    yield case("Dropout", f(3, 4), np.float32(0.4), np.array(True), refused="Dropout with training_mode=1")
    yield case("Clip", f(9), opset=9, min=-0.2, max=0.3)
    yield case("Clip", f(9), opset=6, min=-0.2)
    for low, high in product((None, np.float32(-0.3)), (None, np.float32(0.4))):
        yield case("Clip", f(9), low, high, opset=13)
    yield case("Clip", np.int64([-4, 0, 9]), np.int64(-1), np.int64(3), opset=12)
    yield case("Clip", f(9), np.float32(0.5), np.float32(-0.5), opset=11)
    for slope in (f(1), f(3, 1, 1), f(1, 3, 1, 1), f(2, 3, 4, 4), f(4), f(1, 1)):
        yield case("PRelu", f(2, 3, 4, 4), slope, opset=9 if slope.ndim == 1 else 16)


def casts() -> Iterator[Case]:
    values = np.float32([-2.7, -0.5, 0, 0.49, 1.5, 3.14159, 1e3])
    for to in (1, 6, 7, 9, 10, 11, 16):
        yield case("Cast", values, to=to)
    for to in (2, 4, 12, 13):
        yield case("Cast", np.abs(values[:5]), to=to)
    yield case("Cast", values[:6], to=3)
    yield case("Cast", values, to=5)
    yield case("Cast", i(0, 1, 5), to=9)
    yield case("Cast", values, opset=19, to=17, refused="Cast with to=17")
    yield case("CastLike", values, i(1), opset=19)
    yield case("CastLike", values, np.float16([1]), opset=19)


def pairs() -> Iterator[Case]:
    for op in ("Add", "Sub", "Mul", "Div"):
        for a, b in ((f(3, 4), f(4)), (f(3, 1), f(1, 4)), (f(2, 3), np.float32(0.7)), (f(3, 4), f(3, 4) + 3)):
            yield case(op, a, b, opset=9 if b.ndim == 1 else 14)
    for op in ("Add", "Mul"):
        yield case(op, i(-7, 7, 5), i(2, -2, 3), opset=14)
    yield case("Div", i(-7, 7, -6, 5), i(2, -2, 3, 3), opset=13)
    for fmod in (0, 1):
        yield case("Mod", i(-7, 7, -6, 5), i(2, -3, 4, -4), fmod=fmod)
    yield case("Mod", 3 * f(6), positive(6), fmod=1)
    for power in (np.float32(2), np.float32(-1), i(3), np.float32([0.5])):
        yield case("Pow", positive(3, 4), power, opset=13)
    yield case("Pow", f(3, 4), np.float32(3), opset=9)
    yield case("Pow", np.int32([2, 3]), np.float32([2.5, 0.5]), opset=15)
    for op in ("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"):
        yield case(op, i(1, 2, 3), i(2, 2, 2), opset=16)
    for op in ("And", "Or", "Xor"):
        yield case(op, np.array([True, True, False, False]), np.array([True, False, True, False]))
    yield case("Not", np.array([True, False]))
    yield case("Where", np.array([[True], [False]]), f(2, 3), f(3))
    yield case("Where", np.array([True, False, True]), np.float32(1), f(2, 3))
    for op in ("Min", "Max", "Sum", "Mean"):
        yield case(op, f(2, 3), f(3, seed=1), f(2, 1, seed=2))
        yield case(op, f(2, 3), opset=9)
    bits = np.uint8([0b1100, 0b1010, 0xff])
    for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor"):
        yield case(op, bits, np.uint8([0b1010]), opset=18)
    yield case("BitwiseNot", bits, opset=18)
    for direction in ("LEFT", "RIGHT"):
        yield case("BitShift", bits, np.uint8([2]), direction=direction)
    for a, b in (((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((4,), (4, 5)), ((3, 4), (4,)),
                 ((2, 3, 4), (4,)), ((3, 4), (4, 1))):
        for fed in (1, 2):
            yield case("MatMul", f(*a), f(*b), fed=fed)
    yield case("MatMul", f(3, 4), f(2, 4, 5))
    for equation, shapes in (("ij->ji", ((3, 4),)), ("ij,jk", ((2, 3), (3, 4))), ("...ii->...i", ((2, 3, 3),)),
                             ("b h i d, b h j d -> b h i j", ((1, 2, 3, 4),) * 2), ("ij->", ((3, 4),)),
                             ("bij,bjk->bik", ((2, 3, 4), (2, 4, 3)))):
        yield case("Einsum", *(f(*shape) for shape in shapes), equation=equation)


def products() -> Iterator[Case]:
    for a, b in product((0, 1), (0, 1)):
        x, w = f(*((4, 3) if a else (3, 4))), f(*((5, 4) if b else (4, 5)))
        for bias in (None, f(5), f(1, 5), f(3, 5), f(3, 1), f(1), np.float32(0.7), f(1, 1)):
            yield case("Gemm", x, w, bias, opset=13, transA=a, transB=b)
    for bias in (f(5), f(3, 1), np.float32(0.7)):
        yield case("Gemm", f(3, 4), f(4, 5), bias, alpha=0.5, beta=2.0)
        yield case("Gemm", f(3, 4), f(4, 5), bias, fed=2, alpha=0.5, beta=-1.0)
    for bias in (f(1), f(1, 1), np.float32(0.7), None):
        yield case("Gemm", f(3, 4), f(1, 4), bias, transB=1)
    yield case("Gemm", f(1, 4), f(4, 3), f(3, 3)[:1], opset=9)
    yield case("Gemm", f(3, 4), f(4, 3), f(3, 1))
    yield case("Gemm", f(4, 3), f(4, 4), f(3, 1), opset=11, transA=1)


def norms() -> Iterator[Case]:
    for axis in (-1, 1, 2, 0):
        shape = (2, 3, 8)[axis:]
        yield case("LayerNormalization", f(2, 3, 8), f(*shape), f(*shape, seed=1), axis=axis)
        yield case("LayerNormalization", f(2, 3, 8), f(*shape), axis=axis, epsilon=0.1)
    yield case("LayerNormalization", f(2, 3, 8), f(8), f(8), outputs=3)
    yield case("LayerNormalization", f(2, 3, 8), f(8), f(1), axis=-1)
    yield case("LayerNormalization", f(2, 3, 8, 8), f(3, 1, 1), f(3, 1, 1, seed=1), axis=1, opset=18)
    yield case("LayerNormalization", f(2, 3, 8, 8), f(3, 1, 1), axis=1, opset=18)
    for opset in (9, 15):
        yield case("BatchNormalization", f(2, 3, 4, 4), f(3), f(3), f(3), positive(3), opset=opset, epsilon=0.01,
                   momentum=0.5)
    yield case("BatchNormalization", f(2, 3, 4), f(3), f(3), f(3), positive(3), outputs=3, training_mode=1,
               refused="training_mode=1")
    yield case("BatchNormalization", f(2, 3, 4), f(3), f(3), f(3), positive(3), fed=5)  # statistics of the batch
    yield case("BatchNormalization", f(2, 3), f(3), f(3), f(3), positive(3), opset=15)
    yield case("BatchNormalization", f(2, 3, 4), f(3), f(3), f(3), positive(3), opset=8)
    for shape in ((2, 3, 8), (2, 3, 4, 5), (2, 3, 1, 1)):
        yield case("InstanceNormalization", f(*shape), f(3), f(3), epsilon=0.01)
    yield case("GroupNormalization", f(2, 4, 3, 5), f(2), f(2), opset=18, num_groups=2, epsilon=0.01)
    yield case("GroupNormalization", f(2, 4, 3, 5), f(4), f(4), opset=21, num_groups=2)
    yield case("RMSNormalization", f(2, 3, 8), f(8), opset=23)
    yield case("RMSNormalization", f(2, 3, 8), f(3, 8), opset=23, axis=1, epsilon=0.1)
    yield case("SimplifiedLayerNormalization", f(2, 3, 8), f(8), axis=-1, epsilon=0.1, stash_type=1)
    yield case("com.microsoft.SkipLayerNormalization", f(2, 3, 8), f(2, 3, 8, seed=1), f(8), f(8, seed=1), epsilon=0.1)
    yield case("com.microsoft.SkipLayerNormalization", f(2, 3, 8), f(2, 3, 8, seed=1), f(8), None, f(8, seed=2),
               epsilon=1e-5)
    yield case("MeanVarianceNormalization", f(2, 3, 4, 5))
    yield case("MeanVarianceNormalization", f(2, 3, 4, 5), axes=[2, 3])
    for p, axis in product((1, 2), (-1, 1)):
        yield case("LpNormalization", f(2, 3, 4), p=p, axis=axis)
    yield case("LRN", f(2, 7, 3, 3), size=3)
    yield case("LRN", f(2, 7, 3, 3), size=5, alpha=0.3, beta=0.6, bias=2.0)
    yield case("com.microsoft.Gelu", f(9))
    yield case("com.microsoft.FastGelu", f(2, 9))
    yield case("com.microsoft.FastGelu", f(2, 9), f(9))
    yield case("com.microsoft.BiasGelu", f(2, 9), f(9))
    yield case("com.microsoft.QuickGelu", f(9), alpha=1.5)
    yield case("com.microsoft.FusedMatMul", f(2, 4, 3), f(2, 5, 4), fed=2, transA=1, transB=1, alpha=0.5,
               transBatchA=0, transBatchB=0)


def reductions() -> Iterator[Case]:
    for kind in ["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"]:
        op, x = f"Reduce{kind}", positive(2, 3, 4) if kind == "LogSum" else f(2, 3, 4)
        since = 13 if kind == "Sum" else 18
        for axes, keep in (([1], 1), ([0, -1], 0), (None, 1), (None, 0)):
            given = {} if axes is None else {"axes": axes}
            yield case(op, x, opset=since - 2, keepdims=keep, **given)
            yield case(op, x, None if axes is None else i(*axes), opset=since, keepdims=keep)
        yield case(op, x, i(), opset=since)
        yield case(op, x, i(), opset=since, noop_with_empty_axes=1)
        yield case(op, x, None, opset=since, noop_with_empty_axes=1)
    for kind in ("Mean", "Sum", "Max", "Min"):
        yield case(f"Reduce{kind}", np.int32([[1, 2], [-4, 9]]), i(1), opset=13 if kind == "Sum" else 18)
    for op, axis, opset in product(("Softmax", "LogSoftmax", "Hardmax"), (0, 1, -1, 2), (9, 11, 13)):
        if axis >= 0 or opset > 9:
            yield case(op, f(2, 3, 4), opset=opset, axis=axis)
    for op, opset in product(("Softmax", "LogSoftmax", "Hardmax"), (9, 11, 13)):
        yield case(op, f(2, 3, 4), opset=opset)
    ties = np.float32([[1, 3, 3], [2, 2, 0]])
    for op in ("ArgMax", "ArgMin"):
        for last in (0, 1):
            yield case(op, ties, opset=13, axis=1, select_last_index=last)
        yield case(op, f(2, 3, 4), opset=9, axis=2, keepdims=0)
        yield case(op, f(2, 3, 4), opset=12, axis=-1)
        yield case(op, f(2, 3, 4))
    for opset in (10, 11, 24):
        yield case("TopK", f(3, 7), i(4), opset=opset, outputs=2, axis=1)
    for largest, axis in product((0, 1), (0, -1)):
        yield case("TopK", f(5, 7), i(3), outputs=2, axis=axis, largest=largest)
    yield case("TopK", ties, i(2), outputs=2)
    yield case("TopK", f(5, 7), outputs=2, opset=9, k=3)
    yield case("TopK", f(5, 7), i(3), outputs=2, sorted=0, refused="sorted=0")
    for exclusive, reverse, axis in product((0, 1), (0, 1), (1, -2)):
        yield case("CumSum", f(2, 3, 4), i(axis), exclusive=exclusive, reverse=reverse)
    yield case("CumSum", np.int32([1, 2, 3]), np.array(0))


def shapes() -> Iterator[Case]:
    x = f(2, 3, 4)
    yield case("Shape", x)
    for start, end in ((1, None), (0, 1), (-2, None), (1, -1), (0, 99), (2, 1)):
        yield case("Shape", x, opset=15, start=start, **({} if end is None else {"end": end}))
    yield case("Size", x)
    for target in (i(0, -1), i(4, 6), i(-1), i(2, 0, 2, -1)):
        yield case("Reshape", x, target, opset=13)
    yield case("Reshape", np.zeros((0, 3), np.float32), i(3, 0), opset=14, allowzero=1)
    for axis in (0, 1, 2, 3):
        yield case("Flatten", x, opset=9, axis=axis)
    for axis in (-1, -3):
        yield case("Flatten", x, opset=13, axis=axis)
    yield case("Transpose", x)
    yield case("Transpose", x, perm=[1, 2, 0])
    yield case("Squeeze", f(1, 3, 1))
    yield case("Squeeze", f(1, 3, 1), opset=11, axes=[0])
    yield case("Squeeze", f(1, 3, 1), i(-1), opset=13)
    yield case("Unsqueeze", x, opset=9, axes=[0, 4])
    yield case("Unsqueeze", x, i(-1, 0), opset=13)
    yield case("Unsqueeze", np.float32(3), i(0), opset=13)
    for axis in (0, -1):
        yield case("Concat", x, f(2, 3, 4, seed=1), axis=axis)
    yield case("Split", f(6, 4), outputs=3, opset=9)
    yield case("Split", f(6, 4), outputs=2, opset=11, axis=1, split=[1, 3])
    yield case("Split", f(6, 4), i(1, 2, 3), outputs=3, opset=13)
    yield case("Split", f(4, 6), i(5, 1), outputs=2, opset=13, axis=-1)
    yield case("Split", f(7, 2), outputs=3, opset=18, num_outputs=3)
    yield case("Split", f(2, 7), outputs=2, opset=18, num_outputs=2, axis=-1)
    big = np.iinfo(np.int64).max
    for start, end, step in ((1, 4, 1), (-3, 99, 1), (4, -99, -1), (1, 6, 2), (-1, -6, -2), (big, -big - 1, -1),
                             (3, 1, 1), (0, big, 3), (-99, 3, 1)):
        yield case("Slice", f(6, 5), i(start), i(end), i(0), i(step), opset=11)
    yield case("Slice", f(6, 5), i(1, 0), i(3, -1), opset=13)
    yield case("Slice", f(6, 5), i(1, 0), i(3, -1), i(1, 0), opset=13)
    yield case("Slice", f(6, 5), i(1), i(3), i(-1), opset=10)
    yield case("Slice", f(6, 5), opset=9, starts=[1, -3], ends=[3, 99])
    yield case("Slice", f(6, 5), opset=9, starts=[1], ends=[3], axes=[1])
    for target in (i(2, 1, 4), i(3, 4), i(1), i(2, 3, 1)):
        yield case("Expand", f(3, 1), target)
    yield case("Expand", np.array([True, False]), i(3, 1))
    yield case("Tile", f(2, 3), i(2, 1))
    yield case("Tile", f(3), i(3))
    yield case("ConstantOfShape", i(2, 3))
    yield case("ConstantOfShape", i(2, 3), value=np.int64([7]))
    yield case("ConstantOfShape", i(), value=np.float32([0.5]))
    for name, value in (("value", np.float32([[1, 2]])), ("value_float", 0.5), ("value_floats", [0.5, 1.0]),
                        ("value_int", 3), ("value_ints", [1, 2])):
        yield case("Constant", opset=13, fed=0, **{name: value})
    yield case("Range", np.float32(1), np.float32(4.2), np.float32(0.7))
    yield case("Range", np.int64(5), np.int64(-1), np.int64(-2))
    for upper, k in product((0, 1), (None, np.int64(1), np.int64(-1))):
        yield case("Trilu", f(3, 4), k, opset=14, upper=upper)
    for mode in ("DCR", "CRD"):
        yield case("DepthToSpace", f(1, 8, 2, 3), opset=13, blocksize=2, mode=mode)
    yield case("DepthToSpace", f(1, 8, 2, 3), opset=9, blocksize=2)
    yield case("SpaceToDepth", f(1, 2, 4, 6), blocksize=2)
    yield case("EyeLike", f(3, 4))
    yield case("EyeLike", f(3, 4), k=-1, dtype=1)
    yield case("NonZero", np.float32([[1, 0], [2, 3]]))


def indexing() -> Iterator[Case]:
    for axis, index in product((0, 1, -1), (i(0, -1), i(1), np.int64(-2), i([[0, -1]], [[1, 0]]), np.int32([1]))):
        yield case("Gather", f(3, 4), index, opset=11, axis=axis)
    yield case("Gather", i(2, 3, 4), np.int64(0))
    yield case("Gather", np.float32([[1, 2], [3, 4], [5, 6]]), i(0, 2), fed=2)
    for axis in (0, 1, -1):
        yield case("GatherElements", f(3, 4), i([0, -1, 1, 2], [2, 0, 0, 1]), axis=axis)
    yield case("GatherND", f(3, 4, 2), i([0, 1], [-1, 2]))
    yield case("GatherND", f(3, 4, 2), i([0], [2]))
    yield case("GatherND", f(2, 3, 4), i([[1]], [[-1]]), opset=12, batch_dims=1)
    yield case("GatherND", f(2, 3, 4), i([[1, 0], [0, -1]], [[2, 3], [0, 0]]), opset=12, batch_dims=1)
    for op, opset in (("Scatter", 9), ("ScatterElements", 11)):
        yield case(op, f(3, 4), i([0, 1], [2, 0]), f(2, 2), opset=opset, axis=1)
    for reduction in ("none", "add", "mul", "max", "min"):
        index = i([0, -1, 1]) if reduction == "none" else i([0, -1, 0])
        yield case("ScatterElements", f(3, 4), index, f(1, 3), opset=18, axis=1, reduction=reduction)
        places = i([0, 1], [-1, 2]) if reduction == "none" else i([0, 1], [0, 1])
        yield case("ScatterND", f(3, 4), places, f(2), opset=18, reduction=reduction)
    yield case("ScatterND", f(3, 4, 2), i([0], [2]), f(2, 4, 2))
    yield case("ScatterND", f(3, 4), i([[0, 1]], [[2, 2]]), f(2, 1), opset=11)
    for axis in (-1, 0, 1):
        yield case("OneHot", i([0, 2], [-1, 5]), i(3), np.float32([0.1, 0.9]), axis=axis)
    yield case("OneHot", i(0, 2), np.int64(3), np.int64([0, 1]))
    levels = np.int8([[1, -2, 3, 4], [5, 6, -7, 8]])
    yield case("DequantizeLinear", levels, np.float32(0.5), np.int8(3), opset=13)
    yield case("DequantizeLinear", levels, np.float32([0.5, 2]), np.int8([3, -1]), opset=13, axis=0)
    yield case("DequantizeLinear", levels, positive(4), opset=13, axis=-1)
    yield case("DequantizeLinear", levels, positive(2, 2), np.int8([[1, 2], [3, 4]]), opset=21, axis=1, block_size=2)
    yield case("DequantizeLinear", np.uint8([1, 200]), np.float32(0.5), np.uint8(100), opset=10)


def recurrent() -> Iterator[Case]:
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}
    for op, direction in product(gates, ("forward", "reverse", "bidirectional")):
        ways, n, outputs = 2 if direction == "bidirectional" else 1, gates[op], 3 if op == "LSTM" else 2
        w, r, b = f(ways, n * 5, 3), f(ways, n * 5, 5), f(ways, 2 * n * 5)
        state = [f(ways, 2, 5)] * (2 if op == "LSTM" else 1)
        yield case(op, f(4, 2, 3), w, r, b, outputs=outputs, hidden_size=5, direction=direction)
        yield case(op, f(4, 2, 3), w, r, None, None, *state, outputs=outputs, opset=9, hidden_size=5,
                   direction=direction)
        if op == "GRU":
            yield case(op, f(4, 2, 3), w, r, b, outputs=outputs, hidden_size=5, direction=direction,
                       linear_before_reset=1)
    w, r = f(1, 5, 3), f(1, 5, 5)
    yield case("RNN", f(4, 2, 3), w, r, hidden_size=5, activations=["Relu"], outputs=2)
    yield case("RNN", f(4, 2, 3), w, r, hidden_size=5, activations=["Sigmoid"], refused="activations=")
    w, r, b = f(1, 20, 3), f(1, 20, 5), f(1, 40)
    yield case("LSTM", f(4, 2, 3), w, r, b, np.int32([4, 4]), hidden_size=5, activations=["Sigmoid", "Tanh", "Tanh"])
    yield case("LSTM", f(4, 2, 3), w, r, b, np.int32([4, 3]), hidden_size=5, refused="of different lengths")
    yield case("LSTM", f(4, 2, 3), w, r, b, hidden_size=5, clip=0.5, refused="clip=0.5")
    yield case("LSTM", f(4, 2, 3), w, r, b, hidden_size=5, input_forget=1, refused="input_forget=1")
    yield case("LSTM", f(4, 2, 3), w, r, b, None, None, None, f(1, 15), hidden_size=5, refused="LSTM with input 8")
    w, r = f(1, 15, 3), f(1, 15, 5)
    yield case("GRU", f(4, 2, 3), w, r, hidden_size=5, activations=["Sigmoid", "Tanh"])
    yield case("GRU", f(4, 2, 3), w, r, hidden_size=5, activations=["HardSigmoid", "Tanh"], refused="activations=")


def attention() -> Iterator[Case]:
    q, k, v = f(2, 4, 5, 8), f(2, 2, 6, 8), f(2, 2, 6, 3)
    yield case("Attention", q, k, v, opset=23)
    yield case("Attention", q, k, v, opset=23, is_causal=1, scale=0.3, softmax_precision=1, qk_matmul_output_mode=1)
    flat = f(2, 5, 32), f(2, 6, 16), f(2, 6, 6)
    yield case("Attention", *flat, opset=23, q_num_heads=4, kv_num_heads=2)
    for mask in (f(5, 6), f(2, 1, 5, 6), f(5, 6) > -1.0):
        yield case("Attention", *flat, mask, opset=23, q_num_heads=4, kv_num_heads=2)
    yield case("Attention", q, k, v, opset=23, softcap=2.0, refused="Attention with softcap=2.0")
    yield case("Attention", q, k, v, None, f(2, 2, 1, 8), f(2, 2, 1, 3), opset=23, outputs=3,
               refused="Attention with input 5")
    places = i([0, 1, 2, 3, 4], [3, 4, 5, 6, 7])
    for interleaved, width in product((0, 1), (0, 4)):
        table = f(8, (width or 8) // 2), f(8, (width or 8) // 2, seed=1)
        settings = {"interleaved": interleaved, "rotary_embedding_dim": width, "num_heads": 4}
        yield case("RotaryEmbedding", q, *table, places, opset=23, **settings)
        yield case("RotaryEmbedding", f(2, 5, 32), *table, places, opset=23, **settings)
    yield case("RotaryEmbedding", q, f(2, 5, 4), f(2, 5, 4, seed=1), opset=23)


CASES = [each for table in (elementwise, casts, pairs, products, convolutions, pools, paddings, resizes, norms,
                            attention, reductions, shapes, indexing, recurrent) for each in table()]
