"""Options per layer, with exact bytes and predicted cost: computed once per model, kept on disk.

A layer's bytes are those it has in a file where all layers have the same stack. The decoders that it needs there, of
which a file has one copy, count beside them.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from workbench.core.analysis.plan import Goal
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message, from_data, to_data
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Predictability
from workbench.core.recipe.recipe import Recipe, Row
from workbench.core.targets.reading import find_target
from workbench.engine.base.changes import counted, with_bias
from workbench.engine.base.store import RUNTIME
from workbench.engine.calibration.layer_context import prepare_moments
from workbench.engine.compile import compiler, for_target, structure
from workbench.engine.compile.structure import structural
from workbench.engine.preview.curvature import Predictor
from workbench.engine.search.stacks import SIGNED, STATIC, Stack, stacks
from workbench.engine.workspace import Workspace
from workbench.graph.rewrite.rewrite import size_of
from workbench.graph.storage.edit import Edit
from workbench.methods.base.method import find

SLACK = 1.5  # ratio: a stack is tried unless a smaller one is predicted to cost less by this
CALIBRATED = ("Conv", "Gemm", "MatMul")  # operators whose inputs calibration reads
HOPELESS = 2.0  # nats of predicted divergence: a random model of ten classes is at 2.3


@dataclass(frozen=True)
class Option:
    """A stack on one layer, or on all layers whose channels are coupled.

    stacks      path -> stack of that layer; the first path names the option's place
    bytes       of these layers and of those in `following`; `macs` likewise, None if not known
    predicted   increase of the loss, or relative error of the output (see preview.curvature); None: not predicted
    following   layers that shrink with these without getting steps -> the share of their bytes that remains
    decoders    name -> bytes of each decoder that these need, of which a file has one copy
    """

    stacks: Mapping[str, Stack]
    bytes: float
    macs: float | None = None
    predicted: float | None = None
    following: Mapping[str, float] = field(default_factory=dict)
    decoders: Mapping[str, int] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return next(iter(self.stacks))

    @property
    def structural(self) -> bool:
        return any(structural(action) for actions in self.stacks.values() for action in actions)

    @property
    def key(self) -> tuple[tuple[str, Stack], ...]:
        return tuple(sorted(self.stacks.items(), key=lambda item: item[0]))


@dataclass(frozen=True)
class Table:
    """Options of a model; `known` says what is predicted for them, `layers` are those that may be changed. `skipped` of
    all `total` combinations of stacks and layers were left out for lack of time."""

    options: tuple[Option, ...]
    layers: tuple[str, ...]
    known: Predictability
    skipped: int = 0
    total: int = 0


def touched(workspace: Workspace, goal: Goal) -> list[Layer]:
    """Return the layers that a search may change. Raises UserError if there are none."""
    rows = [Row(pattern, ()) for pattern in goal.layers or ("*",)]
    layers = [
        layer for layer in workspace.model.layers if not layer.locked and any(row.matches(layer.path) for row in rows)
    ]
    if not layers:
        raise UserError("No editable layer matches.", "Choose other layers, or open another model.")
    return layers


def nothing(workspace: Workspace, goal: Goal) -> Table:
    """Return the table without any option yet. Raises UserError as `touched` does."""
    return Table((), tuple(layer.path for layer in touched(workspace, goal)), Predictability(None))


class _Source:
    """Computes rows of the table, or reads them from disk."""

    def __init__(self, workspace: Workspace, seed: int, job: Job) -> None:
        self.workspace, self.seed, self.job = workspace, seed, job
        self._made: tuple[Predictor | None, Predictability] | None = None
        calibration = workspace.calibration
        self.about = (
            RUNTIME,
            workspace.model.summary().fingerprint,
            calibration.fingerprint if calibration else "",
            seed,
        )

    def predictor(self) -> tuple[Predictor | None, Predictability]:
        """Return the predictor and what it predicts; created when first needed."""
        if self._made is None:
            from workbench.engine.preview.predict import prepared  # imports torch

            self._made = prepared(self.workspace, self.job.silent(), check=False)
        return self._made

    def known(self) -> Predictability:
        """Return what the predictor predicts, and the obstacle if it does not predict the loss."""

        def make() -> dict[str, Any]:
            found = self.predictor()[1]
            return {"known": np.array(json.dumps([found.kind, to_data(found.obstacle)]))}

        kind, obstacle = json.loads(str(self._kept("known", make)["known"]))
        return Predictability(kind, from_data(obstacle))

    def alone(self, stack: Stack, layers: Sequence[Layer]) -> Iterator[Option]:
        """Yield the stack on each of these layers that can have it."""

        def make() -> dict[str, Any]:
            edits: dict[str, Edit] = {}
            if _uses_data(stack):
                self._prepare(layers)
            for layer in layers:
                self.job.check()
                if (edited := self._edited(layer, stack)) is not None:
                    edits[layer.path] = edited
            predictor, _ = self.predictor()
            stored = size_of(self.workspace.model, edits)
            rows = []
            for path, edited in edits.items():
                layer = self.workspace.model.layer(path)
                rise = None if predictor is None else predictor.rise(path, edited)
                macs = counted(layer, edited)[1]
                rows.append((with_bias(layer, edited, stored.layers[path][0]), _number(macs), _number(rise)))
            needed = [json.dumps(stored.decoders[path]) for path in edits]
            return {
                "paths": np.array(list(edits), dtype=str),
                "figures": np.array(rows, float).reshape(-1, 3),
                "decoders": np.array(needed, dtype=str),
            }

        found = self._kept(self._alone(stack, layers), make)
        for path, (size, macs, rise), needed in zip(found["paths"], found["figures"], found["decoders"], strict=True):
            yield Option({str(path): stack}, float(size), _maybe(macs), _maybe(rise), decoders=json.loads(str(needed)))

    def edit(
        self, wanted: Mapping[Stack, Sequence[Layer]], helped: Callable[[Mapping[str, Sequence[Stack]], Job], object]
    ) -> None:
        """Let `helped` compute the edits that `alone` will need, for rows that are not on disk."""
        missing = {stack: layers for stack, layers in wanted.items() if self._row(stack, layers) is None}
        by_path: dict[str, list[Stack]] = {}
        for stack, layers in missing.items():
            if _uses_data(stack):
                self._prepare(layers)
            for layer in layers:
                by_path.setdefault(layer.path, []).append(stack)
        helped(by_path, self.job.silent())

    def _row(self, stack: Stack, layers: Sequence[Layer]) -> Mapping[str, Any] | None:
        """Return the row of `alone` if it is on disk."""
        return self.workspace.store.load(self._name(self._alone(stack, layers)))

    def _prepare(self, layers: Sequence[Layer]) -> None:
        """Measure the inputs of all these layers in one run of the model."""
        workspace, seen = self.workspace, [layer.path for layer in layers if layer.op in CALIBRATED]
        if workspace.calibration is not None:
            with suppress(UserError):  # each layer reports it itself
                prepare_moments(workspace.model, seen, workspace.calibration, workspace.cache, self.job.silent())

    def _edited(self, layer: Layer, stack: Stack) -> Edit | None:
        workspace, model = self.workspace, self.workspace.model
        if compiler.stack_refusal(model, layer, stack):
            return None
        try:
            return compiler.edit(
                model, layer.path, stack, workspace.calibration, self.seed, workspace.cache, self.job.silent()
            )
        except UserError:  # the steps cannot be combined on this layer, or its inputs do not suit the method
            return None

    def together(self, stack: Stack, members: Sequence[str]) -> Iterator[Option]:
        """Yield the stack on layers whose channels are coupled, each with the steps that it can have."""
        model = self.workspace.model
        given = compiler.possible_steps(model, members, stack)
        if not any(structural(action) for actions in given.values() for action in actions):
            return

        def make() -> dict[str, Any]:
            self.job.check()
            try:
                result = self.workspace.compiled(recipe_of(given, self.seed), self.job.silent(), timed=False)
            except UserError:  # these channels cannot be removed after all: see engine.compile.equivalence
                empty = np.array([], str)
                return {"figures": np.zeros((0, 3)), "following": empty, "shares": np.zeros(0), "decoders": empty}
            changes = {change.path: change for change in result.changes()[0]}
            following = {path: change for path, change in changes.items() if path not in given}
            shares = [change.bytes_after / max(change.bytes_before, 1) for change in following.values()]
            predictor, _ = self.predictor()
            rise = predictor.without(result.structure.kept) if predictor is not None else None
            macs = [change.macs for change in changes.values()]
            total = None if None in macs else sum(filter(None, macs))
            figures = (sum(change.bytes_after for change in changes.values()), _number(total), _number(rise))
            decoders = size_of(result.model, result.edits).decoders.values()
            needed = json.dumps({name: size for each in decoders for name, size in each.items()})
            return {
                "figures": np.array([figures], float),
                "following": np.array([*following], str),
                "shares": shares,
                "decoders": np.array([needed], dtype=str),
            }

        found = self._kept(("together", stack, tuple(members)), make)
        following = {str(path): float(share) for path, share in zip(found["following"], found["shares"], strict=True)}
        for (size, macs, rise), needed in zip(found["figures"], found["decoders"], strict=True):
            yield Option(given, float(size), _maybe(macs), _maybe(rise), following, json.loads(str(needed)))

    def _alone(self, stack: Stack, layers: Sequence[Layer]) -> object:
        return "alone", stack, tuple(layer.path for layer in layers)

    def _name(self, what: object) -> str:
        return repr(("search options", *self.about, what))

    def _kept(self, what: object, make: Any) -> Mapping[str, Any]:
        key = self._name(what)

        def read_or_made() -> Mapping[str, Any]:
            found = self.workspace.store.load(key)
            if found is None:
                found = make()
                self.workspace.store.save(key, found)
            return found

        return self.workspace.cache.get(key, read_or_made)


def table(
    workspace: Workspace,
    goal: Goal,
    job: Job,
    told: Callable[[Table], object] = lambda _: None,
    helped: Callable[[Mapping[str, Sequence[Stack]], Job], object] | None = None,
    partial_too: bool = False,
) -> Table:
    """Return every stack on every layer for which the target supports it, with predictions. Raises UserError if no
    layer can be changed or have any of the steps, and for an unknown target.

    told     called with the table once everything that needs no calibration data is done, which comes first
    helped   computes the edits of these stacks on layers (by path), and puts them into the cache
    partial_too   whether a cancelled job returns its options so far; otherwise Cancelled is raised
    """
    layers = touched(workspace, goal)
    target = find_target(goal.target) if goal.target else None
    source = _Source(workspace, goal.seed, job)
    known, paths = Predictability(None), tuple(layer.path for layer in layers)
    # Some targets require quantised activations.
    takes = any(for_target.takes(target, layer, STATIC) for layer in layers)
    timed = goal.max_latency is not None or goal.max_energy is not None
    integers = ((STATIC,) if takes else (SIGNED,)) if timed or target is not None else ()
    wanted = stacks(goal.families, integers)
    alone = [stack for stack in wanted if not any(map(structural, stack))]
    options: list[Option] = []

    def each_alone(stack: Stack, part: list[Layer]) -> None:
        options.extend(source.alone(stack, [layer for layer in part if for_target.takes(target, layer, stack)]))

    def edits_of(chosen: list[Stack], part: list[Layer]) -> None:
        if helped is not None:
            fit = {stack: [layer for layer in part if for_target.takes(target, layer, stack)] for stack in chosen}
            source.edit({stack: layers for stack, layers in fit.items() if layers}, helped)

    def each_together(stack: Stack, members: tuple[str, ...]) -> None:
        there = [workspace.model.layer(path) for path in members]
        if all(for_target.takes(target, layer, stack) for layer in there):
            options.extend(source.together(for_target.rounded(target, there[0], stack), members))

    parts = list(_parts(workspace, layers, len(alone)))
    groups = _groups(workspace, paths)
    blind, calibrated = ([stack for stack in alone if _uses_data(stack) is asks] for asks in (False, True))

    def work_on(chosen: list[Stack]) -> Iterator[tuple[int, Callable[[], object]]]:
        for part in parts:
            yield 0, partial(edits_of, chosen, part)
            yield from ((len(part), partial(each_alone, stack, part)) for stack in chosen)

    work: list[tuple[int, Callable[[], object]]] = [
        *work_on(blind),
        (0, lambda: told(Table(tuple(options), paths, known))),
        *work_on(calibrated),
        *((1, partial(each_together, stack, group)) for stack in wanted if stack not in alone for group in groups),
    ]
    total = skipped = sum(count for count, _ in work)
    try:
        known = source.known()
        for count, step in job.each(work, Message("predicting candidates")):
            step()
            skipped -= count
    except Cancelled:
        if not partial_too:
            raise
    if not options and not skipped:
        raise _nothing_to_try(goal)
    return Table(tuple(options), paths, known, skipped, total)


def _nothing_to_try(goal: Goal) -> UserError:
    """Return the error that no layer can have any of the steps that the goal allows, or that its target supports
    none."""
    if goal.target:
        return UserError(
            "{target} takes none of the steps that a search tries on these layers.",
            "Choose another target, other layers, or other methods.",
            target=find_target(goal.target).title,
        )
    return UserError(
        "None of these layers can have any of the steps that a search tries.", "Choose other layers, or other methods."
    )


def _uses_data(stack: Stack) -> bool:
    return any(chosen.uses_data(params) for chosen, params in map(find, stack))


def _parts(workspace: Workspace, layers: Sequence[Layer], count: int) -> Iterator[list[Layer]]:
    """Yield groups of layers whose `count` edits, with the statistics of their inputs, fit into the cache together."""
    part, room = list[Layer](), workspace.cache.budget / 2
    for layer in layers:
        taken = 4 * layer.count * count + 8 * layer.groups * layer.matrix[1] ** 2
        if part and taken > room:
            yield part
            part, room = [], workspace.cache.budget / 2
        part.append(layer)
        room -= taken
    yield part


def promising(found: Table, model_bytes: Mapping[str, int]) -> dict[str, list[Option]]:
    """Return the options worth measuring by place: not larger than the layer, not hopeless, and not clearly worse than
    a smaller one. A place is a layer, or several coupled layers."""
    places: dict[str, list[Option]] = {}
    for option in found.options:
        before = sum(model_bytes[path] for path in (*option.stacks, *option.following))
        hopeless = found.known.kind == "loss" and (option.predicted or 0.0) > HOPELESS
        if option.bytes < before and not hopeless:
            places.setdefault(f"{option.place} channels" if option.structural else option.place, []).append(option)
    return {place: [each for each in options if not _behind(each, options)] for place, options in places.items()}


def _behind(option: Option, others: Sequence[Option]) -> bool:
    """Return whether another option takes no more bytes and is predicted to cost far less, or as much at fewer
    bytes."""
    if option.predicted is None:
        return False
    return any(
        other.predicted is not None
        and other.bytes <= option.bytes
        and (other.predicted * SLACK < option.predicted or (other.bytes < option.bytes and other.predicted <= 0.0))
        for other in others
        if other is not option
    )


def recipe_of(chosen: Mapping[str, Stack], seed: int) -> Recipe:
    """Return a recipe with a row for each layer. 8-bit activations are used wherever a step asks for them, as measured;
    only whole recipes are timed to see which are faster without them."""
    recipe = Recipe(seed=seed)
    for path, actions in chosen.items():
        recipe = recipe.with_actions([path], actions)
    return recipe.in_integers


def _groups(workspace: Workspace, layers: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the groups of coupled layers, each once, in which all layers may be changed; most are single layers."""
    found = structure.couplings(workspace.model)
    of_path = {path: group for group in found.groups for path in group}
    groups = dict.fromkeys(of_path.get(path, (path,)) for path in layers if path not in found.kept)
    return [group for group in groups if set(group) <= set(layers)]


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _maybe(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
