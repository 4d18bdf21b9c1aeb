"""Sweep over distillation temperatures, each trained from the same start, to find the best for this student and
teacher."""

from dataclasses import replace

from workbench.core.analysis.temperatures import TemperatureCurve, Temperatures
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage, parameters
from workbench.core.recipe.stages import Distill
from workbench.engine.training.recover import recovered
from workbench.engine.workspace import Workspace


def sweep(
    workspace: Workspace, recipe: Recipe, wanted: Temperatures, job: Job, device: str = "cpu"
) -> TemperatureCurve:
    """Run the recipe's stages at each temperature; `job.update` receives the curve so far after each training.

    All temperatures come first, then the next seed. Raises UserError if the recipe has no distillation stage.
    """
    if not any(isinstance(parameters(stage), Distill) for stage in recipe.recover):
        raise UserError("The recipe has no stage 'distill', so there is no temperature to compare.", "Add this stage.")
    runs = [
        (at_temperature(replace(recipe, seed=recipe.seed + number), value), value)
        for number in range(wanted.seeds)
        for value in wanted.values
    ]
    curve: TemperatureCurve | None = None
    for index, (tried, value) in enumerate(runs):
        part = replace(job.part(index / len(runs), (index + 1) / len(runs)), updates=None)
        found = recovered(workspace.ready(tried), tried, part, device=device).recovery
        assert found is not None
        last = found.stages[-1]
        if curve is None:
            curve = TemperatureCurve(wanted, last.metric, found.unrecovered)
        curve = curve.with_run(value, last.after, found.recovered)
        job.update(curve)
    if curve is None:
        raise UserError("No temperature was given.", "Give at least one.")
    return curve


def at_temperature(recipe: Recipe, value: float) -> Recipe:
    """Return the recipe with its distillation stages at this temperature. Raises UserError if it is out of range."""
    stages = tuple(
        Stage(stage.kind, {**stage.params, "temperature": value}) if isinstance(parameters(stage), Distill) else stage
        for stage in recipe.recover
    )
    for stage in stages:
        parameters(stage)
    return replace(recipe, recover=stages)
