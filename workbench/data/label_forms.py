"""Forms of labels: class names as numbers, samples without a label, one-hot maps, and next tokens as labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.data.dataset import Dataset
from workbench.data.metrics.classes import are_shares
from workbench.data.metrics.metric import Metric, is_whole
from workbench.data.metrics.tokens import NEXT, knows_next, next_tokens

MISSING = (-1, -100)  # class numbers of samples without a label, as of scikit-learn and torch
TOKENS, MASK = "input_ids", "attention_mask"  # names of such inputs in transformers
FILLER = -1  # behind the end of a text
BY_TOKEN = ("", *NEXT, "token_accuracy")  # metrics of next tokens, where the model predicts those; "": not yet chosen
OF_VALUES = ("mse", "mae", "r2")  # metrics of labels as they are, one-hot or not
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


def padding_of(data: Dataset) -> np.ndarray | None:
    """Return which positions of the tokens that the model reads are padding, bool [samples, length]; None if no mask
    says so."""
    found = tokens_of(data)
    return None if found is None or found[1] is None else found[1] == 0


def kept_of(metric: Metric, outputs: np.ndarray, padding: np.ndarray | None) -> np.ndarray:
    """Return what the metric keeps of the original's outputs as its reference: FILLER at positions of padding, where
    that is a prediction for each position."""
    if metric.keep is None:
        return outputs
    kept = metric.keep(outputs)
    return kept if padding is None or padding.shape != kept.shape else np.where(padding, FILLER, kept)


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


def notes_on(metric: Metric, labels: np.ndarray | None) -> tuple[str, ...]:
    """Return a note on labels that are probabilities of classes, where the metric takes the most probable one."""
    if labels is None or metric.labels is None or not are_shares(labels) or is_whole(labels):
        return ()
    if metric.labels(labels).ndim > 1:
        return ()
    return (
        Message(
            "The labels are probabilities of classes, and the most probable one counts. The metrics cross_entropy "
            "and mse compare all of them."
        ),
    )


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
    if data.labels is not None and not {*metrics} <= {*OF_VALUES}:
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


def read_alike(samples: Dataset, data: Dataset) -> Dataset:
    """Return samples to train on with labels in the form in which those of the measured data were read: names and
    one-hot maps as the same numbers, next tokens. Raises UserError for classes that the data does not have."""
    before = prepared(_renumbered(samples, data.classes))
    found = replace(before.data, notes=(*before.data.notes, *before.notes))
    if data.answer.following:
        return replace(found, labels=next_labels(found))
    labels = found.labels
    if labels is not None and data.labels is not None and labels.ndim == data.labels.ndim + 1:
        numbers = class_maps(labels, labels)
        labels = labels if numbers is None else numbers
    return replace(found, labels=labels)


def _renumbered(samples: Dataset, classes: tuple[str, ...]) -> Dataset:
    """Return the samples with class numbers of these names: a folder without one of the classes numbers the others
    differently."""
    own, labels = samples.classes, samples.labels
    if labels is None or not classes or not own or own == classes:
        return replace(samples, classes=own or classes)
    unknown = [name for name in own if name not in classes]
    if unknown and len(own) == len(classes):
        return samples  # named otherwise
    if unknown:
        raise UserError(
            "{path} has the classes {unknown}, which the data does not have.",
            "Name the classes as there.",
            path=samples.path,
            unknown=[*unknown[:3]],
        )
    if labels.dtype.kind in "iu" and labels.size == len(labels):
        places = np.array([classes.index(name) for name in own], labels.dtype)
        real = (labels >= 0) & (labels < len(own))
        labels = np.where(real, places[np.where(real, labels, 0)], labels)
    return replace(samples, classes=classes, labels=labels)


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
