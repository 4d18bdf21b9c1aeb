"""The metric of a model, or of what a recipe makes of it, on all samples."""

from workbench.core.analysis.measured import Evaluation
from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe
from workbench.data.metrics import ALL, interval
from workbench.engine.base.evaluate import runner
from workbench.engine.preview.previewer import effective
from workbench.engine.training.trained import trained
from workbench.engine.workspace import Workspace
from workbench.graph.onnx import runtime


def evaluate(workspace: Workspace, recipe: Recipe | None, job: Job, device: str = "cpu") -> Evaluation:
    """Measured in ONNX Runtime; of a recipe after its training stages. None: the original. Raises UserError without
    data, or when the recipe does not fit."""
    workspace.measurable()
    workspace = workspace if recipe is None else workspace.ready(recipe)
    evaluator = workspace.measurable()
    scores, notes = evaluator.scores, evaluator.data.answer.notes
    if recipe is not None:
        compiled, _ = trained(workspace, recipe, job.part(0.0, 0.7), device)
        compiled = compiled.settled(workspace.calibration, evaluator, job)
        run = runner(runtime.session(effective(compiled.model, compiled.edits)))
        *_, (_, scores) = evaluator.stream(run, job.part(0.7, 1.0))
        notes = (*compiled.notes, *notes)
    low, high = interval(scores, evaluator.metric.info.interval == "wilson", ALL)
    return Evaluation(
        evaluator.metric.info,
        float(scores.mean()),
        low,
        high,
        evaluator.data.samples,
        evaluator.data.answer.name,
        tuple(notes),
    )
