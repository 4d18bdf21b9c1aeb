"""The request for the answers of both models to a file of the user's own."""

from dataclasses import dataclass

from workbench.core.ipc.messages import Request
from workbench.core.recipe.recipe import Recipe


@dataclass(frozen=True)
class TrySample(Request, lane="look"):
    """A file's first sample through the original and the recipe's model -> Done(prediction_diff.SampleAnswer)"""

    path: str
    recipe: Recipe
