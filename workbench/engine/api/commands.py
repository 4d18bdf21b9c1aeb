"""What the command line can ask for: each verb opens what it needs, and returns plain values.

What a verb alone needs is imported by it: torch takes seconds, and most verbs do without.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.analysis.report import Report
from workbench.core.analysis.sensitivity import Wanted
from workbench.core.analysis.sweep import Sweep
from workbench.core.analysis.temperatures import TemperatureCurve, Temperatures
from workbench.core.base import files
from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.files import check_folder
from workbench.core.base.job import Job
from workbench.core.base.language import ENGLISH
from workbench.core.base.message import Message
from workbench.core.base.several import several
from workbench.core.base.trust import Trust
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.recipe import Recipe, load_recipe
from workbench.core.recipe.recovery import Stage
from workbench.data.matching import Given
from workbench.engine.compile.compiler import effective_stacks
from workbench.engine.workspace import Workspace
from workbench.methods.base.method import all_methods

if TYPE_CHECKING:
    from workbench.engine.analysis.search import Goal

log = logging.getLogger(__name__)


def inspect(model_path: str, trusted: Trust, job: Job) -> dict[str, Any]:
    """The layers of a model with their statistics. Raises UserError."""
    workspace = Workspace.open(model_path, job.part(0.0, 0.5), trusted)
    summary = workspace.model.summary()
    layers = [
        _inspected(workspace, layer)
        for layer in job.part(0.5, 1.0).each(summary.layers, Message("reading the weights"))
    ]
    return {
        "model": {
            "path": summary.path,
            "format": summary.format,
            "parameters": summary.parameters,
            "bytes": summary.bytes,
            "macs": summary.macs,
            "opset": summary.opset,
        },
        "layers": layers,
        "preparations": [asdict(step) for step in summary.preparations],
        "notes": list(summary.notes),
    }


def _inspected(workspace: Workspace, layer: Layer) -> dict[str, Any]:
    row: dict[str, Any] = {
        "path": layer.path,
        "op": layer.op,
        "shape": list(layer.shape),
        "dtype": layer.dtype,
        "parameters": layer.parameters,
        "bytes": layer.bytes,
        "macs": layer.macs,
        "locked": layer.locked,
    }
    if layer.locked:
        return row
    try:
        view = workspace.view(layer.path)
    except (UserError, Cancelled, MemoryError):
        raise
    except Exception as error:  # of one layer, which must not take the others down
        log.warning("%s: its statistics: %s: %s", layer.path, type(error).__name__, error)
        return row | {"not_known": Message("Not known: computing its statistics failed.")}
    row |= asdict(view.moments)
    spectrum = view.spectrum
    if spectrum is not None:
        threshold = spectrum.values[0] * max(layer.matrix) * 1.2e-7  # float32 rounding, as numpy's matrix_rank
        row |= {
            "rank": int((spectrum.values > threshold).sum()),
            "stable_rank": spectrum.stable_rank,
            "energy_rank_90": spectrum.rank_for(0.9),
            "energy_rank_99": spectrum.rank_for(0.99),
            "break_even_rank": spectrum.break_even,
            "spectral_norm": float(spectrum.values[0]),
        }
    return row


def evaluate(model_path: str, data_path: str, trusted: Trust, job: Job, given: Given | None = None) -> dict[str, Any]:
    """The metric of a model on all samples. Raises UserError."""
    start = time.monotonic()
    workspace = Workspace.open(model_path, job.part(0.0, 0.3), trusted)
    evaluator = workspace.attach(data_path, job.part(0.3, 1.0), trusted=trusted, given=given).measurable()
    low, high = evaluator.sampling_interval()
    value = evaluator.baseline()
    return {
        **evaluator.metric.info.to_json(),
        "value": value.value,
        "ci_low": low,
        "ci_high": high,
        "samples": value.samples,
        "seconds": time.monotonic() - start,
        "output": evaluator.data.answer.name,
        "notes": list(evaluator.data.answer.notes),
    }


def compress(
    model_path: str,
    data_path: str,
    recipe_path: str,
    out_dir: str,
    trusted: Trust,
    calibration: str,
    job: Job,
    device: str = "cpu",
    raise_opset: bool = False,
    language: str = ENGLISH,
    given: Given | None = None,
) -> Report:
    """Apply, export, reopen, verify, report (the page in this language); perhaps of the model at a newer opset. Without
    data ("") nothing is measured. Raises UserError; nothing is written then."""
    from workbench.engine.api.export import export

    recipe = load_recipe(Path(recipe_path))
    check_folder(Path(out_dir))
    chosen = frozenset({"opset"}) if raise_opset else frozenset[str]()
    workspace = Workspace.open(model_path, job.part(0.0, 0.1), trusted, chosen)
    for step in workspace.model.preparations:
        if step.id in chosen and not step.applied:
            raise UserError(
                "{model_path}: the opset is {detail}.",
                "Leave out --raise-opset.",
                model_path=model_path,
                detail=step.detail,
            )
    effective_stacks(workspace.model, recipe)  # what does not fit is told before anything is measured
    if data_path:
        workspace = workspace.attach(data_path, job.part(0.1, 0.2), calibration, trusted, given)
    elif calibration:
        raise UserError("Calibration samples were given, but no data to measure on.", "Give --data too.")
    return export(workspace, recipe, out_dir, job.part(0.2, 1.0), device=device, language=language, given=given)


def distill(
    student: str,
    teachers: Sequence[str],
    data_path: str,
    out_dir: str,
    params: Mapping[str, Any],
    trusted: Trust,
    calibration: str,
    job: Job,
    seed: int = 0,
    temperatures: Temperatures | None = None,
    device: str = "cpu",
    language: str = ENGLISH,
    given: Given | None = None,
) -> tuple[Report, TemperatureCurve | None]:
    """Train a model of the user's own on what teachers answer, and export it; at the temperature that a sweep finds
    best on samples held back, where one is asked for. Raises UserError; nothing is written then."""
    from workbench.engine.api.export import export
    from workbench.engine.training import temperatures as tried

    teachers, name = several(teachers), f"{files.stem(student)}_distilled"
    target = Path(out_dir) / f"{name}.onnx"
    if any(files.exists(str(target)) and files.exists(each) and target.samefile(each) for each in teachers):
        raise UserError("{target} is a teacher.", "Choose another folder.", target=target)
    check_folder(Path(out_dir))
    workspace = Workspace.open(student, job.part(0.0, 0.05), trusted)
    workspace = workspace.attach(data_path, job.part(0.05, 0.1), calibration, trusted, given)
    asked = ", ".join(teachers)
    workspace = workspace.taught(asked, job.part(0.1, 0.15))
    recipe = Recipe((), seed, (Stage("distill", {**params, "teacher": asked}),))
    curve = None
    if temperatures is not None:
        curve = tried.sweep(workspace, recipe, temperatures, job.part(0.15, 0.8), device)
        assert curve.best is not None
        recipe = tried.at_temperature(recipe, curve.best.temperature)
    part = job.part(0.15 if curve is None else 0.8, 1.0)
    return export(workspace, recipe, out_dir, part, name, device, language), curve


def sensitivity(
    model_path: str, data_path: str, trusted: Trust, job: Job, share: float = 1.0, given: Given | None = None
) -> dict[str, Any]:
    """Every candidate action on every layer; the share of them that is foretold to cost least is measured. Raises
    UserError."""
    from workbench.engine.analysis.sensitivity import scan

    start = time.monotonic()
    workspace = Workspace.open(model_path, job.part(0.0, 0.05), trusted)
    workspace = workspace.attach(data_path, job.part(0.05, 0.1), trusted=trusted, given=given)
    found = scan(workspace, job.part(0.1, 1.0), Wanted(share=share)).to_json()
    return found | {"seconds": time.monotonic() - start}


def sweep(
    model_path: str,
    data_path: str,
    wanted: Sweep,
    trusted: Trust,
    calibration: str,
    job: Job,
    given: Given | None = None,
) -> dict[str, Any]:
    """One parameter raised step by step on the layers chosen, measured in folds. Raises UserError."""
    from workbench.engine.analysis.sweep import chosen, parameter
    from workbench.engine.analysis.sweep import sweep as measured

    start = time.monotonic()
    parameter(wanted)  # what cannot be raised, and where, is told before anything is measured
    workspace = Workspace.open(model_path, job.part(0.0, 0.05), trusted)
    chosen(workspace, wanted)
    workspace = workspace.attach(data_path, job.part(0.05, 0.1), calibration, trusted, given)
    curve = measured(workspace, wanted, job.part(0.1, 1.0))
    return curve.to_json() | {"seconds": time.monotonic() - start}


def search(
    model_path: str,
    data_path: str,
    out_dir: str,
    goal: Goal,
    trusted: Trust,
    job: Job,
    language: str = ENGLISH,
    given: Given | None = None,
) -> Report:
    """Find a recipe for a goal and compress with it. Raises UserError; nothing is written then."""
    from workbench.engine.analysis import search as searching
    from workbench.engine.analysis.sensitivity import scan
    from workbench.engine.api.export import export

    check_folder(Path(out_dir))
    workspace = Workspace.open(model_path, job.part(0.0, 0.05), trusted)
    workspace = workspace.attach(data_path, job.part(0.05, 0.1), trusted=trusted, given=given)
    found = scan(workspace, job.part(0.1, 0.7))
    recipe = searching.search(workspace, found, goal, job.part(0.7, 0.9))
    notes = (found.obstacle,) if found.obstacle else ()
    return export(workspace, recipe, out_dir, job.part(0.9, 1.0), language=language, notes=notes)


def compare(
    first: str, second: str, data_path: str, trusted: Trust, job: Job, given: Given | None = None
) -> dict[str, Any]:
    """Two models on the same samples. Raises UserError."""
    from workbench.engine.analysis import compare as comparing

    reference = Workspace.open(first, job.part(0.0, 0.1), trusted)
    other = Workspace.open(second, job.part(0.1, 0.2), trusted)
    reference = reference.attach(data_path, job.part(0.2, 0.4), trusted=trusted, given=given)
    return comparing.compare(reference, other, job.part(0.4, 1.0))


def methods() -> list[dict[str, Any]]:
    """Every method with its parameter schema and citation."""
    return [asdict(method.info()) for method in all_methods().values()]
