"""The model of a recipe after its training stages, if any; torch is loaded for these alone."""

from workbench.core.base.job import Job
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Recovery
from workbench.engine.compile.compiler import Compiled
from workbench.engine.workspace import Workspace


def trained(
    workspace: Workspace, recipe: Recipe, job: Job, device: str = "cpu", kept: bool = False
) -> tuple[Compiled, Recovery | None]:
    """Compile a recipe in a workspace that is `ready` for it, and run its stages; see training.recover.recovered.

    Raises UserError when the recipe does not fit, or a stage cannot run.
    """
    if not recipe.recover:
        return workspace.compiled(recipe, job), None
    from workbench.engine.training.recover import recovered

    found = recovered(workspace, recipe, job, device=device, kept=kept)
    return workspace.finished(found.compiled, recipe, job), found.recovery
