"""Metrics and their intervals."""

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.data.choosing import choose, fitting, may_be_numbers
from workbench.data.metrics import classes, intervals, maps, values
from workbench.data.metrics.listing import METRICS, against_teachers


def test_top1_and_top5():
    outputs = np.eye(10, dtype=np.float32)[[3, 4, 5]] + np.linspace(0, 0.1, 10)
    np.testing.assert_array_equal(classes.top1(outputs, np.array([3, 4, 6])), [1, 1, 0])
    np.testing.assert_array_equal(classes.top5(outputs, np.array([9, 0, 6])), [1, 0, 1])


def test_token_accuracy_ignores_padding():
    outputs = np.zeros((1, 3, 4))
    outputs[0, [0, 1, 2], [1, 2, 3]] = 1
    assert maps.accuracy(maps.token_accuracy(outputs, np.array([[1, 0, -1]]))) == 0.5


@pytest.mark.parametrize("name", ["token_accuracy", "pixel_accuracy", "pixel_accuracy_last"])
def test_every_counted_place_has_the_same_weight(name):
    """As of scikit-learn on all of them: a sample without any is not wrong."""
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((40, 7, 5)), rng.integers(0, 5, (40, 7))
    labels[np.arange(7) >= rng.integers(0, 8, 40)[:, None]] = -100
    labels[0] = -100
    metric, outputs = METRICS[name], np.moveaxis(scores, -1, 1) if name == "pixel_accuracy" else scores
    expected = (scores.argmax(-1) == labels)[labels >= 0].mean()
    rows = metric.score(outputs, labels)
    assert metric.value(rows) == pytest.approx(expected)
    assert metric.each(rows)[1:] == pytest.approx(
        [
            (a.argmax(-1) == b)[b >= 0].mean() if (b >= 0).any() else 0
            for a, b in zip(scores[1:], labels[1:], strict=True)
        ]
    )


def test_cosine_of_equal_outputs_is_one_even_when_they_are_zero():
    zeros = np.zeros((2, 5))
    np.testing.assert_array_equal(values.cosine(zeros, zeros), [1, 1])
    np.testing.assert_allclose(values.cosine(np.array([[1.0, 0]]), np.array([[0, 2.0]])), [0], atol=1e-12)


@pytest.mark.parametrize(
    ("outputs", "labels", "expected"),
    [
        ((6, 10), np.arange(6), "top1"),
        ((6, 10), None, "agreement"),
        ((6, 1), None, "relative_error"),
        ((6, 3, 8, 8), None, "cosine"),
        ((6, 4, 9), np.zeros((6, 4), int), "token_accuracy"),
        ((6, 2), np.zeros((6, 2), np.float32), "mse"),
    ],
)
def test_the_metric_follows_from_the_shapes(outputs, labels, expected):
    assert choose(np.random.default_rng(0).standard_normal(outputs), labels).id == expected


@pytest.mark.parametrize("labels", [np.array([0, 10]), np.array([-1, 2]), np.zeros((2, 3, 4))])
def test_labels_that_fit_nothing_are_refused(labels):
    with pytest.raises(UserError):
        choose(np.zeros((2, 10)), labels)


def test_wilson_interval_against_the_textbook():
    # Newcombe 1998, Statistics in Medicine 17:857, table I: 81 of 263 -> 0.2553 to 0.3662.
    scores = np.zeros(263)
    scores[:81] = 1
    low, high = intervals.interval(scores, True, 1 << 62)
    assert (low, high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))


def test_the_interval_closes_when_all_samples_were_seen():
    scores = np.array([1.0, 0, 1, 1])
    assert intervals.interval(scores, True, 4) == (0.75, 0.75)
    low, high = intervals.interval(scores, True, 1000)
    assert low < 0.4 and high > 0.9


@pytest.mark.parametrize("truth", [0.9, 0.5, 0.99])
def test_intervals_of_a_sample_cover_the_population(truth):
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        population = (rng.random(2000) < truth).astype(float)
        low, high = intervals.interval(population[:200], True, 2000)
        covered += low <= population.mean() <= high
    assert covered >= 0.93 * 400


def test_paired_intervals_cover_small_changes():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(400):
        flips = rng.choice([-1.0, 0.0, 1.0], p=[0.03, 0.96, 0.01], size=2000)
        low, high = intervals.paired_interval(flips[:256], 2000)
        covered += low <= flips.mean() <= high
    assert covered >= 0.93 * 400


NOISE = np.random.default_rng(0).standard_normal
SHARES = np.random.default_rng(1).dirichlet(np.ones(4), (40, 6))
HALVES = np.arange(40) % 2


@pytest.mark.parametrize(
    ("outputs", "labels", "title", "value"),
    [
        (HALVES[:, None] * 0.6 + 0.2, HALVES, "accuracy at 0.5", 1.0),  # probabilities
        (HALVES * 4.0 - 2, HALVES, "accuracy at 0", 1.0),  # scores
        (HALVES[:, None] * 4.0 - 2, HALVES[:, None] * 2 - 1, "accuracy at 0", 1.0),  # labels -1 and 1
        (HALVES * 4.0 - 2, 1 - HALVES, "accuracy at 0", 0.0),
        (
            np.stack([HALVES, 1 - HALVES, HALVES], 1) * 0.8,
            np.stack([HALVES, 1 - HALVES, 1 - HALVES], 1),
            "accuracy of labels at 0.5",
            2 / 3,
        ),
        (np.eye(4)[HALVES], np.eye(4, dtype=int)[HALVES], "top-1", 1.0),  # one-hot
        (np.eye(4)[HALVES], HALVES[:, None], "top-1", 1.0),
        (HALVES, HALVES, "accuracy", 1.0),
        (HALVES, HALVES.astype(np.float32), "accuracy", 1.0),
        (np.array(["a", "b"], object)[HALVES], np.array(["a", "c"])[HALVES], "accuracy", 0.5),
        (NOISE((40, 1)), NOISE(40), "mean squared error", None),
        (
            np.moveaxis(np.eye(3)[np.arange(160).reshape(40, 2, 2) % 3], -1, 1),
            np.arange(160).reshape(40, 2, 2) % 3,
            "pixel accuracy",
            1.0,
        ),
        (
            np.moveaxis(np.eye(3)[np.arange(160).reshape(40, 2, 2) % 3], -1, 1),
            np.where(np.arange(160) % 4 == 0, 255, np.arange(160) % 3).reshape(40, 1, 2, 2),
            "pixel accuracy",
            1.0,
        ),
    ],
    ids=range(13),
)
def test_labels_of_every_form_have_their_metric(outputs, labels, title, value):
    metric = choose(np.asarray(outputs, np.float32) if np.asarray(outputs).dtype.kind == "f" else outputs, labels)
    assert metric.title == title and metric.labelled
    if value is not None:
        assert metric.value(metric.score(outputs, fitting(metric, labels))) == pytest.approx(value)
        assert metric.same(outputs, outputs).all()


@pytest.mark.parametrize(
    ("outputs", "title"),
    [
        (NOISE((40, 5)), "top-1 agreement with the original"),
        (NOISE((40, 5)) / np.linalg.norm(NOISE((40, 5)), axis=1).mean(), "top-1 agreement with the original"),
        (np.linspace(0.1, 0.9, 40)[:, None], "agreement with the original at 0.5"),
        (
            np.linspace(0.1, 0.505, 40),
            "squared error relative to the original",
        ),  # nearly always no: one answer would do
        (np.linspace(3, 9, 40)[:, None], "squared error relative to the original"),
        (np.linspace(3, 9, 160).reshape(40, 2, 2), "squared error relative to the original"),
        (NOISE((40, 2, 2)), "cosine similarity to the original output"),
        (SHARES, "token agreement with the original"),
        (np.moveaxis(SHARES, -1, 1), "pixel agreement with the original"),
        (HALVES, "agreement with the original"),
        (np.ones((40, 1)), "squared error relative to the original"),
        (
            NOISE((40, 2)) + np.array([9, 0]),
            "squared error relative to the original",
        ),  # one column is always the larger
        (9 * NOISE((40, 2)) + np.array([99, 0]), "squared error relative to the original"),
        (1 / (1 + np.exp(-3 * NOISE((40, 5)))), "agreement of labels at 0.5"),  # several of them are true at once
        (np.clip(NOISE((40, 3)) / 50 + np.array([0.9, 0.7, 0.1]), 0, 1), "squared error relative to the original"),
    ],
    ids=range(15),
)
def test_without_labels_the_metric_can_fall(outputs, title):
    metric = choose(outputs, None)
    assert metric.title == title and not metric.labelled
    mean = np.broadcast_to(outputs.mean(axis=0), outputs.shape).astype(outputs.dtype)
    itself, constant = (metric.value(metric.score(each, outputs)) for each in (outputs, mean))
    assert itself == (1.0 if metric.higher_is_better else 0.0) and metric.same(outputs, outputs).all()
    if not (outputs == outputs[:1]).all():
        assert (itself - constant if metric.higher_is_better else constant) > 0.05


SCORES = 3 * NOISE((40, 4)) - 20  # below 0, where logarithms of probabilities are, too
LOGS = np.log(np.random.default_rng(1).dirichlet(np.ones(4), 40))


@pytest.mark.parametrize(
    ("outputs", "name", "metric"),
    [
        (NOISE((40, 4)), "logits", "agreement"),
        (NOISE((40, 4)), "box_scores", "agreement"),
        (NOISE((40, 2)), "head/cls:0", "agreement"),
        (SCORES, "output", "relative_error"),
        (np.exp(LOGS), "output", "agreement"),  # as of a Softmax
        (LOGS, "output", "agreement"),  # as of a LogSoftmax
        (1 / (1 + np.exp(-NOISE((40, 4)))), "output", "relative_error"),  # a box within its image?
        (NOISE((40, 4)), "pred_boxes", "relative_error"),
        (NOISE((40, 10)), "landmarks", "relative_error"),
        (NOISE((40, 3)), "angles", "relative_error"),
        (NOISE((40, 8)), "loc", "relative_error"),
        (NOISE((40, 8)), "blocks.3.out", "agreement"),  # no word of these is "loc"
    ],
)
def test_coordinates_are_no_scores_of_classes(outputs, name, metric):
    chosen = choose(outputs.astype(np.float32), None, name)
    assert chosen.id == metric
    assert may_be_numbers(outputs.astype(np.float32), name) == (name == "output" and metric != "agreement")
    if metric == "relative_error":  # the same box twice as large decides alike, and is wrong
        assert chosen.score(2 * outputs, outputs).mean() > 0.5


def test_floats_that_are_class_numbers_are_compared_by_equality():
    """As of an ArgMax that is cast; counts that hardly repeat are numbers."""
    classes = np.arange(40, dtype=np.float32) % 4
    assert choose(classes, None).id == "equality" and choose(classes[:, None], classes.astype(int)).id == "accuracy"
    assert choose(np.arange(40, dtype=np.float32), None).id == "relative_error"
    assert choose(classes, classes + 0.5).id == "mse"


def test_scores_that_never_change_are_not_compared_by_their_largest():
    assert choose(np.tile(np.float32([1, 0, 0]), (40, 1)), None).id == "relative_error"


def test_vectors_of_unit_length_or_called_embeddings_are_not_classes():
    vectors = NOISE((40, 5))
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert choose(unit, None).id == choose(vectors, None, "sentence_embedding").id == "cosine"


def test_answers_are_alike_where_nothing_is_decided():
    metric = choose(np.linspace(3, 9, 40)[:, None], None)
    first = np.linspace(3, 9, 40)[:, None]
    assert metric.same(first, first * 1.001).all() and not metric.same(first, first + 1).any()


def test_the_relative_error_of_the_mean_answer_is_one():
    outputs = np.random.default_rng(0).random((40, 1)) + 5
    metric = choose(outputs, None)
    assert metric.score(np.full_like(outputs, outputs.mean()), outputs).mean() == pytest.approx(1.0)
    assert against_teachers(metric).title == "squared error relative to the teacher"


@pytest.mark.parametrize(
    ("outputs", "labels", "expected"),
    [
        ((6, 4, 1), np.tile([0, 1], (6, 2)), "labels"),
        ((6, 4, 1), np.tile([0, 7], (6, 2)), "mse"),
        ((6, 8, 8, 3), np.full((6, 8, 8), 2), "pixel_accuracy_last"),
        ((6, 8, 8, 3), np.full((6, 8, 8, 1), 255), "pixel_accuracy_last"),
        ((6, 4, 9), np.zeros((6, 4, 1), int), "token_accuracy"),
    ],
)
def test_class_numbers_of_places_need_scores_of_several_classes(outputs, labels, expected):
    """One score a token is a decision by a threshold or a number; classes may be the last axis."""
    found = choose(np.random.default_rng(0).standard_normal(outputs), labels)
    assert found.id == expected and np.isfinite(found.score(np.zeros(outputs), fitting(found, labels))).all()


def test_accuracy_of_maps_with_classes_last_leaves_out_what_is_not_known():
    scores = np.zeros((1, 2, 2, 3))
    scores[0, :, :, 1] = 1
    labels = np.array([[[1, 1], [0, 255]]])
    metric = choose(scores, labels)
    assert metric.value(metric.score(scores, labels)) == pytest.approx(2 / 3)


@pytest.mark.parametrize("outputs", [(6, 4, 9), (6, 5, 4, 9), (6, 9, 4, 5)])
def test_class_numbers_that_a_map_does_not_have_are_named(outputs):
    labels = np.full(
        (6, 5, 4) if len(outputs) == 4 and outputs[1] == 5 else (6, *outputs[2:]) if len(outputs) == 4 else (6, 4), 9
    )
    with pytest.raises(UserError, match="run from 9 to 9, but the model has 9 classes"):
        choose(np.zeros(outputs), labels)
