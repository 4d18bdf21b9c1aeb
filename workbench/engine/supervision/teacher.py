"""Teachers run in the deployment runtime: any model that it runs can teach, with or without gradients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.trust import NOBODY, Trust, check_place
from workbench.data.dataset import Dataset
from workbench.engine.base.evaluate import Run, runner
from workbench.engine.supervision.features import output_of
from workbench.engine.supervision.losses import together
from workbench.engine.supervision.samples import Batch, is_moved
from workbench.formats.opening import open_model
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut

REMEMBERED = 256 << 20  # bytes of answers that are kept, so that a sample is asked once


@dataclass(eq=False)
class Teacher:
    """Answers of one model to the training samples."""

    name: str
    run: Run
    data: Dataset
    inputs: tuple[str, ...]
    _known: list[np.ndarray] = field(default_factory=list)  # by sample, as it is stored and moved in each way
    _asked: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))  # which of these

    def answers(self, batch: Batch) -> list[Tensor]:
        """Return the measured output, then the watched ones; cached while there is room."""
        places, kinds = batch.chosen, 1
        if batch.moves is not None:
            places, kinds = batch.moves.numbers * self.data.samples + places, batch.moves.kinds
        if self._bytes * kinds > REMEMBERED:
            return self._ask(self._feeds(batch, np.ones(len(places), bool)))
        self._make_room(kinds * self.data.samples)
        new = ~self._asked[places]
        if new.any():
            new |= bool(self.data.fixed_batch)
            for kept, output in zip(self._known, self._ask(self._feeds(batch, new)), strict=True):
                kept[places[new]] = output.numpy()
            self._asked[places] = True
        return [torch.from_numpy(kept[places]) for kept in self._known]

    @cached_property
    def _first(self) -> list[Tensor]:
        """Answers to a few samples, for their shapes."""
        return self._ask(self.data.least())

    @property
    def _bytes(self) -> int:
        """The bytes of the stored answers to all samples."""
        return sum(4 * output[0].numel() for output in self._first) * self.data.samples

    def _make_room(self, rows: int) -> None:
        if len(self._asked) < rows:
            more = rows - len(self._asked)
            known = self._known or [np.empty((0, *output.shape[1:]), np.float32) for output in self._first]
            self._known = [np.concatenate([kept, np.empty((more, *kept.shape[1:]), np.float32)]) for kept in known]
            self._asked = np.pad(self._asked, (0, more))

    def _feeds(self, batch: Batch, new: np.ndarray) -> dict[str, np.ndarray]:
        """Return feeds of some of the samples of a batch; `new`: bool [n]."""
        if batch.moves is None:
            return self.data.feeds(batch.chosen[new])
        every = {name: value.numpy() for name, value in batch.feeds.items()}
        if new.all():
            return every
        stored = self.data.feeds(batch.chosen[new])
        return {name: every[name][new] if is_moved(self.data, name) else stored[name] for name in every}

    def _ask(self, feeds: dict[str, np.ndarray]) -> list[Tensor]:
        named = dict(zip(self.inputs, feeds.values(), strict=True))
        return [torch.from_numpy(np.asarray(output, np.float32)) for output in self.run(named)]


def teachers(
    original: Model, paths: str, data: Dataset, job: Job, layers: Sequence[str] = (), trusted: Trust = NOBODY
) -> tuple[Teacher, ...]:
    """Return the original model, or those in these files (comma-separated), as teachers; the first also provides the
    outputs of these layers. Raises UserError for one that does not fit."""
    models = _opened(paths, trusted, job) or [(Message("the original model"), original)]
    return tuple(teacher(name, model, data, layers if index == 0 else ()) for index, (name, model) in enumerate(models))


def answers_of(paths: str, data: Dataset, job: Job, trusted: Trust) -> Run:
    """Return the combined outputs of the teachers in these files, as a function of feeds. Raises UserError for one that
    does not fit."""
    asked = [teacher(name, model, data) for name, model in _opened(paths, trusted, job)]

    def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        answers = [
            torch.from_numpy(np.asarray(each.run(dict(zip(each.inputs, feeds.values(), strict=True)))[0], np.float32))
            for each in asked
        ]
        return [together(answers, answers[0].dim() == 2 and answers[0].shape[1] > 1).numpy()]

    return run


def _opened(paths: str, trusted: Trust, job: Job) -> list[tuple[str, Model]]:
    for name in named(paths):
        check_place(name, trusted)
    return [(name, open_model(name, trusted=name in trusted, job=job)) for name in named(paths)]


def named(paths: str) -> list[str]:
    """Split comma-separated file names."""
    return [part.strip() for part in paths.split(",") if part.strip()]


def teacher(name: str, model: Model, data: Dataset, layers: Sequence[str] = ()) -> Teacher:
    """Return a teacher that provides the measured output, then those of these layers. Raises UserError if its inputs
    differ from the data's, or it has no such output or layer."""
    own = {spec.name: spec for spec in model.inputs}
    names = [spec.name for spec in data.specs]
    order = names if set(own) == set(names) else list(own)
    fits = len(order) == len(names) and all(
        own[mine].dtype == spec.dtype and len(own[mine].shape) == len(spec.shape)
        for mine, spec in zip(order, data.specs, strict=True)
    )
    if not fits:
        raise UserError(
            "{name} has different inputs from the student: {own}.",
            "Choose a teacher with the same inputs and outputs.",
            name=name,
            own=[*own],
        )
    watched = [output_of(model, path, name) for path in layers]
    outputs = [str(value.name) for value in model.ir.graph.outputs]
    place = data.answer.among(outputs)
    if place.index >= len(outputs):
        raise UserError(
            "{name} has no output '{place}'.", "Choose a teacher with the same outputs.", name=name, place=place.name
        )
    chosen = outputs[place.index]
    answering = cut.ending_in(model, (chosen, *watched)) if watched else cut.with_single_output(model, chosen)
    run = runner(runtime.session(answering))

    def told(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        first, *others = run(feeds)
        return [place.take(first), *others]

    return Teacher(name, told, data, tuple(order))
