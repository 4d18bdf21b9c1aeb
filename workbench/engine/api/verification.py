"""Verification of a written file: it is run beside the preview, on all samples or else on synthetic inputs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.core.analysis.report import Beside, Figure, Verified
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.data.matching import Given, constants
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.compile.compiler import Compiled
from workbench.engine.integers import settle
from workbench.engine.preview import previewer
from workbench.engine.workspace import Workspace
from workbench.formats.finish import answers, relative_difference
from workbench.graph.model.hidden_weights import random_operators
from workbench.graph.model.model import Model
from workbench.graph.onnx import aside, runtime

# Outputs of preview and file differ by float rounding; predictions may differ only on ties. More is an error.
LARGEST_RELATIVE_DIFFERENCE = 1e-2


@dataclass(frozen=True)
class Verification:
    """Result of running a written file, for the report.

    value      metric of the file; None without data
    preview    metric of the preview on the same samples
    verified   None if the file was not run, or its outputs depend on the runtime's optimisation
    beside     other metrics of the file
    """

    value: Figure | None = None
    preview: float | None = None
    verified: Verified | None = None
    beside: tuple[Beside, ...] = ()
    notes: tuple[str, ...] = ()


UNVERIFIED = Verification(notes=(Message("Not verified: the written file was not run, as asked."),))


def of_file(workspace: Workspace, compiled: Compiled, written: Path, run: Run, given: Given, job: Job) -> Verification:
    """Compare a written file, which `run` runs, with the preview: on every sample, or without data on synthetic inputs,
    with the values of `given` where it has some. Raises UserError if they differ by more than rounding."""
    shown, evaluator = previewer.effective(compiled.model, compiled.edits), workspace.evaluator
    if evaluator is None:
        verified, note = on_synthetic_inputs(shown, str(written), given)
        # Weights without a network are not run: the other format reports on them.
        return Verification(verified=verified, notes=() if workspace.model.weights_only else (note,))
    random = drawn(workspace.model)
    preview, verified, beside = compared(evaluator, runner(runtime.session(shown)), run, job, alike=not random)
    apart = random or settle.note_on_file(str(written), run, evaluator.data, settle.deciding(evaluator))
    value = Figure(verified.value or 0.0, "measured" if apart else "verified", verified.samples)
    return Verification(value, preview, None if apart else verified, beside, (apart,) if apart else ())


def compared(
    evaluator: Evaluator, shown: Run, written: Run, job: Job, alike: bool = True
) -> tuple[float, Verified, tuple[Beside, ...]]:
    """Return the preview's metric; the file's metric on every sample and the distance of their outputs; and the other
    metrics of the file.

    Raises UserError if they differ by more than rounding, unless they are not expected to be `alike`.
    """
    rows = [[np.empty_like(each.scores) for each in evaluator.measures] for _ in range(2)]
    agree = 0.0
    largest = scale = 0.0
    for chosen in job.each(evaluator.batches(), Message("verifying the file")):
        feeds = evaluator.data.feeds(chosen)
        outputs = shown(feeds), written(feeds)
        for own, ran in zip(rows, outputs, strict=True):
            for row, each in zip(own, evaluator.measures, strict=True):
                row[chosen] = each.score(each.answer.of(ran), chosen)
        a, b = (evaluator.answer(ran) for ran in outputs)
        agree += float(evaluator.metric.same(a, b).sum())
        if evaluator.metric.decide is not None and a.dtype.kind != "f":  # class numbers, names, true and false
            continue
        apart = np.where(a == b, 0.0, np.abs(a.astype(np.float64) - b))  # where both are infinite, too
        largest = max(largest, float(np.nan_to_num(apart, nan=np.inf).max()))
        scale = max(scale, float(np.abs(a).max()))
    if alike and (not np.isfinite(largest) or largest > LARGEST_RELATIVE_DIFFERENCE * max(scale, 1e-6)):
        raise UserError(
            "The written file does not match the preview: outputs differ by {largest:.3g} at a scale of {scale:.3g}.",
            "No file was kept. Export with 'sparse: off', and report this recipe.",
            largest=largest,
            scale=scale,
        )
    samples, value = evaluator.data.samples, evaluator.metric.value
    change = evaluator.change(np.arange(samples), rows[1][0])
    verified = Verified(value(rows[1][0]), agree / samples, largest, samples, change)
    return value(rows[0][0]), verified, evaluator.beside(np.arange(samples), rows[1])


def drawn(model: Model) -> str:
    """Return a note on a file that cannot be compared with its preview because the model draws random numbers; else
    ""."""
    random = random_operators(model.ir)
    if not random:
        return ""
    return Message("Not verified: {random} makes the outputs random, so that two runs differ.", random=[*random])


def on_synthetic_inputs(shown: Model, written: str, given: Given) -> tuple[Verified | None, str]:
    """Run the preview and the file on synthetic inputs; return the comparison and a note. None if the file's outputs
    differ without the runtime's graph optimisation.

    Raises UserError if their outputs differ by more than rounding.
    """
    if said := drawn(shown):
        return None, said
    running = runtime.session(written)
    feeds, found, why = answers(running, aside.default_values(shown.ir) | constants(shown.inputs, given))
    if not feeds:
        return Verified(None, None, None, 0), Message("No data: not measured, and the file was not run: {why}", why=why)
    expected = runtime.run(runtime.session(shown), feeds)
    difference, largest = relative_difference(expected, found), 0.0
    if not difference <= LARGEST_RELATIVE_DIFFERENCE:
        raise UserError(
            "The written file does not match the preview: on synthetic inputs the relative "
            "difference of its outputs is {difference:.3g}.",
            "No file was kept. Export with 'sparse: off', and report this recipe.",
            difference=difference,
        )
    moved = settle.without_optimisation(written, found, feeds)
    if moved is not None:
        return None, settle.not_verified(moved, 0)
    for a, b in zip(expected, found, strict=True):
        if isinstance(a, np.ndarray) and a.dtype.kind == "f" and a.size:
            largest = max(largest, float(np.nan_to_num(np.abs(a.astype(np.float64) - b)).max()))
    return Verified(None, None, largest, 0), (
        Message(
            "No data: not measured. The written file was run on synthetic inputs; its outputs "
            "differ from the preview's by at most {largest:.2g}",
            largest=largest,
        )
    )
