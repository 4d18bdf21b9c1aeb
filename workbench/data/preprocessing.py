"""Preprocessing: rules in a YAML file, in a folder of images or beside a file of arrays."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from reprlib import repr as brief
from typing import Any

import numpy as np
import yaml

from workbench.core.base import yaml_file
from workbench.core.base.errors import UserError
from workbench.core.base.files import write_text
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import InputSpec
from workbench.data.columns import Changed, Column

NAME = "preprocessing.yaml"
LARGEST_SIDE = 1 << 14  # pixels of what the model gets
MOST_CLASSES = 100_000
LONGEST_NAME = 4096
LONGEST_SAMPLE = 1 << 16
LEAST = 1e-30  # of a number that values are divided by: a smaller one makes them infinite
COLORS = (1, 3, 4)  # how many channels images have
ORDERS = {"nchw": (0, 3, 1, 2), "nhwc": (0, 2, 3, 1)}  # of the model: its axes in samples of the other layout


@dataclass(frozen=True)
class Rules:
    """Preprocessing of samples.

    size              [height, width] of images in files; None: the model's
    crop              a centre crop of images in files: this fraction of each side
    mean, std         one number or one a channel, applied to values divided by `scale`
    scale             None: 255 for images in files (1 where the model takes integers), 1 for arrays
    layout            nchw or nhwc; for arrays that of the stored samples (nhw: images without channels), for images in
                      files that of the model
    reverse_channels  RGB becomes BGR, and BGR becomes RGB
    first_class       the lowest class number of the data, if not 0
    class_order       the model's class number for each class number of the data; None: the same
    class_names       name of a folder's class, if that is not the folder's name
    tokenizer         file of the tokenizer for texts, relative to the data
    length            tokens or values of a sample: longer ones are truncated, shorter ones padded; None: the longest
    """

    size: tuple[int, int] | None = None
    crop: float = 1.0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    scale: float | None = None
    layout: str = ""
    reverse_channels: bool = False
    first_class: int = 0
    class_order: tuple[int, ...] | None = None
    class_names: Mapping[str, str] | None = None
    tokenizer: str = ""
    length: int | None = None

    def normalized(self, pixels: np.ndarray, axis: int) -> np.ndarray:
        """Normalise values [n, ...] with channels along `axis`: divide by the scale, subtract the mean, divide by std.
        float32."""
        if self.scale in (None, 1.0) and not self.mean and not self.std:
            return pixels
        along = [1] * pixels.ndim
        along[axis] = -1
        values = np.divide(pixels, np.float32(self.scale or 1.0), dtype=np.float32)
        for numbers, act in ((self.mean, np.subtract), (self.std, np.divide)):
            if numbers:
                act(values, np.asarray(numbers, np.float32).reshape(along if len(numbers) > 1 else -1), out=values)
        return values

    @property
    def on_arrays(self) -> bool:
        """Whether any rule changes the values of arrays."""
        return bool(self.mean or self.std or self.scale not in (None, 1.0) or self.layout or self.reverse_channels)

    def to_yaml(self) -> str:
        """Return the rules that differ from `Rules()`, as in the file."""
        found: dict[str, Any] = {}
        for key in KEYS:
            value = getattr(self, key)
            if value != getattr(Rules(), key):
                found[key] = list(value) if isinstance(value, tuple) else value
        return (
            ""
            if not found
            else str(yaml.dump(found, Dumper=yaml_file.Dumper, sort_keys=False, default_flow_style=None))
        )


def beside(path: str) -> Path:
    """Return the file with the rules for this data: in a folder, beside a file."""
    return Path(path) / NAME if os.path.isdir(path) else Path(f"{path}.{NAME}")


def read_rules(file: Path) -> Rules:
    """Read the rules in this file; `Rules()` if there is none. Raises UserError naming the first invalid value."""
    if not os.path.exists(file):
        return Rules()
    return _rules(yaml_file.read(file, Message("the preprocessing"), Message("Correct it, or remove it.")), file)


def rules_of(text: str, name: str) -> Rules:
    """Parse rules from a text in YAML. Raises UserError naming `name` as `read_rules` does."""
    return _rules(yaml_file.parse(text, name, Message("Correct it, or remove it.")), Path(name))


def _rules(given: Any, file: Path) -> Rules:
    given = {} if given is None else given
    if not isinstance(given, dict) or set(given) - set(KEYS):
        unknown = ", ".join(sorted(map(str, set(given) - set(KEYS))))[:200] if isinstance(given, dict) else ""
        raise UserError(
            "{file} has unknown keys: {extra}.",
            "The keys are {keys}.",
            file=file,
            extra=unknown or Message("it is not a mapping"),
            keys=sorted(KEYS),
        )
    read: dict[str, Any] = {key: KEYS[key](file, key, value) for key, value in given.items()}
    return Rules(**read)


def write_rules(path: str, rules: Rules) -> Path:
    """Write the rules for this data to the file they are read from. Raises UserError."""
    file = beside(path)
    write_text(file, rules.to_yaml())
    return file


def of_images(rules: Rules, spec: InputSpec) -> Rules:
    """Return the rules for the pixels of images in files, which are channels-last: they are divided by 255 if the model
    takes floats, and converted to the model's layout by `layout`, or to nchw without it."""
    scale = rules.scale or (255.0 if spec.dtype.startswith("float") else 1.0)
    return replace(rules, scale=scale, layout="nhwc" if rules.layout != "nhwc" else "")


def applied(rules: Rules, column: Column, spec: InputSpec, file: Path | str) -> Column:
    """Preprocess the samples of an array. Raises UserError if the rules do not fit them."""
    if not rules.on_arrays:
        return column
    wanted = 3 if rules.layout == "nhw" else 4
    if (rules.layout or rules.reverse_channels) and column.ndim != wanted:
        raise UserError(
            "{file}: layout and reverse_channels are of images, but the array '{name}' has shape {shape}.",
            "Remove them.",
            file=file,
            name=spec.name,
            shape=column.shape,
        )
    order, axis = _axes(rules.layout, spec, column.ndim)
    channels = 1 if rules.layout == "nhw" else column.shape[axis if order is None else order[axis]]
    for key, numbers in (("mean", rules.mean), ("std", rules.std)):
        if len(numbers) not in (0, 1, channels):
            raise sized_wrongly(file, key, len(numbers), channels)

    def change(values: np.ndarray) -> np.ndarray:
        values = np.expand_dims(values, axis) if rules.layout == "nhw" else values
        values = values if order is None else values.transpose(order)
        values = np.flip(values, axis) if rules.reverse_channels else values
        return np.ascontiguousarray(rules.normalized(values, axis))

    return Changed(column, change, rules.to_yaml())


def _axes(layout: str, spec: InputSpec, have: int) -> tuple[tuple[int, ...] | None, int]:
    """Return the order of axes for samples in this layout, None: unchanged; and the resulting axis of the channels."""
    if have not in (3, 4) or (have == 3 and layout != "nhw"):
        return None, have - 1
    turned = {"nhwc": "nchw", "nchw": "nhwc"}.get(layout, "nchw")
    wanted = model_layout(spec) or turned
    return ORDERS[wanted] if have == 4 and layout and layout != wanted else None, 1 if wanted == "nchw" else 3


def model_layout(spec: InputSpec) -> str:
    """Return the layout of an image input, by its number of channels; "" if that is ambiguous."""
    if len(spec.shape) != 4:
        return ""
    first, last = spec.shape[1] in COLORS, spec.shape[3] in COLORS
    return "" if first == last else "nchw" if first else "nhwc"


def ordered(rules: Rules, labels: np.ndarray | None, file: Path | str) -> np.ndarray | None:
    """Convert labels to class numbers of the model. Raises UserError if a label has none."""
    if labels is None:
        return labels
    if rules.first_class and labels.dtype.kind in "iu":
        labels = labels.astype(np.int64) - rules.first_class
    if rules.class_order is None:
        return labels
    order = np.asarray(rules.class_order)
    if labels.ndim == 2 and labels.shape[1] == len(order):  # one-hot rows
        moved = np.zeros_like(labels)
        moved[:, order] = labels
        return moved
    if labels.dtype.kind not in "iu" or (labels.size and not 0 <= labels.min() <= labels.max() < len(order)):
        raise UserError(
            "{file}: class_order has {n} entries, but the labels are not class indices below that.",
            "Give one number per class of the data.",
            file=file,
            n=len(order),
        )
    return order[labels]


def names_in_order(rules: Rules, classes: tuple[str, ...]) -> tuple[str, ...]:
    """Put the data's names of classes in the order of the model's class numbers, as `ordered` does with labels. A class
    of the model that the data does not have is called by its number."""
    order = rules.class_order
    if order is None or len(order) != len(classes):
        return classes
    found = [str(number) for number in range(max(order, default=-1) + 1)]
    for name, number in zip(classes, order, strict=True):
        found[number] = name
    return tuple(found)


def sized_wrongly(file: Path | str, key: str, have: int, channels: int) -> UserError:
    wanted = Message("{n} channels", one="{n} channel", n=channels)
    return UserError(
        "{file}: {key} has {size} numbers, but the model takes {wanted}.",
        "Give one number, or one per channel.",
        file=file,
        key=key,
        size=have,
        wanted=wanted,
    )


# -- reading ---------------------------------------------------------------------------------------------------------


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
    if isinstance(value, bool) or not isinstance(value, int | float) or not LEAST <= value <= most:
        raise _wrong(file, key, value, wanted)
    return float(value)


def _numbers(file: Path, key: str, value: Any) -> tuple[float, ...]:
    each = value if isinstance(value, list) else [value]
    least = -1e6 if key == "mean" else LEAST
    if not each or not all(isinstance(x, int | float) and not isinstance(x, bool) and least <= x < 1e6 for x in each):
        raise _wrong(
            file,
            key,
            value,
            Message("a number, or one per channel")
            if key == "mean"
            else Message("a positive number, or one per channel"),
        )
    return tuple(map(float, each))


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
    if value not in ("nchw", "nhwc", "nhw"):
        raise _wrong(file, key, value, Message("nchw, nhwc or nhw"))
    return value


def _names(file: Path, key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise UserError(
            "{file}: class_names is not a mapping from folders to names.",
            "Below class_names, write a line 'folder: name' for each class.",
            file=file,
        )
    return value


def _flag(file: Path, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(file, key, value, Message("true or false"))
    return value


def _text(file: Path, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > LONGEST_NAME:
        raise _wrong(file, key, value, Message("the name of a file"))
    return value


def _length(file: Path, key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LONGEST_SAMPLE:
        raise _wrong(file, key, value, Message("a whole number up to {largest:,}", largest=LONGEST_SAMPLE))
    return value


def _first(file: Path, key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MOST_CLASSES:
        raise _wrong(file, key, value, Message("a whole number up to {largest:,}", largest=MOST_CLASSES - 1))
    return value


def _order(file: Path, key: str, value: Any) -> tuple[int, ...]:
    fits = (
        isinstance(value, list)
        and 0 < len(value) <= MOST_CLASSES
        and all(isinstance(x, int) and not isinstance(x, bool) and 0 <= x < MOST_CLASSES for x in value)
        and len(set(value)) == len(value)
    )
    if not fits:
        raise _wrong(file, key, value, Message("a list of distinct class indices"))
    return tuple(value)


KEYS: dict[str, Callable[[Path, str, Any], Any]] = {  # in the order in which they are written
    "size": _size,
    "crop": lambda file, key, value: _number(file, key, value, Message("a fraction above 0, at most 1"), 1.0),
    "layout": _layout,
    "reverse_channels": _flag,
    "scale": lambda file, key, value: _number(file, key, value, Message("a positive number")),
    "mean": _numbers,
    "std": _numbers,
    "first_class": _first,
    "class_order": _order,
    "class_names": _names,
    "tokenizer": _text,
    "length": _length,
}
