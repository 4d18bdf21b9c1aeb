"""Prediction changes per sample: the compressed model compared with the original."""

from dataclasses import replace

import numpy as np

from workbench.core.analysis.prediction_diff import Changes, ClassChange, Flip, FlipKind, SampleError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.recipe import Recipe
from workbench.data.class_names import name_of
from workbench.data.dataset import Feeds
from workbench.engine.base.answers import Answers, AnswersOf, answers_key
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.data_check.thumbnails import Pictures
from workbench.engine.preview.previewer import effective
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime

MOST_FLIPS = 240  # of each kind that are shown; all are counted


def margins(logits: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the score of these classes [n] less that of the best other one."""
    rows, others = np.arange(len(classes)), logits.astype(np.float64)
    chosen = others[rows, classes].copy()
    others[rows, classes] = -np.inf
    return chosen - others.max(axis=1)


def changes(workspace: Workspace, recipe: Recipe, job: Job) -> Changes:
    """Compare the recipe with the original on all samples. Raises UserError without data, or if the recipe does not
    fit."""
    workspace = workspace.measured(recipe)
    evaluator = workspace.measurable()
    everything = np.arange(evaluator.data.samples)
    before = original_answers(workspace, job.part(0.0, 0.3))
    result, trained = workspace.shown(recipe, job.part(0.3, 0.5))
    after = before if result.nothing else None
    if after is None and not trained:  # measuring it has kept them
        after = workspace.cache.peek(answers_key(recipe, evaluator))
    if after is None:
        run = runner(runtime.session(effective(result.model, result.edits)))
        after = answers(evaluator, run, everything, job.part(0.5, 1.0))
    pictures = Pictures(evaluator.data)
    base = Changes(evaluator.data.samples, evaluator.metric.info, evaluator.metric.labelled, trained=trained)
    if before.decisions is None:
        return _errors(base, evaluator, before, after, pictures)
    return _classes(base, evaluator, before, after, pictures)


def original_answers(workspace: Workspace, job: Job) -> Answers:
    """Return the outputs of the original model for all samples; computed once per data set."""
    evaluator = workspace.measurable()
    key = ("answers", workspace.model.summary().fingerprint, evaluator.data.fingerprint, workspace.teachers)
    run = runner(runtime.session(workspace.model))
    return workspace.cache.get(key, lambda: answers(evaluator, run, np.arange(evaluator.data.samples), job))


def answers(evaluator: Evaluator, run: Run, chosen: np.ndarray, job: Job, keep: bool = False) -> Answers:
    """Return the outputs of a model for the chosen samples, in their order; `keep` keeps the scores of all classes."""
    found = AnswersOf(evaluator, keep)
    for batch, filled in job.each(batches(evaluator, chosen), Message("comparing")):
        found.add(batch, run(Feeds(evaluator.data, filled)))
    return found.joined()


def batches(evaluator: Evaluator, chosen: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split the chosen samples into batches; each is also returned padded for a model with a fixed batch size."""
    parts = [chosen[start : start + evaluator.batch] for start in range(0, len(chosen), evaluator.batch)]
    return [(part, np.resize(part, evaluator.batch) if evaluator.data.fixed_batch else part) for part in parts]


def _classes(base: Changes, evaluator: Evaluator, before: Answers, after: Answers, pictures: Pictures) -> Changes:
    was, now, sure_was, sure_now = before.decisions, after.decisions, before.sure, after.sure
    assert was is not None and now is not None and sure_was is not None and sure_now is not None
    labels, names = evaluator.data.labels, evaluator.data.classes
    truth = labels.astype(np.int64) if base.labelled and labels is not None else was
    count = max(len(names), int(max(truth.max(), was.max(), now.max())) + 1)
    names = tuple(name_of(names, number) for number in range(count))
    was_right, now_right, flipped = was == truth, now == truth, was != now
    kinds: tuple[tuple[FlipKind, np.ndarray], ...] = (
        ("lost", np.flatnonzero(flipped & was_right)),
        ("won", np.flatnonzero(flipped & now_right)),
        ("moved", np.flatnonzero(flipped & ~was_right & ~now_right)),
    )
    flips = tuple(
        Flip(
            int(sample),
            kind,
            int(truth[sample]),
            int(was[sample]),
            int(now[sample]),
            float(sure_was[sample]),
            float(sure_now[sample]),
            pictures.of(int(sample)),
        )
        for kind, members in kinds
        for sample in members[np.argsort(-sure_now[members], kind="stable")][:MOST_FLIPS]
    )
    before_counts, after_counts = _confusion(truth, was, count), _confusion(truth, now, count)
    lost, won, moved = (members for _, members in kinds)
    gone, come = (np.bincount(truth[members], minlength=count) for members in (lost, won))
    per_class = tuple(
        ClassChange(
            names[c],
            int(before_counts[c].sum()),
            int(before_counts[c, c]),
            int(after_counts[c, c]),
            int(gone[c]),
            int(come[c]),
        )
        for c in range(count)
        if before_counts[c].any()
    )
    return replace(
        base,
        classes=names,
        before=before_counts,
        after=after_counts,
        per_class=per_class,
        flips=flips,
        lost=len(lost),
        won=len(won),
        moved=len(moved),
    )


def _confusion(truth: np.ndarray, decided: np.ndarray, count: int) -> np.ndarray:
    """Count pairs of true and predicted class, int32."""
    return np.bincount(truth * count + decided, minlength=count * count).reshape(count, count).astype(np.int32)


def _errors(base: Changes, evaluator: Evaluator, before: Answers, after: Answers, pictures: Pictures) -> Changes:
    """Return the samples with the largest increase in error, by the metric of each."""
    loss = evaluator.metric.info.sign * (before.scores - after.scores)
    worst = np.argsort(-loss, kind="stable")[:MOST_FLIPS]
    found = tuple(
        SampleError(int(sample), float(before.scores[sample]), float(after.scores[sample]), pictures.of(int(sample)))
        for sample in worst
        if loss[sample] > 0
    )
    return replace(base, errors=found, worse=int((loss > 0).sum()), better=int((loss < 0).sum()))
