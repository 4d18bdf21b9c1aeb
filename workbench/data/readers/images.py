"""A folder of class folders of images, which are read on demand."""

import hashlib
import mimetypes
import os
import stat
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.quantities import size
from workbench.core.base.system import free_memory
from workbench.core.layer_data.layer import InputSpec
from workbench.data.class_names import read_names
from workbench.data.columns import Lazy
from workbench.data.preprocessing import NAME, Rules

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T")
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}
FORMATS = ("PNG", "JPEG", "BMP", "WEBP")  # by content: Pillow would run Ghostscript for PostScript
MOST_PIXELS = 1 << 26  # of a picture, before it is decoded
NOT_OURS = (".", "__MACOSX")  # how names begin that systems and editors leave behind
DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # modes of one channel with 16 bits
KEPT = 1 << 29  # bytes of decoded pixels that stay in memory
PARTS = ("train", "training", "val", "valid", "validation", "dev", "eval", "test", "testing")  # of a data set
TOGETHER = 64  # images that go through a model at once, about
THREADS = 8  # that decode, at most


@dataclass(frozen=True)
class Shape:
    """Image shape of the model's input: height, width, channels."""

    height: int
    width: int
    channels: int

    @property
    def bytes(self) -> int:
        """Bytes of one image, in memory as uint8."""
        return self.height * self.width * self.channels


class ImageFiles(Lazy):
    """Pixels [n, height, width, channels] uint8. They are decoded when they are read, by several threads; the first
    KEPT bytes stay in memory."""

    slow = True

    def __init__(self, files: list[Path], taken: Shape, rules: Rules) -> None:
        super().__init__((len(files), taken.height, taken.width, taken.channels), np.dtype(np.uint8))
        self.files, self._taken, self._rules = files, taken, rules
        self._kept: dict[int, np.ndarray] = {}
        self._room = min(KEPT, free_memory() // 4) // max(1, taken.bytes)
        self._lock = threading.Lock()

    @property
    def fits(self) -> bool:
        """Whether the pixels of all images are kept in memory."""
        return len(self) <= self._room

    def read(self, numbers: np.ndarray) -> np.ndarray:
        pixels = np.empty((len(numbers), *self.shape[1:]), np.uint8)
        for place, one in enumerate(_in_threads(self.pixels, numbers.tolist())):
            pixels[place] = one
        return pixels

    def pixels(self, number: int) -> np.ndarray:
        """Return the pixels of an image, [height, width, channels] uint8. Raises UserError for a file that cannot be
        read."""
        kept = self._kept.get(number)
        if kept is None:
            kept = _image(self.files[number], self._taken, self._rules)
            with self._lock:
                if len(self._kept) < self._room:
                    self._kept[number] = kept
        return kept

    def measure(self, number: int) -> None:
        """Raise UserError for a file that is not an image, or is too large; its pixels are not read."""
        _measure(self.files[number])

    def content(self, numbers: np.ndarray) -> Iterator[bytes | memoryview]:
        """Yield the bytes of the files, not their pixels: decoding is slow."""
        yield repr((self._rules.crop, self._taken)).encode()
        for number in numbers.tolist():
            try:
                yield hashlib.sha256(self.files[number].read_bytes()).digest()
            except OSError as error:
                raise _unreadable(self.files[number]) from error


def _in_threads(work: Callable[[int], T], numbers: Sequence[int]) -> Generator[T, None, None]:
    """Map `work` over numbers, in order, with several threads, all of which end with it."""
    pool = ThreadPoolExecutor(max(1, min(THREADS, os.cpu_count() or 1, len(numbers))), "decoding")
    try:
        yield from pool.map(work, numbers)
    finally:
        pool.shutdown(cancel_futures=True)


def open_folder(
    folder: Path, specs: tuple[InputSpec, ...], rules: Rules, job: Job
) -> tuple[dict[str, ImageFiles], np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Return pixels for the model's only input, labels [n] by the alphabetical order of the class folders, classes, and
    notes for the user.

    Images that fit into KEPT are decoded now, so that a damaged one is reported at once; for the others the sizes are
    read. Raises UserError for unreadable images, no images, a batch that does not fit into memory, entries that are not
    files or link outside, or a model with several inputs.
    """
    taken = _taken(folder, specs, rules)
    folders = tuple(
        sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(NOT_OURS))
    )
    files = [(file, index) for index, name in enumerate(folders) for file in _files(folder, name)]
    if not files:
        raise UserError(
            "{folder} has no class folders with images (PNG, JPEG, BMP or WebP).",
            "Put the images into one folder per class.",
            folder=folder,
        )
    _refuse_parts(folder, [file for file, _ in files])
    needed = 4 * taken.bytes * min(TOGETHER, len(files))
    if needed > free_memory():
        raise UserError(
            "{folder}: a batch of images of {height} x {width} needs {needed} of memory, more than is available.",
            "Set a smaller size in {preprocessing}.",
            folder=folder,
            height=taken.height,
            width=taken.width,
            needed=size(needed),
            preprocessing=NAME,
        )
    images = ImageFiles([file for file, _ in files], taken, rules)
    look: Callable[[int], object] = images.pixels if images.fits else images.measure
    with closing(_in_threads(look, range(len(files)))) as found:
        for _ in job.each(files, Message("reading the images")):
            next(found)
    labels = np.array([label for _, label in files])
    return {specs[0].name: images}, labels, _called(folder, folders, rules), tuple(_left_out(folder))


def _refuse_parts(folder: Path, files: Sequence[Path]) -> None:
    """Raise UserError for folders that are no classes, but hold the class folders: parts of a data set, or its only
    folder."""
    inside = [file.relative_to(folder).parts for file in files]
    top = sorted({parts[0] for parts in inside})
    deeper = {parts[:2] for parts in inside if len(parts) > 2}
    parts_of_it = all(name.lower() in PARTS for name in top) or len(top) == 1
    if parts_of_it and len(deeper) > 1 and all(len(parts) > 2 for parts in inside):
        raise UserError(
            "The folders in {folder} are no classes: the class folders are in {names}.",
            "Choose {example}.",
            folder=folder,
            names=top,
            example=folder / top[0],
        )


def _taken(folder: Path, specs: tuple[InputSpec, ...], rules: Rules, one: bool = False) -> Shape:
    """Return the image shape that the model takes. Raises UserError if its input is not an image, or the rules do not
    fit it. `one`: the path is that of a single picture."""
    if one and (len(specs) != 1 or len(specs[0].shape) != 4):
        raise UserError("{file} is an image, but the model takes none.", "Give an .npy or .npz.", file=folder)
    if len(specs) != 1 or len(specs[0].shape) != 4:
        raise UserError(
            "{folder} is a folder of images, but the model's input is not a single image.",
            "Give an .npz.",
            folder=folder,
        )
    shape = specs[0].shape
    last = rules.layout == "nhwc"
    channels = shape[3] if last else shape[1]
    if channels not in (None, 1, 3):
        raise UserError(
            "{folder} is a folder of images, but the model takes {channels} channels.",
            "Give an .npz, or set layout: nhwc in {preprocessing}.",
            folder=folder,
            channels=channels,
            preprocessing=NAME,
        )
    height, width = rules.size or (shape[1:3] if last else shape[2:])
    if height is None or width is None:
        raise UserError(
            "The image size for {folder} is not known.",
            "Write size: [height, width] in {preprocessing}.",
            folder=folder,
            preprocessing=NAME,
        )
    return Shape(int(height), int(width), channels or 3)


def _left_out(folder: Path) -> Iterator[str]:
    """Yield notes on images that are not read: those of other formats, and those beside the class folders."""
    left = [
        file
        for file in folder.rglob("*")
        if (mimetypes.guess_type(file.name)[0] or "").startswith("image/")
        and not any(part.startswith(NOT_OURS) for part in file.relative_to(folder).parts)
        and (file.suffix.lower() not in SUFFIXES or file.parent == folder)
    ]
    if left:
        yield Message(
            "{n} images were skipped, such as {file}: only PNG, JPEG, BMP and WebP files in class folders are read.",
            one="An image is left out, {file}: PNG, JPEG, BMP and WebP files in class folders are read.",
            n=len(left),
            file=min(left).relative_to(folder),
        )


def _files(folder: Path, name: str) -> Iterator[Path]:
    """Yield the images of a class. Raises UserError for anything that is not a file, or is a link to somewhere else."""
    top, place = folder.resolve(), folder / name
    if not place.resolve().is_relative_to(top):
        raise UserError(
            "{folder} is a link to a place outside the folder.", "Copy the images there instead.", folder=place
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


def _called(folder: Path, folders: tuple[str, ...], rules: Rules) -> tuple[str, ...]:
    given = rules.class_names
    return read_names(str(folder), np.array([given.get(name, name) for name in folders]), None) if given else folders


def _image(file: Path, taken: Shape, rules: Rules) -> np.ndarray:
    """Read an image as [height, width, channels] uint8, rotated by its EXIF data. Its size is read, and refused if too
    large, before its pixels."""
    from PIL import Image, ImageOps

    try:
        with Image.open(file, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            image = _eight_bits(ImageOps.exif_transpose(opened)).convert("L" if taken.channels == 1 else "RGB")
            w, h = (max(1, round(side * rules.crop)) for side in image.size)
            if (w, h) != image.size:
                left, top = (image.width - w) // 2, (image.height - h) // 2
                image = image.crop((left, top, left + w, top + h))
            pixels = np.asarray(image.resize((taken.width, taken.height), Image.Resampling.BILINEAR))
    except MemoryError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(file) from error
    except Exception as error:  # whatever a damaged picture makes its decoder raise
        raise _unreadable(file) from error
    return pixels.reshape(taken.height, taken.width, taken.channels)


def one_image(file: Path, specs: tuple[InputSpec, ...], rules: Rules) -> np.ndarray:
    """Read one image as [height, width, channels] uint8. Raises UserError if it cannot be read, or does not fit the
    model."""
    return _image(file, _taken(file, specs, rules, one=True), rules)


def _measure(file: Path) -> None:
    """Raise UserError for a file that is not an image, or is too large; its pixels are not read."""
    from PIL import Image

    try:
        with Image.open(file, formats=FORMATS) as opened:
            small = opened.width * opened.height <= MOST_PIXELS
    except Exception as error:
        raise _unreadable(file) from error
    if not small:
        raise _too_large(file)


def _too_large(file: Path) -> UserError:
    return UserError(
        "{file} has more than {most_pixels:,} pixels.", "Make it smaller.", file=file, most_pixels=MOST_PIXELS
    )


def _unreadable(file: Path) -> UserError:
    return UserError("{file} is not a readable image (PNG, JPEG, BMP or WebP).", "Remove or replace it.", file=file)


def _eight_bits(opened: "Image.Image") -> "Image.Image":
    """Return the upper byte of an image with 16 bits: Pillow's convert() clips at 255, which leaves it white."""
    from PIL import Image

    return Image.fromarray((np.asarray(opened) >> 8).astype(np.uint8)) if opened.mode in DEEP else opened
