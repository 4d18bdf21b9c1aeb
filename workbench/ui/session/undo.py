"""Recipe edits as undo commands, abandoned branches, and figures computed for them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from workbench.core.recipe.recipe import Recipe
from workbench.core.session.undo_list import BRANCHES, Branch, RecipeStep, SnapshotStep, UndoList

V = TypeVar("V")
UNMERGED = -1  # the gesture of a step that no other merges with (QUndoCommand.id)


class HasRecipe(Protocol):
    recipe: Recipe

    def show_recipe(self, recipe: Recipe) -> None: ...


class Command(QUndoCommand):
    """A step of the undo list. It is `asleep` while a stored list is rebuilt, whose effects are already there."""

    asleep = False

    @property
    def step(self) -> RecipeStep | SnapshotStep:
        """The command as a value."""
        raise NotImplementedError

    def go(self, forward: bool) -> None:
        """Apply the command, or revert it."""
        raise NotImplementedError

    def redo(self) -> None:
        if not self.asleep:
            self.go(forward=True)

    def undo(self) -> None:
        if not self.asleep:
            self.go(forward=False)


class ChangeRecipe(Command):
    """Any edit of the recipe. Those of one gesture (a drag) become one step of the undo stack."""

    def __init__(self, session: HasRecipe, old: Recipe, new: Recipe, text: str, gesture: int) -> None:
        super().__init__(text)
        self._session = session
        self.old = old
        self._new = new
        self._gesture = gesture

    def id(self) -> int:
        return self._gesture

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, ChangeRecipe):
            return False
        self._new = other._new
        self.setText(other.text())
        self.setObsolete(self._new == self.old)  # dragged back to its start
        return True

    @property
    def recipe(self) -> Recipe:
        """The recipe after this step."""
        return self._new

    @property
    def step(self) -> RecipeStep:
        return RecipeStep(self.text(), self._new)

    def go(self, forward: bool) -> None:
        self._session.show_recipe(self._new if forward else self.old)


@dataclass(frozen=True)
class Look:
    """A recipe shown without a step of the undo list: its name, and the recipe to return to."""

    session: HasRecipe
    name: str
    text: str  # text of the step that it becomes
    back: Recipe


class History(QObject):
    """The undo list of a session, and its branches.

    changed   a branch was added; the stack reports its own changes
    looked    a recipe is shown without a step, or no longer (see look)
    """

    changed = Signal()
    looked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.branches: tuple[Branch, ...] = ()
        self.gesture = 1  # edits of one gesture become one step
        self.jumping = False  # on the way to another step, intermediate recipes need not be shown
        self.looking: Look | None = None

    # -- looking at a recipe -----------------------------------------------------------------------------------------

    def look(self, recipe: Recipe, name: str, text: str, session: HasRecipe) -> None:
        """Show a recipe without a step, until `leave` or `keep`. An edit first makes it a step, then edits it."""
        self.looking = Look(session, name, text, self.standing(session.recipe))
        session.show_recipe(recipe)
        self.looked.emit()

    def leave(self) -> bool:
        """Return to the recipe before the look. Returns whether there was one."""
        look, self.looking = self.looking, None
        if look is None:
            return False
        look.session.show_recipe(look.back)
        self.looked.emit()
        return True

    def keep(self) -> None:
        """Make the shown recipe one step of the undo list."""
        look, self.looking = self.looking, None
        if look is None:
            return
        if look.session.recipe != look.back:
            self.push(ChangeRecipe(look.session, look.back, look.session.recipe, look.text, UNMERGED))
        self.looked.emit()

    def standing(self, recipe: Recipe) -> Recipe:
        """Return the recipe that the undo list leads to, given the shown one."""
        return recipe if self.looking is None else self.looking.back

    # -- steps -------------------------------------------------------------------------------------------------------

    def push(self, command: QUndoCommand) -> None:
        """Add a step; steps that could have been redone are kept as a branch."""
        if isinstance(command, ChangeRecipe):
            self.keep()
        stack = self.stack
        if stack.canRedo():
            recipe = self.recipe_at(stack.count())
            if recipe is not None and recipe != self.recipe_at(stack.index()):
                branch = Branch(stack.text(stack.count() - 1), stack.count() - stack.index(), recipe)
                self.branches = (*self.branches, branch)[-BRANCHES:]
                self.changed.emit()
        stack.push(command)

    def recipe_at(self, index: int) -> Recipe | None:
        """Return the recipe after that many steps; None if no earlier step changed it, so that it is the initial
        one."""
        for step in range(index - 1, -1, -1):
            command = self.stack.command(step)
            if isinstance(command, ChangeRecipe):
                return command.recipe
        return None

    def undo(self) -> None:
        """Undo the last step, or end a look."""
        self.gesture += 1
        if not self.leave():
            self.stack.undo()

    def redo(self) -> None:
        """Redo the next step, or end a look."""
        self.gesture += 1
        if not self.leave():
            self.stack.redo()

    def go_to(self, index: int, session: HasRecipe) -> None:
        """Undo or redo as many steps as needed; the recipe is shown once."""
        self.leave()
        if index == self.stack.index():
            return
        self.gesture += 1
        self.jumping = True
        try:
            self.stack.setIndex(index)
        finally:
            self.jumping = False
        session.show_recipe(session.recipe)

    def clear(self) -> None:
        self.branches = ()
        self.looking = None
        self.stack.clear()
        self.changed.emit()
        self.looked.emit()

    def to_keep(self, recipe: Recipe) -> UndoList:
        """Return the list as values, with the recipe that it leads to (see standing)."""
        commands = [command for i in range(self.stack.count()) if isinstance(command := self.stack.command(i), Command)]
        first = next((command.old for command in commands if isinstance(command, ChangeRecipe)), recipe)
        return UndoList(first, tuple(command.step for command in commands), self.stack.index(), self.branches)

    def begin_with(self, kept: UndoList, command_of: Callable[[SnapshotStep], Command], session: HasRecipe) -> None:
        """Replace this list by a stored one, all of it unsaved. `command_of` creates the commands of steps that do not
        edit the recipe."""
        self.clear()
        self.stack.resetClean()
        commands: list[Command] = []
        for place, step in enumerate(kept.steps):
            self.gesture += 1
            commands.append(
                ChangeRecipe(session, kept.at(place), step.recipe, step.text, self.gesture)
                if isinstance(step, RecipeStep)
                else command_of(step)
            )
            commands[-1].asleep = True
            self.stack.push(commands[-1])
        self.stack.setIndex(kept.here)
        for command in commands:
            command.asleep = False
        self.gesture += 1
        self.branches = kept.branches
        session.show_recipe(kept.at(kept.here))
        self.changed.emit()


class Remembered(Generic[V]):
    """The most recent `limit` values by key, which undo and redo show without computing. `held` are never evicted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Any, V] = OrderedDict()
        self.held: frozenset[Hashable] = frozenset()

    def get(self, key: Hashable) -> V | None:
        if (value := self._values.get(key)) is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: V) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        free = [key for key in self._values if key not in self.held] if len(self._values) > self._limit else []
        for oldest in free[: len(self._values) - self._limit]:
            del self._values[oldest]

    def forget(self, key: Hashable) -> None:
        self._values.pop(key, None)

    def forget_where(self, wanted: Callable[[V], bool]) -> None:
        for key in [key for key, value in self._values.items() if wanted(value)]:
            del self._values[key]

    def clear(self) -> None:
        self._values.clear()
