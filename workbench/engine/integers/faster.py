"""Finds layers that 8-bit activations make slower, by timing them in place; they stay in floating point.

Integer kernels are not faster everywhere: depthwise convolutions, activations that the runtime fuses only with float
convolutions, and conversions between floats and integers cost what the product saves. So the runtime is timed. Both
graphs run under its profiler; a path through the layers with few changes between floats and integers (Viterbi 1967)
proposes the layers that gain; the proposal, all layers and none are then timed in turns, and the fastest is used.
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.core.base.arguments import weak_cache
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message, short_list
from workbench.core.recipe.storing import PLAIN
from workbench.data.dataset import Dataset
from workbench.engine.base import operator_times
from workbench.engine.base.cache import Cache
from workbench.engine.base.evaluate import runner
from workbench.graph.encodings.dense import Dense
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite import between_layers
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Dynamic, Static

SHORT = 1e-4  # seconds of a run, below which the call itself counts more than the layers
LARGE = 1 << 30  # bytes of weights, beyond which several graphs in memory are too much
RUNS, SETTLING = 7, 2  # under the profiler; the first do not count
TURNS, LEAST, SPENT = 40, 6, 0.3  # turns in which the graphs run: most, fewest, and seconds of each
SPINNING = 5e-3  # seconds of a run below which the other graph's threads may still slow it
CHANGES = (0.01, 0.04)  # cost of a change between floats and integers in the proposals, as a share of the whole run
SAME = 1.01  # ratio to the fastest that counts as equally fast: then more layers in integers are preferred
LOW = 20  # percentile of the times of a graph: disturbances only make a run longer
NOTE = Message("floating-point activations: faster")
Edits = Mapping[str, Edit]
Feeds = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Choice:
    """Layers that stay in floats, and milliseconds of a run with these in floats, and with integers in all that ask for
    them."""

    floats: frozenset[str] = frozenset()
    chosen: float = 0.0
    asked: float = 0.0

    def of(self, edits: Edits) -> dict[str, Edit]:
        """Return the edits without the 8-bit activations of these layers: the same objects for the same edits, because
        sessions are cached by edits."""
        return {path: _in_floats(edit) if path in self.floats else edit for path, edit in edits.items()}

    def notes(self, model: Model, edits: Edits, batch: int) -> tuple[str, ...]:
        """Return a sentence on the layers that stay in floats."""
        named = [path for path in edits if path in self.floats]
        if not named:
            return ()
        return (
            Message(
                "{n} layers ({paths}) keep floating-point activations, which is faster here: a run at batch {batch} "
                "takes {chosen:.3g} ms, and {asked:.3g} ms with 8-bit activations in all layers (measured). Operators "
                "behind them: {behind}. 'integers: all' in the recipe's export quantises them for other devices.",
                one="{n} layer ({paths}) keeps floating-point activations, which is faster here: a run at batch "
                "{batch} takes {chosen:.3g} ms, and {asked:.3g} ms with 8-bit activations in all layers (measured). "
                "Operators behind it: {behind}. 'integers: all' in the recipe's export quantises it for other devices.",
                n=len(named),
                paths=short_list(named),
                batch=batch,
                chosen=self.chosen,
                asked=self.asked,
                behind=[*between_layers.operators(model, named)] or Message("the next layer"),
            ),
        )


def choice(model: Model, edits: Edits, data: Dataset | None, batch: int, known: Cache, job: Job) -> Choice:
    """Return the choice, computed once for the same layers with the same kernels, whatever their weights. `batch`:
    samples of a run, unless the model fixes it."""
    computed = tuple((path, type(edit.compute)) for path, edit in edits.items() if _integer(edit))
    if data is None or not computed or sum(layer.bytes for layer in model.layers) > LARGE:
        return Choice()
    return known.get(("faster", data.fingerprint, computed, batch), lambda: search(model, edits, data, batch, job))


def search(model: Model, edits: Edits, data: Dataset, batch: int, job: Job) -> Choice:
    """Return the choice for exactly these edits, computed now."""
    feeds = next(iter(data.batches(batch, batch)))
    asked = frozenset(path for path, edit in edits.items() if _integer(edit))
    try:
        return _fastest(model, edits, feeds, asked, job)
    except UserError:  # a graph that does not load this way, which `settle` detects and reports
        return Choice()


def _fastest(model: Model, edits: Edits, feeds: Feeds, asked: frozenset[str], job: Job) -> Choice:
    def graph(integers: frozenset[str]) -> Model:
        return with_edits(model, {path: _timed(edit, path in integers) for path, edit in edits.items()}, PLAIN)

    graphs = {integers: graph(integers) for integers in (asked, frozenset[str]())}
    profiles = [_profiled(each, model, feeds) for each in graphs.values()]
    if profiles[1].whole < 1000 * SHORT:
        return Choice()
    paths = [layer.path for layer in model.layers]
    order = [number for number in profiles[1].times if paths[number] in asked]
    gains = [profiles[1].times[number] - profiles[0].times.get(number, 0.0) for number in order]
    for share in CHANGES:
        chosen = _path(gains, share * profiles[1].whole)
        proposed = frozenset(paths[number] for number, taken in zip(order, chosen, strict=True) if taken)
        if proposed not in graphs:
            graphs[proposed] = graph(proposed)
    times = dict(zip(graphs, _in_turns(list(graphs.values()), feeds, job), strict=True))
    best = min(times.values())
    integers = max((each for each, taken in times.items() if taken <= SAME * best), key=len)
    return Choice(asked - integers, 1000 * times[integers], 1000 * times[asked])


@dataclass(frozen=True)
class _Profile:
    """Milliseconds of a run, and of each layer by its number in the order of execution, including what follows it up to
    the next layer: quantisation, activations, conversion of layouts."""

    whole: float
    times: Mapping[int, float]


def _profiled(graph: Model, original: Model, feeds: Feeds) -> _Profile:
    content, made = operator_times.marked(graph, original)
    with tempfile.TemporaryDirectory() as folder:
        session = runtime.session(content, spinning=True, profile_to=Path(folder) / "times")
        run = runner(session)
        for _ in range(RUNS):
            run(feeds)
        runs = operator_times.read(Path(session.end_profiling()), made, lambda number: number >= SETTLING)
    found: dict[int, list[float]] = {}
    for index, each in enumerate(runs):
        numbers = [number for number, _ in each.operators if number is not None]
        last = numbers[0] if numbers else 0
        for number, taken in each.operators:
            last = last if number is None else number
            found.setdefault(last, [0.0] * len(runs))[index] += taken
    return _Profile(
        float(np.percentile([each.whole for each in runs], LOW)),
        {number: float(np.percentile(times, LOW)) for number, times in found.items()},
    )


def _path(gains: Sequence[float], change: float) -> list[bool]:
    """Return which steps of a sequence to select so that their gains, minus the cost of each change between selected
    and not, are largest; before the first and after the last step nothing is selected."""
    best, came = [0.0, -np.inf], []
    for gain in gains:
        before = [
            max((0, 1), key=lambda old, new=new: best[old] - change * (old != new))  # type: ignore[misc]
            for new in (0, 1)
        ]
        best = [best[before[new]] - change * (before[new] != new) + gain * new for new in (0, 1)]
        came.append(before)
    taken, state = [], 0 if best[0] >= best[1] - change else 1
    for before in reversed(came):
        taken.append(bool(state))
        state = before[state]
    return taken[::-1]


def _in_turns(graphs: Sequence[Model], feeds: Feeds, job: Job) -> list[float]:
    """Return the seconds of a run of each graph; they take turns, so that a busy machine slows all of them alike."""
    runs = [runner(runtime.session(graph, spinning=True)) for graph in graphs]
    times: list[list[float]] = [[] for _ in runs]
    start = time.perf_counter()
    for turn in job.each(range(TURNS), Message("timing 8-bit activations")):
        if turn >= LEAST and (time.perf_counter() - start > SPENT * len(runs) or _clear(times)):
            break
        for run, into in zip(runs, times, strict=True):
            taken = _seconds(run, feeds)
            into.append(taken if taken > SPINNING else _seconds(run, feeds))
    return [float(np.percentile(each, LOW)) for each in times]


def _clear(times: Sequence[Sequence[float]]) -> bool:
    """Return whether most runs of one graph were faster than every run of the others."""
    most = [float(np.percentile(each, 100 - LOW)) for each in times]
    fastest = most.index(min(most))
    return all(SAME * most[fastest] < min(each) for place, each in enumerate(times) if place != fastest)


def _seconds(run: Callable[[Feeds], object], feeds: Feeds) -> float:
    start = time.perf_counter()
    run(feeds)
    return time.perf_counter() - start


def _integer(edit: Edit) -> bool:
    return isinstance(edit.compute, Static | Dynamic)


def _timed(edit: Edit, integer: bool) -> Edit:
    """Return the edit as it is timed: a weight in floats needs no decoder for that."""
    if integer or not _integer(edit):
        return edit
    return Edit(Dense(edit.weight), edit.bias)


@weak_cache  # sessions are cached by edits
def _in_floats(edit: Edit) -> Edit:
    return replace(edit, compute=None, note=Joined((edit.note, NOTE), CLAUSE))
