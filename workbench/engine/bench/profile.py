"""Which layer takes how long in ONNX Runtime, original against compressed, by the runtime's own profiler.

Every operator gets a name that tells its layer before the graph is loaded. When the runtime fuses operators, it keeps
these names, or names the result of a convolution in blocks of channels after the value that it makes (NAME_nchwc): the
time of such a one is that of the layer whose operator, or whose activation function, makes this value.
"""

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from workbench.core.analysis.profile import Energy, LayerTime, Profile, Spread
from workbench.core.base import system
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.core.targets.reading import all_targets
from workbench.engine.base.evaluate import Run, runner
from workbench.engine.bench import loading
from workbench.engine.bench.feeding import feeds_of
from workbench.engine.bench.latency import BLOCKS, COUNTED, RUNS, SETTLING, spread
from workbench.engine.preview import previewer
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits

MARK, MADE = re.compile(r"<layer (\d+)>"), re.compile(r"(.*)_nchwc")
Feeds = Mapping[str, np.ndarray]


def profile(workspace: Workspace, recipe: Recipe, job: Job, batch: int = 1) -> Profile:
    """Original and compressed model beside each other. Raises UserError where the recipe or the batch does not fit, no
    samples can be made up, or a model would be beyond 2 GB."""
    feeds = feeds_of(workspace, batch)
    result, _ = workspace.shown(recipe, job.part(0.0, 0.3))
    compressed = with_edits(result.model, result.edits, recipe.storing)
    models = (workspace.model, compressed)
    with tempfile.TemporaryDirectory() as folder:
        marked = [_marked(model, workspace.model) for model in models]
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


def _marked(model: Model, original: Model) -> tuple[bytes, dict[str, int]]:
    """The graph with operators named after the layers, by their number in the original; and the values that a layer, or
    the activation function behind it, makes."""
    graph = onnx.load_from_string(model.to_bytes())
    weights = _weights(original)
    stored: dict[str, int] = {}  # what is made of constants alone -> the layer whose weight it is
    made: dict[str, int] = {}
    constants = {tensor.name for tensor in graph.graph.initializer}
    constants |= {tensor.values.name for tensor in graph.graph.sparse_initializer}
    for place, node in enumerate(graph.graph.node):
        read = [name for name in node.input if name]
        layers = [number for name in read if (number := stored.get(name, _layer_of(name, weights))) is not None]
        varying = [name for name in read if name not in constants]
        if layers:
            node.name = f"<layer {layers[0]}> {place}"  # the runtime wants every name once
        if not varying:
            constants.update(node.output)
            stored |= dict.fromkeys(node.output, layers[0]) if layers else {}
        elif layers or (len(varying) == 1 and varying[0] in made):
            made |= dict.fromkeys(node.output, layers[0] if layers else made[varying[0]])
    return graph.SerializeToString(), made


def _weights(original: Model) -> dict[str, int]:
    """Name of a weight, and the stem that factors of it have -> number of its layer."""
    return {
        original.sites[layer.path].initializer: number
        for number, layer in enumerate(original.layers)
        if layer.path in original.sites
    }


def _layer_of(name: str, weights: Mapping[str, int]) -> int | None:
    """Of a constant: the weight itself, what stores it (NAME.q, NAME.scale), or a factor of it (head.0.weight)."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        known = weights.get(".".join(parts[:end]))
        if known is None and end >= 2 and parts[end - 2].isdigit():
            known = weights.get(".".join([*parts[: end - 2], parts[end - 1]]))
        if known is not None:
            return known
    return None


def _read(file: Path, paths: list[str], made: Mapping[str, int]) -> dict[Any, list[float]]:
    """Milliseconds of each run that counts, by path of the layer; "" for other operators, None for the whole run."""
    events = json.loads(file.read_text(encoding="utf-8"))
    whole = sorted((each for each in events if each.get("name") == "model_run"), key=lambda each: each["ts"])
    counted = [each for number, each in enumerate(whole) if number % RUNS >= SETTLING]
    starts = np.array([each["ts"] for each in counted])
    times: dict[Any, np.ndarray] = defaultdict(lambda: np.zeros(len(counted)))
    for event in events:
        if event.get("cat") != "Node" or not event["name"].endswith("_kernel_time"):
            continue
        at = int(np.searchsorted(starts, event["ts"], side="right")) - 1
        if at < 0 or event["ts"] > counted[at]["ts"] + counted[at]["dur"]:
            continue  # of a run that does not count
        number = _number(event["name"], made)
        times["" if number is None else paths[number]][at] += event["dur"] / 1000
    times[None] = np.array([each["dur"] / 1000 for each in counted])
    return {path: list(values) for path, values in times.items()}


def _number(name: str, made: Mapping[str, int]) -> int | None:
    """Of the layer whose operator has this name; None for other operators."""
    if mark := MARK.search(name):
        return int(mark[1])
    value = MADE.match(name)
    return made.get(value[1]) if value else None


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
