"""Forecast of a whole recipe, computed without running the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.core.recipe.recipe import Recipe

if TYPE_CHECKING:  # numpy, for which the first paint need not wait
    from workbench.core.layer_data.views import Prediction


@dataclass(frozen=True)
class Forecast:
    """Size and predicted cost of a recipe with a name.

    bytes      of the file that an export writes, exact
    macs       for one sample; None: not known
    predicted  cost of the edits; None: no predictor, or channels are removed beside other edits
    refused    why the model cannot have it; "": it can
    left       layers that cannot have the steps that the recipe's globs ask for
    """

    name: str
    recipe: Recipe
    bytes: int = 0
    macs: int | None = None
    predicted: Prediction | None = None
    refused: str = ""
    left: tuple[str, ...] = ()
