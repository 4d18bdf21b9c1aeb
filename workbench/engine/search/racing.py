"""Racing of the options of a place on growing prefixes of the same samples, dropping those that are clearly worse.

As in a Hoeffding race (Maron and Moore 1994, NeurIPS 6), but with paired intervals of the differences: options see the
same samples, so difficulty common to all cancels out (Mnih et al. 2008, ICML, on why variance belongs in the bound).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.quantities import Z95
from workbench.engine.search.options import Option
from workbench.engine.search.tasks import Computer, Result
from workbench.engine.search.trials import Trials

PRECISE = 0.4  # of a cost: its interval is as wide as that on each side, and more samples are not needed
NEGLIGIBLE, TOO_MUCH = 5e-4, 0.25  # nats: neither are they for what costs less than the one, or more than the other


@dataclass(frozen=True, eq=False)
class Raced:
    """An option with its cost as measured on `samples`; `survives`: not beaten by another.

    cost    mean divergence, `error` its standard error; `drop` mean loss of the metric
    result  sample by sample, if it was raced
    """

    option: Option
    cost: float
    error: float
    drop: float
    samples: int
    survives: bool
    result: Result | None = None


def predicted_only(option: Option, predicted: float) -> Raced:
    """Return an option that counts with its prediction."""
    return Raced(option, predicted, 0.0, 0.0, 0, True)


def race(
    options: Sequence[Option], trials: Trials, job: Job, computer: Computer | None = None, precise: float = PRECISE
) -> list[Raced]:
    """Race all options of one place; those that were dropped keep what was measured until then. The same race is not
    repeated in this process."""
    about = (trials.about, trials.order.tobytes(), trials.seed, len(trials.pieces), precise)
    key = ("race", *about, tuple(option.key for option in options))
    if trials.closed and trials.workspace.cache.peek(key) is None:
        return list(_race(options, trials, job, computer, precise))
    return trials.workspace.cache.get(key, lambda: list(_race(options, trials, job, computer, precise)))


def known_of(places: Mapping[str, Sequence[Option]], trials: Trials, predicted: bool) -> Iterator[tuple[str, Raced]]:
    """Yield what is known of options without a race: from earlier trials, else the prediction of losses if
    `predicted`."""
    for place, options in places.items():
        closed, trials.closed = trials.closed, True
        try:
            known = race(options, trials, Job())
        finally:
            trials.closed = closed
        tried = {each.option.key for each in known}
        yield from ((place, each) for each in known)
        for option in options if predicted else ():
            if option.key not in tried and option.predicted is not None and not option.structural:
                yield place, predicted_only(option, option.predicted)


def _race(
    options: Sequence[Option], trials: Trials, job: Job, computer: Computer | None, precise: float
) -> Iterator[Raced]:
    found: dict[int, Result] = {}
    running, surviving = list(range(len(options))), set(range(len(options)))
    for rung in range(len(trials.pieces)):
        for number in list(running):
            try:
                result = trials.piece(options[number].stacks, rung, job, computer)
            except UserError:  # found out only now: the steps do not fit
                surviving.discard(number)
                running.remove(number)
                continue
            if result is None:
                running.remove(number)
                continue
            found[number] = Result.joined([found[number], result]) if number in found else result
        beaten = {number for number in surviving & found.keys() if _is_beaten(number, surviving, options, found)}
        surviving -= beaten
        running = [
            number for number in running if number in surviving and not _precise(found[number], trials.scale, precise)
        ]
        if not running:
            break
    for number, result in found.items():
        yield _raced(options[number], result, number in surviving, trials)


def _is_beaten(number: int, surviving: set[int], options: Sequence[Option], found: Mapping[int, Result]) -> bool:
    """Return whether one that takes no more bytes moves the outputs less, beyond chance; or exactly as much, sample by
    sample."""
    own = found[number].divergences.astype(np.float64)
    for other in surviving - {number}:
        smaller = options[other].bytes < options[number].bytes
        if other not in found or options[other].bytes > options[number].bytes:
            continue
        count = min(len(own), len(found[other]))
        gap = own[:count] - found[other].divergences[:count]
        half = Z95 * gap.std(ddof=1) / np.sqrt(count) if count > 1 else np.inf
        if gap.mean() - half > 0 or (not gap.any() and (smaller or other < number)):
            return True
    return False


def _precise(result: Result, scale: float, precise: float) -> bool:
    values = result.divergences.astype(np.float64)
    mean, half = float(values.mean()), np.inf
    if len(values) > 1:
        half = Z95 * float(values.std(ddof=1)) / np.sqrt(len(values))
    return half <= max(precise * mean, NEGLIGIBLE * scale) or mean - half > TOO_MUCH * scale


def _raced(option: Option, result: Result, surviving: bool, trials: Trials) -> Raced:
    values = result.divergences.astype(np.float64)
    error = float(values.std(ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else float(values.mean())
    drop = trials.evaluator.drop(trials.evaluator.order[: len(result)], result.rows)[0]
    return Raced(option, float(values.mean()), error, drop, len(values), surviving, result)
