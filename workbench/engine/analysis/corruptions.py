"""Standard corruptions of samples at five strengths, as in use but not in the test data.

Images: Gaussian noise, blur, contrast and JPEG, as in ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich 2019,
Benchmarking neural network robustness to common corruptions and perturbations, ICLR, with their parameters), relative
to the data's range of values. Other numbers: dropped features, which are replaced by their mean, and noise relative to
their spread. Tokens: replaced by those of another sample at the same position.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from PIL import Image

from workbench.core.base.errors import UserError
from workbench.core.layer_data.tokens import MASK, PLACES, TYPES
from workbench.data.dataset import Dataset
from workbench.data.preprocessing import COLORS

STRENGTHS = 5
NOISE = (0.08, 0.12, 0.18, 0.26, 0.38)  # standard deviations, of a range of one
BLUR = (1.0, 2.0, 3.0, 4.0, 6.0)  # standard deviations in pixels of an image of SIDE; of a small one at least LEAST
LEAST_SIDE = 8  # pixels of what counts as an image
SIDE, LEAST = 224, (0.4, 0.6, 0.7, 0.8, 1.0)
CONTRAST = (0.4, 0.3, 0.2, 0.1, 0.05)
QUALITY = (25, 18, 15, 10, 7)
DROPPED = (0.05, 0.1, 0.2, 0.3, 0.5)
NOISED = (0.1, 0.2, 0.3, 0.5, 0.8)  # of a feature's own standard deviation
LOOKED_AT = 256  # samples that say what values there are

Change = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]  # values [n, ...], strength from 0
Feeds = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Corruption:
    """A kind of corruption. `changes`: functions by input; the other inputs are unchanged."""

    kind: str
    changes: Mapping[str, Change]

    def __call__(self, feeds: Feeds, strength: int, seed: int) -> dict[str, np.ndarray]:
        """Corrupt samples at a strength of 1 to 5. Deterministic for the seed."""
        rng = np.random.default_rng((seed, strength))
        return {
            name: self.changes[name](x, strength - 1, rng).astype(x.dtype) if name in self.changes else x
            for name, x in feeds.items()
        }


def corruptions(data: Dataset) -> list[Corruption]:
    """Return the corruptions that suit the inputs. Raises UserError if there are none."""
    known = data.feeds(slice(0, data.first(LOOKED_AT)))
    found: dict[str, dict[str, Change]] = {}
    for name in data.inputs:
        for kind, change in _of(name, known[name]):
            found.setdefault(kind, {})[name] = change
    if not found and data.samples < 2:
        raise UserError(
            "Numbers and tokens are corrupted by the spread and the values of other samples.",
            "Give at least two samples.",
        )
    if not found:
        raise UserError("No corruption suits these inputs.", "Inputs are images, numbers, or tokens.")
    return [Corruption(kind, changes) for kind, changes in found.items()]


def _of(name: str, known: np.ndarray) -> Iterator[tuple[str, Change]]:
    if known.dtype.kind == "f" and (axis := _channels(known.shape)) is not None:
        low, high = float(known.min()), float(known.max())
        for kind, change in (("noise", _noise), ("blur", _blur), ("contrast", _contrast), ("jpeg", _jpeg)):
            if kind != "jpeg" or known.shape[axis] in (1, 3):
                yield kind, partial(_on_images, change, low, max(high - low, 1e-12), axis)
    elif len(known) < 2:
        return  # nothing would be changed
    elif known.dtype.kind == "f":
        yield "dropped", partial(_dropped, known.mean(axis=0))
        yield "noised", partial(_noised, known.std(axis=0))
    elif known.dtype.kind in "iu" and not any(part in name.lower() for part in (MASK, TYPES, PLACES)):
        yield "replaced", partial(_replaced, known)


def _channels(shape: tuple[int, ...]) -> int | None:
    """Return the axis of the channels of images; None for anything else."""
    if len(shape) == 4:
        for axis, sides in ((1, shape[2:]), (3, shape[1:3])):
            if shape[axis] in COLORS and min(sides) >= LEAST_SIDE:
                return axis
    return None


def _on_images(
    change: Callable[[np.ndarray, int, np.random.Generator], np.ndarray],
    low: float,
    span: float,
    axis: int,
    x: np.ndarray,
    strength: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Apply `change`, which works on [n, height, width, channels] from 0 to 1, to images in the data's range and
    layout."""
    images = np.moveaxis((x.astype(np.float64) - low) / span, axis, -1).clip(0, 1)
    return np.moveaxis(change(images, strength, rng).clip(0, 1), -1, axis) * span + low


def _noise(images: np.ndarray, strength: int, rng: np.random.Generator) -> np.ndarray:
    return images + rng.normal(0, NOISE[strength], images.shape)


def _blur(images: np.ndarray, strength: int, rng: np.random.Generator) -> np.ndarray:
    from scipy.ndimage import gaussian_filter  # most starts of the engine need none of it

    width = max(LEAST[strength], BLUR[strength] * min(images.shape[1:3]) / SIDE)
    return np.asarray(gaussian_filter(images, (0, width, width, 0)))


def _contrast(images: np.ndarray, strength: int, rng: np.random.Generator) -> np.ndarray:
    means = images.mean(axis=(1, 2), keepdims=True)
    return (images - means) * CONTRAST[strength] + means


def _jpeg(images: np.ndarray, strength: int, rng: np.random.Generator) -> np.ndarray:
    return np.stack([_compressed(image, QUALITY[strength]) for image in images])


def _compressed(image: np.ndarray, quality: int) -> np.ndarray:
    pixels = np.round(255 * image).astype(np.uint8)
    with io.BytesIO() as file:
        Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file, formats=("JPEG",)), np.float64).reshape(image.shape) / 255


def _dropped(means: np.ndarray, x: np.ndarray, strength: int, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(x.shape) < DROPPED[strength], means, x)


def _noised(spread: np.ndarray, x: np.ndarray, strength: int, rng: np.random.Generator) -> np.ndarray:
    return x + rng.normal(0, 1, x.shape) * spread * NOISED[strength]


def _replaced(known: np.ndarray, x: np.ndarray, strength: int, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(x.shape) < DROPPED[strength], known[rng.integers(0, len(known), len(x))], x)
