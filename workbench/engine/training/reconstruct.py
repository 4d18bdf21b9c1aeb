"""Reconstruction of a quantised model block by block: each block's output is brought back to that of the original.

The input of a block comes from the blocks reconstructed before it, so it corrects their errors, too. Only the values
around one block are in memory. Li et al. 2021, BRECQ, ICLR, algorithm 1; Wei et al. 2022, QDrop, ICLR, algorithm 1.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message, from_data, to_data
from workbench.core.recipe.stages import Reconstruct
from workbench.data.dataset import Dataset
from workbench.data.sampling import in_groups
from workbench.engine.calibration.walk import Front
from workbench.engine.compile.compiler import Compiled
from workbench.engine.compile.left_out import Left, notes_on
from workbench.engine.preview.previewer import effective
from workbench.engine.students.block_learning import BlockLearning
from workbench.engine.students.block_samples import Part
from workbench.engine.students.block_student import BlockStudent, Dropping
from workbench.engine.training.checkpoint import Checkpoint
from workbench.engine.training.loop import STOPPED
from workbench.graph.encodings.rounding import rounds, with_levels
from workbench.graph.model.model import Model
from workbench.graph.storage.edit import Edit
from workbench.graph.subgraph import cut
from workbench.graph.subgraph.blocks import Block, blocks_of
from workbench.graph.subgraph.chain import holding
from workbench.graph.torch.torch_proof import proved_view
from workbench.graph.torch.torch_view import TorchView

MEMORY = 512 << 20  # bytes of values around a block; where samples are larger, fewer of them teach it
LEARNING = ("Conv", "ConvTranspose", "Gemm", "MatMul")
KEEPS = Message("keeps its rounding")


@dataclass(frozen=True, eq=False)
class Reference:
    """The model that blocks are compared with: before quantisation, after training that was before it."""

    model: Model
    weights: Callable[[str], np.ndarray]  # by path


@dataclass
class State:
    """Progress of the stage, which goes into the checkpoint.

    errors     mean squared error of each block's output before and after it learned
    finished   why it ended, "" for the regular end
    """

    blocks: int = 0
    edits: dict[str, Edit] = field(default_factory=dict)
    errors: list[tuple[float, float]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    finished: str | None = None

    def save(self, checkpoint: Checkpoint) -> None:
        checkpoint.save(
            {
                "blocks": self.blocks,
                "edits": {path: _stored(edit) for path, edit in self.edits.items()},
                "errors": self.errors,
                "refused": [(path, to_data(reason)) for path, reason in self.refused],
                "seconds": self.seconds,
                "finished": to_data(self.finished),
            }
        )

    @staticmethod
    def load(checkpoint: Checkpoint, edits: Mapping[str, Edit]) -> "State":
        saved = checkpoint.load()
        if saved is None:
            return State()
        return State(
            saved["blocks"],
            {path: _restored(edits[path], stored) for path, stored in saved["edits"].items()},
            [tuple(each) for each in saved["errors"]],
            [(path, from_data(reason)) for path, reason in saved["refused"]],
            saved["seconds"],
            from_data(saved["finished"]),
        )


def _stored(edit: Edit) -> dict[str, Any]:
    grid = edit.encoding.tensor.grid
    assert grid is not None
    bias = None if edit.bias is None else torch.from_numpy(edit.bias)
    return {"q": torch.from_numpy(grid.q), "scale": torch.from_numpy(grid.scale), "bias": bias}


def _restored(edit: Edit, stored: Mapping[str, Any]) -> Edit:
    encoding = with_levels(edit.encoding, stored["q"].numpy(), stored["scale"].numpy())
    return replace(edit, encoding=encoding, bias=None if stored["bias"] is None else stored["bias"].numpy())


class Reconstruction:
    """One run of the stage. `chosen`: indices of the samples; the order of batches follows from `seed`."""

    def __init__(
        self,
        compiled: Compiled,
        reference: Reference,
        data: Dataset,
        chosen: np.ndarray,
        params: Reconstruct,
        seed: tuple[int, ...],
        checkpoint: Checkpoint,
        device: torch.device,
    ) -> None:
        self.compiled, self.reference, self.params = compiled, reference, params
        self.data, self.seed, self.checkpoint, self.device = data, seed, checkpoint, device
        self.batches = _batches(data, chosen, params, seed)
        self.reasons = {path: reason for path in compiled.edits if (reason := _reason(compiled, path))}
        every = blocks_of(compiled.model)
        self.blocks = tuple(block for block in every if self._learning(block))
        inside = {path for block in every for path in block.layers}
        for path in compiled.edits:
            if path not in inside:
                self.reasons.setdefault(path, Message("Its weight is read in several places of the model."))
        if not self.blocks:
            raise UserError(
                "No layer can be reconstructed: none has evenly spaced levels.",
                "Give layers a step such as quantize.affine, or remove the stage 'reconstruct'.",
            )

    def run(self, keep: Callable[[], bool], kept: bool, job: Job) -> tuple[Compiled, State]:
        """Return the compiled recipe with the learned edits. Raises Cancelled, unless `keep` says that the blocks done
        so far are the result; UserError if only a finished result was wanted (`kept`), and there is none."""
        self.state = state = State.load(self.checkpoint, self.compiled.edits)
        if kept and state.finished is None:
            raise UserError("The result of this training is no longer available.", "Train again.")
        if state.finished is None or (state.finished == STOPPED and not kept):
            state.finished = None
            try:
                self._learn(job)
                state.finished = ""
            except Cancelled:
                if not keep():
                    raise
                state.finished = STOPPED
            state.save(self.checkpoint)
        return replace(self.compiled, edits={**self.compiled.edits, **state.edits}), state

    def notes(self) -> tuple[str, ...]:
        """Return how far the errors fell, and which layers took no part."""
        falls = [1 - after / before for before, after in self.state.errors if before > 0]
        told = Message(
            "{n} blocks reconstructed: the mean squared error of a block's output fell by {share} in the median",
            one="{n} block reconstructed: the mean squared error of its output fell by {share}",
            n=len(falls),
            share=f"{100 * float(np.median(falls)):.0f} %" if falls else "0 %",
        )
        left = {**self.reasons, **dict(self.state.refused)}
        return told, *notes_on(
            [Left(path, KEEPS, left[path]) for path in self.compiled.edits if path in left],
            frozenset(self.compiled.model.sites),
        )

    def _learning(self, block: Block) -> tuple[str, ...]:
        """Return the layers of a block that learn."""
        return tuple(path for path in block.layers if path in self.compiled.edits and path not in self.reasons)

    def _learn(self, job: Job) -> None:
        """Learn the blocks that are left. Those that are done are passed on the same way, which gives the same
        values."""
        state, fronts = self.state, (Front(), Front())
        for number in range(len(self.blocks)):
            since = job.spent
            part = job.part(number / len(self.blocks), (number + 1) / len(self.blocks))
            parts = self._parts(number, fronts, part)
            if number < state.blocks:
                continue
            try:
                self._block(number, parts, part)
            finally:
                state.seconds += job.spent - since  # also of a block that was not finished
            state.blocks = number + 1
            state.save(self.checkpoint)

    def _block(self, number: int, parts: Sequence[Part], job: Job) -> None:
        block, learning = self.blocks[number], self._learning(self.blocks[number])
        base = self.compiled.model
        model = holding(base, cut.between(base, block.received, (block.given,)))
        try:
            original = self._original(block, parts[0])
        except UserError as error:
            self.state.refused += [(path, error.what) for path in learning]
            return
        compiled = replace(
            self.compiled,
            structure=replace(self.compiled.structure, model=model),
            edits={path: edit for path, edit in self.compiled.edits.items() if path in model.sites},
        )
        seed = (*self.seed, number)
        dropping = Dropping(self.params.drop, torch.Generator().manual_seed(_mixed(seed)))
        originals = {path: self.reference.weights(path) for path in learning}
        student = BlockStudent(compiled, originals, learning, self.params.step == "learned", dropping).to(self.device)
        loop = BlockLearning(student, original.to(self.device), parts, len(self.batches[0]), self.params, seed)
        loop.run(self._words(block, number), job)
        made = student.cpu().result().edits
        self.state.edits |= {path: made[path] for path in learning}
        self.state.errors.append((loop.before, loop.after))

    def _original(self, block: Block, part: Part) -> TorchView:
        """Return the block of the model that is compared with, itself compared with ONNX Runtime. Raises UserError."""
        whole = self.reference.model
        model = holding(whole, cut.between(whole, block.received, (block.given,)))
        return proved_view(model, {name: value.numpy() for name, value in part.exact.items()})

    def _words(self, block: Block, number: int) -> Message:
        return Message(
            "reconstructing {block}, block {number} of {count}",
            block=block.name,
            number=number + 1,
            count=len(self.blocks),
        )

    def _parts(self, number: int, fronts: tuple[Front, Front], job: Job) -> list[Part]:
        """Return values around a block, as many batches as fit into memory; both models are computed up to it."""
        block = self.blocks[number]
        shown = effective(self.compiled.model, {**self.compiled.edits, **self.state.edits})
        quantised, original = fronts
        own = quantised.move(shown, self._place(number), block.received, self._feeds(job))
        others = original.move(
            self.reference.model, self._place(number + 1), (*block.received, block.given), self._feeds(job)
        )
        parts: list[Part] = []
        room = MEMORY
        for received, exact in zip(own, others, strict=True):
            target = _tensors({block.given: exact.pop(block.given)})[block.given]
            part = Part(_tensors(received), _tensors(exact), target)
            if part.nbytes <= room or not parts:
                parts.append(part)
            room -= part.nbytes
        return parts

    def _place(self, number: int) -> tuple[str, ...]:
        """Return the names of the values that do not depend on this block or a later one."""
        layers = [path for block in self.blocks[number:] for path in block.layers]
        return cut.crossing_before(self.compiled.model, layers, self.blocks[number].received) if layers else ()

    def _feeds(self, job: Job) -> Iterator[Mapping[str, np.ndarray]]:
        for feeds in self.data.ahead(self.batches):
            job.check()
            yield feeds


def _tensors(values: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.require(x, requirements=["C", "W"])) for name, x in values.items()}


def _batches(data: Dataset, chosen: np.ndarray, params: Reconstruct, seed: tuple[int, ...]) -> Sequence[np.ndarray]:
    """Return the samples of each batch, whole ones only."""
    order = in_groups(chosen, data.together, np.random.default_rng(seed))[: params.samples]
    size = min(data.at_once(params.batch), len(order))
    return [order[start : start + size] for start in range(0, len(order) - size + 1, size)]


def _reason(compiled: Compiled, path: str) -> str | None:
    """Return why a layer's rounding is not learned, or None."""
    edit, op = compiled.edits[path], compiled.model.layer(path).op
    if edit.encoding.factors is not None:
        return Message("It is factorised; blocks learn the rounding of whole layers.")
    if not rounds(edit.encoding):
        return Message("Its weights are not on evenly spaced levels.")
    if any(action.method == "quantize.codebook" for action in compiled.chosen.get(path, ())):
        return Message("Its weights share values, which are kept.")
    if op == "Embedding":
        return Message("Each output of an embedding is one weight, so the nearest level is the best.")
    return None if op in LEARNING else Message("Gradients do not reach the weights of {op}.", op=op)


def _mixed(seed: tuple[int, ...]) -> int:
    return int(np.random.SeedSequence(seed).generate_state(1)[0])
