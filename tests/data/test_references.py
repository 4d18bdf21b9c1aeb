"""Metrics against other programs: scikit-learn 1.9.1, pycocotools 2.0.11, jiwer 4.0.0, torchmetrics 1.9.0, torch."""

import numpy as np
import pytest

from tests.data import references
from workbench.data.choosing import fitting, named
from workbench.data.metrics.intervals import ALL, interval_of, paired_interval
from workbench.data.metrics.listing import METRICS

COMPUTED = {
    ("f1", "classified"): 0.11915049823473577,  # sklearn f1_score(average="macro")
    ("balanced_accuracy", "classified"): 0.12855040792540792,  # sklearn balanced_accuracy_score
    ("auc", "ranked"): 0.44680212190971874,  # sklearn roc_auc_score; scores have ties
    ("r2", "numbers"): 0.7389174160446214,  # sklearn r2_score
    ("mae", "numbers"): 0.3994697936675612,  # sklearn mean_absolute_error
    ("mse", "numbers"): 0.252375400238748,  # sklearn mean_squared_error
    ("miou", "maps"): 0.11635357663545236,  # sklearn jaccard_score(average="macro"), one place ignored
    ("token_loss", "tokens"): 4.492618488915023,  # torch cross_entropy(ignore_index=-1)
    ("perplexity", "tokens"): 89.35511519352568,  # torchmetrics perplexity
    ("map", "detected"): 0.2194336351648359,  # pycocotools COCOeval
    ("map50", "detected"): 0.5029547468735615,
    ("recall1", "embedded"): 0.18333333333333332,  # sklearn NearestNeighbors(metric="cosine")
    ("recall5", "embedded"): 0.6,
}


def measured(name, outputs, labels):
    metric = named(name, outputs, labels)
    return metric, metric.score(outputs, fitting(metric, labels))


@pytest.mark.parametrize(("name", "data"), list(COMPUTED), ids=lambda value: value)
def test_it_is_as_another_program_computes_it(name, data):
    outputs, labels = getattr(references, data)()
    metric, rows = measured(name, outputs, labels)
    assert metric.value(rows) == pytest.approx(COMPUTED[name, data], rel=1e-7)


def test_errors_of_words_and_symbols_are_as_jiwer_counts_them():
    decided, spoken = map(np.array, references.TEXTS)
    for name, expected in (("wer", 0.5454545454545454), ("cer", 0.3333333333333333)):
        metric, rows = measured(name, decided, spoken)
        assert metric.value(rows) == pytest.approx(expected)


def test_ctc_merges_repeats_and_drops_the_blank():
    said = [0, 3, 3, 0, 3, 1, 1, 0, 0]  # reads 3 3 1
    scores = np.eye(4)[[said]]
    metric = named("ctc_cer", scores, np.array([[3, 3, 1]]))
    assert metric.value(metric.score(scores, np.array([[3, 3, 1, -1]]))) == 0.0
    assert metric.value(metric.score(scores, np.array([[3, 1, -1, -1]]))) == 0.5
    last = np.eye(4)[[[3 - symbol for symbol in said]]]  # the blank is the last symbol
    assert named("ctc_cer", last, np.array([[0, 0, 2]])).score(last, np.array([[0, 0, 2]]))[0, 0] == 0


def test_words_of_ctc_are_divided_by_the_symbol_that_is_a_space():
    symbols = ("<blank>", " ", "a", "b")
    said = np.eye(4)[[[2, 0, 2, 1, 1, 3, 0, 0]]]  # aa b
    metric = named("ctc_wer", said, np.array([[2, 2, 1, 3]]), symbols)
    assert metric.score(said, np.array([[2, 2, 1, 3]])).tolist() == [[0, 2]]
    assert metric.score(said, np.array([[2, 1, 3, -1]])).tolist() == [[1, 2]]


@pytest.mark.parametrize("name", ["map_yolo", "map_yolo5", "map_detr"])
def test_layouts_of_detectors_give_the_boxes_that_they_mean(name):
    rng, (_, labels) = np.random.default_rng(0), references.detected()
    samples, count = labels.shape[:2]
    raw = np.zeros((samples, 40, 4 + 3))  # more places than objects
    raw[..., :4] = rng.uniform(1, 5, (samples, 40, 4))
    there = labels[..., 4] >= 0
    centre, size = (labels[..., :2] + labels[..., 2:4]) / 2, labels[..., 2:4] - labels[..., :2]
    raw[:, :count, :2][there], raw[:, :count, 2:4][there] = centre[there], size[there]
    raw[:, :count, 4:][there] = np.eye(3)[labels[..., 4].astype(int)][there]
    outputs = {
        "map_yolo": raw.transpose(0, 2, 1),
        "map_yolo5": np.concatenate([raw[..., :4], raw[..., 4:].max(-1, keepdims=True), raw[..., 4:]], axis=-1),
        "map_detr": np.concatenate(
            [raw[..., :4], 20 * raw[..., 4:], 10 - 10 * raw[..., 4:].max(-1, keepdims=True)], -1
        ),
    }[name]
    metric, rows = measured(name, outputs, labels)
    assert metric.value(rows) > 0.9  # objects that overlap much are one where boxes are suppressed
    turned = measured(name, outputs, np.roll(labels, 1, axis=2))[1]  # class first
    assert metric.value(turned) == metric.value(rows)
    assert metric.value(measured(name, outputs[::-1], labels)[1]) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["f1", "auc", "r2"])
def test_the_interval_of_a_total_holds_as_often_as_it_says(name):
    """Of 100 draws from many samples, the interval has the value of all in about 95, and so has the paired one."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 4000) if name == "f1" else rng.integers(0, 2, 4000)
    width = 3 if name == "f1" else 1
    clean = np.eye(3)[labels] if name == "f1" else labels[:, None].astype(float)
    first = clean + rng.standard_normal((4000, width))
    second = first + 0.7 * rng.standard_normal((4000, width))
    metric = METRICS[name]
    rows, worse = metric.score(first, labels), metric.score(second, labels)
    value, gap = metric.value(rows), metric.value(worse) - metric.value(rows)
    held = np.zeros(2)
    for _ in range(100):
        some = rng.integers(0, 4000, 120)
        low, high = interval_of(metric, rows[some], ALL)
        down, up = paired_interval(metric.differences(worse[some], rows[some]), ALL)
        held += low <= value <= high, down <= gap <= up
    assert (held >= 88).all() and (held <= 100).all()
