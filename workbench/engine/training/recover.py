"""The last part of a recipe: its training stages, run on the compressed model."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.recipe.action import Action, in_order
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Parameters, Recovery, Stage, StageResult, parameters
from workbench.core.recipe.stages import ORDER, Distill, Reconstruct, Statistics, Training
from workbench.core.recipe.storing import PLAIN
from workbench.data.choosing import fitting as in_form
from workbench.data.dataset import Dataset
from workbench.data.metrics.metric import Metric
from workbench.engine.base.cache import Cache
from workbench.engine.compile import compiler, statistics
from workbench.engine.compile.compiler import Compiled
from workbench.engine.compile.statistics import Moments
from workbench.engine.compile.structure import Stacks, structural
from workbench.engine.preview.previewer import effective
from workbench.engine.students.penalties import penalty
from workbench.engine.students.student import Student, Wanted
from workbench.engine.students.trained_model import trained_model
from workbench.engine.supervision.features import pairs
from workbench.engine.supervision.samples import FEWEST, Samples, in_both
from workbench.engine.supervision.teacher import Teacher, teacher, teachers
from workbench.engine.training.checkpoint import Checkpoint, key_of
from workbench.engine.training.device import device as device_of
from workbench.engine.training.forgetting import evaluated, forgotten, gained, worse
from workbench.engine.training.loop import STOPPED, Loop
from workbench.engine.training.reconstruct import Reconstruction, Reference
from workbench.engine.training.task import Task
from workbench.engine.training.teaching import loss_of, metric_of, target_of
from workbench.engine.workspace import Workspace
from workbench.methods.base.method import untouched

Keep = Callable[[], bool]
T = TypeVar("T")
NUMBERED = ("top1", "token_accuracy", "pixel_accuracy", "pixel_accuracy_last")  # metrics of class numbers
FEWEST_TOGETHER = 8  # samples of a batch that can be normalised by itself
HELD_TOGETHER = 64
QUANTISED = 1 << 28  # bytes for what the quantisation steps compute on trained weights


@dataclass(frozen=True, eq=False)
class Recovered:
    """A compiled recipe after its stages; `recovery` is None if it has none."""

    compiled: Compiled
    recovery: Recovery | None = None

    @property
    def stopped(self) -> bool:
        """Whether the user ended the training early."""
        return self.recovery is not None and any(result.stopped == STOPPED for result in self.recovery.stages)


def recovered(
    workspace: Workspace, recipe: Recipe, job: Job, keep: Keep | None = None, device: str = "cpu", kept: bool = False
) -> Recovered:
    """Compile a recipe and run its stages; the result is cached in the workspace, which is `ready` for it.

    `keep`: called when the job is cancelled while training, returns whether the best state so far is the result; if
    given, a training that was stopped before resumes. `kept`: load the result of an earlier training from its
    checkpoints, without training. `device`: cpu, or cuda where torch has it. Raises UserError if a stage does not fit,
    there are no samples to train on, nothing is kept, or the model has operators without gradients.
    """
    plan = [(number, stage, parameters(stage)) for number, stage in enumerate(recipe.recover)]
    if not plan:
        return Recovered(workspace.compiled(replace(recipe, storing=PLAIN), job))
    known: Recovered | None = workspace.recovery(recipe)
    if known is not None and (kept or keep is None or not known.stopped):
        return known
    return workspace.remember(recipe, _Recovering(workspace, recipe, keep or _never, device, kept).run(plan, job))


Planned = list[tuple[int, Stage, Parameters]]


class _Recovering:
    """One run of all stages."""

    def __init__(self, workspace: Workspace, recipe: Recipe, keep: Keep, device: str, kept: bool) -> None:
        if workspace.training is None:
            raise UserError("There are no samples to train on.", "Give a data set.")
        if workspace.set_aside and workspace.training.samples < FEWEST and workspace.data is not None:
            count = workspace.training.samples + workspace.data.samples
            at_once = workspace.training.at_once(1)  # samples are set aside in whole batches
            raise UserError(
                "Half of the {count} samples is too few to train on.",
                "Give at least {fewest}, or separate training data.",
                count=count,
                fewest=2 * -(-FEWEST // at_once) * at_once,
            )
        self.workspace, self.recipe, self.keep, self.kept = workspace, recipe, keep, kept
        self.training: Dataset = workspace.training
        self.device = device_of(device)
        self.results: list[StageResult] = []
        self.notes: list[str] = []
        self.source, self.cache = workspace.model, workspace.cache  # another model after stages before all steps
        self.floats: Compiled | None = None  # as trained before the quantisation steps
        self.original = teacher(Message("the original model"), workspace.model, self.training)

    def run(self, plan: Planned, job: Job) -> Recovered:
        places = [ORDER.index(params.before) for _, _, params in plan]
        if places != sorted(places):
            raise UserError(
                "The training stages are not in order.",
                "First those before pruning, then those before quantising, then those before export.",
            )
        first, early, late = ([step for step in plan if step[2].before == place] for place in ORDER)
        self._say_where_samples_come_from()
        ends = [0.05 + 0.85 * count / len(plan) for count in (0, len(first), len(first) + len(early), len(plan))]
        compiled = unrecovered = self.workspace.compiled(replace(self.recipe, storing=PLAIN), job.part(0.0, 0.05))
        if first:
            trained = self._train(self._compiled({}, (), job), first, job.part(*ends[0:2]))
            self.source, self.cache = trained_model(trained), Cache(QUANTISED)
            compiled = self._to_the_end(self._from_source, job)
        if early:
            compiled = self.floats = self._train(self._unquantised(job), early, job.part(*ends[1:3]))
            compiled = self._to_the_end(partial(self._quantised, compiled), job)
        compiled = self._train(compiled, late, job.part(*ends[2:4]))
        compiled = replace(compiled, original=self.workspace.model)
        return self._to_the_end(partial(self._concluded, compiled, unrecovered), job.part(0.9, 1.0))

    def _to_the_end(self, work: Callable[[Job], T], job: Job) -> T:
        """Complete the work after training, even if the user ends the training, or this work, early."""
        try:
            job.check()
            return work(job)
        except Cancelled:
            if not self.keep():
                raise
            return work(Job())

    def _concluded(self, compiled: Compiled, unrecovered: Compiled, job: Job) -> Recovered:
        """Return the result with measurements on the evaluation data, before and after."""
        evaluator = self.workspace.evaluator
        compiled = compiled.settled(self.workspace.calibration, evaluator, job.silent())
        before = after = gain = None
        if evaluator is not None:
            before = evaluated(evaluator, effective(unrecovered.model, unrecovered.edits), job.part(0.0, 0.5))
            after = evaluated(evaluator, effective(compiled.model, compiled.edits), job.part(0.5, 1.0))
            allowed = [params.forget for params in map(_trained_by, self.results) if params is not None]
            self.notes += forgotten(after.classes, min(filter(None, allowed), default=0.0))
            gain = gained(evaluator.metric, before.scores, after.scores)
            self.notes += worse(before.value, after.value, evaluator.metric, gain)
        recovery = Recovery(
            tuple(self.results),
            before.value if before else None,
            after.classes if after else (),
            tuple(self.notes),
            after.value if after else None,
            gain,
        )
        notes = (
            compiled.notes
            + tuple(self.notes)
            + tuple(result.words for result in self.results)
            + tuple(note for result in self.results for note in result.notes)
        )
        return Recovered(replace(compiled, notes=notes), recovery)

    # -- compiling around the stages -------------------------------------------------------------------------------

    def _from_source(self, job: Job) -> Compiled:
        """Compile the recipe on the model that was trained first."""
        return self._compiled(*compiler.stacks(self.source, self.recipe), job)

    def _unquantised(self, job: Job) -> Compiled:
        """Compile the recipe without its quantisation steps."""
        chosen, notes = compiler.stacks(self.source, self.recipe)
        left = {path: tuple(action for action in actions if not _quantises(action)) for path, actions in chosen.items()}
        return self._compiled({path: actions for path, actions in left.items() if actions}, notes, job)

    def _compiled(self, chosen: Stacks, notes: tuple[str, ...], job: Job) -> Compiled:
        data, seed = self.workspace.calibration, self.recipe.seed
        return compiler.compiled(self.source, chosen, notes, data, seed, self.cache, job.silent())

    def _quantised(self, trained: Compiled, job: Job) -> Compiled:
        """Apply the quantisation steps to trained weights; they calibrate with activations of the trained model."""
        chosen, _ = compiler.stacks(self.source, self.recipe)
        shown = effective(trained.model, trained.edits)
        steps = {path: tuple(filter(_quantises, in_order(actions))) for path, actions in chosen.items()}
        steps = {path: actions for path, actions in steps.items() if actions and path in trained.model.sites}
        starts = {path: trained.edits.get(path, untouched(trained.model.weight(path))) for path in steps}
        data, seed = self.workspace.calibration, self.recipe.seed
        edits = compiler.edit_all(shown, steps, data, seed, Cache(QUANTISED), job.silent(), starts)
        return replace(trained, edits={**trained.edits, **edits}, chosen=chosen)

    # -- stages ----------------------------------------------------------------------------------------------------

    def _train(self, compiled: Compiled, plan: Planned, job: Job) -> Compiled:
        for index, (number, stage, params) in enumerate(plan):
            if self.results and self.results[-1].stopped == STOPPED:
                break
            part = job.part(index / len(plan), (index + 1) / len(plan))
            compiled = self._stage(compiled, number, stage, params, part)
        return compiled

    def _stage(self, compiled: Compiled, number: int, stage: Stage, params: Parameters, job: Job) -> Compiled:
        if isinstance(params, Statistics):
            return self._with_statistics(compiled, stage, job)
        if isinstance(params, Reconstruct):
            return self._reconstructed(compiled, number, stage, params, job)
        params = fitting(params, self.training)
        moments: Mapping[str, Moments] = {}
        # By its batch a layer gives the same however small its weights are: penalties on these would cost nothing.
        if params.batchnorm == "train" and params.batch >= FEWEST_TOGETHER and not (params.l1 or params.group_lasso):
            compiled = self._corrected(compiled, job)
            shown = effective(compiled.model, compiled.edits)
            moments = statistics.moments(shown, self._normalised(compiled), self.training, job.silent())
        wanted = Wanted(params.trainable, params.frozen, params.step == "learned")
        floats = {path: edit.weight for path, edit in self.floats.edits.items()} if self.floats else {}
        student = Student(compiled, wanted, self.training, moments, floats=floats).to(self.device)
        answering = self._teachers(params, job)
        metric = self._metric(isinstance(params, Distill) and bool(params.teacher))
        samples = self._samples(metric)
        loss = loss_of(student, self.training, params, metric, answering, self.recipe.seed)
        if isinstance(params, Distill) and self.training.labels is None and params.alpha < 1:
            self.notes.append(Message("The training samples have no labels: the student learns from the teacher only"))
        taught = "".join(fingerprint(each, self.training) for each in answering)
        taught += key_of(self.floats) if self.floats else ""
        key = key_of(
            compiled, stage.kind, params, number, self.recipe.seed, self.training.fingerprint, taught, str(self.device)
        )
        task = Task(
            number,
            stage,
            params,
            samples,
            metric,
            target_of(metric, answering or (self.original,)),
            loss,
            penalty(student, params, self.training, job),
            self.recipe.seed,
            Checkpoint(key),
            self.keep,
            self.kept,
        )
        self.results.append(Loop(student, task, job).run())
        return student.cpu().result()

    def _normalised(self, compiled: Compiled) -> dict[str, Moments]:
        """Return the output moments in the original of the remaining layers that have a BatchNorm or could have had
        one."""
        structure = compiled.structure
        same = structure.only_smaller or not structure.stages
        source = self.source if same else structure.model
        key = ("moments", () if same else structure.key, self.training.fingerprint)
        whole = self.cache.get(key, lambda: statistics.goal_of(source, self.training, Job()))
        goal = statistics.of_kept(whole, structure.kept if same else {})
        return {path: moments for path, moments in goal.items() if path in compiled.model.sites}

    def _corrected(self, compiled: Compiled, job: Job) -> Compiled:
        """Return the model with its output statistics corrected to those of the original."""
        shown, goal = effective(compiled.model, compiled.edits), self._normalised(compiled)
        edits = statistics.corrected(compiled.model, shown, compiled.edits, goal, self.training, job.silent())
        return replace(compiled, edits=edits)

    def _with_statistics(self, compiled: Compiled, stage: Stage, job: Job) -> Compiled:
        """Run the stage without training."""
        start = time.monotonic()
        if not self._normalised(compiled):
            raise UserError(
                "No layer's statistics can be re-estimated: no BatchNorm followed its convolutions or products.",
                "Remove the stage 'statistics'.",
            )
        made = self._corrected(compiled, job)
        self.results.append(replace(self._compared(stage, compiled, made, job), seconds=time.monotonic() - start))
        return made

    def _reconstructed(self, compiled: Compiled, number: int, stage: Stage, params: Reconstruct, job: Job) -> Compiled:
        """Run the stage, which learns block by block."""
        training, seed = self.training, self.recipe.seed
        samples = Samples.of(training, False, seed)
        model, weights, taught = compiled.model, {}, ""
        if (floats := self.floats) is not None:
            model, taught = trained_model(floats), key_of(floats)
            weights = {path: edit.weight for path, edit in floats.edits.items()}
        reference = Reference(model, lambda path: weights.get(path, compiled.model.weight(path)))
        key = key_of(compiled, stage.kind, params, number, seed, training.fingerprint, taught, str(self.device))
        run = Reconstruction(
            compiled, reference, training, samples.train, params, (seed, number), Checkpoint(key), self.device
        )
        made, state = run.run(self.keep, self.kept, job.part(0.0, 0.95))
        told = self._compared(stage, compiled, made, job.revived() if state.finished else job)
        used = sum(map(len, run.batches))
        self.results.append(
            replace(told, seconds=state.seconds, trained=used, stopped=state.finished or "", notes=run.notes())
        )
        return made

    def _compared(self, stage: Stage, compiled: Compiled, made: Compiled, job: Job) -> StageResult:
        """Return the result of a stage without passes over the samples, measured before and after it."""
        metric = self._metric(False)
        samples = self._samples(metric)
        before, after = (self._held_out(each, metric, samples, job) for each in (compiled, made))
        gain, values = gained(metric, before, after), (metric.value(before), metric.value(after))
        return StageResult(stage, metric.info, *values, 0.0, 0.0, 0.0, 0, len(samples.held), (), gain=gain)

    def _held_out(self, compiled: Compiled, metric: Metric, samples: Samples, job: Job) -> np.ndarray:
        """Return rows of the metric on the samples held out from training."""
        model = teacher(Message("the model"), effective(compiled.model, compiled.edits), self.training)
        target, rows = target_of(metric, (self.original,)), []
        for batch in samples.held_out(HELD_TOGETHER):
            job.check()
            rows.append(metric.score(model.answers(batch)[0].numpy(), target(batch)))
        return np.concatenate(rows)

    def _teachers(self, params: Training, job: Job) -> tuple[Teacher, ...]:
        """Return the teachers of a distillation stage; empty for others."""
        if not isinstance(params, Distill):
            return ()
        layers = [other for _, other in pairs(params.features)]
        return teachers(
            self.workspace.model, params.teacher, self.training, job.silent(), layers, self.workspace.trusted
        )

    def _metric(self, taught: bool) -> Metric:
        return metric_of(self.original, self.training, self.workspace.evaluator, taught)

    def _samples(self, metric: Metric) -> Samples:
        """Return the training samples with labels in the form of the metric, which may not be the measured one."""
        training = replace(self.training, labels=in_form(metric, self.training.labels))
        return Samples.of(training, metric.id in NUMBERED, self.recipe.seed)

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


def _trained_by(result: StageResult) -> Training | None:
    params = parameters(result.stage)
    return params if isinstance(params, Training) else None


def _never() -> bool:
    return False


def _quantises(action: Action) -> bool:
    return action.family == "quantize" and not structural(action)


def fingerprint(each: Teacher, data: Dataset) -> str:
    """Identify a teacher by its outputs for a few samples."""
    few = data.at_once(min(data.samples, 4))
    (first, *_) = each.run(dict(zip(each.inputs, data.feeds(slice(0, few)).values(), strict=True)))
    return np.asarray(first, np.float32).tobytes().hex()


def fitting(params: Training, data: Dataset) -> Training:
    """Return the parameters for a model with these inputs. Raises UserError for augmentation of inputs that are not
    images."""
    if (params.shift or params.flip) and not any(array.ndim == 4 for array in data.inputs.values()):
        raise UserError("Shifting and flipping need images, but the model takes none.", "Remove 'shift' and 'flip'.")
    fixed = data.fixed_batch
    return params if fixed is None else replace(params, batch=fixed)
