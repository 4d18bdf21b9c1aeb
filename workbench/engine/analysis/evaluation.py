"""Measurement of the metric of a model, or of a recipe's model, on all samples."""

from workbench.core.analysis.measured import Evaluation
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe
from workbench.data.metrics.intervals import ALL, interval_of
from workbench.engine.base.evaluate import runner
from workbench.engine.compile import left_out
from workbench.engine.preview.previewer import effective
from workbench.engine.training.trained import trained
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def evaluate(workspace: Workspace, recipe: Recipe | None, job: Job, device: str = "cpu") -> Evaluation:
    """Measure in ONNX Runtime; a recipe after its training stages. None: the original. Raises UserError without data,
    or if the recipe does not fit."""
    workspace.measurable()
    workspace = workspace if recipe is None else workspace.ready(recipe)
    evaluator = workspace.measurable()
    seen, notes = evaluator.order, (*evaluator.data.notes, *evaluator.data.answer.notes)
    rows = tuple(each.scores[seen] for each in evaluator.measures)
    if recipe is not None:
        compiled, _ = trained(workspace, recipe, job.part(0.0, 0.7), device)
        compiled = compiled.settled(workspace.calibration, evaluator, job)
        run = runner(runtime.session(effective(compiled.model, compiled.edits)))
        *_, (seen, rows) = evaluator.stream_all(run, job.part(0.7, 1.0))
        unseen = left_out.unmeasured(compiled.original, compiled.edited, evaluator.data.answer)
        notes = (*compiled.notes, *notes, *unseen)
    low, high = interval_of(evaluator.metric, rows[0], ALL)
    return Evaluation(
        evaluator.metric.info,
        evaluator.metric.value(rows[0]),
        low,
        high,
        evaluator.data.samples,
        evaluator.data.answer.name,
        tuple(notes),
        evaluator.metric.id,
        evaluator.beside(seen, rows, ALL),
    )
