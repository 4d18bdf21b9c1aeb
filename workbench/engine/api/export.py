"""Export: writes the edited graph, opens the file again, and verifies that it behaves as shown."""

import contextlib
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.core.analysis.profile import Load, Spread
from workbench.core.analysis.report import Figure, LayerChange, Report, Totals
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
from workbench.engine.compile import for_target, left_out
from workbench.engine.compile.compiler import Compiled, effective_stacks
from workbench.engine.compile.structure import Stacks
from workbench.engine.preview import previewer
from workbench.engine.training.trained import trained
from workbench.engine.workspace import Workspace
from workbench.formats.format import Format
from workbench.graph.encodings.dense import Dense
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import size_of, with_edits
from workbench.graph.rewrite.size import Size
from workbench.graph.storage.edit import Edit
from workbench.methods.base.method import find

log = logging.getLogger(__name__)
ROOM = 3  # factor by which the runtime may need more memory to load a model than its bytes
NOT_TIMED = Message("Latency, load time and memory were not measured, as asked.")
Loads = tuple[Load | None, Load | None, tuple[str, ...]]
Latencies = tuple[Figure | None, Figure | None]
Timed = tuple[Latencies, Loads]
UNTIMED: Timed = (None, None), (None, None, (NOT_TIMED,))


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
    files = _checked_files(workspace.model, Path(folder), name, other)
    chosen, _ = effective_stacks(workspace.model, recipe)
    if workspace.calibration is None:
        _refuse_without_data(chosen, recipe)
    workspace = workspace.ready(recipe)
    judged = for_target.findings(workspace.model.layers, recipe, chosen)
    middle = 0.8 if recipe.recover else 0.5
    compiled, recovery = trained(workspace, recipe, job.part(0.0, middle), device, kept)
    compiled = compiled.settled(workspace.calibration, workspace.evaluator if verify else None, job)
    size = size_of(compiled.model, compiled.edits, recipe.storing)
    product = _Product(workspace, recipe, compiled, size, *compiled.summary(size, recipe.storing), judged)
    made = with_edits(compiled.model, compiled.edits, recipe.storing)
    system.give_memory_back()
    job.report(Message("writing the file"), middle)
    with places.staged(Path(folder)) as place:
        written = place.folder / files["model"].name
        made.save(written)
        run = runner(runtime.session(str(written), spinning=True))
        after_bytes = place.size(written.name)
        found = verification.UNVERIFIED
        if verify:
            found = verification.of_file(workspace, compiled, written, run, given or {}, job.part(middle, 0.9))
        notes += product.notes + found.notes
        if other is not None:
            second, said = _second_file(product, other, written, job)
            files["model" if alone else other.name] = Path(folder) / second.name
            notes += said
            if alone:
                written, after_bytes = second, second.stat().st_size
        timed = _timed(product, written, run, job) if timing else UNTIMED
        report = replace(
            _report(product, found, timed, after_bytes, notes),
            files={kind: str(path) for kind, path in files.items()},
            recovery=recovery,
            robustness=robustness.of_recipe(workspace, recipe, job)
            if corruptions
            else robustness.known(workspace, recipe),
        )
        job.report(Message("writing the report"), 1.0)
        recipe.save(place.folder / files["recipe"].name)
        del run  # Windows cannot move an open file
        system.give_memory_back()
        place.publish(last=written.name)
    return _reported(report, workspace, recipe, spoken)


@dataclass(frozen=True)
class _Product:
    """A recipe as it is written: compiled and trained, with the bytes of its file and the findings of its target."""

    workspace: Workspace
    recipe: Recipe
    compiled: Compiled
    size: Size
    changes: tuple[LayerChange, ...]
    forecast_bytes: int
    judged: for_target.Judged

    @property
    def notes(self) -> tuple[str, ...]:
        workspace = self.workspace
        data: tuple[str, ...] = workspace.data.answer.notes if workspace.data else ()
        if workspace.data:
            data += left_out.unmeasured(self.compiled.original, self.compiled.edited, workspace.data.answer)
        loading = report_notes.storage(self.size.loading)
        return self.judged[2] + self.compiled.notes + workspace.model.notes + data + loading


def _checked_files(model: Model, folder: Path, name: str, other: Format | None) -> dict[str, Path]:
    """Return the files to write by kind. Raises UserError if one of them cannot be written or is the open model."""
    if problem := system.name_problem(name):
        raise UserError(
            "{name} is not a valid file name: {problem}.", "Choose another name.", name=name, problem=problem
        )
    files = {"model": folder / f"{name}.onnx", "recipe": folder / f"{name}.yaml", "report": folder / f"{name}.html"}
    for file in (files["model"], *([folder / f"{name}{other.suffix}"] if other is not None else [])):
        _not_the_original(model, file)
    places.check_folder(folder)
    return files


def _second_file(product: _Product, other: Format, written: Path, job: Job) -> tuple[Path, tuple[str, ...]]:
    """Write the model in another format beside the ONNX file; return the file and notes. Weights without a network are
    kept in that format alone: their ONNX file is not a model that runs."""
    workspace, compiled = product.workspace, product.compiled
    second, said = other_formats.write(
        other,
        written,
        lambda: plain(compiled.model, compiled.edits).ir,
        workspace.evaluator,
        job,
        any(edit.compute is not None for edit in compiled.edits.values()),
    )
    if not workspace.model.weights_only:
        return second, (said,)
    written.unlink()
    return second, (said, *other_formats.beyond_forecast(second.stat().st_size, product.forecast_bytes))


def _report(
    product: _Product, found: verification.Verification, timed: Timed, after_bytes: int, notes: tuple[str, ...]
) -> Report:
    """Return the report, without the files, the training and the corrupted samples."""
    workspace, compiled, (latencies, (load_before, load_after, unmeasured)) = product.workspace, product.compiled, timed
    before = replace(_before(workspace, latencies[0]), load=load_before)
    after = replace(_after(compiled.model, product.changes, after_bytes, found.value, latencies[1]), load=load_after)
    target, not_taken, _ = product.judged
    metric = workspace.evaluator.metric if workspace.evaluator else None
    return Report(
        metric=metric.info if metric else MetricInfo(),
        id=metric.id if metric else "",
        data=describe_data(workspace),
        before=before,
        after=after,
        forecast_bytes=product.forecast_bytes,
        preview_value=found.preview,
        verified=found.verified,
        beside=found.beside,
        layers=product.changes,
        files={},
        notes=notes + unmeasured + report_notes.speed(before, after),
        target=target,
        not_taken=not_taken,
        breakdown=report_notes.breakdown(product.size, compiled.model, compiled.edits),
        made=report_page.made(),
    )


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


def _timed(product: _Product, written: Path, run: Run, job: Job) -> Timed:
    latencies = _latencies(product.workspace, run, job.part(0.9, 0.95))
    return latencies, _loads(product.workspace, written, product.recipe.storing.batch, job.part(0.95, 1.0))


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
