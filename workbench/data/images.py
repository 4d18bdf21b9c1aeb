"""A folder of class folders of images, with a small preprocessing file beside them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.layer import InputSpec
from workbench.core.process import memory
from workbench.core.quantities import size
from workbench.data.class_names import read_names

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}
PREPROCESSING = "preprocessing.yaml"
KEYS = {"size", "mean", "std", "scale", "layout", "crop", "class_names"}


Opened = tuple[dict[str, np.ndarray], np.ndarray, tuple[str, ...]]


def open_folder(folder: Path, specs: tuple[InputSpec, ...], job: Job) -> Opened:
    """Images [n, ...] for the model's only input, labels [n] by the alphabetical order of the class folders, classes.

    `preprocessing.yaml` may give: size [height, width]; crop (a centre crop of this fraction first); mean and std, one
    number or one a channel, applied to pixels 0..255 divided by `scale` (255 unless said); layout, nchw or nhwc;
    class_names, what the class of a folder is called (folder: name), where that is not the folder's own name.
    Raises UserError for unreadable images, no images, more than fit the memory, or a model with more than one input.
    """
    if len(specs) != 1 or len(specs[0].shape) != 4:
        raise UserError(f"{folder} is a folder of images, but the model does not take one image.", "Give an .npz.")
    rules = _rules(folder)
    layout = rules.get("layout", "nchw")
    shape = specs[0].shape
    height, width = rules.get("size") or (shape[2:] if layout == "nchw" else shape[1:3])
    channels = shape[1] if layout == "nchw" else shape[3]
    if height is None or width is None:
        raise UserError(f"{folder} does not say the size of the images.",
                        f"Write size: [height, width] in {PREPROCESSING}.")
    folders = tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir()))
    files = [(file, index) for index, name in enumerate(folders)
             for file in sorted((folder / name).rglob("*")) if file.suffix.lower() in SUFFIXES]
    if not files:
        raise UserError(f"{folder} has no images in class folders.", "Put images into one folder a class.")
    images = _room(folder, (len(files), int(height), int(width), channels or 3), layout)
    for index, (file, _) in enumerate(job.each(files, "reading the pictures")):
        pixels = _image(file, (int(height), int(width)), channels, rules)
        images[index] = pixels.transpose(2, 0, 1) if layout == "nchw" else pixels
    labels = np.array([label for _, label in files])
    return {specs[0].name: images}, labels, _called(folder, folders, rules)


def _room(folder: Path, shape: tuple[int, ...], layout: str) -> np.ndarray:
    """For so many pictures of [height, width, channels], in the layout of the model."""
    count, height, width, channels = shape
    needed = 4 * math.prod(shape)
    if needed > memory():
        raise UserError(f"{folder} has {count:,} images, which take {size(needed)} of memory: more than there is.",
                        "Give a folder with fewer images: a few thousand tell enough.")
    return np.empty((count, channels, height, width) if layout == "nchw" else shape, np.float32)


def _called(folder: Path, folders: tuple[str, ...], rules: dict[str, Any]) -> tuple[str, ...]:
    given = rules.get("class_names", {})
    if not isinstance(given, dict) or not all(isinstance(name, str) for name in given.values()):
        raise UserError(f"{folder / PREPROCESSING}: class_names is no list of folders and their names.",
                        "Write a line 'folder: name' for each below class_names.")
    return read_names(str(folder), np.array([given.get(name, name) for name in folders]), None) if given else folders


def _rules(folder: Path) -> dict[str, Any]:
    file = folder / PREPROCESSING
    if not file.exists():
        return {}
    try:
        rules = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read as YAML.", "Mend it.") from error
    extra = set(rules) - KEYS if isinstance(rules, dict) else {"(not a mapping)"}
    if extra or rules.get("layout", "nchw") not in ("nchw", "nhwc"):
        raise UserError(f"{file} has something unknown: {', '.join(sorted(map(str, extra))) or rules['layout']}.",
                        f"It may have {', '.join(sorted(KEYS))}; layout is nchw or nhwc.")
    return rules


def _image(file: Path, size: tuple[int, int], channels: int | None, rules: dict[str, Any]) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError
    try:
        with Image.open(file) as opened:
            image = opened.convert("L" if channels == 1 else "RGB")
            if "crop" in rules:
                w, h = (round(side * float(rules["crop"])) for side in image.size)
                left, top = (image.width - w) // 2, (image.height - h) // 2
                image = image.crop((left, top, left + w, top + h))
            pixels = np.asarray(image.resize((size[1], size[0]), Image.Resampling.BILINEAR), dtype=np.float32)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UserError(f"{file} is not a readable image.", "Remove or replace it.") from error
    pixels = pixels.reshape(*size, -1) / float(rules.get("scale", 255))
    mean, std = (np.asarray(rules.get(key, default), np.float32) for key, default in (("mean", 0), ("std", 1)))
    return ((pixels - mean) / std).astype(np.float32)
