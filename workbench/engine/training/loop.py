"""One stage of training: steps, the best state so far, checkpoints, and a learning curve that is reported as it
grows."""

import math
import time
from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np
import torch
from torch import Tensor

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Joined, Message, from_data, to_data
from workbench.core.base.quantities import metric_text
from workbench.core.recipe.recovery import INFOS, StageResult, TrainingPoint
from workbench.core.recipe.stages import Training
from workbench.data.metrics.intervals import ALL, interval_of
from workbench.engine.students import schedule
from workbench.engine.students.averaging import Average
from workbench.engine.students.ramp import Ramp
from workbench.engine.students.student import Student
from workbench.engine.supervision.samples import Batch
from workbench.engine.training import range_test
from workbench.engine.training.forgetting import gained
from workbench.engine.training.selection import Selection
from workbench.engine.training.task import Progress, Task

POINTS = 20  # of the curve in an epoch, at most
MOST = 2000  # of the curve in a stage, about
SAVED = (1.0, 60.0)  # bounds of the seconds between two checkpoints
OFTEN = 50  # times the seconds that one takes
LATE = 2 / 3  # of a stage that seeks fewer bits or more zeros: from here on the best state is looked for
MOMENTUM = 0.9
FEWEST_EPOCHS = 3  # where steps are given
RANGE = 1 << 20  # the epoch whose samples the range test takes
STOPPED = Message("stopped by the user")
DIVERGED = Message("stopped: the loss became NaN; try a lower learning rate")


def _in_epochs(params: Training, per_epoch: int) -> Training:
    """Return the parameters with steps converted to whole epochs."""
    if params.steps is None:
        return params
    return replace(params, steps=None, epochs=max(FEWEST_EPOCHS, math.ceil(params.steps / per_epoch)))


class Loop:
    """Training of a student for a task; afterwards the student is in its best state."""

    def __init__(self, student: Student, task: Task, job: Job) -> None:
        self.student, self.task, self.job = student, task, job
        self.per_epoch = task.samples.steps(task.params.batch)
        self.params = _in_epochs(task.params, self.per_epoch)
        self.apart = max(1, self.per_epoch // POINTS, self.per_epoch * (self.params.epochs or 1) // MOST)
        self.progress = Progress()
        self.best: dict[str, Tensor] | None = None
        self.seeks_less = bool(self.params.entropy or self.params.l1 or self.params.group_lasso)
        self.average = Average(self.params.ema)
        self.selection = Selection(task.metric)
        self.rows = np.zeros(0)  # of the metric, as measured last
        self.start: dict[str, Tensor] | None = None  # where sparsity grows: none of it is pruned
        self.ramp: Ramp | None = None
        self.optimiser = self._optimiser()
        self.started = time.monotonic()
        self.saved = self.started
        self.cost = 0.0

    def _optimiser(self) -> torch.optim.Optimizer:
        learning = [value for value in self.student.parameters() if value.requires_grad]
        if self.params.optimiser == "adam":
            return torch.optim.Adam(learning)
        return torch.optim.SGD(learning, momentum=MOMENTUM)

    def run(self) -> StageResult:
        """Run the stage. Raises Cancelled if the job is cancelled, unless the task keeps the state; UserError if no
        state may be kept."""
        resumed = self._resume()
        if self.task.kept and not (resumed and self.progress.finished is not None):
            raise UserError("The result of this training is no longer available.", "Train again.")
        if not resumed:
            self._begin()
        elif self._is_to_be_measured:
            self._end_epoch()
        while self.progress.finished is None:
            self._epoch()
        if self.best is None:
            self._prune_at_once()
        assert self.best is not None
        self.student.load(self.best)
        self._save()
        return self._result()

    # -- start and end ---------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.progress.before = self._measure()
        self._consider(self.progress.before, start=True)
        self.progress.rate = self.params.rate or self._find_rate()
        if self.seeks_less:
            self.progress.best = math.nan  # the start takes more bits than the end, or has fewer zeros
            self.selection.forget()
        self.ramp = self._make_ramp()
        if self.ramp.ranked:
            self.best = None  # the start is not as sparse as the end
            self.progress.best = math.nan
            self.selection.forget()
            self.ramp.move(0.0)
        self._point(self.progress.before)

    def _resume(self) -> bool:
        """Resume from a checkpoint of the same training, if there is one."""
        saved = self.task.checkpoint.load()
        if saved is None:
            return False
        self.ramp = self._make_ramp()
        self.progress = Progress(**saved["progress"] | {"finished": from_data(saved["progress"]["finished"])})
        self.ramp.resume(self.progress.event, saved["squares"])
        self.student.load(saved["student"])
        self.best = saved["best"]
        self.average.values = saved["average"]
        self.selection.rows = {name: rows.numpy() for name, rows in saved["rows"].items()}
        self.optimiser.load_state_dict(saved["optimiser"])
        if self.progress.finished == STOPPED and not self.task.kept:
            self.progress.finished = None
        for point in self.progress.points:
            self.job.update(TrainingPoint(**point))
        return True

    @property
    def _is_to_be_measured(self) -> bool:
        """Whether training ended between the last step of an epoch and its measurement."""
        progress = self.progress
        return (
            progress.finished is None
            and progress.step % self.per_epoch == 0
            and progress.points[-1]["step"] < progress.step
        )

    def _make_ramp(self) -> Ramp:
        ramp = Ramp.of(self.student, self.params.sparsify)
        self.start = self.student.state() if ramp.ranked else None
        return ramp

    def _prune_at_once(self) -> None:
        """Prune at once if no sufficiently pruned state had a finite loss: then only the start is left."""
        assert self.ramp is not None and self.start is not None
        self.student.load(self.start)
        self.ramp.event = -1
        self._finish_ramp()
        self._consider(self._measure(), start=True)

    def _save_now_and_then(self) -> None:
        if time.monotonic() - self.saved > min(max(OFTEN * self.cost, SAVED[0]), SAVED[1]):
            self._save()

    def _save(self) -> None:
        start = time.monotonic()
        self.progress.event = -1 if self.ramp is None else self.ramp.event
        self.task.checkpoint.save(
            {
                "progress": asdict(self._now()) | {"finished": to_data(self.progress.finished)},
                "student": self.student.state(),
                "best": self.best,
                "optimiser": self.optimiser.state_dict(),
                "average": self.average.values,
                "squares": [] if self.ramp is None else self.ramp.squares,
                "rows": {name: torch.from_numpy(rows) for name, rows in self.selection.rows.items()},
            }
        )
        self.saved = time.monotonic()
        self.cost = self.saved - start

    def _now(self) -> Progress:
        """Return the progress with the seconds spent so far."""
        now = time.monotonic()
        self.progress.seconds += now - self.started
        self.started = now
        return self.progress

    def _result(self) -> StageResult:
        progress = self._now()
        samples = self.task.samples
        return StageResult(
            self.task.stage,
            self.task.metric.info,
            progress.before,
            progress.best,
            progress.step / self.per_epoch,
            progress.best_epoch,
            progress.seconds,
            len(samples.train),
            len(samples.held),
            tuple(TrainingPoint(**point) for point in progress.points),
            progress.finished or "",
            gain=gained(self.task.metric, self.selection.rows["start"], self.selection.rows["kept"]),
            rate=progress.rate,
        )

    def _find_rate(self) -> float:
        """Return the rate found by a range test, which starts from the current weights and restores them."""
        start, batches = self.student.state(), self._endless()

        def step(number: int, rate: float) -> float:
            self.job.check()
            return self._learn(next(batches), rate)

        found = range_test.proposed(self.params.optimiser, step)
        self.student.load(start)
        self.optimiser = self._optimiser()
        return found * (self.params.rate_factor or 1.0)

    def _endless(self) -> Iterator[Batch]:
        params, seed = self.params, (self.task.seed, self.task.number, RANGE)
        while True:
            yield from self.task.samples.batches(params.batch, seed, params.shift, params.flip)

    # -- steps -----------------------------------------------------------------------------------------------------

    def _time(self) -> float:
        """Return the completed fraction of the stage, 0..1."""
        if self.params.minutes is not None:
            return min(1.0, self._now().seconds / (60 * self.params.minutes))
        return self.progress.step / (self.per_epoch * (self.params.epochs or 1))

    def _epoch(self) -> None:
        """Train to the end of the current epoch, then measure; keep the best state."""
        params, progress = self.params, self.progress
        epoch, first = divmod(progress.step, self.per_epoch)
        seed = (self.task.seed, self.task.number, epoch)
        for batch in self.task.samples.batches(params.batch, seed, params.shift, params.flip, first):
            if self.job.held:
                self._rest()
            if self.job.cancelled:
                return self._stop()
            moment = self._time()
            if moment >= 1.0:
                break
            self._step(batch, moment)
            if progress.finished is not None:
                return None
        self._end_epoch()
        return None

    def _step(self, batch: Batch, moment: float) -> None:
        assert self.ramp is not None
        self.ramp.move(moment)
        rate = schedule.rate(self.params, self.progress.rate, moment)
        value = self._learn(batch, rate)
        if not math.isfinite(value):
            self.progress.finished = DIVERGED
            return
        self.ramp.follow()
        self.average.follow(self.student, self.progress.step)
        self.progress.step += 1
        self.progress.losses.append(value)
        if self.progress.step % self.apart == 0 and self.progress.step % self.per_epoch:
            self._point(None, rate)
        self._save_now_and_then()

    def _learn(self, batch: Batch, rate: float) -> float:
        """Do one step and return the loss before it. If that is not finite, weights stay unchanged."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        with self.student.normalising():
            loss = self.task.loss(self.student(batch.feeds), batch)
        value = loss.item()
        if math.isfinite(value):
            (loss if self.task.penalty is None else loss + self.task.penalty()).backward()
            self.optimiser.step()
            self._shrink(rate)
        return value

    @torch.no_grad()
    def _shrink(self, rate: float) -> None:
        """Apply the proximal operators of λ Σ|w| and of λ Σ √n ‖w_c‖: soft thresholding of weights and of whole
        channels, which yields exact zeros (Parikh and Boyd 2014, 6.5.2 and 6.5.4)."""
        if amount := rate * self.params.l1:
            for _, tensor in self.student.floats():
                tensor.values.copy_(tensor.values.sign() * (tensor.values.abs() - amount).clamp_min(0))
        if amount := rate * self.params.group_lasso:
            for path, tensor in self.student.floats():
                if tensor.values.shape == self.student.compiled.model.layer(path).shape:  # not of factors
                    axis = self.student.compiled.model.layer(path).out_axis
                    others = [other for other in range(tensor.values.dim()) if other != axis]
                    length = tensor.values.square().sum(others, keepdim=True).sqrt().clamp_min(1e-12)
                    weights = tensor.values.numel() / length.numel()
                    tensor.values.mul_((1 - amount * math.sqrt(weights) / length).clamp_min(0))

    def _end_epoch(self) -> None:
        assert self.ramp is not None
        progress = self.progress
        moment = self._time()
        over = moment >= 1.0
        if over:
            self._finish_ramp()
        with self.average.within(self.student):
            value = self._measure()
            if self.ramp.done and (not self.seeks_less or moment > LATE):
                self._consider(value)
        self._point(value)
        if not self.student.is_finite():
            progress.finished = DIVERGED
        elif over:
            progress.finished = ""
        elif self.params.patience and progress.waited >= self.params.patience:
            progress.finished = Message(
                "stopped early: no improvement for {n} epochs",
                one="stopped early: no improvement for {n} epoch",
                n=self.params.patience,
            )
        self._save_now_and_then()

    def _rest(self) -> None:
        """Pause: the state is saved to disk, and the time does not count."""
        self._save()
        self.job.rest()
        self.started = self.saved = time.monotonic()

    def _finish_ramp(self) -> None:
        assert self.ramp is not None
        self.ramp.move(1.0)

    def _stop(self) -> None:
        """Stop at the user's request: the state is saved to disk, and kept in the student if the task says so."""
        if not self.task.keep():
            self._save()
            raise Cancelled
        self._save()
        if self.best is None:  # the schedule had not pruned all: do it now
            self._finish_ramp()
            self._consider(self._measure())
        self.progress.finished = STOPPED

    # -- measuring -------------------------------------------------------------------------------------------------

    @torch.no_grad()
    def _measure(self) -> float:
        """Measure the metric on the held-out samples. Raises Cancelled as `run` does."""
        scores = []
        for batch in self.task.samples.held_out(max(self.params.batch, 64)):
            if self.job.cancelled and not self.task.keep():
                if self.progress.step:  # else nothing was begun
                    self._save()
                raise Cancelled
            scores.append(self.task.metric.score(self.student(batch.feeds).cpu().numpy(), self.task.target(batch)))
        self.rows = np.concatenate(scores)
        return self.task.metric.value(self.rows)

    def _consider(self, value: float, start: bool = False) -> None:
        """Keep the state just measured if it is selected. The start is always kept first, whatever its value."""
        progress = self.progress
        sound = not math.isnan(value) and self.student.is_finite()
        progress.waited = 0 if start or (sound and self.selection.is_higher(self.rows)) else progress.waited + 1
        if start:
            self.selection.begin(self.rows)
        if start or (sound and self.selection.judged(self.rows)):
            progress.best, progress.best_epoch = value, progress.step / self.per_epoch
            self.best = self.student.state()

    def _point(self, value: float | None, rate: float | None = None) -> None:
        """Add a point to the curve, and report it."""
        epoch = self.progress.step / self.per_epoch
        losses, self.progress.losses = self.progress.losses, []
        loss = float(np.mean(losses)) if losses else None
        point = TrainingPoint(
            self.task.number,
            self.progress.step,
            epoch,
            loss,
            value,
            self.progress.rate if rate is None else rate,
            self.student.sparsity(),
            *((None, None) if value is None else interval_of(self.task.metric, self.rows, ALL)),
        )
        self.progress.points.append(asdict(point))
        self.job.update(point)
        shown = self.progress.best if value is None else value
        kind, goal, metric = Message(INFOS[self.task.stage.kind].title), self.params.epochs, self.task.metric.info
        words = [
            Message(
                "{kind}: {epoch:.1f} of {n} epochs",
                one="{kind}: {epoch:.1f} of {n} epoch",
                kind=kind,
                epoch=epoch,
                n=goal,
            )
            if goal
            else Message("{kind}: {epoch:.1f} epochs", kind=kind, epoch=epoch)
        ]
        if loss is not None:
            words.append(Message("loss {loss:.3g}", loss=loss))
        if not math.isnan(shown):
            words.append(Message("{metric} {shown}", metric=metric, shown=metric_text(shown, metric)))
        if not self.job.cancelled:
            self.job.report(Joined(words), min(1.0, self._time()))
