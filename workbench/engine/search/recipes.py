"""Whole recipes: exact bytes, MACs and memory, and their drop on samples."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.core.analysis.plan import BY_RULE, Goal, Guess, Kind, Measured, Point
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.storing import Storing
from workbench.core.targets.reading import energy_told, find_target, target_here
from workbench.core.targets.target import Speed
from workbench.engine.base.evaluate import runner
from workbench.engine.bench import energy
from workbench.engine.bench.latency import paired_latency_ms
from workbench.engine.compile import compiler, for_target
from workbench.engine.compile.compiler import Compiled
from workbench.engine.compile.left_out import not_taken
from workbench.engine.compile.structure import structural
from workbench.engine.preview.previewer import effective, sized
from workbench.engine.search.options import recipe_of
from workbench.engine.search.stacks import Stack, uniform
from workbench.engine.search.tasks import Result
from workbench.engine.search.trials import Trials
from workbench.engine.training.trained import trained
from workbench.engine.workspace import Workspace
from workbench.graph.model import demand
from workbench.graph.onnx import runtime, saving, shapes
from workbench.graph.rewrite.rewrite import with_edits


class MeasuredRecipes:
    """Creates Points from recipes, computing each size and each measurement once. Earlier measurements on the same
    samples are listed on disk."""

    def __init__(self, workspace: Workspace, goal: Goal, chosen: Trials, held: Trials) -> None:
        self.workspace, self.goal, self.trials, self.held = workspace, goal, chosen, held
        self.target = find_target(goal.target) if goal.target else None
        told = energy_told(goal.target)
        self.energy = told if told == BY_RULE or goal.max_energy is not None else ""
        elsewhere = self.target is not None and goal.target != target_here()
        self.roofline = (
            self.target.speed if self.target and elsewhere else None
        )  # by which latency is estimated, not measured
        self._idle: list[str] = []  # uniform recipes that would remove no channel
        self._untold = False  # whether the roofline says nothing of the latency of a recipe
        self.pace = 0.0  # seconds that a sample of a whole recipe took, at most
        # Shared by all searches of this process.
        self._sizes: dict[Recipe, tuple[int, int | None]] = workspace.cache.get(("sizes", chosen.about), dict)
        self._about = repr(("whole recipes", chosen.about, goal.seed, chosen.task({}, 0).samples, len(chosen.order)))

    def stacks(self, recipe: Recipe) -> Mapping[str, Stack]:
        """Return the steps of each layer. Raises UserError if the recipe does not fit."""
        return compiler.stacks(self.workspace.model, recipe)[0]

    def size(self, recipe: Recipe, job: Job) -> tuple[int, int | None]:
        """Return the exact bytes of the file, and the MACs of one sample. Raises UserError if the recipe does not
        fit."""
        key = recipe.in_effect
        if key not in self._sizes:
            name = f"{self._about} size {recipe.to_yaml()}"
            kept = self.trials.store.load(name)
            found = self._sized(recipe, job) if kept is None else tuple(kept["size"].tolist())
            if kept is None:
                self.trials.store.save(name, {"size": np.array(found, np.int64)})
            self._sizes[key] = found[0], None if found[1] < 0 else found[1]
        return self._sizes[key]

    def _sized(self, recipe: Recipe, job: Job) -> tuple[int, int]:
        result = self.workspace.compiled(recipe, job.silent(), timed=False)
        changes, size = result.changes(recipe.storing)
        macs = sized(self.workspace.model, changes, size).macs
        return size, -1 if macs is None else macs

    def point(
        self, name: str, kind: Kind, recipe: Recipe, predicted: Guess | None, job: Job, first: bool = False
    ) -> Point | None:
        """Return the point measured on the samples that the search chooses by, or on the first of them; None if
        computation has ended and it is not known. Raises UserError if the recipe does not fit."""
        started, ran = job.spent, self.trials.run
        point = self.guess(name, kind, recipe, predicted, job)
        stacks = self.stacks(recipe)
        result = self.trials.piece(stacks, 0, job) if first else self.trials.measured(stacks, job)
        if result is None:
            return None
        if not first:
            self._list(recipe)
        if self.trials.run > ran and not first:
            self.pace = max(self.pace, (job.spent - started) / len(result))
        return replace(self._limited(point, job), measured=figures(self.trials, result))

    def guess(self, name: str, kind: Kind, recipe: Recipe, predicted: Guess | None, job: Job) -> Point:
        """Return the point with its size and prediction; nothing is run."""
        size, macs = self.size(recipe, job)
        left = not_taken(self.workspace.model, recipe, self.stacks(recipe))
        drop, beyond = predicted or (None, False)
        return Point(name, kind, recipe, size, macs, predicted=drop, beyond=beyond, left=left)

    def checked(self, point: Point, job: Job) -> Point:
        """Return the point with its figure on the held-out samples; a retrained one has it already."""
        if point.retrained:
            return point
        result = self.held.measured(self.stacks(point.recipe), job)
        return point if result is None else replace(point, held_out=figures(self.held, result))

    def retrained(self, point: Point, job: Job) -> Point:
        """Return the same recipe with a training stage, measured after it on the samples that the search chooses by and
        on held-out ones. Raises UserError if it cannot be trained."""
        training = self.workspace.training
        labelled = training is not None and training.labels is not None and self.trials.evaluator.metric.labelled
        recipe = replace(point.recipe, recover=(Stage("finetune" if labelled else "distill"),))
        about = (training.fingerprint if training is not None else "", self.held.task({}, 0).samples)
        name = repr((self._about, "retrained", recipe.to_yaml(), about))
        found = self.trials.store.load(name)
        if found is None:
            found = self._trained(recipe, job)
            self.trials.store.save(name, found)
        chosen, held = (Result(found[f"{part}_rows"], found[f"{part}_moved"]) for part in ("chosen", "held"))
        return replace(
            point,
            kind="search",
            recipe=recipe,
            bytes=int(found["bytes"]),
            predicted=None,
            beyond=False,
            measured=figures(self.trials, chosen),
            held_out=figures(self.held, held),
        )

    def _trained(self, recipe: Recipe, job: Job) -> dict[str, np.ndarray]:
        compiled, _ = trained(self.workspace.ready(recipe), recipe, job)
        run = runner(runtime.session(effective(compiled.model, compiled.edits)))
        found = {"bytes": np.array(compiled.changes(recipe.storing)[1], np.int64)}
        for part, trials in (("chosen", self.trials), ("held", self.held)):
            result = trials.computer.through(run, 0, len(trials.order), job)
            found |= {f"{part}_rows": result.rows, f"{part}_moved": result.divergences}
        return found

    def earlier(self) -> Iterator[Recipe]:
        """Yield recipes that were measured before on these samples, by this or another search."""
        for text in dict.fromkeys([*self._listed(self._about), *self._listed(self._end)]):
            try:
                recipe = parse_recipe(text).in_integers
                self.stacks(recipe)
                yield recipe
            except UserError:  # of another version
                continue

    def uniform(self, layers: Sequence[str]) -> Iterator[tuple[str, Recipe]]:
        """Yield one stack on every one of these layers that can have it, where the target takes that; with its name."""
        target, model = self.target, self.workspace.model
        for name, stack in uniform(self.goal.families).items():
            recipe = Recipe(seed=self.goal.seed).with_actions(["*"], stack)
            given = {
                path: for_target.rounded(target, model.layer(path), steps)
                for path, steps in self.stacks(recipe).items()
                if path in layers
            }
            if given and self._suits(given):
                if self._removes_no_channel(given):
                    self._idle.append(name)
                    continue
                own = self.goal.layers or target is not None
                yield name, recipe_of(given, self.goal.seed) if own else recipe

    def _removes_no_channel(self, given: Mapping[str, Stack]) -> bool:
        """Whether channels are to be removed, and none is: in a target's multiples, none may be the closest number."""
        if not any(structural(action) for steps in given.values() for action in steps):
            return False
        try:
            made = self.workspace.compiled(recipe_of(given, self.goal.seed), Job(), timed=False)
        except UserError:  # which whoever measures it finds out, too
            return False
        return not made.structure.kept

    def uniform_notes(self) -> Iterator[Message]:
        """Yield which uniform recipes would be others than their names say."""
        if self._idle:
            yield Message(
                "Not measured: {recipes}. In the multiples of channels that {target} computes, none would be removed.",
                recipes=[f"'{name}'" for name in dict.fromkeys(self._idle)],
                target=self.target.title if self.target is not None else "",
            )

    def may_use(self, layers: Sequence[str], recipe: Recipe) -> bool:
        """Whether an earlier recipe has what this search may use, and no more."""
        given = self.stacks(recipe)
        families = {action.family for steps in given.values() for action in steps}
        allowed = set(given) <= set(layers) and families <= set(self.goal.families)
        return allowed and self._suits(given) and not recipe.recover

    def _suits(self, given: Mapping[str, Stack]) -> bool:
        """Whether the target takes these steps, with channels in its multiples."""
        layers = {path: self.workspace.model.layer(path) for path in given}
        return all(for_target.suits(self.target, layers[path], steps) for path, steps in given.items())

    @property
    def ended(self) -> bool:
        """Return whether a search with this goal was completed here before: its measurements would be the same."""
        return self.trials.store.load(self._end) is not None

    def end(self, points: Iterable[Point]) -> None:
        """Keep that the search was completed, with the recipes that it measured: they are its result."""
        measured = [point.recipe for point in points if point.measured is not None and not point.retrained]
        self._save(self._end, [recipe.to_yaml() for recipe in measured])

    @property
    def _end(self) -> str:
        return repr((self._about, "completed", replace(self.goal, seconds=0.0), self.target))

    def _list(self, recipe: Recipe) -> None:
        texts, own = self._listed(self._about), recipe.to_yaml()
        if own not in texts:
            self._save(self._about, [*texts, own])

    def _listed(self, name: str) -> list[str]:
        return [str(text) for text in (self.trials.store.load(name) or {}).get("recipes", ())]

    def _save(self, name: str, texts: Sequence[str]) -> None:
        self.trials.store.save(name, {"recipes": np.array([*texts], dtype=str)})

    def _limited(self, point: Point, job: Job) -> Point:
        """Return the point with memory, latency and energy if these are limited; and with energy if it follows from a
        rule."""
        point = self.powered(point, job)
        if not self.goal.limits_runs:
            return point
        result = self.workspace.compiled(point.recipe, job.silent(), timed=False)
        written = with_edits(result.model, result.edits, point.recipe.storing)
        if self.goal.max_memory is not None:
            taken = saving.tensor_bytes(written.ir) + demand.peak_bytes(written.ir, shapes.infer(written.ir, batch=1))
            point = replace(point, memory=taken)
        if self.goal.max_latency is not None and self.roofline is not None:
            point = replace(point, latency=roofline_ms(result, point.recipe.storing, self.roofline))
            self._untold |= point.latency is None
        elif self.goal.max_latency is not None:
            runs = [runner(runtime.session(each, spinning=True)) for each in (self.workspace.model, written)]
            feeds = self.workspace.measurable().data.least()
            point = replace(point, latency=paired_latency_ms(runs[0], runs[1], feeds, job.silent())[1])
        return point

    def powered(self, point: Point, job: Job) -> Point:
        """Return the point with the energy of one sample in millijoules: by rule if the target has one, else by the
        counter of this processor, if energy is limited."""
        if self.energy == BY_RULE:
            joules = self._by_rule(point.recipe, job)
        elif self.energy == "measured":
            result = self.workspace.compiled(point.recipe, job.silent(), timed=False)
            written = with_edits(result.model, result.edits, point.recipe.storing)
            run = runner(runtime.session(written, spinning=True))
            joules = energy.counted(run, self.workspace.measurable().data.least())
        else:
            return point
        return point if joules is None else replace(point, energy=1e3 * joules)

    def _by_rule(self, recipe: Recipe, job: Job) -> float | None:
        given = find_target(self.goal.target).energy
        name = f"{self._about} {given} {recipe.to_yaml()}"
        kept = self.trials.store.load(name)
        if kept is None and given is not None:
            result = self.workspace.compiled(recipe, job.silent(), timed=False)
            joules = energy.by_rule(result, recipe.storing, given)
            kept = {"joules": np.array(np.nan if joules is None else joules)}
            self.trials.store.save(name, kept)
        return None if kept is None or np.isnan(kept["joules"]) else float(kept["joules"])

    def latency_notes(self) -> Iterator[Message]:
        """Yield notes on the source of the latency of the points."""
        if self.goal.max_latency is None or self.target is None or self.target.id == target_here():
            return
        if self.roofline is None:
            yield Message("Latency was measured on this machine, not on {target}.", target=self.target.title)
        else:
            yield Message(
                "Latency is a lower bound by rule for {target}, not measured: {source}.",
                target=self.target.title,
                source=self.roofline.source,
            )
        if self._untold:
            yield Message(
                "{target} states no speed for the numbers of some layers: latency is unknown where they are left so.",
                target=self.target.title,
            )

    def energy_notes(self) -> Iterator[Message]:
        """Yield where the energy of the points comes from."""
        if self.energy == BY_RULE:
            target = find_target(self.goal.target)
            yield Message(
                "Energy is by rule for {target}, not measured: {source}.",
                target=target.title,
                source=target.energy.source if target.energy is not None else "",
            )
        elif self.energy:
            yield Message(
                "Energy was measured by the counter of the processor (RAPL), which counts all that ran meanwhile."
            )


def figures(trials: Trials, result: Result) -> Measured:
    """Return the figures of a result on the first of the samples of `trials`."""
    seen, rows = trials.order[: len(result)], result.rows
    drop, low, high = trials.evaluator.drop(seen, rows)
    divergence = float(result.divergences.astype(np.float64).mean())
    return Measured(trials.evaluator.metric.value(rows), drop, low, high, divergence, len(result))


def roofline_ms(compiled: Compiled, storing: Storing, speed: Speed) -> float | None:
    """Return the least time of one sample by the roofline of a device, layer by layer: each weight is read once; memory
    traffic of activations is not counted. None if nothing is known of the time of a layer."""
    changes, seconds = {change.path: change for change in compiled.changes(storing)[0]}, 0.0
    for layer in compiled.model.layers:
        change, edit = changes.get(layer.path), compiled.edits.get(layer.path)
        macs, size = (layer.macs, layer.bytes) if change is None else (change.macs, change.bytes_after)
        numbers = "float32" if edit is None or edit.compute is None else "int8"
        least = None if macs is None and not speed.bytes else speed.seconds(macs or 0, size, numbers)
        if least is None:
            return None
        seconds += least
    return 1e3 * seconds


def within(goal: Goal, point: Point, original: int) -> bool:
    """Return whether a point keeps all limits except that of the drop."""
    limits = (
        (point.bytes, goal.bytes_of(original)),
        (point.macs, goal.max_macs),
        (point.memory, goal.max_memory),
        (point.latency, goal.max_latency),
        (point.energy, goal.max_energy),
    )
    return all(limit is None or (figure is not None and figure <= limit) for figure, limit in limits)
