"""What changed for which samples, and by which layer's doing: layers are taken back one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workbench.core.changes import Blame, Changes, ClassChange, Flip, FlipKind, SampleError, Suspect
from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.core.recipe import Recipe
from workbench.data.class_names import name_of
from workbench.data.dataset import Feeds
from workbench.data.metrics import DECIDING
from workbench.engine import apply
from workbench.engine.evaluate import Evaluator, Run
from workbench.engine.pictures import Pictures
from workbench.engine.preview import effective
from workbench.engine.workspace import Workspace, runner
from workbench.graph import runtime

MOST_FLIPS = 240        # of each kind that are shown; all are counted
MOST_BLAMED = 256       # samples that layers are taken back for
SAME = 1e-6             # of two scores of a sample


@dataclass(frozen=True, eq=False)
class Answers:
    """What a model answered to samples.

    scores      [n] the metric of each
    decisions   [n] the class decided for; None where the model does not decide between classes
    sure        [n] how sure it is of that, 0..1
    logits      [n, classes] float32, where they were to be kept
    """

    scores: np.ndarray
    decisions: np.ndarray | None = None
    sure: np.ndarray | None = None
    logits: np.ndarray | None = None

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.scores, self.decisions, self.sure, self.logits) if part is not None)


def certainty(outputs: np.ndarray) -> np.ndarray:
    """How sure of its decision a model is [n]: as it says where it gives probabilities, else by softmax."""
    values = outputs.astype(np.float64)
    if values.min() >= 0 and np.allclose(values.sum(axis=1), 1, atol=1e-3):
        return values.max(axis=1)
    return 1 / np.exp(values - values.max(axis=1, keepdims=True)).sum(axis=1)


def margins(logits: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The score of these classes [n] less that of the best other one."""
    rows, others = np.arange(len(classes)), logits.astype(np.float64)
    chosen = others[rows, classes].copy()
    others[rows, classes] = -np.inf
    return chosen - others.max(axis=1)


def changes(workspace: Workspace, recipe: Recipe, job: Job) -> Changes:
    """The recipe beside the original on all samples. Raises UserError without data, or where the recipe does not
    fit."""
    workspace = workspace.ready(recipe)
    evaluator = workspace.measurable()
    everything = np.arange(evaluator.data.samples)
    before = original_answers(workspace, job.part(0.0, 0.3))
    known = workspace.recovery(recipe)
    result = workspace.compiled(recipe, job.part(0.3, 0.5)) if known is None else known.compiled
    after = before if result.nothing else answers(
        evaluator, runner(runtime.session(effective(result.model, result.edits))), everything, job.part(0.5, 1.0))
    pictures = Pictures(evaluator.data)
    base = Changes(evaluator.data.samples, evaluator.metric.title, evaluator.metric.labelled,
                   trained=known is not None if recipe.recover else None)
    if before.decisions is None:
        return _errors(base, evaluator, before, after, pictures)
    return _classes(base, evaluator, before, after, pictures)


def original_answers(workspace: Workspace, job: Job) -> Answers:
    """Those of the original model to all samples; computed once for a data set."""
    evaluator = workspace.measurable()
    key = ("answers", workspace.model.summary().fingerprint, evaluator.data.fingerprint)
    run = runner(runtime.session(workspace.model))
    return workspace.cache.get(key, lambda: answers(evaluator, run, np.arange(evaluator.data.samples), job))


def answers(evaluator: Evaluator, run: Run, chosen: np.ndarray, job: Job, keep: bool = False) -> Answers:
    """What a model answers to the chosen samples, in their order; `keep` the scores of all classes."""
    fixed = any(spec.shape and spec.shape[0] is not None for spec in evaluator.data.specs)
    parts: list[Answers] = []
    for start in job.each(range(0, len(chosen), evaluator.batch), "comparing"):
        batch = chosen[start:start + evaluator.batch]
        # A model that takes only whole batches gets the last one filled up.
        filled = np.resize(batch, evaluator.batch) if fixed else batch
        outputs = run(Feeds(evaluator.data, filled))[0][:len(batch)]
        scores = evaluator.score(outputs, batch)
        if evaluator.metric.id not in DECIDING or outputs.ndim != 2:
            parts.append(Answers(scores))
            continue
        parts.append(Answers(scores, outputs.argmax(axis=1), certainty(outputs),
                             outputs.astype(np.float32) if keep else None))

    def joined(name: str) -> np.ndarray | None:
        column = [getattr(part, name) for part in parts]
        return None if column[0] is None else np.concatenate(column)

    scores = np.concatenate([part.scores for part in parts])
    return Answers(scores, joined("decisions"), joined("sure"), joined("logits"))


def _classes(base: Changes, evaluator: Evaluator, before: Answers, after: Answers, pictures: Pictures) -> Changes:
    was, now, sure_was, sure_now = before.decisions, after.decisions, before.sure, after.sure
    assert was is not None and now is not None and sure_was is not None and sure_now is not None
    labels, names = evaluator.data.labels, evaluator.data.classes
    truth = labels.astype(np.int64) if base.labelled and labels is not None else was
    count = max(len(names), int(max(truth.max(), was.max(), now.max())) + 1)
    names = tuple(name_of(names, number) for number in range(count))
    was_right, now_right, flipped = was == truth, now == truth, was != now
    kinds: tuple[tuple[FlipKind, np.ndarray], ...] = (
        ("lost", np.flatnonzero(flipped & was_right)), ("won", np.flatnonzero(flipped & now_right)),
        ("moved", np.flatnonzero(flipped & ~was_right & ~now_right)))
    flips = tuple(
        Flip(int(sample), kind, int(truth[sample]), int(was[sample]), int(now[sample]), float(sure_was[sample]),
             float(sure_now[sample]), pictures.of(int(sample)))
        for kind, members in kinds for sample in members[np.argsort(-sure_now[members], kind="stable")][:MOST_FLIPS])
    before_counts, after_counts = _confusion(truth, was, count), _confusion(truth, now, count)
    lost, won, moved = (members for _, members in kinds)
    gone, come = (np.bincount(truth[members], minlength=count) for members in (lost, won))
    per_class = tuple(
        ClassChange(names[c], int(before_counts[c].sum()), int(before_counts[c, c]), int(after_counts[c, c]),
                    int(gone[c]), int(come[c])) for c in range(count) if before_counts[c].any())
    return replace(base, classes=names, before=before_counts, after=after_counts, per_class=per_class, flips=flips,
                   lost=len(lost), won=len(won), moved=len(moved))


def _confusion(truth: np.ndarray, decided: np.ndarray, count: int) -> np.ndarray:
    """int32 [truth, decision] counts."""
    return np.bincount(truth * count + decided, minlength=count * count).reshape(count, count).astype(np.int32)


def _errors(base: Changes, evaluator: Evaluator, before: Answers, after: Answers, pictures: Pictures) -> Changes:
    """The samples that became worst, by the metric of each."""
    loss = before.scores - after.scores if evaluator.metric.higher_is_better else after.scores - before.scores
    worst = np.argsort(-loss, kind="stable")[:MOST_FLIPS]
    found = tuple(SampleError(int(sample), float(before.scores[sample]), float(after.scores[sample]),
                              pictures.of(int(sample))) for sample in worst if loss[sample] > 0)
    return replace(base, errors=found, worse=int((loss > 0).sum()), better=int((loss < 0).sum()))


def blame(workspace: Workspace, recipe: Recipe, samples: Sequence[int], job: Job) -> Iterator[Blame]:
    """Which layer's steps flipped these samples: each edited layer is taken back alone, all others kept; then the
    guiltiest together, one after the other, until all samples are decided as the original does.

    A layer that lost channels keeps its smaller shape, and gets the weights that are left back as they were; layers
    that were trained get theirs from before compression. Raises UserError where there is nothing to blame.
    """
    workspace = workspace.ready(recipe)
    evaluator = workspace.measurable()
    chosen = np.array([sample for sample in samples if 0 <= sample < evaluator.data.samples][:MOST_BLAMED], dtype=int)
    known = workspace.recovery(recipe)
    result = workspace.compiled(recipe, job.part(0.0, 0.1)) if known is None else known.compiled
    if not len(chosen) or not result.edits:
        raise UserError("There is nothing to blame: no sample was chosen, or no layer's weights are changed.",
                        "Choose samples that flipped, under a recipe with steps.")
    before = original_answers(workspace, job.part(0.1, 0.2))
    want = Answers(before.scores[chosen], None if before.decisions is None else before.decisions[chosen])
    trial = _Trial(evaluator, result, chosen, want)
    now = trial.answers((), job.silent())
    suspects: list[Suspect] = []
    layers = tuple(result.edits)
    for index, path in enumerate(job.part(0.2, 0.7).each(layers, "taking layers back")):
        restored, margin = trial.effect(trial.answers((path,), job.silent()), now)
        suspects.append(Suspect(path, result.chosen.get(path, ()), restored, margin))
        yield Blame(tuple(map(int, chosen)), ranked(suspects), index + 1, len(layers))
    ordered = ranked(suspects)
    together: list[Suspect] = []
    for suspect in job.part(0.7, 1.0).each(ordered, "taking layers back together"):
        if together and together[-1].together == len(chosen):
            break
        paths = (*(each.path for each in together), suspect.path)
        restored, _ = trial.effect(trial.answers(paths, job.silent()), now)
        together.append(replace(suspect, together=restored))
    yield Blame(tuple(map(int, chosen)), (*together, *ordered[len(together):]), len(layers), len(layers))


def ranked(suspects: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """Those that restore most first; among equals those that give most of the margin back."""
    return tuple(sorted(suspects, key=lambda suspect: (-suspect.restored, -suspect.margin)))


class _Trial:
    """The edited model with some layers as they were, on a few samples."""

    def __init__(self, evaluator: Evaluator, result: apply.Compiled, chosen: np.ndarray, want: Answers) -> None:
        self._evaluator, self._result, self._chosen, self._want = evaluator, result, chosen, want

    def answers(self, without: Sequence[str], job: Job) -> Answers:
        left = {path: edit for path, edit in self._result.edits.items() if path not in without}
        run = runner(runtime.session(effective(self._result.model, left)))
        return answers(self._evaluator, run, self._chosen, job, keep=True)

    def effect(self, then: Answers, now: Answers) -> tuple[int, float]:
        """How many samples are decided as the original does, and what their margins or errors gain on average."""
        want = self._want
        if want.decisions is None or then.logits is None or now.logits is None:
            left = np.abs(then.scores - want.scores)
            return int((left < SAME).sum()), float((np.abs(now.scores - want.scores) - left).mean())
        gain = margins(then.logits, want.decisions) - margins(now.logits, want.decisions)
        return int(np.count_nonzero(then.decisions == want.decisions)), float(gain.mean())
