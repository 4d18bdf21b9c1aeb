"""Labels that disagree with the model: in another order, of other samples, or with uninformative inputs."""

import numpy as np

SURE = 3.0  # standard errors between an accuracy and what chance would give
ONE_ANSWER = 0.6  # a share of one answer that says that the inputs tell the model little
PER_CLASS = 6  # samples of a class, at least, to find the order of the classes
BETTER = 0.2  # that another order must be, on samples by which it was not found


def independent(decisions: np.ndarray, labels: np.ndarray) -> bool:
    """Return whether the predictions [n] agree with the labels [n] no more often than independent ones of the same
    frequencies would."""
    count = int(max(decisions.max(), labels.max())) + 1
    shares = [np.bincount(each, minlength=count) / len(each) for each in (decisions, labels)]
    chance = float(shares[0] @ shares[1])
    agree = float((decisions == labels).mean())
    return agree <= chance + SURE * np.sqrt(max(chance * (1 - chance), 1e-4) / len(labels))


def one_answer(decisions: np.ndarray) -> bool:
    """Return whether the model answers nearly the same for every input."""
    return bool(np.bincount(decisions).max() / len(decisions) > ONE_ANSWER)


def class_order(decisions: np.ndarray, labels: np.ndarray, classes: int) -> tuple[tuple[int, ...] | None, float]:
    """Return the model's class number for each class number of the labels, and the accuracy with that mapping; None if
    it is not better.

    The order with the best agreement (an assignment problem: Kuhn 1955) on half of the samples is measured on the
    others.
    """
    if len(labels) < 2 * PER_CLASS * classes:
        return None, 0.0
    from scipy.optimize import linear_sum_assignment

    half = np.random.default_rng(0).permutation(len(labels))
    fitted, rest = half[: len(half) // 2], half[len(half) // 2 :]
    agree = np.zeros((classes, classes))
    np.add.at(agree, (labels[fitted], decisions[fitted]), 1)
    order = np.argsort(linear_sum_assignment(-agree)[0])
    order = linear_sum_assignment(-agree)[1][order]
    before = float((labels[rest] == decisions[rest]).mean())
    after = float((order[labels[rest]] == decisions[rest]).mean())
    if after < before + BETTER or (order == np.arange(classes)).all():
        return None, before
    return tuple(map(int, order)), after
