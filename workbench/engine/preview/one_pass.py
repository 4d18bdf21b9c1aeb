"""Costs of candidates, estimated in one pass over a model's blocks (see graph.subgraph.chain).

The input of each block is kept, and a candidate runs in its block alone. The effect of an error in a block's output on
the model's outputs is measured by probes: one candidate of each layer is propagated to the end, beside the original.
The divergence of the layer's others follows from their error, along a line through the probes on logarithmic axes.
One block at a time is loaded, and no gradients are needed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise

import numpy as np

from workbench.core.analysis.sensitivity import Stack, Trial
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.system import give_memory_back
from workbench.engine.base.changes import with_bias
from workbench.engine.base.evaluate import Run, runner
from workbench.engine.calibration.activation_cache import Crossings
from workbench.engine.preview.divergence import divergence
from workbench.engine.preview.previewer import SuffixRunner, effective
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import size_of
from workbench.graph.storage.edit import Edit
from workbench.graph.subgraph import cut
from workbench.graph.subgraph.chain import Chain, Part, chain_of

SAMPLES = 32  # samples of the evaluation data, the first in its order
HELD = 1 << 30  # bytes of values between blocks; more would need fewer samples
WITHIN = 256 << 20  # bytes of values within a block that are kept for the candidates of a layer
PROBES = 1, 2  # candidates of a layer that are propagated to the end; and of a block whose layers are one candidate
Batch = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Candidate:
    """Steps on some layers: their paths, and a function that makes the edits, which raises UserError if it cannot."""

    paths: tuple[str, ...]
    edits: Callable[[], Mapping[str, Edit]]


def chain_in(workspace: Workspace) -> Chain | None:
    """Return the chain of blocks that computes the measured output, if it is one output of the model; else None."""
    evaluator = workspace.measurable()
    answer = evaluator.data.answer
    if answer.more or workspace.model.weights_only:
        return None
    names = [value.name or "" for value in workspace.model.ir.graph.outputs]
    return workspace.cache.get(("chain", answer.name), lambda: chain_of(workspace.model, names[answer.index]))


def estimated(
    workspace: Workspace,
    chain: Chain,
    cells: Sequence[tuple[str, tuple[str, ...], Stack]],
    edit: Callable[[str, Stack], Edit],
    job: Job,
) -> tuple[list[Trial], dict[tuple[str, Stack], str]]:
    """Return the candidates of `cells` (row, its layers that can have it, steps) with their bytes and estimated costs,
    and those that cannot be made with the reason; `edit` makes the edit of a layer."""
    sizes: dict[int, int] = {}

    def edits(number: int) -> dict[str, Edit]:
        _, paths, stack = cells[number]
        made = {path: edit(path, stack) for path in paths}
        stored = size_of(workspace.model, made).layers
        sizes[number] = sum(
            with_bias(workspace.model.layer(path), each, stored[path][0]) for path, each in made.items()
        )
        return made

    candidates = [Candidate(paths, partial(edits, number)) for number, (_, paths, _) in enumerate(cells)]
    trials, refused = [], dict[tuple[str, Stack], str]()
    for number, rise in enumerate(rises(workspace, chain, candidates, job)):
        row, paths, stack = cells[number]
        if number not in sizes:  # it could not be made; or its layers lie in several parts, and it was not run
            try:
                edits(number)
            except UserError as error:
                refused[row, stack] = error.what
                continue
        block = "" if row in paths else row
        trials.append(Trial(paths[0], stack, dict.fromkeys(paths, stack), sizes[number], rise, block=block))
    return trials, refused


def rises(workspace: Workspace, chain: Chain, candidates: Sequence[Candidate], job: Job) -> list[float | None]:
    """Return the mean divergence of the outputs from the original's for each candidate: estimated, or measured on a few
    samples for those after the last block and those in no block; None if its layers are in several blocks, or if it
    cannot be made."""
    found: list[float | None] = [None] * len(candidates)
    for number, rise in _Pass(workspace, chain, candidates).run(job):
        found[number] = rise
    return found


class _Pass:
    """Values between the parts: of the original, and of each probe, a list with one array per batch."""

    def __init__(self, workspace: Workspace, chain: Chain, candidates: Sequence[Candidate]) -> None:
        self.chain, self.candidates = chain, candidates
        evaluator = workspace.measurable()
        self.answer, self.tokens = evaluator.data.answer, evaluator.data.answer.tokens
        self.few = evaluator.part(evaluator.order[: self._samples(workspace)])
        self.batches = self.few.batches()
        self.original: list[np.ndarray] = []
        self.moved: dict[int, list[np.ndarray]] = {}  # by the number of the probe

    def _samples(self, workspace: Workspace) -> int:
        """Return the number of samples for which the values between the parts fit into memory."""
        known = self.chain.model.known_of_one_sample
        shapes = [known[part.received].shape for part in self.chain.parts[1:] if part.received in known]
        sizes = [4 * int(np.prod([size or 1 for size in shape])) for shape in shapes if shape is not None]
        streams = 1 + PROBES[0] * len({each.paths for each in self.candidates})
        fitting = HELD // max(streams * max(sizes, default=1), 1)
        return workspace.measurable().data.at_once(int(np.clip(fitting, 1, SAMPLES)))

    def run(self, job: Job) -> Iterator[tuple[int, float]]:
        """Yield the number and the cost of each candidate that lies in one part, or in none."""
        errors: dict[int, float] = {}
        for part in job.part(0.0, 0.9).each(self.chain.parts, Message("trying candidates block by block")):
            block = _Block(self, part)
            own = {n: each for n, each in enumerate(self.candidates) if set(each.paths) <= set(part.layers)}
            found = block.errors(own, job)
            if block.last:
                yield from found.items()
                probes = {n: (errors[n], block.apart(block.run, values)) for n, values in self.moved.items()}
            else:
                errors |= found
                self._carry(block, found)
            give_memory_back()
        yield from self._along(errors, probes)
        left = {n: each for n, each in enumerate(self.candidates) if set(each.paths) & set(self.chain.others)}
        yield from _Block(self, None).errors(left, job.part(0.9, 1.0)).items()

    def _carry(self, block: "_Block", errors: Mapping[int, float]) -> None:
        """Go on behind a block, with its probes."""
        layers: dict[tuple[str, ...], dict[int, float]] = {}
        for number, error in errors.items():
            layers.setdefault(self.candidates[number].paths, {})[number] = error
        count = PROBES[0] if len(layers) > 1 else PROBES[1]
        chosen = [number for own in layers.values() for number in _spread(own, count)]
        new = {number: block.values(block.edited(self.candidates[number])) for number in chosen}
        self.moved = {number: block.values(block.run, values) for number, values in self.moved.items()} | new
        self.original = block.original

    def _along(
        self, errors: Mapping[int, float], probes: Mapping[int, tuple[float, float]]
    ) -> Iterator[tuple[int, float]]:
        """Yield the costs of candidates from the probes, (error, divergence of the outputs), of the same layers."""
        known: dict[tuple[str, ...], list[tuple[float, float]]] = {}
        for number, probe in probes.items():
            known.setdefault(self.candidates[number].paths, []).append(probe)
        for number, error in errors.items():
            yield number, along(sorted(known.get(self.candidates[number].paths, [])), error)

    @cached_property
    def sides(self) -> list[dict[str, np.ndarray]]:
        """Values that parts read besides that of the previous part, such as a mask, batch by batch."""
        names = list(dict.fromkeys(name for part in self.chain.parts for name in part.sides))
        if not names:
            return [{} for _ in self.batches]
        session = runtime.session(cut.ending_in(self.chain.model, tuple(names)))
        run = runner(session)
        return [
            dict(zip((value.name for value in session.get_outputs()), run(self.few.data.feeds(each)), strict=True))
            for each in self.batches
        ]


class _Block:
    """A loaded part, or the whole model (`part` None), with its output for the original."""

    def __init__(self, passing: _Pass, part: Part | None) -> None:
        self.passing, self.part = passing, part
        self.last = part is None or part is passing.chain.parts[-1]
        self.model: Model = passing.chain.model if part is None else passing.chain.model_of(part)
        self.kept = Crossings(HELD)

    @cached_property
    def run(self) -> Run:
        return runner(runtime.session(self.model))

    @cached_property
    def original(self) -> list[np.ndarray]:
        return self.values(self.run)

    def feeds(self, batch: int, given: Sequence[np.ndarray] | None = None) -> Batch:
        passing, part = self.passing, self.part
        inputs = passing.few.data.feeds(passing.batches[batch])
        if part is None:
            return inputs
        given = passing.original if given is None else given
        return {**inputs, **passing.sides[batch], **({part.received: given[batch]} if part.received else {})}

    def values(self, run: Run, given: Sequence[np.ndarray] | None = None) -> list[np.ndarray]:
        """Return output values [batches], of the original's input values or of others. Copied: the runtime's own arrays
        keep all the memory of the session that made them."""
        return [run(self.feeds(batch, given))[0].copy() for batch in range(len(self.passing.batches))]

    def errors(self, candidates: Mapping[int, Candidate], job: Job) -> dict[int, float]:
        """Return how far each candidate moves the output. Those of one layer share a cut."""
        found = {}
        for number, each in sorted(candidates.items(), key=lambda pair: pair[1].paths):
            job.check()
            with suppress(UserError):  # of its method: it stays without a cost
                found[number] = self.apart(self.edited(each))
        return found

    def edited(self, candidate: Candidate) -> Run:
        edits = candidate.edits()
        if len(candidate.paths) > 1:
            return runner(runtime.session(effective(self.model, edits)))
        path = candidate.paths[0]
        if self._cut is None or self._cut.path != path:
            self._cut = SuffixRunner(self.model, path, Crossings(WITHIN))
        return self._cut.run(edits[path])

    _cut: SuffixRunner | None = None

    def apart(self, run: Run, given: Sequence[np.ndarray] | None = None) -> float:
        """Return the mean square of the change of the output; after the last part, the mean divergence of the model's
        outputs."""
        rows = []
        for batch in range(len(self.passing.batches)):
            before, after = self._before(batch), run(self.feeds(batch, given))[0]
            if self.last:
                take = self.passing.answer.take
                rows.append(divergence(take(after), take(before), self.passing.tokens))
            else:
                rows.append(np.square(after - before, dtype=np.float64).reshape(-1))
        return float(np.concatenate(rows).mean())

    def _before(self, batch: int) -> np.ndarray:
        if not self.last:
            return self.original[batch]
        return self.kept.get("outputs", batch, lambda: {"": self.run(self.feeds(batch))[0]})[""]


def _spread(errors: Mapping[int, float], count: int) -> list[int]:
    """Return candidates whose errors lie evenly among all that are not zero, without the largest."""
    ranked = sorted((number for number in errors if errors[number] > 0), key=lambda number: errors[number])
    places = (round((len(ranked) - 1) * (2 * place + 1) / (2 * count)) for place in range(count) if ranked)
    return list(dict.fromkeys(ranked[place] for place in places))


def along(probes: Sequence[tuple[float, float]], error: float) -> float:
    """Return the divergence at an error: on the line through two probes on logarithmic axes; proportional to the error
    below the smallest probe, or if there is only one; beyond the largest, with the last slope; 0 if no probe changed
    the outputs."""
    known = [(np.log(x), np.log(y)) for x, y in probes if x > 0 and y > 0]
    if error <= 0 or not probes:
        return error
    if not known:
        return 0.0
    at, steep = np.log(error), 1.0
    start = known[0]
    for one, other in pairwise(known):
        if at > one[0] and other[0] > one[0]:
            start, steep = one, float(np.clip((other[1] - one[1]) / (other[0] - one[0]), 0.5, 1.5))
    return float(np.exp(start[1] + steep * (at - start[0])))
