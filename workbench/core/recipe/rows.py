"""Rows of a recipe against the layers of a model."""

from collections.abc import Sequence

from workbench.core.base.errors import UserError
from workbench.core.recipe.recipe import Recipe

NAMED = 8  # layers that the sentence names


def check_rows(recipe: Recipe, paths: Sequence[str]) -> None:
    """Raise UserError if a row matches none of these layers."""
    for row in recipe.rows:
        if not any(row.matches(path) for path in paths):
            raise UserError(
                "The recipe's row '{pattern}' matches no layer of the model.",
                "The layers are {paths}{more}.",
                pattern=row.pattern,
                paths=[*paths[:NAMED]],
                more=", …" if len(paths) > NAMED else "",
            )
