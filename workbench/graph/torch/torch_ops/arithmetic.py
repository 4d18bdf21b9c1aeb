"""Element-wise operators and matrix products."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from workbench.core.base.message import Message
from workbench.graph.torch.torch_ops.operator import MANY, Attributes, Inputs, Unsupported, op, simple

simple(
    Add=lambda x, y: x + y,
    Sub=lambda x, y: x - y,
    Mul=lambda x, y: x * y,
    Sqrt=lambda x: torch.sqrt(x),
    Exp=lambda x: torch.exp(x),
    Log=lambda x: torch.log(x),
    Neg=lambda x: -x,
    Abs=lambda x: torch.abs(x),
    Sign=lambda x: torch.sign(x),
    Erf=lambda x: torch.erf(x),
    Tanh=lambda x: torch.tanh(x),
    Sigmoid=lambda x: torch.sigmoid(x),
    Relu=lambda x: torch.relu(x),
    Floor=lambda x: torch.floor(x),
    Ceil=lambda x: torch.ceil(x),
    Round=lambda x: torch.round(x),
    Sin=lambda x: torch.sin(x),
    Cos=lambda x: torch.cos(x),
    Tan=lambda x: torch.tan(x),
    Asin=lambda x: torch.asin(x),
    Acos=lambda x: torch.acos(x),
    Atan=lambda x: torch.atan(x),
    Sinh=lambda x: torch.sinh(x),
    Cosh=lambda x: torch.cosh(x),
    Asinh=lambda x: torch.asinh(x),
    Acosh=lambda x: torch.acosh(x),
    Atanh=lambda x: torch.atanh(x),
    Reciprocal=lambda x: torch.reciprocal(x),
    Softplus=lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    Softsign=lambda x: functional.softsign(x),
    Identity=lambda x: x,
    Not=lambda x: torch.logical_not(x),
    And=lambda x, y: torch.logical_and(x, y),
    Or=lambda x, y: torch.logical_or(x, y),
    Xor=lambda x, y: torch.logical_xor(x, y),
    Equal=lambda x, y: torch.eq(x, y),
    Greater=lambda x, y: torch.gt(x, y),
    Less=lambda x, y: torch.lt(x, y),
    GreaterOrEqual=lambda x, y: torch.ge(x, y),
    LessOrEqual=lambda x, y: torch.le(x, y),
    Where=lambda condition, x, y: torch.where(condition, x, y),
    IsNaN=lambda x: torch.isnan(x),
    HardSwish=lambda x: functional.hardswish(x),
    Mish=lambda x: functional.mish(x),
    BitwiseAnd=lambda x, y: torch.bitwise_and(x, y),
    BitwiseOr=lambda x, y: torch.bitwise_or(x, y),
    BitwiseXor=lambda x, y: torch.bitwise_xor(x, y),
    BitwiseNot=lambda x: torch.bitwise_not(x),
    MatMul=lambda x, y: torch.matmul(x, y),
)


@op("Gemm", "alpha beta transA transB", inputs=3)
def gemm(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return alpha A B + beta C, with A and B transposed as requested."""
    left, right = (part.T if a[f"trans{name}"] else part for name, part in zip("AB", x, strict=False))
    product = a["alpha"] * (left @ right)
    return product if x[2] is None else product + a["beta"] * x[2]


@op("Einsum", "equation", inputs=MANY)
def _einsum(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.einsum(a["equation"].replace(" ", ""), *x)


@op("Div", inputs=2)
def _div(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.div(x[0], x[1]) if x[0].is_floating_point() else torch.div(x[0], x[1], rounding_mode="trunc")


@op("Mod", "fmod", inputs=2)
def _mod(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.fmod(x[0], x[1]) if a["fmod"] else torch.remainder(x[0], x[1])


@op("Pow", inputs=2)
def _pow(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return the power, in the type of the base."""
    return torch.pow(x[0], x[1]).to(x[0].dtype)


@op("BitShift", "direction", inputs=2)
def _bit_shift(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.bitwise_left_shift(*x) if a["direction"] == "LEFT" else torch.bitwise_right_shift(*x)


@op("IsInf", "detect_negative detect_positive")
def _is_inf(a: Attributes, x: Inputs, v: int) -> Tensor:
    found = torch.zeros_like(x[0], dtype=torch.bool)
    if a["detect_negative"]:
        found = found | torch.isneginf(x[0])
    return found | torch.isposinf(x[0]) if a["detect_positive"] else found


@op("Min Max Sum Mean", inputs=MANY)
def _of_all(a: Attributes, x: Inputs, v: int) -> Tensor:
    join = {"Min": torch.minimum, "Max": torch.maximum}.get(a["op_type"], torch.add)
    result = x[0]
    for other in x[1:]:
        result = join(result, other)
    return result / len(x) if a["op_type"] == "Mean" else result


@op("LeakyRelu", "alpha")
def _leaky(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.leaky_relu(x[0], a["alpha"])


@op("ThresholdedRelu", "alpha")
def _thresholded(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.where(x[0] > a["alpha"], x[0], torch.zeros_like(x[0]))


@op("Elu", "alpha")
def _elu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.elu(x[0], a["alpha"])


@op("Celu", "alpha")
def _celu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.celu(x[0], a["alpha"])


@op("Selu", "alpha gamma")
def _selu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return a["gamma"] * functional.elu(x[0], a["alpha"])


@op("Shrink", "bias lambd")
def _shrink(a: Attributes, x: Inputs, v: int) -> Tensor:
    zero = torch.zeros_like(x[0])
    return torch.where(x[0] < -a["lambd"], x[0] + a["bias"], torch.where(x[0] > a["lambd"], x[0] - a["bias"], zero))


@op("PRelu", inputs=2)
def _prelu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return torch.where(x[0] >= 0, x[0], x[0] * x[1])


@op("Gelu", "approximate")
def _gelu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return functional.gelu(x[0], approximate=a["approximate"])


@op("com.microsoft.Gelu com.microsoft.BiasGelu com.microsoft.FastGelu", inputs=2)
def _runtime_gelu(a: Attributes, x: Inputs, v: int) -> Tensor:
    total = x[0] if x[1] is None else x[0] + x[1]
    return functional.gelu(total, approximate="tanh" if a["op_type"] == "FastGelu" else "none")


@op("com.microsoft.QuickGelu", "alpha")
def _quick_gelu(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0] * torch.sigmoid(a.get("alpha", 1.702) * x[0])


@op("Swish", "alpha")
def _swish(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0] * torch.sigmoid(a["alpha"] * x[0])


@op("HardSigmoid", "alpha beta")
def _hard_sigmoid(a: Attributes, x: Inputs, v: int) -> Tensor:
    return (a["alpha"] * x[0] + a["beta"]).clamp(0, 1)


@op("Clip", "min max", inputs=3)
def _clip(a: Attributes, x: Inputs, v: int) -> Tensor:
    result = x[0]
    for bound, choose in (
        (a.get("min") if v < 11 else x[1], torch.maximum),
        (a.get("max") if v < 11 else x[2], torch.minimum),
    ):
        if bound is not None:
            result = choose(result, torch.as_tensor(bound, dtype=result.dtype, device=result.device).reshape(()))
    return result


@op("Dropout", "ratio seed", inputs=3, outputs=2)
def _dropout(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, Tensor]:
    """Return the input unchanged, as a deployed model does, and the mask."""
    if v >= 12 and x[2] is not None and bool(x[2].reshape(-1)[0]) and (x[1] is None or float(x[1].reshape(-1)[0])):
        raise Unsupported(Message("with {name}={value}", name="training_mode", value=1))
    return x[0], torch.ones_like(x[0], dtype=torch.bool if v >= 10 else x[0].dtype)


CASTS = {
    1: torch.float32,
    2: torch.uint8,
    3: torch.int8,
    4: torch.uint16,
    5: torch.int16,
    6: torch.int32,
    7: torch.int64,
    9: torch.bool,
    10: torch.float16,
    11: torch.float64,
    12: torch.uint32,
    13: torch.uint64,
    16: torch.bfloat16,
}


@op("Cast", to=tuple(CASTS))
def _cast(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].to(CASTS[a["to"]])


@op("CastLike", inputs=2)
def _cast_like(a: Attributes, x: Inputs, v: int) -> Tensor:
    return x[0].to(x[1].dtype)


@op("DequantizeLinear", "axis block_size", inputs=3)
def _dequantize(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return (x - zero point) scale, both per tensor, per index along an axis, or per block of indices."""
    values, scale, zero = x
    values = values.to(scale.dtype)

    def spread(part: Any) -> Any:
        if part is None or part.numel() == 1:
            return 0 if part is None else part.reshape(())
        axis = a["axis"] % values.dim()
        if part.dim() == 1 and values.dim() > 0 and not a.get("block_size"):
            return part.reshape([-1 if index == axis else 1 for index in range(values.dim())])
        blocks = part.repeat_interleave(a.get("block_size") or math.ceil(values.shape[axis] / part.shape[axis]), axis)
        return blocks.narrow(axis, 0, values.shape[axis])

    return (values - spread(zero)) * spread(scale)


@op("com.microsoft.FusedMatMul", "alpha transA transB", inputs=2, transBatchA=(0,), transBatchB=(0,))
def _fused_matmul(a: Attributes, x: Inputs, v: int) -> Tensor:
    left, right = (part.mT if a.get(f"trans{name}") else part for name, part in zip("AB", x, strict=False))
    return a.get("alpha", 1.0) * (left @ right)
