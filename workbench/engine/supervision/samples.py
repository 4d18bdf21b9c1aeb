"""Training samples, separate from those that are measured; batches in a seeded order, images shifted and flipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.core.base.errors import UserError
from workbench.data.dataset import Dataset
from workbench.data.matching import DTYPES
from workbench.data.sampling import in_groups

if TYPE_CHECKING:
    from torch import Tensor

HELD = 0.1  # of the training samples choose the best state: more of few, because few tell little
ENOUGH_HELD, SHARE_HELD = 500, 0.25
MOST_HELD = 5000
FEWEST = 20
TOGETHER = 64  # samples compared at a time
SPLIT = 0.5  # of the only data set is trained on, the rest is measured


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch: feeds by input name, labels [n, ...] or None, and the indices of the samples; `moves` if they are
    augmented."""

    feeds: dict[str, Tensor]
    labels: Tensor | None
    chosen: np.ndarray
    moves: Moves | None = None


@dataclass(frozen=True, eq=False)
class Moves:
    """Shifts and flips of n images.

    shift     largest shift in pixels; `corner`: pixels cut off at the top and left of the padded image, int64 [2, n]
    mirrored  bool [n]
    """

    shift: int
    mirrored: np.ndarray
    corner: np.ndarray

    @staticmethod
    def drawn(count: int, shift: int, flip: bool, rng: np.random.Generator) -> Moves:
        mirrored = rng.random(count) < 0.5 if flip else np.zeros(count, bool)
        corner = rng.integers(0, 2 * shift + 1, (2, count)) if shift else np.zeros((2, count), np.int64)
        return Moves(shift, mirrored, corner)

    @property
    def kinds(self) -> int:
        """Number of different augmentations."""
        return 2 * (2 * self.shift + 1) ** 2

    @property
    def numbers(self) -> np.ndarray:
        """Index of each image's augmentation, int64 [n]; 0: none."""
        size = 2 * self.shift + 1
        down, right = (self.corner - self.shift) % size
        found: np.ndarray = (self.mirrored * size + down) * size + right
        return found


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples split for training.

    `train` and `held` are indices into `data`; the latter select the best state and are never trained on.

    classes     whether the labels are class numbers
    """

    data: Dataset
    classes: bool
    train: np.ndarray
    held: np.ndarray

    @staticmethod
    def of(data: Dataset, classes: bool, seed: int) -> Samples:
        """Split the data. Raises UserError if there are too few samples."""
        if data.samples < FEWEST:
            raise UserError(
                "{samples} samples are too few to train on.",
                "Give at least {fewest}.",
                samples=data.samples,
                fewest=FEWEST,
            )
        order = data.order(seed)
        size = data.at_once(1)
        least = min(ENOUGH_HELD, round(SHARE_HELD * data.samples))
        count = max(1, min(MOST_HELD, max(least, round(HELD * data.samples))) // size) * size
        return Samples(data, classes, order[count:], order[:count])

    def steps(self, batch: int) -> int:
        """Steps per epoch; a smaller last batch is dropped if there are others."""
        return max(1, len(self.train) // batch)

    def batches(self, batch: int, seed: tuple[int, ...], shift: int, flip: bool, start: int = 0) -> Iterator[Batch]:
        """Yield one pass in an order that the seed determines, from the step `start` on."""
        order = in_groups(self.train, self.data.together, np.random.default_rng(seed))
        for step in range(start, self.steps(batch)):
            rng = np.random.default_rng((*seed, step))
            yield self._batch(order[step * batch : (step + 1) * batch], rng, shift, flip)

    def held_out(self, batch: int) -> Iterator[Batch]:
        """Yield the held-out samples, without augmentation."""
        batch = self.data.at_once(batch)
        for start in range(0, len(self.held), batch):
            yield self._batch(self.held[start : start + batch], None, 0, False)

    def _batch(self, chosen: np.ndarray, rng: np.random.Generator | None, shift: int, flip: bool) -> Batch:
        import torch

        feeds = self.data.feeds(chosen)
        moves = None if rng is None or not (shift or flip) else Moves.drawn(len(chosen), shift, flip, rng)
        if moves is not None:
            feeds = {
                name: moved(x, moves) if is_moved(self.data, name) and is_image(x) else x for name, x in feeds.items()
            }
        labels = self.data.labels
        target = (
            None
            if labels is None
            else torch.from_numpy(labels[chosen].astype(np.int64 if self.classes else np.float32))
        )
        return Batch({name: torch.from_numpy(x) for name, x in feeds.items()}, target, chosen, moves)


def is_moved(data: Dataset, name: str) -> bool:
    """Return whether an input has one row per sample, so that images can be augmented."""
    return name in data.inputs and not data.axes.get(name, 0)


def is_image(x: np.ndarray) -> bool:
    return x.ndim == 4 and x.dtype.kind == "f"


def channels_last(shape: tuple[int, ...]) -> bool:
    """Return whether images [n, a, b, c] with one, three or four channels are [n, height, width, channels]."""
    return shape[3] in (1, 3, 4) and shape[1] not in (1, 3, 4)


def moved(x: np.ndarray, moves: Moves) -> np.ndarray:
    """Shift (with repeated edges) and flip images [n, channels, height, width], or with channels last."""
    if channels_last(x.shape):
        turned = moved(np.ascontiguousarray(x.transpose(0, 3, 1, 2)), moves)
        return np.ascontiguousarray(turned.transpose(0, 2, 3, 1))
    if moves.mirrored.any():
        x = np.where(moves.mirrored[:, None, None, None], x[..., ::-1], x)
    shift, (height, width) = moves.shift, x.shape[2:]
    if not shift:
        return np.ascontiguousarray(x)
    padded = np.pad(x, ((0, 0), (0, 0), (shift, shift), (shift, shift)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
    top, left = moves.corner
    return np.ascontiguousarray(windows[np.arange(len(x)), :, top, left])


def split(data: Dataset, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split a single data set: indices to train on and to measure on, classes in proportion. Raises UserError if there
    are too few samples for both."""
    size = data.at_once(1)
    if data.samples < 2 * size:
        raise UserError(
            "One sample cannot be used for both training and measuring."
            if size == 1
            else "The model takes all {n} samples at once: they cannot be used for both training and measuring.",
            "Give more samples, or separate training data.",
            n=data.samples,
        )
    order = data.order(seed)
    count = round(SPLIT * data.samples / size) * size
    return np.sort(order[:count]), np.sort(order[count:])


def in_both(first: Dataset, second: Dataset) -> int:
    """Return how many samples of the first are also in the second, by their inputs."""
    if {spec.name for spec in first.specs} != {spec.name for spec in second.specs}:
        return 0
    known = set(_hashes(second))
    return sum(value in known for value in _hashes(first))


def _hashes(data: Dataset) -> Iterator[int]:
    types = {spec.name: DTYPES[spec.dtype] for spec in data.specs}
    for start in range(0, data.samples, TOGETHER):
        parts = [data.inputs[name][start : start + TOGETHER].astype(types[name]) for name in sorted(data.inputs)]
        yield from (hash(b"".join(each.tobytes() for each in row)) for row in zip(*parts, strict=True))
