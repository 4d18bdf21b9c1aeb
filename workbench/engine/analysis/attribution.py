"""Attribution of flipped samples to layers: layers are reverted one at a time, with all others kept."""

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.analysis.prediction_diff import Attribution, Suspect
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.data.dataset import Feeds
from workbench.engine.analysis.prediction_diff import answers, batches, margins, original_answers
from workbench.engine.base.answers import Answers
from workbench.engine.base.evaluate import Run, runner
from workbench.engine.compile import compiler
from workbench.engine.compile.structure import asked_for
from workbench.engine.preview.previewer import SuffixRunner, effective
from workbench.engine.workspace import Workspace
from workbench.graph.channels.rules import channels_of
from workbench.graph.encodings.dense import Dense
from workbench.graph.onnx import runtime
from workbench.graph.storage.edit import Edit
from workbench.graph.subgraph import cut
from workbench.methods.base.method import RemovalMethod, ReplacingMethod

MOST_ATTRIBUTED = 256  # samples that layers are taken back for
SAME = 1e-6  # of two scores of a sample
TRAINED = Message("It keeps its smaller shape, because the other layers were trained with it.")


@dataclass(frozen=True)
class Part:
    """Layers that are reverted together: one layer, or coupled layers that lost channels.

    reshaped   whether removed channels or blocks are restored: all remaining steps are then applied anew
    note       what cannot be reverted, and why
    """

    paths: tuple[str, ...]
    reshaped: bool = False
    note: str = ""


def attribute(workspace: Workspace, recipe: Recipe, samples: Sequence[int], job: Job) -> Iterator[Attribution]:
    """Attribute flipped samples to layers: each layer with steps is reverted alone, all others kept; then cumulatively,
    largest contribution first, until all samples are predicted as by the original.

    Coupled layers that lost channels are reverted together, with their channels. After a training they keep their
    smaller shape, and get their weights from before compression. Raises UserError if no layer has steps.
    """
    workspace = workspace.ready(recipe)
    evaluator = workspace.measurable()
    chosen = np.array(
        [sample for sample in samples if 0 <= sample < evaluator.data.samples][:MOST_ATTRIBUTED], dtype=int
    )
    result, trained = workspace.shown(recipe, job.part(0.0, 0.1))
    parts = parts_of(result, trained=bool(trained))
    if not len(chosen) or not parts:
        raise UserError(
            "There is nothing to attribute: no sample is selected, or no layer is compressed.",
            "Select samples whose prediction changed, with a recipe that has steps.",
        )
    before = original_answers(workspace, job.part(0.1, 0.2))
    want = Answers(before.scores[chosen], None if before.decisions is None else before.decisions[chosen])
    trial = Trial(workspace, recipe, result, chosen)
    now = trial.answers((), job.silent())
    tried: list[tuple[Part, Suspect]] = []
    for index, part in enumerate(job.part(0.2, 0.7).each(parts, Message("reverting layers one by one"))):
        part, then = trial.alone(part, job.silent())
        restored, margin = effect(then, now, want)
        path, *also = part.paths
        tried.append(
            (part, Suspect(path, result.chosen.get(path, ()), restored, margin, also=tuple(also), note=part.note))
        )
        yield Attribution(tuple(map(int, chosen)), ranked([suspect for _, suspect in tried]), index + 1, len(parts))
    part_of = {suspect.path: part for part, suspect in tried}
    ordered = ranked([suspect for _, suspect in tried])
    together: list[Suspect] = []
    for suspect in job.part(0.7, 1.0).each(ordered, Message("reverting layers cumulatively")):
        if together and together[-1].together == len(chosen):
            break
        restored = suspect.restored
        if together:
            all_parts = [part_of[each.path] for each in (*together, suspect)]
            restored, _ = effect(trial.answers(all_parts, job.silent()), now, want)
        together.append(replace(suspect, together=restored))
    yield Attribution(tuple(map(int, chosen)), (*together, *ordered[len(together) :]), len(parts), len(parts))


def ranked(suspects: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """Order parts by the samples that they restore; ties by the margin that they restore."""
    return tuple(sorted(suspects, key=lambda suspect: (-suspect.restored, -suspect.margin)))


def effect(then: Answers, now: Answers, want: Answers) -> tuple[int, float]:
    """Return the number of samples predicted as wanted, and the mean gain of their margins or errors."""
    if want.decisions is None or then.logits is None or now.logits is None:
        left = np.abs(then.scores - want.scores)
        return int((left < SAME).sum()), float((np.abs(now.scores - want.scores) - left).mean())
    gain = margins(then.logits, want.decisions) - margins(now.logits, want.decisions)
    return int(np.count_nonzero(then.decisions == want.decisions)), float(gain.mean())


def parts_of(result: compiler.Compiled, trained: bool) -> list[Part]:
    """Return the parts in the order of the model, which is that of its cuts."""
    removing, replacing = (asked_for(result.chosen, kind) for kind in (RemovalMethod, ReplacingMethod))
    groups = channels_of(result.original).groups if removing and not trained else {}
    found: list[Part] = []
    for layer in (*result.original.layers, *result.model.layers):
        path = layer.path
        if any(path in part.paths for part in found):
            continue
        reshaped = (path in removing or path in replacing) and not trained
        if reshaped and path in removing:
            group = groups.get(path, ())
            found = [part for part in found if not set(part.paths) & set(group)]
            found.append(Part((path, *(other for other in group if other != path)), True))
        elif reshaped:
            found.append(Part((path,), True))
        elif path in result.edits:
            found.append(Part((path,), note=TRAINED if path in result.structure.kept else ""))
    return found


class Trial:
    """The edited model with some layers reverted, on a few samples.

    If only a layer's weight changes, only the part of the graph after it runs; the values that cross the cut before it
    are computed from those at the previous cut.
    """

    def __init__(self, workspace: Workspace, recipe: Recipe, result: compiler.Compiled, chosen: np.ndarray) -> None:
        self._workspace, self._recipe, self._result, self._chosen = workspace, recipe, result, chosen
        self._evaluator = workspace.measurable()
        self._edited = effective(result.model, result.edits)
        self._last: SuffixRunner | None = None

    def alone(self, part: Part, job: Job) -> tuple[Part, Answers]:
        """Revert this part alone; if the remaining steps do not allow more, revert its weights only, with a note on the
        reason."""
        try:
            return part, self.answers((part,), job)
        except UserError as error:
            if not part.reshaped:
                raise
            part = replace(part, reshaped=False, note=error.what)
            return part, self.answers((part,), job)

    def answers(self, parts: Sequence[Part], job: Job) -> Answers:
        """Return the answers with these parts reverted."""
        if any(part.reshaped for part in parts):
            left = self._without({path for part in parts for path in part.paths}, job)
            return self._of(runner(runtime.session(effective(left.model, left.edits))), job)
        paths = [path for part in parts for path in part.paths if path in self._result.edits]
        run = self._behind(paths)
        return self.whole(paths, job) if run is None else self._of(run, job)

    def whole(self, paths: Collection[str], job: Job) -> Answers:
        """Return the answers with the weights of these layers reverted, running the whole graph."""
        left = {path: edit for path, edit in self._result.edits.items() if path not in paths}
        return self._of(runner(runtime.session(effective(self._result.model, left))), job)

    def _of(self, run: Run, job: Job) -> Answers:
        return answers(self._evaluator, run, self._chosen, job, keep=True)

    def _without(self, gone: Set[str], job: Job) -> compiler.Compiled:
        """Compile the recipe without the steps of these layers."""
        left = {path: actions for path, actions in self._result.chosen.items() if path not in gone}
        own = self._workspace
        return compiler.compiled(own.model, left, (), own.calibration, self._recipe.seed, own.cache, job)

    def _behind(self, paths: Sequence[str]) -> Run | None:
        """Return the part of the graph after the first of these layers; None if their edits are more than new weights
        and biases, or if no layer precedes all the others."""
        if not paths or not all(map(self._plain, paths)):
            return None
        first = next(
            (
                path
                for path in self._edited.sites
                if path in paths
                and not cut.layers_before(self._edited, path, [other for other in paths if other != path])
            ),
            None,
        )
        behind = None if first is None else self._cut_at(first)
        if first is None or behind is None:
            return None
        return behind.run(self._as_it_was(first), {path: self._as_it_was(path) for path in paths if path != first})

    def _plain(self, path: str) -> bool:
        edit = self._result.edits[path]
        return edit.compute is None and (edit.bias is None or self._result.model.bias(path) is not None)

    def _as_it_was(self, path: str) -> Edit:
        model = self._result.model
        return Edit(Dense(model.weight(path)), model.bias(path))

    def _cut_at(self, path: str) -> SuffixRunner | None:
        last = self._last
        if last is not None and last.path == path:
            return last
        try:
            self._last = SuffixRunner(self._edited, path)
        except UserError:
            return None
        if last is not None and last.cut.crossing and self._last.cut.crossing:
            self._last.follow(
                last, (Feeds(self._evaluator.data, filled) for _, filled in batches(self._evaluator, self._chosen))
            )
        return self._last
