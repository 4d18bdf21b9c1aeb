"""An opened model for scripts and notebooks: its layers, results of recipes, exports. Every call blocks until it is
done."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.analysis.measured import Measuring
from workbench.core.analysis.sweep import Sweep
from workbench.core.base import files as places
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.language import ENGLISH
from workbench.core.base.quantities import size
from workbench.core.base.trust import with_places
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.recipe import Recipe, load_recipe
from workbench.core.recipe.recovery import Stage
from workbench.engine.compile.compiler import effective_stacks
from workbench.engine.workspace import Workspace
from workbench.library.layers import LayerHandle, Layers
from workbench.library.place import Data, Place

if TYPE_CHECKING:
    from workbench.core.analysis.data_check import DataCheck
    from workbench.core.analysis.measured import Comparison, Evaluation
    from workbench.core.analysis.not_taken import Finding
    from workbench.core.analysis.plan import Front, Goal
    from workbench.core.analysis.profile import Profile
    from workbench.core.analysis.report import Report, Robustness
    from workbench.core.analysis.sensitivity import Scan
    from workbench.core.analysis.sweep import Curve
    from workbench.core.analysis.temperatures import TemperatureCurve, Temperatures

Given = Recipe | str | Path  # a recipe, or the file that holds one
Inputs = Mapping[str, Any]  # a number, a list or an array by the name of the input


Metrics = str | Sequence[str] | Measuring  # ids, or file.py:function


def measuring(given: Metrics) -> Measuring:
    return given if isinstance(given, Measuring) else Measuring.of(given)


class Model:
    """An opened model, which is immutable: recipes applied to it yield figures and files.

    Recipes may be given as the path of a recipe file. `job` reports progress, and can be cancelled.
    """

    def __init__(self, workspace: Workspace, place: Place | None = None, inputs: Inputs | None = None) -> None:
        self._workspace, self._place, self._inputs = workspace, place or Place(), inputs

    @cached_property
    def summary(self) -> ModelSummary:
        """Names, sizes, inputs and outputs, and the preparation steps done to the graph at opening."""
        return self._workspace.model.summary()

    @cached_property
    def layers(self) -> Layers:
        """Layers in the model's order, by number or by path."""
        return Layers([LayerHandle(layer, self._workspace) for layer in self.summary.layers])

    def with_data(
        self,
        data: Data,
        calibration: Data | None = None,
        *,
        inputs: Inputs | None = None,
        metric: Metrics = "",
        samples: int = 0,
        job: Job | None = None,
    ) -> Model:
        """Return the same model with samples to measure on, paths or arrays as for `open`; runs the original on all of
        them. `metric` is the name of one or several, of which the first is the main one, or a Measuring, which may also
        name the output; by default it is chosen from outputs and labels. `samples`: number of samples to use, classes
        in proportion; 0: all. Raises UserError when they do not fit the model."""
        inputs = self._inputs if inputs is None else inputs
        path, other = self._place.of(data), "" if calibration is None else self._place.of(calibration)
        workspace = self._workspace.attach(
            path, job or Job(), other, self._workspace.trusted, _values(inputs), measuring(metric), samples
        )
        return Model(workspace, self._place, inputs)

    def check_data(
        self,
        data: Data,
        *,
        inputs: Inputs | None = None,
        metric: Metrics = "",
        write: bool = False,
        job: Job | None = None,
    ) -> DataCheck:
        """Check whether data is preprocessed as this model expects: try candidates (layout, scale, channel order, order
        of the classes) and measure the model with each. `write`: write the proposed preprocessing beside the data,
        which is read with it from then on. Raises UserError if the data cannot be read."""
        from workbench.engine.data_check.check import check, write_preprocessing

        path = self._place.of(data)
        given = _values(self._inputs if inputs is None else inputs)
        found = check(self._workspace, path, job or Job(), given, measuring(metric))
        return replace(found, written=write_preprocessing(path, found.proposal.yaml)) if write and found.best else found

    def check(self, wanted: Given | Sweep) -> None:
        """Raise UserError if a recipe or a sweep does not fit the layers; nothing is run."""
        if isinstance(wanted, Sweep):
            from workbench.engine.analysis.sweep import chosen, parameter

            parameter(wanted)
            chosen(self._workspace, wanted)
        else:
            effective_stacks(self._workspace.model, _recipe(wanted))

    def not_taken(self, recipe: Given, target: str = "") -> tuple[Finding, ...]:
        """Return the steps that a target device does not support, by its rules: the target with this id, or the
        recipe's. Nothing is run. Raises UserError if the recipe does not fit, or no target has this id."""
        from workbench.core.targets.reading import find_target
        from workbench.engine.compile import for_target

        given = _recipe(recipe)
        named = replace(given, target=find_target(target or given.target).id)
        chosen, _ = effective_stacks(self._workspace.model, named)
        return for_target.findings(self._workspace.model.layers, named, chosen)[1]

    def size(self, recipe: Given | None = None) -> int:
        """Return the exact size in bytes of an export of this recipe; without one, of the original. Raises
        UserError when it does not fit."""
        if recipe is None:
            return self.summary.bytes
        result = self._workspace.compiled(_recipe(recipe), Job())
        return result.changes(_recipe(recipe).storing)[1]

    def evaluate(self, recipe: Given | None = None, *, device: str = "cpu", job: Job | None = None) -> Evaluation:
        """Measure the metric on all samples, with its 95 % interval, for the original or for a recipe's model: in ONNX
        Runtime, after the recipe's training stages if any. Raises UserError without data."""
        from workbench.engine.analysis.evaluation import evaluate

        return evaluate(self._workspace, None if recipe is None else _recipe(recipe), job or Job(), device)

    def profile(self, recipe: Given | None = None, *, batch: int = 1, job: Job | None = None) -> Profile:
        """Profile the original beside a recipe's model: time of each layer in ONNX Runtime, time and memory of loading
        in a fresh process, energy if available. Raises UserError if recipe or batch do not fit."""
        from workbench.engine.bench.profile import profile

        return profile(self._workspace, Recipe() if recipe is None else _recipe(recipe), job or Job(), batch)

    def sensitivity(
        self,
        share: float | None = None,
        *,
        race: bool | None = None,
        blocks: bool = False,
        seconds: float = 0.0,
        workers: int = 1,
        cluster: str = "",
        job: Job | None = None,
    ) -> Scan:
        """Measure the drop of the metric for each candidate step on each layer; only the fraction `share` with the
        smallest predicted cost is measured. With `race` each runs on as many samples as make its cost clear, else on
        all; None: race only if the full scan would take long. `blocks`: a row for each block of the model, whose layers
        all get the candidate; costs are estimated in one pass over the blocks and, without `share`, only a few are
        measured, as for the layers of a model with blocks if the full scan would take long. `seconds`: time limit, 0
        for none; the same scan again goes on from what is kept. `workers` and `cluster`: as for `plan`. Raises
        UserError without data, and without blocks."""
        from workbench.core.analysis.sensitivity import Wanted
        from workbench.core.analysis.workforce import Workforce
        from workbench.engine.analysis.sensitivity import scan

        wanted = Wanted(share=share, race=race, blocks=blocks, seconds=seconds)
        return scan(self._workspace, job or Job(), wanted, force=Workforce(workers, cluster))

    def sweep(
        self, wanted: Sweep | None = None, *, workers: int = 1, cluster: str = "", job: Job | None = None
    ) -> Curve:
        """Vary one parameter of a method and measure each value in folds: `wb.Sweep("quantize.affine",
        parameter="bits")`. `workers` and `cluster`: as for `plan`. Raises UserError without data, and if the layers
        cannot have the method."""
        from workbench.core.analysis.workforce import Workforce
        from workbench.engine.analysis.sweep import sweep

        return sweep(self._workspace, wanted or Sweep(), job or Job(), force=Workforce(workers, cluster))

    def plan(
        self,
        goal: Goal | None = None,
        *,
        others: Mapping[str, Given] | None = None,
        workers: int = 1,
        cluster: str = "",
        job: Job | None = None,
    ) -> Front:
        """Search for recipes within limits: `wb.Goal(max_bytes=300_000)`; without a goal, along the whole trade-off
        between size and quality. `chosen` of the result is the best recipe within the limits, None if there is none.

        others   further recipes to measure, by name
        workers  number of processes; the result does not depend on it
        cluster  address of a Dask scheduler whose processes are used instead, such as tcp://127.0.0.1:8786; model and
                 data are sent there, and its answers are trusted

        Measurements are kept on disk: a search that was stopped, or is repeated with another limit, resumes from them.
        Raises UserError without data.
        """
        from workbench.core.analysis.plan import Goal
        from workbench.core.analysis.workforce import Workforce
        from workbench.engine.search.plan import plan

        beside = [("snapshot", name, _recipe(recipe)) for name, recipe in (others or {}).items()]
        force = Workforce(workers, cluster)
        return plan(self._workspace, goal or Goal(), job or Job(), beside, force=force)  # type: ignore[arg-type]

    def search(self, *, job: Job | None = None, **limits: Any) -> Recipe:
        """Return the recipe that `plan` chooses; `limits` are those of a Goal: `max_drop=0.01` for one point,
        `max_bytes`, `max_ratio`, `max_macs` and so on. Raises UserError if no recipe meets them."""
        from workbench.core.analysis.plan import Goal

        goal = Goal(**limits)
        if goal.whole:
            raise UserError("Nothing limits the search.", "Give max_drop, max_bytes, max_ratio or max_macs.")
        chosen = self.plan(goal, job=job).chosen
        if chosen is None:
            raise UserError("No recipe within the limits was found.", "Allow more, or more methods and layers.")
        return replace(chosen.recipe, target=goal.target)

    def distill(
        self,
        teachers: str | Path | Sequence[str | Path],
        folder: str | Path,
        name: str = "",
        *,
        seed: int = 0,
        temperatures: Temperatures | None = None,
        device: str = "cpu",
        language: str = ENGLISH,
        job: Job | None = None,
        **params: Any,
    ) -> tuple[Report, TemperatureCurve | None]:
        """Train this model on the outputs of teachers, files with the same inputs and outputs, and export it. `params`
        are those of the stage `distill`: `epochs=4, temperature=4`.

        temperatures   temperatures to try first, to use the best on held-out samples; without them the curve is None

        Raises UserError, as `export` does; nothing is written then.
        """
        job = job or Job()
        files = [str(each) for each in ([teachers] if isinstance(teachers, str | Path) else teachers)]
        name = name or f"{places.stem(self.summary.path)}_distilled"
        target = Path(folder) / f"{name}.onnx"
        if any(places.exists(str(target)) and places.exists(each) and target.samefile(each) for each in files):
            raise UserError("{target} is a teacher.", "Choose another folder.", target=target)
        allowed = with_places(self._workspace.trusted, *files)  # the caller names them
        asked = Model(replace(self._workspace, trusted=allowed), self._place, self._inputs)
        recipe = Recipe((), seed, (Stage("distill", {**params, "teacher": ", ".join(files)}),))
        curve = None
        if temperatures is not None:
            from workbench.engine.training import temperatures as tried

            curve = tried.sweep(asked._workspace, recipe, temperatures, job.part(0.0, 0.75), device)
            assert curve.best is not None
            recipe, job = tried.at_temperature(recipe, curve.best.temperature), job.part(0.75, 1.0)
        return asked.export(recipe, folder, name, device=device, language=language, job=job), curve

    def compare(self, other: Model, *, job: Job | None = None) -> Comparison:
        """Compare this model with another on this one's samples: size, metric, latency, and the paired difference.
        Without labels the other is measured against this model's answers. Raises UserError if their outputs differ in
        shape."""
        from workbench.engine.analysis.compare import compare

        return compare(self._workspace, other._workspace, job or Job())

    def robustness(self, other: Model, *, job: Job | None = None) -> Robustness:
        """Compare this model with another on this one's samples, corrupted at five strengths: noise, blur, contrast and
        JPEG for images, noise and dropout for numbers, replacement for tokens. Raises UserError without data, or if no
        corruption suits the inputs."""
        from workbench.engine.analysis.robustness import robustness

        return robustness(self._workspace, other._workspace, job or Job())

    def elsewhere(self, other: Model, data: str | Path, *, job: Job | None = None) -> Robustness:
        """Compare this model with another on other `data`, as well as on the attached data (`elsewhere` of the result).
        Raises UserError where these do not fit."""
        from workbench.engine.analysis.elsewhere import of_models

        return of_models(self._workspace, other._workspace, str(data), job or Job())

    def export(
        self,
        recipe: Given,
        folder: str | Path,
        name: str = "",
        *,
        device: str = "cpu",
        language: str = ENGLISH,
        notes: tuple[str, ...] = (),
        format: str = "",
        verify: bool = True,
        timing: bool = True,
        corruptions: bool = False,
        job: Job | None = None,
    ) -> Report:
        """Write NAME.onnx, its recipe and a report; the file is reopened and compared with the preview.

        device    device of the training stages: cpu or cuda
        language  of the report: en, zh_CN
        notes     additional text for the report
        format    name of an additional format to write; a `name` with its suffix has the same effect
        verify    whether the file is run on all samples and compared with the preview
        timing    whether latency, load time and memory are measured
        corruptions  whether both models are also measured on corrupted samples (see robustness)

        Raises UserError if it cannot be written, or does not behave as previewed; then nothing is written.
        """
        from workbench.engine.api.export import export

        return export(
            self._workspace,
            _recipe(recipe),
            str(folder),
            job or Job(),
            name,
            device,
            language,
            notes=notes,
            given=_values(self._inputs),
            format=format,
            verify=verify,
            timing=timing,
            corruptions=corruptions,
        )

    def __repr__(self) -> str:
        summary = self.summary
        return (
            f"<Model {Path(summary.path).name}: {len(summary.layers)} layers, {summary.parameters:,} parameters, "
            f"{size(summary.bytes)}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{self.layers._repr_html_()}"


def _values(inputs: Inputs | None) -> dict[str, str | np.ndarray]:
    """Return values in the form that data.matching takes."""
    return {
        name: value if isinstance(value, str | np.ndarray) else json.dumps(value)
        for name, value in (inputs or {}).items()
    }


def _recipe(given: Given) -> Recipe:
    if isinstance(given, Recipe):
        return given
    if not isinstance(given, str | os.PathLike):
        raise UserError(
            "A {type} is not a recipe.",
            "Make one with wb.Recipe, or give the path of a recipe's file.",
            type=type(given).__name__,
        )
    return load_recipe(Path(given))
