"""Replacement of blocks of layers by students: the modules that a recipe names, their replacements, and the fit.

Every layer that has such a step names a module (span). Students are fitted in one run of the original model, on the
inputs and outputs of each block.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from workbench.core.base.arguments import weak_cache
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.recipe.action import Action
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration import im2col
from workbench.engine.calibration.input_moments import at_once
from workbench.engine.calibration.layer_context import BATCH, SAMPLES
from workbench.engine.calibration.taps import refuse_what_is_not_finite
from workbench.engine.compile.equivalence import Changed, prove_shapes
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.subgraph import cut
from workbench.graph.subgraph.replace import Form, form_of, replaced
from workbench.graph.subgraph.span import Span, span_of
from workbench.methods.base.method import Moments, ReplacingMethod, find

HELD = 8  # every eighth batch is held out

_outlines: WeakKeyDictionary[Model, dict[str, Model]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Block:
    """A span with the requested step and its replacement."""

    span: Span
    action: Action
    form: Form

    def method(self) -> tuple[ReplacingMethod, Any]:
        chosen, params = find(self.action)
        assert isinstance(chosen, ReplacingMethod)
        return chosen, params

    @property
    def keeper(self) -> str:
        """Path of the layer that the student replaces; "" without a student."""
        return self.span.layers[0] if self.form.shape else ""


def span(model: Model, module: str) -> Span:
    """Return the span of a module, computed once per model. Raises UserError for a module that cannot be cut out."""
    found = _span_or_error(model, module)
    if isinstance(found, UserError):
        raise UserError(found.what, found.hint)  # one that was raised refers to the model, which would never be freed
    return found


@weak_cache
def _span_or_error(model: Model, module: str) -> Span | UserError:
    try:
        return span_of(model, module)
    except UserError as error:
        return UserError(error.what, error.hint)


def refusal(model: Model, path: str, action: Action) -> str | None:
    """Return why the module that a layer's step names cannot be replaced, or None."""
    try:
        _block(model, path, action)
    except UserError as error:
        return error.what
    return None


def _block(model: Model, path: str, action: Action) -> Block:
    chosen, params = find(action)
    assert isinstance(chosen, ReplacingMethod)
    found = span(model, chosen.module(path, params))
    return Block(found, action, form_of(model, found, chosen.kernel(params)))


def blocks(model: Model, asked: Mapping[str, Action]) -> list[Block]:
    """Return the blocks that these steps name, in the model's order. Raises UserError if two of them overlap."""
    found: dict[str, Block] = {}
    for path, action in asked.items():
        block = _block(model, path, action)
        if found.setdefault(block.span.module, block).action != action:
            raise UserError(
                "The steps on layers of {module} specify different students.",
                "Give all the same step.",
                module=block.span.module,
            )
    owners: dict[str, Block] = {}
    for block in found.values():
        for name in block.span.nodes:
            if owners.setdefault(name, block) is not block:
                raise UserError(
                    "{module} and {other} cannot both be replaced: they share layers.",
                    "Replace one of them.",
                    module=owners[name].span.module,
                    other=block.span.module,
                )
    return list(found.values())


def replace(
    model: Model, asked: Mapping[str, Action], data: Dataset | None, seed: int, cache: Cache, job: Job
) -> Changed:
    """Return the model with students in place of blocks. Raises UserError without calibration samples."""
    chosen = blocks(model, asked)
    learning = [block for block in chosen if block.form.shape]
    moments = _moments(model, learning, data, job.part(0.0, 0.8)) if learning else {}
    students: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    words = {}
    for block in job.part(0.8, 1.0).each(learning, Message("fitting students")):
        method, params = block.method()
        fitted, held = moments[block.span.module]
        weights = method.fit(fitted, params, job)
        words[block.span.module] = _words(weights, fitted, held)
        students[block.span.module] = _shaped(block.form, weights)
    made = _all_replaced(model, chosen, students)
    prove_shapes(model, made, data, job)
    return Changed(
        made,
        {
            path: note
            for block in chosen
            for path, note in _notes(model, block, words.get(block.span.module, "")).items()
        },
    )


def outline(model: Model, asked: Mapping[str, Action]) -> Model:
    """Return the same model before anything is fitted, which is sufficient for a forecast."""
    chosen = blocks(model, asked)
    known = _outlines.setdefault(model, {})
    key = repr([(block.span.module, block.form) for block in chosen])
    if key not in known:
        known.clear()
        known[key] = _all_replaced(model, chosen, {})
    return known[key]


def _all_replaced(model: Model, chosen: list[Block], students: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Model:
    """Replace from the last block to the first: a block's output may be the input of the next one."""
    place = {node.name or "": index for index, node in enumerate(model.ir.graph)}
    for block in sorted(chosen, key=lambda block: -place[block.span.nodes[0]]):
        empty = np.zeros(block.form.shape, np.float32), np.zeros(block.form.outputs, np.float32)
        model = replaced(model, block.span, block.form, *students.get(block.span.module, empty))
    return model


def _shaped(form: Form, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Convert [columns + 1, outputs] to the layer's weight and bias."""
    weight, bias = weights[:-1], weights[-1]
    return (weight.T if form.op == "Conv" else weight).reshape(form.shape), bias


def _notes(model: Model, block: Block, words: str) -> dict[str, Message]:
    module, keeper = block.span.module, block.keeper
    if not keeper:
        return dict.fromkeys(block.span.layers, Message("removed with {module}", module=module))
    notes = dict.fromkeys(
        block.span.layers, Message("removed with {module}, which {keeper} replaces", module=module, keeper=keeper)
    )
    before = sum(model.layer(path).parameters for path in block.span.layers)
    grown = Message("it has more weights than the block had") if block.form.layer(keeper).parameters >= before else ""
    return notes | {keeper: Joined((Message("replaces {module}", module=module), words, grown), CLAUSE)}


def _words(weights: np.ndarray, fitted: Moments, held: Moments) -> str:
    """Describe the quality of a student's fit: ‖y − W x‖² relative to the variance of y."""
    of = held if held.rows else fitted
    power = of.squares.sum() - np.square(of.outputs).sum() / of.rows
    missed = of.squares.sum() - 2 * (weights * of.across).sum() + (weights * (of.inputs @ weights)).sum()
    share = f"{100 * max(missed, 0.0) / max(power, 1e-12):.1f} %"
    return (
        Message("response error {share} on held-out samples", share=share)
        if held.rows
        else Message("response error {share} on the fitting samples", share=share)
    )


def _moments(model: Model, chosen: list[Block], data: Dataset | None, job: Job) -> dict[str, tuple[Moments, Moments]]:
    """Return moments for each block: those to fit to, and those of held-out samples."""
    if data is None:
        raise UserError(
            "{module}: a student needs calibration samples.", "Give a data set.", module=chosen[0].span.module
        )
    sums = {block.span.module: (_Sums(block.form), _Sums(block.form)) for block in chosen}
    for index, values in enumerate(_values(model, chosen, data, job)):
        for block in chosen:
            own = sums[block.span.module][index % HELD == HELD - 1]
            own.add(values[block.span.received], values[block.span.given])
    found = {}
    for module, (fitted, held) in sums.items():
        refuse_what_is_not_finite(module, fitted.across.numpy())
        if fitted.rows < len(fitted.inputs):
            raise UserError(
                "{module}: {rows:,} input rows are too few to fit a student with {n:,} columns.",
                "Give more calibration samples, or choose a smaller kernel.",
                module=module,
                rows=fitted.rows,
                n=len(fitted.inputs),
            )
        found[module] = (fitted.moments(), held.moments())
    return found


def _values(model: Model, chosen: list[Block], data: Dataset, job: Job) -> Iterator[dict[str, np.ndarray]]:
    """Yield inputs and outputs of the blocks, batch by batch."""
    names = dict.fromkeys(name for block in chosen for name in (block.span.received, block.span.given))
    inputs = {spec.name for spec in model.inputs}
    computed = [name for name in names if name not in inputs]
    session = runtime.session(cut.ending_in(model, tuple(computed)))
    wanted = {value.name for value in session.get_inputs()}
    used = min(data.samples, SAMPLES)
    batch = data.at_once(max(1, min(BATCH, used // HELD)))
    total = -(-used // batch)
    for feeds in job.each(data.batches(batch, SAMPLES), Message("running the blocks"), total):
        made = runtime.run(session, {name: array for name, array in feeds.items() if name in wanted}, computed)
        yield {**feeds, **dict(zip(computed, made, strict=True))}


class _Sums:
    """Accumulated moments."""

    def __init__(self, form: Form) -> None:
        import torch

        self.layer = form.layer("student")
        columns = self.layer.matrix[1] + 1
        self.inputs = torch.zeros(columns, columns, dtype=torch.float64)
        self.across = torch.zeros(columns, form.outputs, dtype=torch.float64)
        self.outputs = torch.zeros(form.outputs, dtype=torch.float64)
        self.squares = torch.zeros(form.outputs, dtype=torch.float64)
        self.rows = 0

    def add(self, x: np.ndarray, y: np.ndarray) -> None:
        import torch

        targets = torch.from_numpy(
            (np.moveaxis(y, 1, -1) if self.layer.op == "Conv" else y).reshape(
                -1, y.shape[1 if self.layer.op == "Conv" else -1]
            )
        ).float()
        rows = at_once(self.inputs.shape[0])
        for start in range(0, len(targets), rows):
            chosen = np.arange(start, min(start + rows, len(targets)))
            own = torch.from_numpy(im2col.unfold(self.layer, x, chosen)[0])
            own = torch.cat([own, torch.ones(len(own), 1)], 1)
            asked = targets[start : start + len(own)]
            self.inputs += (own.T @ own).double()
            self.across += (own.T @ asked).double()
            self.outputs += asked.double().sum(0)
            self.squares += asked.double().square().sum(0)
            self.rows += len(own)

    def moments(self) -> Moments:
        return Moments(self.inputs.numpy(), self.across.numpy(), self.outputs.numpy(), self.squares.numpy(), self.rows)
