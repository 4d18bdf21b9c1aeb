"""A folder of class folders of images, with a small preprocessing file."""

import math
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from reprlib import repr as brief
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.base import yaml_file
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.quantities import size
from workbench.core.base.system import free_memory
from workbench.core.layer_data.layer import InputSpec
from workbench.data.class_names import read_names

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}
FORMATS = ("PNG", "JPEG", "BMP", "WEBP")  # by content: Pillow would run Ghostscript for PostScript
MOST_PIXELS = 1 << 26  # of a picture, before it is decoded
LARGEST_SIDE = 1 << 14  # of what the model gets
PREPROCESSING = "preprocessing.yaml"
KEYS = {"size", "mean", "std", "scale", "layout", "crop", "class_names"}
NOT_OURS = (".", "__MACOSX")  # how names begin that systems and editors leave behind
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # modes of one channel with 16 bits


Opened = tuple[dict[str, np.ndarray], np.ndarray, tuple[str, ...]]


@dataclass(frozen=True)
class Rules:
    """How a picture becomes an input; see `open_folder`. `size` [height, width] None: as the model has it."""

    size: tuple[int, int] | None = None
    crop: float = 1.0
    mean: np.ndarray = field(default_factory=lambda: np.zeros((), np.float32))
    std: np.ndarray = field(default_factory=lambda: np.ones((), np.float32))
    scale: float | None = None
    layout: str = "nchw"
    class_names: dict[str, str] | None = None


def open_folder(folder: Path, specs: tuple[InputSpec, ...], job: Job) -> Opened:
    """Images [n, ...] for the model's only input, labels [n] by the alphabetical order of the class folders, classes.

    `preprocessing.yaml` may give: size [height, width]; crop (a centre crop of this fraction first); mean and std, one
    number or one a channel, applied to pixels 0..255 divided by `scale` (unless said 255, or 1 where the model takes
    integers); layout, nchw or nhwc;
    class_names, what the class of a folder is called (folder: name), where that is not the folder's own name.
    Raises UserError for unreadable images, no images, more than fit the memory, files that are none or lie elsewhere,
    or a model with more than one input.
    """
    if len(specs) != 1 or len(specs[0].shape) != 4:
        raise UserError(
            "{folder} is a folder of images, but the model's input is not a single image.",
            "Give an .npz.",
            folder=folder,
        )
    shape = specs[0].shape
    rules = _rules(folder / PREPROCESSING)
    channels = shape[1] if rules.layout == "nchw" else shape[3]
    if channels not in (None, 1, 3):
        raise UserError(
            "{folder} is a folder of images, but the model takes {channels} channels.",
            "Give an .npz, or set layout: nhwc in {preprocessing}.",
            folder=folder,
            channels=channels,
            preprocessing=PREPROCESSING,
        )
    for key, value in (("mean", rules.mean), ("std", rules.std)):
        if value.size not in (1, channels or 3):
            wanted = Message("{n} channels", one="{n} channel", n=channels or 3)
            raise UserError(
                "{folder}: {key} has {size} numbers, but the model takes {wanted}.",
                "Give one number, or one per channel.",
                folder=folder / PREPROCESSING,
                key=key,
                size=value.size,
                wanted=wanted,
            )
    height, width = rules.size or (shape[2:] if rules.layout == "nchw" else shape[1:3])
    if height is None or width is None:
        raise UserError(
            "The image size for {folder} is not known.",
            "Write size: [height, width] in {preprocessing}.",
            folder=folder,
            preprocessing=PREPROCESSING,
        )
    if rules.scale is None:
        rules = replace(rules, scale=255.0 if specs[0].dtype.startswith("float") else 1.0)
    folders = tuple(
        sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(NOT_OURS))
    )
    files = [(file, index) for index, name in enumerate(folders) for file in _files(folder, name)]
    if not files:
        raise UserError(
            "{folder} has no class folders with images.", "Put the images into one folder per class.", folder=folder
        )
    images = _room(folder, (len(files), int(height), int(width), channels or 3), rules.layout)
    for index, (file, _) in enumerate(job.each(files, Message("reading the images"))):
        pixels = _image(file, (int(height), int(width)), channels, rules)
        images[index] = pixels.transpose(2, 0, 1) if rules.layout == "nchw" else pixels
    labels = np.array([label for _, label in files])
    return {specs[0].name: images}, labels, _called(folder, folders, rules)


def _files(folder: Path, name: str) -> Iterator[Path]:
    """The pictures of a class. Raises UserError for what is no file, or is a link to somewhere else."""
    top, place = folder.resolve(), folder / name
    if not place.resolve().is_relative_to(top):
        raise UserError(
            "{folder} is a link to a place outside the folder.", "Copy the pictures there instead.", folder=place
        )
    for file in sorted(place.rglob("*")):
        if file.suffix.lower() not in SUFFIXES or file.name.startswith(NOT_OURS):
            continue
        try:
            place = file.resolve(strict=True)
            regular = stat.S_ISREG(place.stat().st_mode)
        except (OSError, RuntimeError) as error:
            raise UserError("{file} cannot be read.", "Remove or replace it.", file=file) from error
        if not place.is_relative_to(top):
            raise UserError(
                "{file} is a link to a file outside the folder.", "Copy the image into the folder instead.", file=file
            )
        if regular:
            yield file
        elif not place.is_dir():
            raise UserError("{file} is not a file.", "Remove it.", file=file)


def _room(folder: Path, shape: tuple[int, ...], layout: str) -> np.ndarray:
    """Array for this many images of [height, width, channels], in the layout of the model."""
    count, height, width, channels = shape
    needed = 4 * math.prod(shape)
    if needed > free_memory():
        raise UserError(
            "{folder} has {count:,} images, which need {needed} of memory, more than is available.",
            "Give a folder with fewer images: a few thousand are enough.",
            folder=folder,
            count=count,
            needed=size(needed),
        )
    return np.empty((count, channels, height, width) if layout == "nchw" else shape, np.float32)


def _called(folder: Path, folders: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    given = rules.class_names
    return read_names(str(folder), np.array([given.get(name, name) for name in folders]), None) if given else folders


def _rules(file: Path) -> Rules:
    """Raises UserError naming the first value that cannot be used."""
    if not file.exists():
        return Rules()
    given = yaml_file.read(file, Message("the preprocessing"), Message("Correct it, or remove it."))
    given = {} if given is None else given
    if not isinstance(given, dict) or set(given) - KEYS:
        unknown = ", ".join(sorted(map(str, set(given) - KEYS)))[:200] if isinstance(given, dict) else ""
        raise UserError(
            "{file} has unknown keys: {extra}.",
            "The keys are {keys}.",
            file=file,
            extra=unknown or Message("it is not a mapping"),
            keys=", ".join(sorted(KEYS)),
        )
    read: dict[str, Any] = {key: READ[key](file, key, value) for key, value in given.items()}
    return Rules(**read)


def _wrong(file: Path, key: str, value: Any, wanted: str) -> UserError:
    return UserError(
        "{file}: {key} is {value}; it must be {wanted}.",
        "Correct it.",
        file=file,
        key=key,
        value=brief(value),
        wanted=wanted,
    )


def _number(file: Path, key: str, value: Any, wanted: str, most: float = 1e6) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise _wrong(file, key, value, wanted)
    return float(value)


def _numbers(file: Path, key: str, value: Any) -> np.ndarray:
    each = value if isinstance(value, list) else [value]
    least = -1e6 if key == "mean" else 0
    if not each or not all(isinstance(x, int | float) and not isinstance(x, bool) and least < x < 1e6 for x in each):
        raise _wrong(
            file,
            key,
            value,
            Message("a number, or one per channel")
            if key == "mean"
            else Message("a positive number, or one per channel"),
        )
    return np.asarray(value, np.float32)


def _size(file: Path, key: str, value: Any) -> tuple[int, int]:
    fits = (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(x, int) and not isinstance(x, bool) and 0 < x <= LARGEST_SIDE for x in value)
    )
    if not fits:
        raise _wrong(
            file,
            key,
            value,
            Message("[height, width], whole numbers up to {largest_side:,}", largest_side=LARGEST_SIDE),
        )
    return value[0], value[1]


def _layout(file: Path, key: str, value: Any) -> str:
    if value not in ("nchw", "nhwc"):
        raise _wrong(file, key, value, Message("nchw or nhwc"))
    return value


def _names(file: Path, key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise UserError(
            "{file}: class_names is not a mapping from folders to names.",
            "Below class_names, write a line 'folder: name' for each class.",
            file=file,
        )
    return value


READ: dict[str, Callable[[Path, str, Any], Any]] = {
    "size": _size,
    "mean": _numbers,
    "std": _numbers,
    "layout": _layout,
    "class_names": _names,
    "scale": lambda file, key, value: _number(file, key, value, Message("a positive number")),
    "crop": lambda file, key, value: _number(file, key, value, Message("a fraction above 0, at most 1"), 1.0),
}


def _image(file: Path, size: tuple[int, int], channels: int | None, rules: Rules) -> np.ndarray:
    """[height, width, channels] float32. The picture's size is read, and refused, before its pixels are."""
    from PIL import Image

    try:
        with Image.open(file, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            image = _eight_bits(opened).convert("L" if channels == 1 else "RGB")
            w, h = (max(1, round(side * rules.crop)) for side in image.size)
            if (w, h) != image.size:
                left, top = (image.width - w) // 2, (image.height - h) // 2
                image = image.crop((left, top, left + w, top + h))
            pixels = np.asarray(image.resize((size[1], size[0]), Image.Resampling.BILINEAR), dtype=np.float32)
    except MemoryError:
        raise
    except Image.DecompressionBombError as error:
        raise UserError(
            "{file} has more than {most_pixels:,} pixels.", "Make it smaller.", file=file, most_pixels=MOST_PIXELS
        ) from error
    except Exception as error:  # whatever a damaged picture makes its decoder raise
        raise UserError(
            "{file} is not a readable image (PNG, JPEG, BMP or WebP).", "Remove or replace it.", file=file
        ) from error
    pixels = pixels.reshape(*size, -1) / (rules.scale or 1.0)
    return ((pixels - rules.mean) / rules.std).astype(np.float32)


def _eight_bits(opened: "Image.Image") -> "Image.Image":
    """The upper byte of a picture with 16 bits: Pillow's convert() clips at 255, which leaves it white."""
    from PIL import Image

    return Image.fromarray((np.asarray(opened) >> 8).astype(np.uint8)) if opened.mode in DEEP else opened
