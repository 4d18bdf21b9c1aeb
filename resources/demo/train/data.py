"""Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv:1708.07747, 2017): reading, augmenting, and the demo's fixed samples."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
DEBIAN_PACKAGE = Path("/usr/share/datasets/fashion-mnist")  # installed by the package dataset-fashion-mnist


def read_idx(path: Path) -> np.ndarray:
    """A gzipped IDX file of unsigned bytes as an array."""
    raw = gzip.decompress(path.read_bytes())
    if raw[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is not an IDX file of unsigned bytes.")
    shape = np.frombuffer(raw, ">i4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def load(folder: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 [n, 1, 28, 28] and labels uint8 [n] of `split`: train or t10k."""
    images = read_idx(folder / f"{split}-images-idx3-ubyte.gz")
    labels = read_idx(folder / f"{split}-labels-idx1-ubyte.gz")
    return images[:, None], labels


def stratified(labels: np.ndarray, total: int, seed: int) -> np.ndarray:
    """Indices of `total` samples, equally many of each class, in a random order fixed by `seed`."""
    random = np.random.default_rng(seed)
    classes = np.unique(labels)
    each = total // len(classes)
    chosen = [random.choice(np.flatnonzero(labels == label), each, replace=False) for label in classes]
    return random.permutation(np.concatenate(chosen))


def save_sample(path: Path, images: np.ndarray, labels: np.ndarray, total: int, seed: int) -> np.ndarray:
    """Write a stratified sample as an .npz with `x`, `y` and `class_names`; returns the indices taken."""
    chosen = stratified(labels, total, seed)
    partial = path.with_name("." + path.name)
    with partial.open("wb") as file:
        np.savez_compressed(file, x=images[chosen], y=labels[chosen], class_names=np.array(CLASSES))
    partial.replace(path)
    return chosen


def augment(x: Tensor, shift: int, random: torch.Generator) -> Tensor:
    """Each image of the batch mirrored with probability one half and moved by up to `shift` pixels."""
    n, _, height, width = x.shape
    mirrored = torch.rand(n, 1, 1, 1, generator=random) < 0.5
    x = torch.where(mirrored, x.flip(3), x)
    windows = torch.nn.functional.pad(x, (shift,) * 4).unfold(2, height, 1).unfold(3, width, 1)
    top, left = torch.randint(0, 2 * shift + 1, (2, n), generator=random)
    return windows[torch.arange(n), :, top, left]
