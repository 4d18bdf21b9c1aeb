"""Time of each layer in ONNX Runtime, original against compressed: see engine.base.operator_times."""

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
from workbench.core.targets.reading import all_targets, energy_told
from workbench.engine.base import operator_times
from workbench.engine.base.evaluate import runner
from workbench.engine.bench import energy, loading
from workbench.engine.bench.feeding import feeds_of
from workbench.engine.bench.latency import BLOCKS, COUNTED, RUNS, SETTLING, spread
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits

Feeds = Mapping[str, np.ndarray]


def profile(workspace: Workspace, recipe: Recipe, job: Job, batch: int = 1) -> Profile:
    """Profile the original beside the compressed model. Raises UserError if the recipe or the batch does not fit, no
    samples can be made up, or a model would exceed 2 GB."""
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
    used, note = _energy(workspace, recipe, models, feeds, result, job.part(0.6, 0.7))
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
        used,
        note,
    )


def _spread(times: list[float] | None) -> Spread | None:
    return None if times is None else spread(times)


def _read(file: Path, paths: list[str], made: Mapping[str, int]) -> dict[Any, list[float]]:
    """Return milliseconds of each counted run, by path of the layer; "" for other operators, None for the whole run."""
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
    """Return the energy of one run, with how it was obtained; or why there is none."""
    target = all_targets().get(recipe.target)
    if energy_told(recipe.target) == "by rule" and target is not None and target.energy is not None:
        original = workspace.compiled(Recipe(), job.silent(), timed=False)
        told = [energy.by_rule(each, recipe.storing, target.energy) for each in (original, result)]
        if told[0] is not None and told[1] is not None:
            return Energy(told[0], told[1], "by rule", target.energy.source), ""
    if system.energy_counters() is not None:
        runs = [runner(runtime.session(model, spinning=True)) for model in models]
        found = [energy.counted(run, feeds) for run in job.each(runs, Message("measuring the energy"))]
        if None not in found:
            return Energy(found[0] or 0.0, found[1] or 0.0, "measured", "RAPL, the counter of the processor"), ""
    return None, Message("Energy is not known: this system has no readable counter, and the target states no figures.")
