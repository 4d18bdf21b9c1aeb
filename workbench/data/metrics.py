"""Metrics per sample, so that two models can be compared on the same samples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from statistics import NormalDist
from typing import Literal

import numpy as np

from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo

Z = NormalDist().inv_cdf(0.975)  # every interval in the program is of 95 %
DECIDING = ("top1", "top5", "agreement")  # metrics of models that decide between classes
LEFT_OUT = 255  # what label maps have where nothing is known
ALL = 1 << 62  # samples of a population that nobody can count
ALIKE = 0.01  # of the largest value: answers that count as the same where nothing is decided


Score = Callable[[np.ndarray, np.ndarray], np.ndarray]  # outputs, target -> [samples]


@dataclass(frozen=True)
class Metric:
    """`score(outputs, target) -> [samples]` float64, where `target` is labels, or the original model's outputs.

    The value of a metric is the mean score; every sample's score is its own, so that two models are compared in pairs.
    `decide(outputs) -> [samples, ...]`: what a model decides by its outputs; None where it decides nothing.
    """

    id: str
    info: MetricInfo
    score: Score
    decide: Callable[[np.ndarray], np.ndarray] | None = None
    at: float = 0.0  # the threshold of a decision by one

    @property
    def title(self) -> str:
        return self.info.title

    @property
    def labelled(self) -> bool:
        return self.info.labelled

    @property
    def higher_is_better(self) -> bool:
        return self.info.higher_is_better

    def same(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """[samples] whether two models decide alike; where they decide nothing, whether they answer alike to 1 %."""
        if self.decide is not None:
            return _all(np.asarray(self.decide(first) == self.decide(second)))
        a, b = first.astype(np.float64), second.astype(np.float64)
        reach = float(np.abs(a[np.isfinite(a)]).max(initial=0.0))
        return _all(np.asarray(np.isclose(a, b, rtol=ALIKE, atol=ALIKE * reach, equal_nan=True)))


def _all(same: np.ndarray) -> np.ndarray:
    return np.asarray(same.reshape(len(same), -1).all(axis=1))


def _mean(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1).mean(axis=1, dtype=np.float64)


def _best(outputs: np.ndarray) -> np.ndarray:
    return _rows(outputs).argmax(axis=1)


def _rows(values: np.ndarray) -> np.ndarray:
    return values.reshape(len(values), -1).astype(np.float64)


def top1(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return (_rows(outputs).argmax(axis=1) == labels).astype(np.float64)


def top5(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    best = np.argsort(-_rows(outputs), axis=1, kind="stable")[:, :5]
    return (best == labels[:, None]).any(axis=1).astype(np.float64)


def agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    return (_rows(outputs).argmax(axis=1) == _rows(original).argmax(axis=1)).astype(np.float64)


def token_accuracy(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """`outputs` [samples, tokens, classes], `labels` [samples, tokens]; negative labels are padding."""
    real = labels >= 0
    right = (outputs.argmax(axis=-1) == labels) & real
    return right.sum(axis=1) / np.maximum(real.sum(axis=1), 1)


def cosine(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    a, b = _rows(outputs), _rows(original)
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    same = (a == b).all(axis=1)
    return np.where(same, 1.0, (a * b).sum(axis=1) / np.maximum(norms, 1e-30))


def squared_error(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
    return np.square(_rows(outputs) - _rows(target)).mean(axis=1)


def pixel_accuracy(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """`outputs` [samples, classes, ...], `labels` [samples, ...]; negative labels are ignored, and 255 unless there are
    that many classes."""
    real = (labels >= 0) & ((labels != LEFT_OUT) | (outputs.shape[1] > LEFT_OUT))
    right = (outputs.argmax(axis=1) == labels) & real
    each = tuple(range(1, labels.ndim))
    return right.sum(axis=each) / np.maximum(real.sum(axis=each), 1)


def equality(outputs: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The share of equal values of a sample: of class numbers, texts, true and false."""
    outputs, target = outputs.reshape(len(outputs), -1), target.reshape(len(target), -1)
    if outputs.dtype.kind in "OUS" or target.dtype.kind in "OUS":
        outputs, target = outputs.astype(str), target.astype(str)
    return _mean(outputs == target)


def sides(outputs: np.ndarray, target: np.ndarray, at: float, middle: float) -> np.ndarray:
    """The share of a sample's values on the right side: outputs above `at`, the target above `middle`."""
    return _mean((_rows(outputs) > at) == (_rows(target) > middle))


def relative_error(outputs: np.ndarray, original: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """The squared error as a share of how far the original's answers vary: 1 is a model that answers their mean always
    (1 - R²)."""
    return squared_error(outputs, original) / scale


def share(title: str, labelled: bool, interval: Literal["wilson", "normal"] = "normal") -> MetricInfo:
    """Metric that is the share of correct answers, shown in per cent."""
    return MetricInfo(title, "%", labelled=labelled, interval=interval, low=0.0, high=1.0)


def _last(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(outputs.argmax(axis=-1))


def _second(outputs: np.ndarray) -> np.ndarray:
    return np.asarray(outputs.argmax(axis=1))


def pixel_accuracy_last(outputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return pixel_accuracy(np.moveaxis(outputs, -1, 1), labels)


def token_agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    return _mean(_last(outputs) == _last(original))


def pixel_agreement(outputs: np.ndarray, original: np.ndarray) -> np.ndarray:
    return _mean(_second(outputs) == _second(original))


_BUILT_IN = (
    Metric("top1", share("top-1", True, "wilson"), top1, _best),
    Metric("top5", share("top-5", True, "wilson"), top5, _best),
    Metric("token_accuracy", share(Message("token accuracy"), True), token_accuracy, _last),
    Metric("pixel_accuracy", share(Message("pixel accuracy"), True), pixel_accuracy, _second),
    Metric("pixel_accuracy_last", share(Message("pixel accuracy"), True), pixel_accuracy_last, _last),
    Metric("accuracy", share(Message("accuracy"), True), equality, np.asarray),
    Metric("mse", MetricInfo(Message("mean squared error"), higher_is_better=False, low=0.0), squared_error),
    Metric("agreement", share(Message("top-1 agreement with the original"), False, "wilson"), agreement, _best),
    Metric("equality", share(Message("agreement with the original"), False), equality, np.asarray),
    Metric("token_agreement", share(Message("token agreement with the original"), False), token_agreement, _last),
    Metric("pixel_agreement", share(Message("pixel agreement with the original"), False), pixel_agreement, _second),
    Metric(
        "cosine",
        MetricInfo(Message("cosine similarity to the original output"), labelled=False, low=-1.0, high=1.0),
        cosine,
    ),
    Metric(
        "relative_error",
        MetricInfo(Message("squared error relative to the original"), higher_is_better=False, labelled=False, low=0.0),
        relative_error,
    ),
)
METRICS = {metric.id: metric for metric in _BUILT_IN}


def threshold(name: str, at: float, labelled: bool, middle: float, single: bool) -> Metric:
    """A decision by a threshold: of one value a sample, or of several."""
    title = {
        ("binary", True): Message("accuracy at {at:g}", at=at),
        ("binary", False): Message("agreement with the original at {at:g}", at=at),
        ("labels", True): Message("accuracy of labels at {at:g}", at=at),
        ("labels", False): Message("agreement of labels at {at:g}", at=at),
    }[name, labelled]
    return Metric(
        name,
        share(title, labelled, "wilson" if single else "normal"),
        partial(sides, at=at, middle=middle),
        decide=lambda outputs: _rows(outputs) > at,
        at=at,
    )


TAUGHT = {  # titles of metrics, where what is compared with are the answers of teachers
    Message("top-1 agreement with the original"): Message("top-1 agreement with the teacher"),
    Message("agreement with the original"): Message("agreement with the teacher"),
    Message("token agreement with the original"): Message("token agreement with the teacher"),
    Message("pixel agreement with the original"): Message("pixel agreement with the teacher"),
    Message("cosine similarity to the original output"): Message("cosine similarity to the teacher's output"),
    Message("squared error relative to the original"): Message("squared error relative to the teacher"),
    Message("agreement with the original at {at:g}"): Message("agreement with the teacher at {at:g}"),
}


def against_teachers(metric: Metric) -> Metric:
    """The same where what is compared with are the answers of teachers."""
    return _retitled(metric, TAUGHT)


def against_original(metric: Metric) -> Metric:
    """The same where what is compared with are the answers of the original model."""
    return _retitled(metric, {taught: title for title, taught in TAUGHT.items()})


def _retitled(metric: Metric, titles: Mapping[Message, Message]) -> Metric:
    title = metric.title
    if not isinstance(title, Message) or title.template not in titles:
        return metric
    renamed = Message(titles[Message(title.template)], **title.arguments)
    return replace(metric, info=replace(metric.info, title=renamed))


def interval(scores: np.ndarray, proportion: bool, population: int) -> tuple[float, float]:
    """95 % interval of the mean score over `population` samples of which `scores` are a random part.

    Wilson 1927 for proportions, the normal interval else; both with the finite population correction, so that the
    interval closes when every sample was seen (Cochran 1977, section 2.8).
    """
    n, mean = len(scores), float(scores.mean())
    left = 1.0 if population <= 1 else max(0.0, (population - n) / (population - 1))
    if left == 0.0:
        return mean, mean
    if proportion:
        z2 = Z * Z * left
        centre = (mean + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2) / (1 + z2 / n) * np.sqrt(mean * (1 - mean) / n + z2 / (4 * n * n))
        return float(max(0.0, centre - half)), float(min(1.0, centre + half))
    half = Z * float(np.sqrt(left / n)) * float(scores.std(ddof=1) if n > 1 else abs(mean))
    return mean - half, mean + half


def paired_interval(differences: np.ndarray, population: int) -> tuple[float, float]:
    """95 % interval of the mean of per-sample differences. One pseudo-sample of each sign keeps it honest at no change
    (Agresti and Min 2005, Simple improved confidence intervals for comparing matched proportions)."""
    n = len(differences)
    left = 1.0 if population <= 1 else max(0.0, (population - n) / (population - 1))
    mean = float(differences.mean())
    if left == 0.0:
        return mean, mean
    padded = np.concatenate([differences, [0.5, -0.5, 0.5, -0.5]])
    half = Z * np.sqrt(left) * float(padded.std(ddof=1)) / np.sqrt(n)
    return mean - half, mean + half
