"""Metrics against other programs: scikit-learn 1.9.1, pycocotools 2.0.11, jiwer 4.0.0, torchmetrics 1.9.0, torch."""

import numpy as np
import pytest

from tests.data import references
from workbench.core.base.errors import UserError
from workbench.data.choosing import choose, fitting, named
from workbench.data.metrics.intervals import ALL, interval_of, paired_interval
from workbench.data.metrics.listing import METRICS

COMPUTED = {
    ("f1", "classified"): 0.11915049823473577,  # sklearn f1_score(average="macro")
    ("balanced_accuracy", "classified"): 0.12855040792540792,  # sklearn balanced_accuracy_score
    ("f1", "maps"): 0.20765702752510767,
    ("balanced_accuracy", "maps"): 0.20897086629365233,
    ("f1", "several"): 0.3113745384967796,  # of labels that do not exclude each other
    ("cross_entropy", "classified"): 2.2285151240566363,  # sklearn log_loss of the softmax
    ("auc", "ranked"): 0.44680212190971874,  # sklearn roc_auc_score; scores have ties
    ("r2", "numbers"): 0.7389174160446214,  # sklearn r2_score
    ("mae", "numbers"): 0.3994697936675612,  # sklearn mean_absolute_error
    ("mse", "numbers"): 0.252375400238748,  # sklearn mean_squared_error
    ("miou", "maps"): 0.11635357663545236,  # sklearn jaccard_score(average="macro"), one place ignored
    ("token_loss", "tokens"): 4.492618488915023,  # torch cross_entropy(ignore_index=-1)
    ("perplexity", "tokens"): 89.35511519352568,  # torchmetrics perplexity
    ("map", "detected"): 0.2194336351648359,  # pycocotools COCOeval
    ("map50", "detected"): 0.5029547468735615,
    ("map", "crowded"): 0.2621912733854864,  # cocoeval keeps 100 boxes of each class
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


def test_labels_may_be_probabilities_of_classes():
    """Top-1 against the most probable; torch's cross_entropy with probabilities as targets."""
    outputs, labels = references.numbers()
    shares = np.exp(labels) / np.exp(labels).sum(1, keepdims=True)
    assert choose(outputs, shares).id == "top1"
    metric, rows = measured("top1", outputs, shares)
    assert metric.value(rows) == (outputs.argmax(1) == labels.argmax(1)).mean()
    probabilities = np.exp(outputs) / np.exp(outputs).sum(1, keepdims=True)
    for given in (outputs, probabilities):
        metric, rows = measured("cross_entropy", given, shares)
        assert metric.value(rows) == pytest.approx(-(shares * np.log(probabilities)).sum(1).mean())


@pytest.mark.parametrize("turn", [lambda x: x, lambda x: 1 / (1 + np.exp(-x)), lambda x: x[:, 0]], ids=range(3))
def test_one_value_at_each_position_is_a_decision_between_two_classes(turn):
    rng = np.random.default_rng(7)
    scores, labels = rng.standard_normal((6, 1, 5, 4)), rng.integers(0, 2, (6, 1, 5, 4))
    both, either = (scores > 0) & (labels > 0), (scores > 0) | (labels > 0)
    neither = 1 - either.mean()
    for name, expected in (
        ("miou", (both.sum() / either.sum() + neither / (1 - both.mean())) / 2),
        ("f1", both.mean() / (both.mean() + either.mean()) + neither / (neither + 1 - both.mean())),
    ):
        for given in (labels, labels[:, 0]):
            metric, rows = measured(name, turn(scores), given)
            assert metric.value(rows) == pytest.approx(expected)
            assert measured(name, np.moveaxis(scores, 1, -1), given[:, 0] if given.ndim > 3 else given)


@pytest.mark.parametrize(
    ("name", "shape", "labels", "words"),
    [
        ("top1", (9, 1), (9,), "the output is one value per sample"),
        ("cross_entropy", (9, 1), (9,), "a score for each class"),
        ("pixel_accuracy", (9, 1, 5, 5), (9, 5, 5), "one value at each position"),
        ("pixel_accuracy", (9, 5, 5, 1), (9, 5, 5), "not class scores for the label maps"),
        ("token_accuracy", (9, 5, 1), (9, 5), "one value at each position"),
        ("balanced_accuracy", (9, 5), (9, 5), "of which each sample has one"),
        ("f1", (9, 2, 5000), (9, 2), "5,000 classes at each position"),
    ],
)
def test_what_would_be_broadcast_or_has_no_second_class_is_refused(name, shape, labels, words):
    rng = np.random.default_rng(8)
    with pytest.raises(UserError, match=words):
        named(name, rng.standard_normal(shape), rng.integers(0, 2, labels))


def test_ctc_labels_may_be_padded_with_the_blank():
    scores = np.eye(4)[[[1, 0, 1, 2, 0]]]
    _, rows = measured("ctc_cer", scores, np.array([[1, 1, 2, 0, 0, 0]]))
    assert rows.tolist() == [[0, 3]]


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
