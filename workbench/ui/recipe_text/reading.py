"""Parsing of the panel's text to a recipe, checked against the parameters of methods and stages."""

from collections.abc import Mapping

from workbench.core.base.errors import UserError
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.params import check
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.core.recipe.recovery import STAGES

NAME = "The recipe"  # its name in messages


def read(text: str, methods: Mapping[str, MethodInfo]) -> Recipe:
    """Return the recipe in a text. Raises UserError naming the first error in it."""
    recipe = parse_recipe(text, NAME)
    for action in (action for row in recipe.rows for action in row.actions):
        if action.method not in methods:
            known = ", ".join(methods)
            raise UserError(
                "There is no method '{method}'.", "The methods are: {known}.", method=action.method, known=known
            )
        check(methods[action.method].fields, action.params, action.method)
    stages = {info.id: info.fields for info in STAGES}
    for stage in recipe.recover:
        if stage.kind not in stages:
            known = ", ".join(stages)
            raise UserError("There is no stage '{kind}'.", "The stages are: {known}.", kind=stage.kind, known=known)
        check(stages[stage.kind], stage.params, stage.kind)
    return recipe
