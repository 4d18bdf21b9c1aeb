"""Export: writes the edited graph, opens the file again, and verifies that it behaves as shown."""

import contextlib
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from workbench.core.analysis.profile import Load, Spread
from workbench.core.analysis.report import Beside, Figure, LayerChange, Report, Totals
from workbench.core.base import files as places
from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.language import ENGLISH, Language
from workbench.core.base.language import language as speaking
from workbench.core.base.message import Message, sentences
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.storing import PLAIN
from workbench.data.matching import Given
from workbench.engine.analysis import robustness
from workbench.engine.api import other_formats, report_notes, report_page, verification
from workbench.engine.base.evaluate import Run, runner
from workbench.engine.bench import latency as measure
from workbench.engine.bench import loading
from workbench.engine.bench.feeding import feeds_near
from workbench.engine.compile import for_target
from workbench.engine.compile.compiler import effective_stacks
from workbench.engine.compile.structure import Stacks
from workbench.engine.integers import settle
from workbench.engine.preview import previewer
from workbench.engine.training.trained import trained
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.dense import Dense
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import size_of, with_edits
from workbench.graph.storage.edit import Edit
from workbench.methods.base.method import find

log = logging.getLogger(__name__)
ROOM = 3  # factor by which the runtime may need more memory to load a model than its bytes
UNVERIFIED = Message("Not verified: the written file was not run, as asked.")
NOT_TIMED = Message("Latency, load time and memory were not measured, as asked.")
Loads = tuple[Load | None, Load | None, tuple[str, ...]]
Latencies = tuple[Figure | None, Figure | None]
UNTIMED: tuple[Latencies, Loads] = (None, None), (None, None, (NOT_TIMED,))


def export(
    workspace: Workspace,
    recipe: Recipe,
    folder: str,
    job: Job,
    name: str = "",
    device: str = "cpu",
    language: str = ENGLISH,
    kept: bool = False,
    notes: tuple[str, ...] = (),
    given: Given | None = None,
    format: str = "",
    verify: bool = True,
    timing: bool = True,
    corruptions: bool = False,
) -> Report:
    """Apply a recipe and write NAME.onnx and NAME.yaml into a folder, both or neither, then the report NAME.html.

    language     language of the report page (core.base.language); the returned report is English
    kept         see training.recover
    notes        further notes for the report
    format       name of a second format to write (see other_formats); a name with its suffix requests it as well
    verify       False: the file is not run
    timing       False: neither model is timed; a note says so
    corruptions  measure on corrupted samples, too; earlier measurements of this recipe are in the report anyway

    The model is written under a temporary name, opened again in ONNX Runtime, measured and compared with the preview;
    only then does it get its final name. Without data it is run on made-up inputs, with the values of `given` where it
    has some, and steps that need data are refused. If the report cannot be written, the model is kept: a note says why,
    and `files` lacks the page. A file whose outputs differ without the runtime's graph optimisation is written with a
    note, and not called verified. Raises UserError if the recipe does not fit, the folder cannot be written, the
    report's template is invalid, or the file does not behave as the preview did.
    """
    spoken = speaking(language)
    report_page.template()
    alone = workspace.model.weights_only
    name, other = other_formats.chosen(name or f"{places.stem(workspace.model.source.path)}_compressed", format, alone)
    files = {
        kind: Path(folder) / f"{name}.{suffix}"
        for kind, suffix in (("model", "onnx"), ("recipe", "yaml"), ("report", "html"))
    }
    if problem := system.name_problem(name):
        raise UserError(
            "{name} is not a valid file name: {problem}.", "Choose another name.", name=name, problem=problem
        )
    for file in (files["model"], *([Path(folder) / f"{name}{other.suffix}"] if other is not None else [])):
        _not_the_original(workspace.model, file)
    places.check_folder(Path(folder))
    chosen, _ = effective_stacks(workspace.model, recipe)
    if workspace.calibration is None:
        _refuse_without_data(chosen, recipe)
    workspace = workspace.ready(recipe)
    target, not_taken, unknown = for_target.findings(workspace.model.layers, recipe, chosen)
    middle = 0.8 if recipe.recover else 0.5
    compiled, recovery = trained(workspace, recipe, job.part(0.0, middle), device, kept)
    result = compiled.settled(workspace.calibration, workspace.evaluator if verify else None, job)
    size = size_of(result.model, result.edits, recipe.storing)
    changes, forecast_bytes = result.summary(size, recipe.storing)
    compressed = with_edits(result.model, result.edits, recipe.storing)
    system.give_memory_back()
    job.report(Message("writing the file"), middle)
    with places.staged(Path(folder)) as place:
        written = place.folder / files["model"].name
        compressed.save(written)
        written_run = runner(runtime.session(str(written), spinning=True))
        value = verified = preview_value = None
        beside: tuple[Beside, ...] = ()
        notes += (
            unknown
            + result.notes
            + workspace.model.notes
            + (workspace.data.answer.notes if workspace.data else ())
            + report_notes.storage(size.loading)
        )
        if not verify:
            notes += (UNVERIFIED,)
        elif workspace.evaluator is not None:
            preview_run = runner(runtime.session(previewer.effective(result.model, result.edits)))
            drawn = verification.drawn(workspace.model)
            preview_value, verified, beside = verification.compared(
                workspace.evaluator, preview_run, written_run, job.part(middle, 0.9), alike=not drawn
            )
            apart = drawn or settle.note_on_file(
                str(written), written_run, workspace.evaluator.data, settle.deciding(workspace.evaluator)
            )
            notes += (apart,) if apart else ()
            value = Figure(verified.value or 0.0, "measured" if apart else "verified", verified.samples)
            verified = None if apart else verified
        else:
            verified, said = verification.on_synthetic_inputs(
                previewer.effective(result.model, result.edits), str(written), given or {}
            )
            notes += () if alone else (said,)  # for weights without a network the other format reports it
        after_bytes = place.size(written.name)
        if other is not None:
            made, said = other_formats.write(
                other,
                written,
                lambda: plain(result.model, result.edits).ir,
                workspace.evaluator,
                job,
                any(edit.compute is not None for edit in result.edits.values()),
            )
            files["model" if alone else other.name] = Path(folder) / made.name
            notes += (said,)
            if alone:  # its ONNX is not a runnable model
                written.unlink()
                written, after_bytes = made, made.stat().st_size
                notes += other_formats.beyond_forecast(after_bytes, forecast_bytes)
        latencies, (before, after, unmeasured) = UNTIMED
        if timing:
            latencies = _latencies(workspace, written_run, job.part(0.9, 0.95))
            before, after, unmeasured = _loads(workspace, written, recipe.storing.batch, job.part(0.95, 1.0))
        about = workspace, recipe
        totals = (
            replace(_before(workspace, latencies[0]), load=before),
            replace(_after(result.model, changes, after_bytes, value, latencies[1]), load=after),
        )
        notes += unmeasured + report_notes.speed(*totals)
        report = Report(
            metric=workspace.evaluator.metric.info if workspace.evaluator else MetricInfo(),
            data=describe_data(workspace),
            before=totals[0],
            after=totals[1],
            forecast_bytes=forecast_bytes,
            preview_value=preview_value,
            verified=verified,
            layers=changes,
            files={kind: str(path) for kind, path in files.items()},
            notes=notes,
            recovery=recovery,
            target=target,
            not_taken=not_taken,
            id=workspace.evaluator.metric.id if workspace.evaluator else "",
            beside=beside,
            breakdown=report_notes.breakdown(size, result.model, result.edits),
            made=report_page.made(),
            robustness=robustness.of_recipe(*about, job) if corruptions else robustness.known(*about),
        )
        job.report(Message("writing the report"), 1.0)
        recipe.save(place.folder / files["recipe"].name)
        del written_run  # Windows cannot move an open file
        system.give_memory_back()
        place.publish(last=written.name)
    return _reported(report, workspace, recipe, spoken)


def _reported(report: Report, workspace: Workspace, recipe: Recipe, spoken: Language) -> Report:
    """Write the report page next to an exported model. On any failure return the report without the page, because
    training and verifying took long."""
    target = Path(report.files["report"])
    try:
        places.write_text(target, report_page.page(report, workspace.model.summary(), spoken, recipe.to_yaml()))
    except Exception as error:
        log.warning("the report: %s: %s", type(error).__name__, error)
        with contextlib.suppress(OSError):
            target.unlink()  # from an earlier export: it would be mistaken for this one's
        kind = type(error).__name__
        why = error.message if isinstance(error, UserError) else f"{kind}: {places.reason(error)}."
        left = {kind: path for kind, path in report.files.items() if kind != "report"}
        return replace(
            report, files=left, notes=(*report.notes, sentences(Message("The report could not be written."), why))
        )
    return report


def plain(model: Model, edits: Mapping[str, Edit]) -> Model:
    """Return the model with the effective weights and biases as floats, without integer kernels."""
    return with_edits(model, {path: Edit(Dense(edit.weight), edit.bias) for path, edit in edits.items()}, PLAIN)


def describe_data(workspace: Workspace) -> str:
    """Return a description of the data: which samples were measured, whether against labels, and what calibrated."""
    if workspace.data is None or workspace.evaluator is None:
        return Message("no data: not measured")
    against = (
        Message("against labels")
        if workspace.evaluator.metric.labelled
        else Message("against {against}", against=workspace.against)
    )
    return Message(
        "{n:,} samples of {path}, {against}; calibration: {calibration_words}",
        one="{n} sample of {path}, {against}; calibration: {calibration_words}",
        n=workspace.data.samples,
        path=Path(workspace.data.path).name,
        against=against,
        calibration_words=workspace.calibration_words,
    )


def _refuse_without_data(chosen: Stacks, recipe: Recipe) -> None:
    """Raise UserError naming the first step that needs data."""
    for path, actions in chosen.items():
        for action in actions:
            method, params = find(action)
            if method.uses_data(params):
                raise UserError(
                    "{method} on {path} needs data, but none was given.",
                    "Give data, or use steps that need none (`workbench methods` lists them).",
                    method=action.method,
                    path=path,
                )
    if recipe.recover:
        raise UserError(
            "The recovery stage {kind} needs data, but none was given.",
            "Give data, or remove the stages from the recipe.",
            kind=recipe.recover[0].kind,
        )


def _not_the_original(model: Model, target: Path) -> None:
    source = Path(model.source.path)
    if places.exists(str(target)) and places.exists(str(source)) and target.samefile(source):
        raise UserError(
            "{target} is the open model and cannot be overwritten.", "Choose another name or folder.", target=target
        )


def _latencies(workspace: Workspace, written: Run, job: Job) -> Latencies:
    if workspace.data is None:
        return None, None
    original = runner(runtime.session(workspace.model, spinning=True))
    before, after = measure.paired_latencies(original, written, workspace.data.least(), job)
    return _latency(before), _latency(after)


def _latency(found: Spread) -> Figure:
    """Return the median with the quartiles around it."""
    return Figure(found.median, "measured", measure.COUNTED, found.low, found.high)


def _loads(workspace: Workspace, written: Path, batch: int, job: Job) -> Loads:
    """Return the cost of loading and running the original and the file, each once in a new process; a note if that
    fails, which does not stop the export. Weights without a network are not loaded by any runtime."""
    if workspace.model.weights_only:
        return None, None, ()
    feeds, batch = feeds_near(workspace, batch)
    if (needed := ROOM * workspace.model.source.bytes) > system.free_memory():
        room = Message("a fresh process may need {needed:.1f} GB", needed=needed / 1e9)
        return None, None, (Message("Load time and memory were not measured: {why}", why=room),)
    try:
        with tempfile.TemporaryDirectory() as folder:
            files = (loading.file_of(workspace.model, Path(folder)), written)
            before, after = loading.of_files(files, feeds, batch, job, times=1)
    except (UserError, OSError) as error:
        why = error.message if isinstance(error, UserError) else places.reason(error)
        return None, None, (Message("Load time and memory were not measured: {why}", why=why),)
    return before, after, ()


def _before(workspace: Workspace, latency: Figure | None) -> Totals:
    summary = workspace.model.summary()
    value = workspace.evaluator.baseline() if workspace.evaluator else None
    return Totals(Figure(summary.bytes, "verified"), summary.parameters, summary.macs, value, latency)


def _after(
    model: Model, changes: tuple[LayerChange, ...], size: int, value: Figure | None, latency: Figure | None
) -> Totals:
    state = previewer.sized(model, changes, float(size))
    return Totals(Figure(size, "verified"), state.parameters, state.macs, value, latency)
