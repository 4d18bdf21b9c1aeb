"""The last part of a recipe: its training stages, run on what its actions made of the model."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
from torch import Tensor

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.action import Action, in_order
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Distill, Recovery, Stage, StageResult, Training, parameters
from workbench.core.recipe.storing import PLAIN
from workbench.data.choosing import fits, found, why_unfit
from workbench.data.dataset import Dataset
from workbench.data.metrics.listing import against_original, against_teachers
from workbench.data.metrics.metric import Metric
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler
from workbench.engine.compile.compiler import Compiled
from workbench.engine.compile.structure import structural
from workbench.engine.preview.previewer import effective
from workbench.engine.supervision import losses
from workbench.engine.supervision.features import Features, pairs
from workbench.engine.supervision.samples import FEWEST, Batch, Samples, in_both
from workbench.engine.supervision.teacher import Teacher, teacher, teachers
from workbench.engine.training.checkpoint import Checkpoint, key_of
from workbench.engine.training.device import device as device_of
from workbench.engine.training.forgetting import evaluated, forgotten, worse
from workbench.engine.training.loop import STOPPED, Loop, Task
from workbench.engine.training.penalties import penalty
from workbench.engine.training.student import Student, Wanted
from workbench.engine.workspace import Workspace
from workbench.methods.base.method import untouched

Keep = Callable[[], bool]
T = TypeVar("T")
NUMBERED = ("top1", "token_accuracy", "pixel_accuracy", "pixel_accuracy_last")  # metrics of class numbers
# Metrics of outputs whose last axis is class scores:
CLASSES = ("top1", "token_accuracy", "pixel_accuracy_last", "agreement", "token_agreement")
LOOKED_AT = 64  # samples that say which metric the training samples have
QUANTISED = 1 << 28  # bytes for what the quantisation steps compute on trained weights


@dataclass(frozen=True, eq=False)
class Recovered:
    """A compiled recipe after its stages; `recovery` is None when it has none."""

    compiled: Compiled
    recovery: Recovery | None = None

    @property
    def stopped(self) -> bool:
        """Whether the user ended the training before its time."""
        return self.recovery is not None and any(result.stopped == STOPPED for result in self.recovery.stages)


def recovered(
    workspace: Workspace, recipe: Recipe, job: Job, keep: Keep | None = None, device: str = "cpu", kept: bool = False
) -> Recovered:
    """Compile a recipe and run its stages; remembered by the workspace, which is `ready` for it.

    `keep`: asked when the job is cancelled while training, whether the best state so far is the result; where it is
    given, a training that was stopped before goes on. `kept`: nothing is trained, what was reached before is read from
    its checkpoints. `device`: cpu, or cuda where torch has it. Raises UserError when a stage does not fit, there is
    nothing to train on, or nothing kept, or the model has operators that gradients cannot pass.
    """
    plan = [(number, stage, parameters(stage)) for number, stage in enumerate(recipe.recover)]
    if not plan:
        return Recovered(workspace.compiled(replace(recipe, storing=PLAIN), job))
    known: Recovered | None = workspace.recovery(recipe)
    if known is not None and (kept or keep is None or not known.stopped):
        return known
    return workspace.remember(recipe, _Recovering(workspace, recipe, keep or _never, device, kept).run(plan, job))


Planned = list[tuple[int, Stage, Training]]


class _Recovering:
    """One run of all stages."""

    def __init__(self, workspace: Workspace, recipe: Recipe, keep: Keep, device: str, kept: bool) -> None:
        if workspace.training is None:
            raise UserError("There are no samples to train on.", "Give a data set.")
        if workspace.set_aside and workspace.training.samples < FEWEST and workspace.data is not None:
            count = workspace.training.samples + workspace.data.samples
            raise UserError(
                "Half of the {count} samples is too few to train on.",
                "Give at least {fewest}, or separate training data.",
                count=count,
                fewest=2 * FEWEST,
            )
        self.workspace, self.recipe, self.keep, self.kept = workspace, recipe, keep, kept
        self.training: Dataset = workspace.training
        self.device = device_of(device)
        self.results: list[StageResult] = []
        self.notes: list[str] = []
        self.original = teacher(Message("the original model"), workspace.model, self.training)

    def run(self, plan: Planned, job: Job) -> Recovered:
        early = [step for step in plan if step[2].before == "quantize"]
        late = [step for step in plan if step[2].before == "export"]
        if plan != early + late:
            raise UserError(
                "A stage that trains before the quantisation steps comes after one that trains the exported model.",
                "Move it to the front.",
            )
        self._say_where_samples_come_from()
        middle = 0.05 + 0.85 * len(early) / len(plan)
        unrecovered = self.workspace.compiled(replace(self.recipe, storing=PLAIN), job.part(0.0, 0.05))
        compiled = unrecovered
        if early:
            compiled = self._train(self._unquantised(job), early, job.part(0.05, middle))
            compiled = self._to_the_end(partial(self._quantised, compiled), job)
        compiled = self._train(compiled, late, job.part(middle, 0.9))
        return self._to_the_end(partial(self._concluded, compiled, unrecovered), job.part(0.9, 1.0))

    def _to_the_end(self, work: Callable[[Job], T], job: Job) -> T:
        """Complete the work after training even if the user ends the training, or that work, early."""
        try:
            job.check()
            return work(job)
        except Cancelled:
            if not self.keep():
                raise
            return work(Job())

    def _concluded(self, compiled: Compiled, unrecovered: Compiled, job: Job) -> Recovered:
        """Measured on the evaluation data, before and after."""
        evaluator = self.workspace.evaluator
        compiled = compiled.settled(self.workspace.calibration, evaluator, job.silent())
        before = after = None
        if evaluator is not None:
            before = evaluated(evaluator, effective(unrecovered.model, unrecovered.edits), job.part(0.0, 0.5))
            after = evaluated(evaluator, effective(compiled.model, compiled.edits), job.part(0.5, 1.0))
            allowed = min(parameters(result.stage).forget for result in self.results)
            self.notes += forgotten(after.classes, allowed)
            self.notes += worse(before.value, after.value, evaluator.metric)
        recovery = Recovery(
            tuple(self.results),
            before.value if before else None,
            after.classes if after else (),
            tuple(self.notes),
            after.value if after else None,
        )
        notes = (
            compiled.notes
            + tuple(self.notes)
            + tuple(result.words for result in self.results)
            + tuple(note for result in self.results for note in result.notes)
        )
        return Recovered(replace(compiled, notes=notes), recovery)

    # -- compiling around the stages -------------------------------------------------------------------------------

    def _unquantised(self, job: Job) -> Compiled:
        """The recipe without its quantisation steps."""
        chosen, notes = compiler.stacks(self.workspace.model, self.recipe)
        left = {path: tuple(action for action in actions if not _quantises(action)) for path, actions in chosen.items()}
        workspace = self.workspace
        return compiler.compiled(
            workspace.model,
            {path: actions for path, actions in left.items() if actions},
            notes,
            workspace.calibration,
            self.recipe.seed,
            workspace.cache,
            job.silent(),
        )

    def _quantised(self, trained: Compiled, job: Job) -> Compiled:
        """The quantisation steps on trained weights; what they calibrate with has passed through the trained model."""
        chosen, _ = compiler.stacks(self.workspace.model, self.recipe)
        shown = effective(trained.model, trained.edits)
        steps = {path: tuple(filter(_quantises, in_order(actions))) for path, actions in chosen.items()}
        sharing, cache = compiler.shares(steps), Cache(QUANTISED)
        edits = dict(trained.edits)
        for path, actions in steps.items():
            if actions and path in trained.model.sites:
                start = trained.edits.get(path, untouched(trained.model.weight(path)))
                edits[path] = compiler.edit(
                    shown,
                    path,
                    actions,
                    self.workspace.calibration,
                    self.recipe.seed,
                    cache,
                    job.silent(),
                    sharing,
                    start,
                )
        return replace(trained, edits=edits, chosen=chosen)

    # -- stages ----------------------------------------------------------------------------------------------------

    def _train(self, compiled: Compiled, plan: Planned, job: Job) -> Compiled:
        for index, (number, stage, params) in enumerate(plan):
            if self.results and self.results[-1].stopped == STOPPED:
                break
            part = job.part(index / len(plan), (index + 1) / len(plan))
            compiled = self._stage(compiled, number, stage, params, part)
        return compiled

    def _stage(self, compiled: Compiled, number: int, stage: Stage, params: Training, job: Job) -> Compiled:
        params = fitting(params, self.training)
        wanted = Wanted(params.trainable, params.frozen, params.step == "learned")
        student = Student(compiled, wanted, self.training).to(self.device)
        answering = self._teachers(params, job)
        metric = self._metric(params)
        samples = Samples.of(self.training, metric.id in NUMBERED, self.recipe.seed)
        loss = self._loss(student, params, metric, answering)
        taught = "".join(fingerprint(each, self.training) for each in answering)
        key = key_of(
            compiled, stage.kind, params, number, self.recipe.seed, self.training.fingerprint, taught, str(self.device)
        )
        task = Task(
            number,
            stage,
            params,
            samples,
            metric,
            self._target(metric, answering),
            loss,
            penalty(student, params, self.training, job),
            self.recipe.seed,
            Checkpoint(key),
            self.keep,
            self.kept,
        )
        self.results.append(Loop(student, task, job).run())
        return student.cpu().result()

    def _teachers(self, params: Training, job: Job) -> tuple[Teacher, ...]:
        """Teachers of a distillation stage; else none."""
        if not isinstance(params, Distill):
            return ()
        layers = [other for _, other in pairs(params.features)]
        return teachers(
            self.workspace.model, params.teacher, self.training, job.silent(), layers, self.workspace.trusted
        )

    def _metric(self, params: Training) -> Metric:
        """The evaluation metric: against labels if there are any, else against the original model, or the teachers.

        Labels are judged by all of them: the first may be of one class alone.
        """
        training, evaluator = self.training, self.workspace.evaluator
        count = training.first(LOOKED_AT)
        outputs = np.concatenate(
            [
                self.original.run(dict(zip(self.original.inputs, feeds.values(), strict=True)))[0]
                for feeds in training.batches(LOOKED_AT, count)
            ]
        )
        labels = training.labels
        metric, _ = found(outputs, None if labels is None else labels[:count], labels, training.answer.name)
        if metric is None:
            assert labels is not None
            raise why_unfit([outputs], labels)
        if evaluator is not None and fits(evaluator.metric, metric, labels):
            metric = evaluator.metric
        taught = isinstance(params, Distill) and params.teacher
        return against_teachers(metric) if taught else against_original(metric)

    def _target(self, metric: Metric, answering: tuple[Teacher, ...]) -> Callable[[Batch], np.ndarray]:
        def target(batch: Batch) -> np.ndarray:
            if not metric.labelled:
                firsts = [each.answers(batch)[0] for each in answering or (self.original,)]
                return losses.together(firsts, metric.id in CLASSES).numpy()
            assert batch.labels is not None
            return batch.labels.numpy()

        return target

    def _loss(
        self, student: Student, params: Training, metric: Metric, answering: tuple[Teacher, ...]
    ) -> Callable[[Tensor, Batch], Tensor]:
        if not isinstance(params, Distill):
            if self.training.labels is None:
                raise UserError(
                    "Fine-tuning needs labels, but {path} has none.",
                    "Use the stage 'distill', which learns from the original model's outputs.",
                    path=self.training.path,
                )
            return partial(_hard, metric)
        features = self._features(student, params, answering[0]) if pairs(params.features) else None
        if self.training.labels is None and params.alpha < 1:
            self.notes.append(Message("The training samples have no labels: the student learns from the teacher only"))
        classes = metric.id in CLASSES

        def loss(outputs: Tensor, batch: Batch) -> Tensor:
            answers = [[answer.to(outputs.device) for answer in each.answers(batch)] for each in answering]
            firsts = [_alike(each, answer[0], outputs) for each, answer in zip(answering, answers, strict=True)]
            taught = losses.soft(outputs, firsts, params.temperature, classes)
            if features is not None:
                taught = taught + params.feature_weight * features.loss(answers[0][1:])
            if batch.labels is None or params.alpha == 1:
                return taught
            return params.alpha * taught + (1 - params.alpha) * _hard(metric, outputs, batch)

        return loss

    def _features(self, student: Student, params: Distill, first: Teacher) -> Features:
        """Watches the student's layers; its projections learn with the student."""
        features = student.watch(pairs(params.features), params.attention)
        some = next(Samples.of(self.training, False, self.recipe.seed).held_out(params.batch))
        student(some.feeds)
        features.fit([answer.to(self.device) for answer in first.answers(some)[1:]])
        return features

    def _say_where_samples_come_from(self) -> None:
        data, training = self.workspace.data, self.training
        if self.workspace.set_aside:
            self.notes.append(
                Message(
                    "Trained on {samples:,} samples of {path}; all figures are measured on the other {others:,}",
                    samples=training.samples,
                    path=training.path,
                    others=data.samples if data else 0,
                )
            )
        elif data is not None and (common := in_both(data, training)):
            self.notes.append(
                Message(
                    "Overlap: {common:,} of the {samples:,} measured samples are also training samples",
                    common=common,
                    samples=data.samples,
                )
            )


def _never() -> bool:
    return False


def _quantises(action: Action) -> bool:
    return action.family == "quantize" and not structural(action)


def _hard(metric: Metric, outputs: Tensor, batch: Batch) -> Tensor:
    assert batch.labels is not None
    labels = batch.labels.to(outputs.device)
    if metric.id == "pixel_accuracy":
        return losses.by_pixel(outputs, labels)
    if metric.id == "pixel_accuracy_last":
        return losses.by_pixel(outputs.movedim(-1, 1), labels)
    if metric.id in ("binary", "labels"):
        return losses.by_side(outputs, labels, metric.at)
    return losses.hard(outputs, labels)


def _alike(each: Teacher, answers: Tensor, outputs: Tensor) -> Tensor:
    if answers.shape != outputs.shape:
        raise UserError(
            "{each} has {shape} outputs, the student {own}.",
            "Choose a teacher with the same outputs.",
            each=each.name,
            shape=list(answers.shape),
            own=list(outputs.shape),
        )
    return answers


def fingerprint(each: Teacher, data: Dataset) -> str:
    """Identify a teacher by its outputs for a few samples."""
    few = data.at_once(min(data.samples, 4))
    (first, *_) = each.run(dict(zip(each.inputs, data.feeds(slice(0, few)).values(), strict=True)))
    return np.asarray(first, np.float32).tobytes().hex()


def fitting(params: Training, data: Dataset) -> Training:
    """The parameters for a model with these inputs. Raises UserError for augmentation of what is no image."""
    if (params.shift or params.flip) and not any(array.ndim == 4 for array in data.inputs.values()):
        raise UserError("Shifting and flipping need images, but the model takes none.", "Remove 'shift' and 'flip'.")
    fixed = data.fixed_batch
    return params if fixed is None else replace(params, batch=fixed)
