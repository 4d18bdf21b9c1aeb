"""Candidate readings of data: other layouts, scales, orders of channels. The right one is found by measuring."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from workbench.core.base.message import Joined, Message
from workbench.core.layer_data.layer import InputSpec
from workbench.data.preprocessing import ORDERS, Rules, model_layout

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, for values 0..1 (torchvision.models)
BYTES = 2.0  # values above this are of 0..255, not of 0..1
ROUNDING = 0.02
MOST_COLUMNS = 4096  # of features that are standardised one by one
AS_NOW = Message("as it is read now")
Guess = tuple[str, Rules]  # in words, and the preprocessing


def layouts(shape: tuple[int, ...], spec: InputSpec, now: Rules, images: bool) -> Iterator[Guess]:
    """Yield alternative layouts of samples [n, ...] of this shape in which they fit the input."""
    if images or len(spec.shape) != 4:
        return
    if len(shape) == 3 and now.layout != "nhw":
        yield Message("with an axis of channels added"), replace(now, layout="nhw")
    if len(shape) != 4:
        return
    for layout, wanted in (("nhwc", "nchw"), ("nchw", "nhwc")):
        turned = tuple(shape[axis] for axis in ORDERS[wanted])
        takes = model_layout(spec) in ("", wanted)
        if layout != now.layout and takes and _fits(turned, spec):
            yield Message("read as {layout}", layout=layout.upper()), replace(now, layout=layout)
    if now.layout and _fits(shape, spec):
        yield Message("in the layout of the file"), replace(now, layout="")


def scales(values: np.ndarray, spec: InputSpec, now: Rules, images: bool) -> Iterator[Guess]:
    """Yield alternative scales of samples [n, ...] with these values, channels last."""
    if not spec.dtype.startswith("float") or not values.size:
        return
    low, high, channels = float(values.min()), float(values.max()), values.shape[-1]
    plain = replace(now, scale=None, mean=(), std=())
    many = high > BYTES and low >= 0
    unit = 255.0 if many and not images else None  # images in files are divided without being told to
    guesses: list[Guess] = [(Message("without scaling"), replace(plain, scale=1.0 if images else None))]
    if many or images:
        if not images:
            guesses.append((Message("divided by 255"), replace(plain, scale=255.0)))
        else:
            guesses.append((Message("divided by 255"), plain))
    elif low >= 0 and high <= 1 + ROUNDING:
        guesses.append((Message("multiplied by 255"), replace(plain, scale=1 / 255)))
    if many or images or (low >= 0 and high <= 1 + ROUNDING):
        guesses.append((Message("scaled to -1..1"), replace(plain, scale=unit, mean=(0.5,), std=(0.5,))))
        if channels == 3:
            title = Message("normalised with mean and std of ImageNet")
            guesses.append((title, replace(plain, scale=unit, mean=MEAN, std=STD)))
    elif low >= -1 - ROUNDING and high <= 1 + ROUNDING:
        guesses.append((Message("scaled from -1..1 to 0..1"), replace(plain, mean=(-1.0,), std=(2.0,))))
        guesses.append((Message("scaled from -1..1 to 0..255"), replace(plain, mean=(-1.0,), std=(2 / 255,))))
    if low < 0 and channels == 3:
        undone = tuple(-mean / std for mean, std in zip(MEAN, STD, strict=True)), tuple(1 / std for std in STD)
        title = Message("with mean and std of ImageNet undone")
        guesses.append((title, replace(plain, mean=_short(undone[0]), std=_short(undone[1]))))
    if not images and (values.ndim == 4 or channels <= MOST_COLUMNS):
        each = tuple(range(values.ndim - 1))
        mean, std = values.mean(axis=each, dtype=np.float64), values.std(axis=each, dtype=np.float64)
        title = Message("standardised with mean and std of these samples")
        guesses.append((title, replace(plain, mean=_short(mean), std=_short(np.maximum(std, 1e-6)))))
    yield from (guess for guess in guesses if guess[1] != now)


def reversed_channels(shape: tuple[int, ...], spec: InputSpec, base: Guess) -> Iterator[Guess]:
    """Yield the same reading with red and blue exchanged, for colour images."""
    if len(spec.shape) == 4 and 3 in (*shape[1:], spec.shape[1], spec.shape[3]):
        title = Message("with red and blue exchanged (RGB and BGR)")
        yield joined(base[0], title), replace(base[1], reverse_channels=not base[1].reverse_channels)


def joined(first: str, second: str) -> str:
    """Join two titles."""
    return second if first is AS_NOW else Joined((first, second))


def channels_last(values: np.ndarray, layout: str) -> np.ndarray:
    """Return samples [n, ...] with their channels as the last axis; `layout` as in Rules, or that of the model."""
    if values.ndim == 3 and layout == "nhw":
        return values[..., None]
    return np.moveaxis(values, 1, -1) if values.ndim == 4 and layout == "nchw" else values


def _fits(shape: tuple[int, ...], spec: InputSpec) -> bool:
    return all(size in (None, have) for size, have in zip(spec.shape[1:], shape[1:], strict=True))


def _short(values: "np.ndarray | tuple[float, ...]") -> tuple[float, ...]:
    return tuple(float(f"{value:.5g}") for value in values)
