"""Recipes with the same effect on a model: a step by a glob on all layers equals one in a row of each that can have
it."""

from collections.abc import Mapping
from functools import lru_cache

from workbench.core.analysis.plan import Point
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.recipe import Recipe

KNOWN = 4096  # recipes whose keys are remembered


class EquivalentRecipes:
    """Keys of recipes for one model. `left`: layers that cannot have what the globs of a recipe ask for, by the key of
    the recipe."""

    def __init__(self, model: ModelSummary | None, left: Mapping[int, tuple[str, ...]]) -> None:
        layers = model.layers if model is not None else ()
        self._paths = tuple(layer.path for layer in layers if not layer.locked)
        self._left = left

    def key(self, recipe: Recipe) -> int:
        """Return the key of a recipe before it is trained."""
        return _key(recipe, self._paths, self._left.get(recipe.key, ()))

    def of(self, point: Point) -> int:
        """Return the key of a point's recipe; before and after training there are two."""
        key = _key(point.recipe, self._paths, point.left or self._left.get(point.recipe.key, ()))
        return hash((key, point.recipe.recover)) if point.retrained else key


@lru_cache(maxsize=KNOWN)
def _key(recipe: Recipe, paths: tuple[str, ...], left: tuple[str, ...]) -> int:
    stacks = tuple(() if path in left else recipe.actions_for(path) for path in paths)
    return hash((stacks, recipe.seed, recipe.storing_here))
