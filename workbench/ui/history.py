"""Recipe edits as undo commands; the previews and edits that were computed for them."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtGui import QUndoCommand

from workbench.core.recipe import Recipe

V = TypeVar("V")


class HasRecipe(Protocol):
    def show_recipe(self, recipe: Recipe) -> None: ...


class ChangeRecipe(QUndoCommand):
    """Every edit is one of these. Those of one gesture (a drag) become one step of the undo stack."""

    def __init__(self, session: HasRecipe, old: Recipe, new: Recipe, text: str, gesture: int) -> None:
        super().__init__(text)
        self._session = session
        self._old = old
        self._new = new
        self._gesture = gesture

    def id(self) -> int:
        return self._gesture

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ChangeRecipe):
            return False
        self._new = other._new
        self.setText(other.text())
        self.setObsolete(self._new == self._old)    # dragged back to where it began
        return True

    def redo(self) -> None:
        self._session.show_recipe(self._new)

    def undo(self) -> None:
        self._session.show_recipe(self._old)


def recipe_key(recipe: Recipe) -> Hashable:
    """Equal for recipes that do the same; recovery stages are mappings, hence the text."""
    return recipe.rows, recipe.seed, repr(recipe.recover), recipe.sparse


class Remembered(Generic[V]):
    """The most recent `limit` values by key: what undo and redo show without computing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Any, V] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        if (value := self._values.get(key)) is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: V) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._limit:
            self._values.popitem(last=False)

    def clear(self) -> None:
        self._values.clear()
