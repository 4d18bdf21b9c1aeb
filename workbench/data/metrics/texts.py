"""Metrics of sequences, as in speech and text recognition: character error rate (CER) and word error rate (WER)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.data.metrics.metric import Metric

SPACES = (" ", "|", "▁", "<space>")  # names of the symbol between words

Symbols = Sequence[int] | Sequence[str]


def edits(first: Symbols, second: Symbols) -> int:
    """Return the Levenshtein distance: insertions, deletions and substitutions (Wagner and Fischer 1974, The
    string-to-string correction problem). Computed row by row; insertions along a row are a running minimum."""
    if not len(first) or not len(second):
        return max(len(first), len(second))
    numbers = {symbol: number for number, symbol in enumerate(dict.fromkeys([*first, *second]))}
    a, b = (np.array([numbers[symbol] for symbol in each]) for each in (first, second))
    along = np.arange(len(b) + 1)
    row = along.copy()
    for number, symbol in enumerate(a, 1):
        above = np.minimum(row[1:] + 1, row[:-1] + (b != symbol))
        row = np.minimum.accumulate(np.concatenate([[number], above]) - along) + along
    return int(row[-1])


def errors(outputs: np.ndarray, labels: np.ndarray, read: Callable[[np.ndarray], list[Symbols]]) -> np.ndarray:
    """Return the edits to the label, and its length: [samples, 2]."""
    decided, wanted = read(outputs), read(labels)
    counts = [(edits(own, label), len(label)) for own, label in zip(decided, wanted, strict=True)]
    return np.array(counts, np.float64).reshape(len(outputs), 2)


def error_rate(rows: np.ndarray) -> float:
    """Return the edits of all samples divided by the length of all labels."""
    wrong, length = rows.sum(axis=0)
    return float(wrong / max(length, 1))


def _each(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows[:, 0] / np.maximum(rows[:, 1], 1))


def symbols(values: np.ndarray, blank: int | None = None) -> list[Symbols]:
    """Return the symbols of each sample: the best ones for scores [samples, places, symbols], those that are not
    negative (padding) nor the blank for numbers, the characters for texts.

    blank   the blank of CTC scores: repeated symbols are merged, and this one is dropped (Graves et al. 2006, section
            3.2)
    """
    if values.dtype.kind in "OUS":
        return [str(text) for text in values.reshape(len(values))]
    if values.ndim == 3:
        best = values.argmax(axis=-1)
        return [_collapsed(row, blank) if blank is not None else row.tolist() for row in best]
    if values.ndim != 2:
        raise UserError(
            "Sequences of shape {shape} per sample are not texts.",
            "Give texts, or class indices [samples, length] padded with -1.",
            shape=values.shape[1:],
        )
    return [row[(row >= 0) & (row != (-1 if blank is None else blank))].astype(np.int64).tolist() for row in values]


def _collapsed(row: np.ndarray, blank: int) -> list[int]:
    first = np.concatenate([[True], row[1:] != row[:-1]])
    return [int(symbol) for symbol in row[first] if symbol != blank]


def words(values: np.ndarray, space: int | None = None, blank: int | None = None) -> list[Symbols]:
    """Return the words of each sample, as texts; `space` is the symbol between them."""
    found: list[Symbols] = []
    for sequence in symbols(values, blank):
        if isinstance(sequence, str):
            found.append(sequence.split())
            continue
        text = " ".join("" if symbol == space else str(symbol) for symbol in sequence)
        found.append([word.strip() for word in text.split("  ") if word.strip()])
    return found


def _ctc(metric: Metric, outputs: np.ndarray, _target: np.ndarray, _classes: tuple[str, ...]) -> Metric:
    return replace(metric, score=partial(errors, read=partial(symbols, blank=blank_of(outputs))))


def _words(
    metric: Metric, outputs: np.ndarray, _target: np.ndarray, classes: tuple[str, ...], ctc: bool = False
) -> Metric:
    if outputs.dtype.kind in "OUS":
        return metric
    space = next((at for at, name in enumerate(classes) if name in SPACES), None)
    if space is None:
        raise UserError(
            "Words cannot be told apart: no symbol is a space.",
            "Add class_names to the data, the symbols in the model's order, or choose {cer}.",
            cer=metric.id.replace("wer", "cer"),
        )
    blank = blank_of(outputs) if ctc else None
    return replace(metric, score=partial(errors, read=partial(words, space=space, blank=blank)))


def blank_of(outputs: np.ndarray) -> int:
    """Return the blank of CTC scores, the first symbol or the last: the one that is predicted more often."""
    if outputs.ndim != 3:
        raise UserError(
            "CTC needs scores [positions, symbols] per sample, not {shape}.",
            "Choose another metric or output.",
            shape=outputs.shape[1:],
        )
    best, final = outputs.argmax(axis=-1), outputs.shape[-1] - 1
    return 0 if (best == 0).sum() >= (best == final).sum() else final


def _rate(name: str, title: str, score: Callable[[np.ndarray, np.ndarray], np.ndarray], fit: object = None) -> Metric:
    info = MetricInfo(title, "%", higher_is_better=False, low=0.0)
    return Metric(name, info, score, total=error_rate, alone=_each, fit=fit)  # type: ignore[arg-type]


OF_TEXTS = (
    _rate("cer", Message("symbol error rate (CER)"), partial(errors, read=symbols)),
    _rate("ctc_cer", Message("symbol error rate (CER, CTC)"), partial(errors, read=partial(symbols, blank=0)), _ctc),
    _rate("wer", Message("word error rate (WER)"), partial(errors, read=words), _words),
    _rate("ctc_wer", Message("word error rate (WER, CTC)"), partial(errors, read=words), partial(_words, ctc=True)),
)
