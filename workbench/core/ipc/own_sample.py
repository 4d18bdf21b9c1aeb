"""The request for both models' answers to a file that the user supplies."""

from dataclasses import dataclass

from workbench.core.ipc.messages import Request
from workbench.core.recipe.recipe import Recipe


@dataclass(frozen=True)
class TrySample(Request, lane="look"):
    """Run a file's first sample through the original and the recipe's model -> Done(prediction_diff.SampleAnswer)"""

    path: str
    recipe: Recipe
