"""Operators with a sliding window over the spatial axes: convolutions, pools and padding."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from workbench.core.base.message import Message
from workbench.graph.torch.torch_ops.operator import Attributes, Inputs, Unsupported, as_integers, op

WINDOW = "kernel_shape strides pads dilations auto_pad"
Pairs = list[tuple[int, int]]


@op("Conv", f"{WINDOW} group", inputs=3)
def _conv(a: Attributes, x: Inputs, v: int) -> Tensor:
    values, weight, bias = x
    dims = weight.dim() - 2
    strides, dilations = a.get("strides") or [1] * dims, a.get("dilations") or [1] * dims
    pairs = window_pads(a, values.shape[2:], weight.shape[2:], strides, dilations)
    run = (functional.conv1d, functional.conv2d, functional.conv3d)[dims - 1]
    return run(pad(values, pairs, 0.0), weight, bias, strides, 0, dilations, a["group"])


@op("ConvTranspose", f"{WINDOW} group output_padding output_shape", inputs=3)
def _conv_transpose(a: Attributes, x: Inputs, v: int) -> Tensor:
    values, weight, bias = x
    dims = weight.dim() - 2
    strides, dilations = a.get("strides") or [1] * dims, a.get("dilations") or [1] * dims
    extra = a.get("output_padding") or [0] * dims
    run = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)[dims - 1]
    whole_output = run(values, weight, bias, strides, 0, extra, a["group"], dilations)
    return crop(whole_output, transposed_pads(a, values.shape[2:], weight.shape[2:], strides, dilations))


def window_pads(
    a: Attributes, sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Pairs:
    """Return the padding before and after each spatial axis, from pads or auto_pad."""
    auto = a.get("auto_pad", "NOTSET")
    dims = len(kernel)
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        pairs = []
        for size, span, stride, dilation in zip(sizes, kernel, strides, dilations, strict=True):
            total = max((-(-size // stride) - 1) * stride + dilation * (span - 1) + 1 - size, 0)
            small, large = total // 2, total - total // 2
            pairs.append((small, large) if auto == "SAME_UPPER" else (large, small))
        return pairs
    amounts = a.get("pads") or [0] * (2 * dims)
    return [(0, 0)] * dims if auto == "VALID" else list(zip(amounts[:dims], amounts[dims:], strict=True))


def transposed_pads(
    a: Attributes, sizes: Sequence[int], kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> Pairs:
    """Return the amounts that a transposed convolution crops before and after each spatial axis of its full output."""
    auto, dims = a.get("auto_pad", "NOTSET"), len(kernel)
    wanted, extra = a.get("output_shape"), a.get("output_padding") or [0] * dims
    if not wanted and auto in ("NOTSET", "VALID"):
        return window_pads(a, sizes, kernel, strides, dilations)
    pairs = []
    for axis, (size, span, stride, dilation) in enumerate(zip(sizes, kernel, strides, dilations, strict=True)):
        target = wanted[-dims:][axis] if wanted else size * stride
        total = max((size - 1) * stride + extra[axis] + dilation * (span - 1) + 1 - target, 0)
        small, large = total // 2, total - total // 2
        pairs.append((small, large) if auto == "SAME_UPPER" else (large, small))
    return pairs


def crop(x: Tensor, pairs: Pairs) -> Tensor:
    """Crop the spatial axes by these amounts."""
    for axis, (before, after) in enumerate(pairs, 2):
        x = x.narrow(axis, before, x.shape[axis] - before - after)
    return x


def pad(x: Tensor, pairs: Sequence[tuple[int, int]], value: float) -> Tensor:
    """Pad the spatial axes."""
    if not any(before or after for before, after in pairs):
        return x
    return functional.pad(x, [size for pair in reversed(pairs) for size in pair], value=value)


# -- pools -------------------------------------------------------------------------------------------------------------


class _Pool:
    """The windows of a pool over one input: `before` is its padding, `beyond` how far the last windows extend past
    it."""

    def __init__(self, a: Attributes, x: Tensor) -> None:
        self.kernel = list(a["kernel_shape"])
        self.dims = len(self.kernel)
        self.strides = a.get("strides") or [1] * self.dims
        self.dilations = a.get("dilations") or [1] * self.dims
        self.pads = window_pads(a, x.shape[2:], self.kernel, self.strides, self.dilations)
        self.beyond, self.counts = [], []
        for size, span, stride, dilation, (before, after) in zip(
            x.shape[2:], self.kernel, self.strides, self.dilations, self.pads, strict=True
        ):
            reach, padded = dilation * (span - 1) + 1, size + before + after
            count = (padded - reach) // stride + 1
            if a.get("ceil_mode", 0):
                count = -(-(padded - reach) // stride) + 1
                count -= (count - 1) * stride >= size + before  # no window lies in the padding alone
            self.counts.append(count)
            self.beyond.append((0, max((count - 1) * stride + reach - padded, 0)))

    def padded(self, x: Tensor, value: float) -> Tensor:
        return pad(pad(x, self.pads, value), self.beyond, value)

    def cut(self, made: Tensor) -> Tensor:
        for axis, count in enumerate(self.counts, 2):
            made = made.narrow(axis, 0, count)
        return made

    def total(self, x: Tensor) -> Tensor:
        """Return sums over the windows of an input that is already padded."""
        if any(dilation > 1 for dilation in self.dilations):
            run = (functional.conv1d, functional.conv2d, functional.conv3d)[self.dims - 1]
            ones = torch.ones([x.shape[1], 1, *self.kernel], dtype=x.dtype, device=x.device)
            return self.cut(run(x, ones, None, self.strides, 0, self.dilations, x.shape[1]))
        average = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)[self.dims - 1]
        return self.cut(average(x, self.kernel, self.strides) * math.prod(self.kernel))


@op("MaxPool", f"{WINDOW} ceil_mode", outputs=2, storage_order=(0,))
def _max_pool(a: Attributes, x: Inputs, v: int) -> tuple[Tensor, ...]:
    """Return the maxima, and their indices in the whole input."""
    windows = _Pool(a, x[0])
    padded = windows.padded(x[0], float("-inf") if x[0].is_floating_point() else torch.iinfo(x[0].dtype).min)
    run = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)[windows.dims - 1]
    options = (windows.kernel, windows.strides, 0, windows.dilations)
    if a["outputs"] == 1:
        return (windows.cut(run(padded, *options)),)
    made, places = (windows.cut(each) for each in run(padded, *options, return_indices=True))
    flat, stride = torch.zeros_like(places), 1
    for axis in reversed(range(windows.dims)):
        place, places = places % padded.shape[axis + 2], places // padded.shape[axis + 2]
        flat = flat + (place - windows.pads[axis][0]) * stride
        stride *= x[0].shape[axis + 2]
    maps = torch.arange(math.prod(x[0].shape[:2]), device=flat.device)
    return made, flat + stride * maps.reshape([*x[0].shape[:2], *(1 for _ in range(windows.dims))])


@op("AveragePool", f"{WINDOW} ceil_mode count_include_pad")
def _average_pool(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Return the means over the input values and, with count_include_pad, over the padding."""
    windows = _Pool(a, x[0])
    inside = torch.ones_like(x[0][:1, :1])
    counted = pad(pad(inside, windows.pads, float(a.get("count_include_pad", 0))), windows.beyond, 0.0)
    return windows.total(windows.padded(x[0], 0.0)) / windows.total(counted)


@op("LpPool", f"{WINDOW} ceil_mode p")
def _lp_pool(a: Attributes, x: Inputs, v: int) -> Tensor:
    windows = _Pool(a, x[0])
    return windows.total(windows.padded(x[0].abs() ** a["p"], 0.0)) ** (1 / a["p"])


@op("GlobalAveragePool GlobalMaxPool")
def _global_pool(a: Attributes, x: Inputs, v: int) -> Tensor:
    dims = list(range(2, x[0].dim()))
    return x[0].mean(dims, keepdim=True) if a["op_type"] == "GlobalAveragePool" else x[0].amax(dims, keepdim=True)


@op("GlobalLpPool", "p")
def _global_lp_pool(a: Attributes, x: Inputs, v: int) -> Tensor:
    dims = list(range(2, x[0].dim()))
    return (x[0].abs() ** a["p"]).sum(dims, keepdim=True) ** (1 / a["p"])


# -- padding -----------------------------------------------------------------------------------------------------------


@op("Pad", "mode pads value", inputs=4)
def _pad(a: Attributes, x: Inputs, v: int) -> Tensor:
    """Pad; negative amounts crop, and axes that are not named stay unchanged."""
    values = x[0]
    amounts = as_integers(x[1]) if v >= 11 else list(a["pads"])
    half = len(amounts) // 2
    axes = list(range(values.dim())) if x[3] is None else [axis % values.dim() for axis in as_integers(x[3])]
    pairs = [(0, 0)] * values.dim()
    for axis, before, after in zip(axes, amounts[:half], amounts[half:], strict=True):
        pairs[axis] = (before, after)
    if a["mode"] == "constant":
        value = a.get("value", 0.0) if v < 11 else (0.0 if x[2] is None else x[2].reshape(-1)[0].item())
        return functional.pad(values, [size for pair in reversed(pairs) for size in pair], value=value)
    for axis, (before, after) in enumerate(pairs):
        if before or after:
            places = _places(a["mode"], values.shape[axis], before, after)
            values = values.index_select(axis, torch.tensor(places, device=values.device))
    return values


def _places(mode: str, size: int, before: int, after: int) -> list[int]:
    """Return the indices that a padded axis shows: reflected without the edge, repeated edges, or wrapped around."""
    wanted = range(-before, size + after)
    if mode == "edge":
        return [min(max(place, 0), size - 1) for place in wanted]
    if mode == "wrap":
        return [place % size for place in wanted]
    if mode != "reflect":
        raise Unsupported(Message("with {name}={value}", name="mode", value=repr(mode)))
    period = max(2 * (size - 1), 1)
    return [min(place % period, period - place % period) if size > 1 else 0 for place in wanted]
