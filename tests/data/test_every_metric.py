"""The shared suite (workbench.testing.metrics) for every metric of ours."""

import numpy as np
import pytest

from tests.data import references
from workbench.data.choosing import named
from workbench.data.metrics.listing import METRICS
from workbench.data.metrics.metric import LEFT_OUT
from workbench.data.metrics.thresholds import threshold
from workbench.data.metrics.values import relative
from workbench.testing import metrics
from workbench.testing.metrics import MetricCase

RNG = np.random.default_rng(5)
CLASSES = 7
SCORES = RNG.standard_normal((30, CLASSES)).astype(np.float32)
MAPS = RNG.standard_normal((12, 5, CLASSES)).astype(np.float32)  # classes last
LABELS, TOKENS = RNG.integers(0, CLASSES, 30), RNG.integers(0, CLASSES, (12, 5))
TOKENS[0, :2] = -1  # padding
PIXELS = np.where(TOKENS < 0, LEFT_OUT, TOKENS)


def one_hot(labels):
    return np.eye(CLASSES, dtype=np.float32)[np.clip(labels, 0, CLASSES - 1)]


SURE = 60.0
TEXTS = np.array(["a b c", "b b a", "c a", "a c b b", "d"])
DETECTED, EMBEDDED = references.detected(), references.embedded()
FOUND = np.insert(DETECTED[1], 4, 1.0, axis=2) * (DETECTED[1][..., 4:] >= 0)
JITTER = 0.01 * RNG.standard_normal((60, 10))
LOW, HIGH, KIND = DETECTED[1][..., :2], DETECTED[1][..., 2:4], np.maximum(DETECTED[1][..., 4], 0).astype(int)
CENTRED = np.concatenate([(LOW + HIGH) / 2, HIGH - LOW], axis=2)
PLACES = np.concatenate([CENTRED, RNG.random((12, 6, 4)) + np.eye(4)[KIND + 1]], axis=2)  # the first is for an object
RAW = {
    "map_yolo": np.tile(np.delete(PLACES, 4, axis=2), (1, 3, 1)).transpose(0, 2, 1),
    "map_yolo5": PLACES,
    "map_detr": np.roll(PLACES, -1, axis=2)[..., [7, 0, 1, 2, 4, 5, 6, 3]],
}
SPOKEN = 1 + TOKENS.clip(0, CLASSES - 2)
HEARD = np.repeat(one_hot(SPOKEN), 2, axis=1)
HEARD[:, 1::2] = np.eye(CLASSES)[0]  # a blank behind each
YES = LABELS % 2
ROWS = RNG.standard_normal((20, 6))
NUMBERS = RNG.integers(0, 4, (15, 2))


def first(maps):
    """Classes first, as of torch."""
    return np.moveaxis(maps, -1, 1)


def case(name, outputs, target, best=None, worst=None):
    return MetricCase(METRICS[name], outputs, target, best, worst)


CASES = (
    case("top1", SCORES, LABELS, one_hot(LABELS), -one_hot(LABELS)),
    case("top5", SCORES, LABELS, one_hot(LABELS), -one_hot(LABELS)),
    case("agreement", SCORES, one_hot(LABELS), worst=-one_hot(LABELS)),
    case("token_accuracy", MAPS, TOKENS, one_hot(TOKENS), -one_hot(TOKENS)),
    case("pixel_accuracy", first(MAPS), PIXELS, first(one_hot(PIXELS)), first(-one_hot(PIXELS))),
    case("pixel_accuracy_last", MAPS, PIXELS, one_hot(PIXELS), -one_hot(PIXELS)),
    case("token_agreement", MAPS, one_hot(TOKENS), worst=-one_hot(TOKENS)),
    MetricCase(named("f1", MAPS, TOKENS), MAPS, TOKENS, one_hot(TOKENS), -one_hot(TOKENS)),
    MetricCase(named("f1", ROWS, ROWS[::-1] > 0), ROWS, ROWS[::-1] > 0, ROWS[::-1], -ROWS[::-1]),
    case("pixel_agreement", first(MAPS), first(one_hot(TOKENS)), worst=first(-one_hot(TOKENS))),
    case("accuracy", NUMBERS, NUMBERS[::-1].copy(), NUMBERS[::-1].copy(), NUMBERS[::-1] + 9),
    case("equality", NUMBERS, NUMBERS[::-1].copy(), worst=NUMBERS[::-1] + 9),
    case("mse", ROWS, ROWS[::-1].copy(), ROWS[::-1].copy(), ROWS + 9),
    case("f1", SCORES, LABELS, one_hot(LABELS), -one_hot(LABELS)),
    case("balanced_accuracy", SCORES, LABELS, one_hot(LABELS), -one_hot(LABELS)),
    case("cross_entropy", SCORES, LABELS, SURE * one_hot(LABELS), -SURE * one_hot(LABELS)),
    case("auc", SCORES[:, :1], YES, YES, -YES),
    case("miou", first(MAPS), PIXELS, first(one_hot(PIXELS)), first(-one_hot(PIXELS))),
    case("perplexity", MAPS, TOKENS, SURE * one_hot(TOKENS), -SURE * one_hot(TOKENS)),
    case("token_loss", MAPS, TOKENS, SURE * one_hot(TOKENS), -SURE * one_hot(TOKENS)),
    case("cer", MAPS, TOKENS, worst=-one_hot(TOKENS)),
    case("ctc_cer", HEARD, SPOKEN[::-1].copy(), HEARD[::-1].copy(), np.eye(CLASSES)[0] + 0 * HEARD),
    case("wer", TEXTS, TEXTS[::-1].copy(), TEXTS[::-1].copy(), np.full(len(TEXTS), "x y z u v w")),
    case("ctc_wer", TEXTS, TEXTS[::-1].copy(), TEXTS[::-1].copy(), np.full(len(TEXTS), "x y z u v w")),
    *(case(name, *DETECTED, FOUND, np.zeros_like(FOUND)) for name in ("map", "map50")),
    *(case(name, raw, DETECTED[1], worst=0 * raw) for name, raw in RAW.items()),
    *(case(name, *EMBEDDED, np.eye(10)[EMBEDDED[1]] + JITTER, np.ones((60, 10))) for name in ("recall1", "recall5")),
    case("mae", ROWS, ROWS[::-1].copy(), ROWS[::-1].copy(), ROWS + 9),
    case("r2", ROWS, ROWS[::-1].copy(), ROWS[::-1].copy(), ROWS + 9),
    case("sqnr", ROWS, ROWS[::-1].copy(), worst=ROWS * 99),
    case("cosine", ROWS, ROWS[::-1].copy(), worst=-ROWS[::-1]),
    case("relative_error", ROWS, ROWS[::-1].copy(), worst=ROWS + 9),
    MetricCase(relative(ROWS), ROWS, ROWS[::-1].copy(), worst=ROWS + 9),
    MetricCase(threshold("binary", 0.0, True, 0.5, True), ROWS[:, :1], ROWS[:, 1] > 0, np.sign(ROWS[:, 1:2])),
    MetricCase(threshold("labels", 0.0, False, 0.0, False), ROWS, ROWS[::-1].copy(), worst=-ROWS[::-1]),
)


def test_every_metric_has_a_case():
    assert {case.metric.id for case in CASES} >= set(METRICS)


def test_every_metric_can_fall():
    """Each has a case in which outputs that could not be worse are told from these."""
    assert {case.metric.id for case in CASES if case.worst is not None} >= set(METRICS) - {"binary"}


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("check", metrics.CHECKS, ids=lambda check: check.__name__)
def test_it(case, check):
    check(case)
