"""Forms of labels: class names as numbers, samples without a label, and next tokens as labels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.dataset import Dataset
from workbench.data.metrics.tokens import next_tokens

MISSING = (-1, -100)  # class numbers of samples without a label, as of scikit-learn and torch
TOKENS, MASK = "input_ids", "attention_mask"  # names of such inputs in transformers
FILLER = -1  # behind the end of a text
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
