"""Forms of labels: class names as numbers, samples without a label, one-hot maps, and next tokens as labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.dataset import Dataset
from workbench.data.metrics.tokens import NEXT, knows_next, next_tokens

MISSING = (-1, -100)  # class numbers of samples without a label, as of scikit-learn and torch
TOKENS, MASK = "input_ids", "attention_mask"  # names of such inputs in transformers
FILLER = -1  # behind the end of a text
BY_TOKEN = ("", *NEXT, "token_accuracy")  # metrics of next tokens, where the model predicts those; "": not yet chosen
ALIKE = 0.95  # of labels that are the tokens themselves


@dataclass(frozen=True)
class Prepared:
    """Data whose labels are numbers, with notes on the conversion."""

    data: Dataset
    notes: tuple[str, ...] = ()


def prepared(data: Dataset) -> Prepared:
    """Convert labels to numbers and drop samples without a label. Raises UserError for names that no class has."""
    numbered = _numbered(data)
    return _with_labels_only(numbered)


def _numbered(data: Dataset) -> Dataset:
    """Convert class names to numbers: one name per sample, each among the names that the data lists."""
    labels, names = data.labels, {name: number for number, name in enumerate(data.classes)}
    if labels is None or labels.dtype.kind not in "US" or not names or labels.size != len(labels):
        return data
    texts = labels.reshape(-1).astype(str)
    unknown = sorted({str(text) for text in texts if text not in names})
    if not unknown:
        return replace(data, labels=np.array([names[text] for text in texts], np.int64))
    if all(symbol in names for text in unknown for symbol in text):
        return replace(data, labels=_spelled(texts, names))
    raise UserError(
        "The labels {unknown} are not among the class names of the data.",
        "Name the classes in class_names as the labels do.",
        unknown=[*unknown[:3]],
    )


def _spelled(texts: np.ndarray, names: Mapping[str, int]) -> np.ndarray:
    """Return the symbols of texts, [samples, length], with FILLER after the end."""
    found = np.full((len(texts), max(map(len, texts), default=0)), FILLER, np.int64)
    for row, text in zip(found, texts, strict=True):
        row[: len(text)] = [names[symbol] for symbol in text]
    return found


def _with_labels_only(data: Dataset) -> Prepared:
    """Drop the samples whose class number marks a missing label; with -1 and 1 alone these are two classes."""
    labels = data.labels
    if labels is None or labels.dtype.kind not in "if" or labels.size != len(labels):
        return Prepared(data)
    flat = labels.reshape(-1)
    missing = np.isin(flat, MISSING)
    left = np.unique(flat[~missing])
    if not missing.any() or len(left) < 2 or (left < 0).any() or (left != np.rint(left)).any():
        return Prepared(data)
    chosen, whole = np.flatnonzero(~missing), data.at_once(1)
    chosen = chosen[: len(chosen) // whole * whole]
    if not len(chosen):
        return Prepared(data)
    note = Message(
        "{n:,} samples without a label are left out.",
        one="{n} sample without a label is left out.",
        n=data.samples - len(chosen),
    )
    return Prepared(data.subset(chosen), (note,))


def tokens_of(data: Dataset) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Return the tokens that the model reads, [samples, length], and their mask (0: padding); None if it reads no
    tokens."""
    found = {
        name: np.asarray(column[:])
        for name, column in data.inputs.items()
        if column.dtype.kind in "iu" and column.ndim == 2 and column.shape[1] > 1
    }
    mask = next((values for name, values in found.items() if name.endswith(MASK)), None)
    named = [values for name, values in found.items() if name.endswith(TOKENS)]
    others = [values for values in found.values() if values is not mask and values.max(initial=0) > 1]
    chosen = named or (others if len(others) == 1 else [])
    return (chosen[0], mask) if chosen else None


def next_labels(data: Dataset) -> np.ndarray | None:
    """Return the next token at each position, [samples, length]: from the model's own input if there are no labels, or
    if the labels are these tokens, as for transformers, or already shifted by one. None for other labels, which are
    used unchanged."""
    found = tokens_of(data)
    if found is None:
        return None
    tokens, mask = found
    if data.labels is None:
        return next_tokens(tokens, mask)
    labels = data.labels
    if labels.shape != tokens.shape or labels.dtype.kind not in "iu":
        return None
    asked = labels >= 0
    if not asked.any():
        return None
    if (labels[asked] == tokens[asked]).mean() >= ALIKE:
        return next_tokens(tokens, mask, asked)
    known = asked[:, :-1]
    moved = known.any() and (labels[:, :-1][known] == tokens[:, 1:][known]).mean() >= ALIKE
    return labels if moved else None


@dataclass(frozen=True)
class Targets:
    """Labels of all samples, with notes on how they were read. `following`: whether they are next tokens."""

    labels: np.ndarray | None
    notes: tuple[str, ...] = ()
    following: bool = False


def targets(data: Dataset, metrics: Sequence[str], outputs: Sequence[np.ndarray], probed: np.ndarray) -> Targets:
    """Return the targets for these metrics, given outputs that may be measured, of the samples `probed`.

    Next tokens, if a metric asks for them or an output predicts them; class numbers for one-hot maps.
    """
    if data.labels is not None:
        for each in outputs:
            if (numbers := class_maps(data.labels, each)) is not None:
                return Targets(numbers, (Message("The labels are one-hot: read as one class for each place."),))
    asked = [metric for metric in metrics if metric in BY_TOKEN]
    following = next_labels(data) if asked else None
    if following is None:
        return Targets(data.labels)
    if not set(asked) & set(NEXT) and not any(knows_next(each, following[probed]) for each in outputs):
        return Targets(data.labels)
    moved = data.labels is not None and following is not data.labels
    note = Message("The labels are the tokens of the input: at each place, the token that follows is asked for.")
    return Targets(following, (note,) if moved else (), True)


def class_maps(labels: np.ndarray, outputs: np.ndarray) -> np.ndarray | None:
    """Return the class numbers [samples, ...] of one-hot maps in the shape of the outputs, with the classes along the
    second axis or the last; None for other labels."""
    if labels.ndim < 3 or labels.shape[1:] != outputs.shape[1:] or labels.dtype.kind not in "fiub":
        return None
    if labels.dtype.kind != "b" and not ((labels == 0) | (labels == 1)).all():
        return None
    for axis in (1, labels.ndim - 1):
        if labels.shape[axis] > 1 and (labels.sum(axis=axis, dtype=np.int64) == 1).all():
            return np.asarray(labels.argmax(axis=axis))
    return None
