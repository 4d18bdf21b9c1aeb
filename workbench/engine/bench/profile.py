"""Which layer takes how long in ONNX Runtime, original against compressed: see engine.base.operator_times."""

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbench.core.analysis.profile import Energy, LayerTime, Profile, Spread
from workbench.core.base import system
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.core.targets.reading import all_targets
from workbench.engine.base import operator_times
from workbench.engine.base.evaluate import Run, runner
from workbench.engine.bench import loading
from workbench.engine.bench.feeding import feeds_of
from workbench.engine.bench.latency import BLOCKS, COUNTED, RUNS, SETTLING, spread
from workbench.engine.preview import previewer
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits

Feeds = Mapping[str, np.ndarray]


def profile(workspace: Workspace, recipe: Recipe, job: Job, batch: int = 1) -> Profile:
    """Original and compressed model beside each other. Raises UserError where the recipe or the batch does not fit, no
    samples can be made up, or a model would be beyond 2 GB."""
    feeds = feeds_of(workspace, batch)
    result, _ = workspace.shown(recipe, job.part(0.0, 0.3))
    compressed = with_edits(result.model, result.edits, recipe.storing)
    models = (workspace.model, compressed)
    with tempfile.TemporaryDirectory() as folder:
        marked = [operator_times.marked(model, workspace.model) for model in models]
        sessions = [
            runtime.session(graph, spinning=True, profile_to=Path(folder) / str(number))
            for number, (graph, _) in enumerate(marked)
        ]
        runs = [runner(session) for session in sessions]
        for _ in job.part(0.3, 0.6).each(range(BLOCKS), Message("profiling the layers")):
            for run in runs:
                for _ in range(RUNS):
                    run(feeds)
        paths = [layer.path for layer in workspace.model.layers]
        found = [
            _read(Path(session.end_profiling()), paths, made)
            for session, (_, made) in zip(sessions, marked, strict=True)
        ]
    energy, note = _energy(workspace, recipe, models, feeds, result, job.part(0.6, 0.7))
    before, after = loading.loads(models, feeds, batch, job.part(0.7, 1.0))
    return Profile(
        batch,
        COUNTED,
        workspace.data is None,
        spread(found[0].pop(None)),
        spread(found[1].pop(None)),
        tuple(LayerTime(path, *(_spread(times.get(path)) for times in found)) for path in [*paths, ""]),
        before,
        after,
        energy,
        note,
    )


def _spread(times: list[float] | None) -> Spread | None:
    return None if times is None else spread(times)


def _read(file: Path, paths: list[str], made: Mapping[str, int]) -> dict[Any, list[float]]:
    """Milliseconds of each run that counts, by path of the layer; "" for other operators, None for the whole run."""
    runs = operator_times.read(file, made, lambda number: number % RUNS >= SETTLING)
    times: dict[Any, list[float]] = defaultdict(lambda: [0.0] * len(runs))
    for index, run in enumerate(runs):
        for number, taken in run.operators:
            times["" if number is None else paths[number]][index] += taken
    times[None] = [run.whole for run in runs]
    return dict(times)


def _energy(
    workspace: Workspace, recipe: Recipe, models: tuple[Model, Model], feeds: Feeds, result: Any, job: Job
) -> tuple[Energy | None, str]:
    """Of one run, with how it was obtained; or why there is none."""
    if system.energy_counters() is not None:
        runs = [runner(runtime.session(model, spinning=True)) for model in models]
        found = [_joules(run, feeds) for run in job.each(runs, Message("measuring the energy"))]
        if None not in found:
            return Energy(found[0] or 0.0, found[1] or 0.0, "measured", "RAPL, the counter of the processor"), ""
    target = all_targets().get(recipe.target)
    if target is not None and target.energy is not None:
        changes, size = result.changes(recipe.storing)
        after = previewer.sized(result.model, changes, float(size))
        given = target.energy
        kind = "int8" if "int8" in given.macs else next(iter(given.macs))
        summary = workspace.model.summary()
        before = given.joules(summary.macs or 0, summary.bytes, "float32")
        made = given.joules(after.macs or 0, size, kind)
        if before is not None and made is not None:
            return Energy(before, made, "by rule", given.source), ""
    return None, Message("Energy is not known: this system shows no counter, and the target has no figures of it.")


def _joules(run: Run, feeds: Feeds) -> float | None:
    """Of one run, over several; None where a counter went away."""
    before = system.energy_counters()
    for _ in range(COUNTED):
        run(feeds)
    after = system.energy_counters()
    if before is None or after is None or before.keys() != after.keys():
        return None
    used = [(after[name][0] - start) % top for name, (start, top) in before.items()]
    return sum(used) / 1e6 / COUNTED
