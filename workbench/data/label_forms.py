"""Forms of labels: names as class numbers, samples without a label, and tokens whose labels are the next ones."""

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
    """Data whose labels are numbers, and notes on what was done to them."""

    data: Dataset
    notes: tuple[str, ...] = ()


def prepared(data: Dataset) -> Prepared:
    """Labels as numbers, without samples that have none. Raises UserError for names that no class has."""
    numbered = _numbered(data)
    return _with_labels_only(numbered)


def _numbered(data: Dataset) -> Dataset:
    """Names of classes as numbers: one name a sample, each among the names that the data lists."""
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
        unknown=", ".join(unknown[:3]),
    )


def _spelled(texts: np.ndarray, names: Mapping[str, int]) -> np.ndarray:
    """[samples, length] the symbols of texts, FILLER behind the end."""
    found = np.full((len(texts), max(map(len, texts), default=0)), FILLER, np.int64)
    for row, text in zip(found, texts, strict=True):
        row[: len(text)] = [names[symbol] for symbol in text]
    return found


def _with_labels_only(data: Dataset) -> Prepared:
    """Without the samples whose class number says that they have none; -1 and 1 alone are two classes."""
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
    """[samples, length] the tokens that the model reads, and their mask (0: padding), where it reads tokens."""
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
    """[samples, length] the next token of each place: of the model's own input where there are no labels, or where the
    labels are these tokens, as transformers takes them, or already the next ones, as a text is read. Other labels are
    None, which stand as they are."""
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
