"""Samples of different lengths: .jsonl records of lists or texts, and .txt in blocks of tokens.

They are padded to one length: inputs with zeros (the tokenizer's padding token for texts), labels with -100, which
metrics ignore. An input named as a mask that no record has is 1 for the sample, and 0 for padding.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.system import free_memory
from workbench.core.base.trust import NOBODY, check_place, with_places
from workbench.core.layer_data.layer import InputSpec
from workbench.core.layer_data.tokens import is_of_tokens
from workbench.data.columns import refuse_large
from workbench.data.prefill import of_length
from workbench.data.preprocessing import Rules
from workbench.data.readers.lines import lines
from workbench.data.readers.tables import LABELS

PAST = -100  # the label of a place that is not counted
BLOCK = 128  # tokens of a sample of a text, where neither the model nor the rules say
TOKENIZER = "tokenizer.json"
MOST_TOKENS = 1 << 16  # of a sample
CHECKED = 1 << 12  # records between two looks at the memory
AGAIN = Message(
    "Give one JSON object per line: lists of numbers by the names of the model's inputs (or x, or a text), and y."
)


def read_records(
    path: str, specs: tuple[InputSpec, ...], rules: Rules, near: Sequence[Path] = ()
) -> dict[str, np.ndarray]:
    """Read the records of a .jsonl file as arrays. Raises UserError naming the line that cannot be read."""
    columns: dict[str, list[Any]] = {}
    tokenize = None
    held, count = 0, 0
    for number, line in enumerate(lines(path), 1):
        if not line.strip():
            continue
        record = _record(path, number, line)
        if "text" in record and all(spec.name != "text" for spec in specs):
            taking = _token_input(path, specs)
            tokenize = tokenize or Tokenizer(path, rules, near)
            record[taking] = tokenize.numbers(str(record.pop("text")))
        if count and record.keys() != columns.keys():
            raise UserError("{path}: line {number} has different keys from the first.", AGAIN, path=path, number=number)
        for name, value in record.items():
            array = _array(path, number, name, value)
            held += array.nbytes
            columns.setdefault(name, []).append(array)
        count += 1
        if count % CHECKED == 0 and 3 * held > free_memory():
            refuse_large(Path(path), 3 * held)
    if not count:
        raise UserError("{path} is empty.", AGAIN, path=path)
    label = next((name for name in columns if name.lower() in LABELS and all(s.name != name for s in specs)), None)
    labels = None if label is None else columns.pop(label)
    found = {name: _filled(path, parts, _limit(specs, name, rules), tokenize) for name, parts in columns.items()}
    found |= _masks(specs, columns, found)
    return found if labels is None else {**found, **_labels(path, labels, found)}


def read_text(
    path: str, specs: tuple[InputSpec, ...], rules: Rules, near: Sequence[Path] = ()
) -> dict[str, np.ndarray]:
    """Read a text as samples with equal numbers of tokens, each labelled with the token that follows. Raises
    UserError."""
    name, tokenize = _token_input(path, specs), Tokenizer(path, rules, near)
    numbers = np.fromiter((token for line in lines(path) for token in tokenize.numbers(line)), np.int64)
    length = _limit(specs, name, rules) or BLOCK
    count = (len(numbers) - 1) // length
    if count < 1:
        raise UserError(
            "{path} has {n} tokens, fewer than one sample of {length}.",
            "Give a longer text, or set a shorter length in the preprocessing.",
            path=path,
            n=len(numbers),
            length=length,
        )
    found = {name: numbers[: count * length].reshape(count, length)}
    found |= _masks(specs, {name: list(found[name])}, found)
    return {**found, "y": numbers[1 : count * length + 1].reshape(count, length)}


class Tokenizer:
    """The tokenizer that the rules name, or tokenizer.json beside the data or the model. Raises UserError if there is
    none, or it cannot be loaded."""

    def __init__(self, path: str, rules: Rules, near: Sequence[Path] = ()) -> None:
        folder = Path(path).absolute().parent
        check_place(rules.tokenizer, with_places(NOBODY, path), Message("Copy the tokenizer beside the data."))
        places = [folder / rules.tokenizer] if rules.tokenizer else [each / TOKENIZER for each in (folder, *near)]
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            raise UserError(
                "{path} holds text, and there is no tokenizer.",
                "Put the model's tokenizer.json beside it, or name one in {path}.preprocessing.yaml (tokenizer: FILE).",
                path=path,
            )
        try:
            from tokenizers import Tokenizer as Loaded
        except ImportError as error:
            raise UserError(
                "{path} holds text, and the package tokenizers is not installed.",
                "Install it (pip install tokenizers), or save token IDs.",
                path=path,
            ) from error
        try:
            self._loaded = Loaded.from_file(str(file))
            self._loaded.no_padding()
            self._loaded.no_truncation()
        except Exception as error:  # whatever its library raises
            raise UserError("{file} is not a tokenizer.", "Give a tokenizer.json.", file=file) from error

    def numbers(self, text: str) -> list[int]:
        """Return the token ids of a text."""
        return list(self._loaded.encode(text).ids)

    def pieces(self, before: Sequence[int], tokens: Sequence[int]) -> tuple[str, ...]:
        """Return the text that each of these tokens adds to the previous ones; a character made of several tokens
        belongs to the last of them."""
        made, told = [], self._text(before)
        for count in range(1, len(tokens) + 1):
            text = self._text([*before, *tokens[:count]])
            whole = text.startswith(told) and not text.endswith("\ufffd")
            made.append(text[len(told) :] if whole else "")
            told = text if whole else told
        return tuple(made)

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._loaded.decode(list(tokens), skip_special_tokens=False))

    def ends(self, token: int) -> bool:
        """Return whether a token is a special one, such as the end of a text."""
        found = self._loaded.get_added_tokens_decoder().get(token)
        return found is not None and bool(found.special)

    @property
    def filler(self) -> int:
        """Id of the padding token; 0 if there is none."""
        for name in ("<pad>", "[PAD]", "<|endoftext|>", "</s>"):
            if (found := self._loaded.token_to_id(name)) is not None:
                return int(found)
        return 0


def _record(path: str, number: int, line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError("{path}: line {number} is not JSON.", AGAIN, path=path, number=number) from error
    if not isinstance(record, dict) or not record:
        raise UserError("{path}: line {number} is not an object.", AGAIN, path=path, number=number)
    return record


def _array(path: str, number: int, name: str, value: Any) -> np.ndarray:
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        array = np.array(None)
    if array.dtype.kind not in "fiubU" or (array.dtype.kind == "U" and array.ndim):
        raise UserError(
            "{path}: line {number}: '{name}' is neither a number, a text, nor lists of numbers.",
            AGAIN,
            path=path,
            number=number,
            name=name[:100],
        )
    return array


def _token_input(path: str, specs: tuple[InputSpec, ...]) -> str:
    whole = [spec for spec in specs if "int" in spec.dtype and len(spec.shape) == 2]
    found = next((spec for spec in whole if is_of_tokens(spec)), None)
    found = found or (whole[0] if len(whole) == 1 else None)
    if found is None:
        raise UserError(
            "{path} holds text, but no input of the model takes token IDs.", "Give numbers instead.", path=path
        )
    return found.name


def _limit(specs: tuple[InputSpec, ...], name: str, rules: Rules) -> int | None:
    """Return the length of an input's samples, if the model or the rules fix it."""
    spec = next((spec for spec in specs if spec.name == name), specs[0] if len(specs) == 1 else None)
    fixed = spec.shape[1] if spec is not None and len(spec.shape) > 1 else None
    return fixed or rules.length


def _filled(path: str, parts: list[np.ndarray], limit: int | None, tokenize: Tokenizer | None) -> np.ndarray:
    """Pad to the longest, or to the limit, at which longer ones are truncated: [samples, longest, ...]."""
    shapes = {part.shape for part in parts}
    if len(shapes) == 1 and (limit is None or not parts[0].ndim or parts[0].shape[0] == limit):
        return np.stack(parts)
    if len({shape[1:] for shape in shapes}) != 1 or any(
        len(shape) != len(parts[0].shape) or not shape for shape in shapes
    ):
        raise UserError("{path} has samples that differ in more than their length.", AGAIN, path=path)
    length = limit or min(MOST_TOKENS, max(len(part) for part in parts))
    kind = np.result_type(*{part.dtype for part in parts})
    needed = len(parts) * length * int(np.prod(parts[0].shape[1:], dtype=np.int64)) * kind.itemsize
    refuse_large(Path(path), needed)
    filler = tokenize.filler if tokenize is not None and kind.kind in "iu" else 0
    values = np.full((len(parts), length, *parts[0].shape[1:]), filler, kind)
    for row, part in zip(values, parts, strict=True):
        row[: len(part)] = part[:length]
    return values


def _masks(
    specs: tuple[InputSpec, ...], parts: dict[str, list[np.ndarray]], found: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return inputs that follow from the lengths of the samples: masks, types of tokens, positions."""
    sized = next((name for name, column in parts.items() if column[0].ndim), None)
    if sized is None:
        return {}
    length = found[sized].shape[1]
    real = np.arange(length) < np.array([len(part) for part in parts[sized]])[:, None]
    return {name: values for name, values in of_length(specs, real).items() if name not in found}


def _labels(path: str, labels: list[np.ndarray], found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return labels, padded with PAST; texts as class numbers."""
    if labels[0].dtype.kind == "U":
        names, numbers = np.unique(np.stack(labels), return_inverse=True)
        return {"y": numbers.reshape(-1), "class_names": names}
    if len({part.shape for part in labels}) == 1:
        return {"y": np.stack(labels)}
    length = max((array.shape[1] for array in found.values() if array.ndim > 1), default=0)
    if any(part.ndim != 1 for part in labels):
        raise UserError("{path} has labels that differ in more than their length.", AGAIN, path=path)
    values = np.full((len(labels), length), PAST, np.int64)
    for row, part in zip(values, labels, strict=True):
        row[: len(part)] = part[:length]
    return {"y": values}
