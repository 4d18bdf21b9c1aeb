"""The undo list as values: recipes of the current branch, abandoned branches, changes of snapshots."""

from dataclasses import dataclass, replace

from workbench.core.recipe.recipe import Recipe
from workbench.core.session.snapshot import Snapshot

STEPS = 100  # that are kept in a session file, the newest
BRANCHES = 20  # that are kept, the newest
ROWS = 20_000  # of all recipes that a session file keeps, ...
NEW = 4  # ... where a row that no other recipe has counts this much more: about 500 kB
TEXT = 300  # characters of a step's text


@dataclass(frozen=True)
class RecipeStep:
    """A step of the undo list: its text and the recipe after it."""

    text: str
    recipe: Recipe


@dataclass(frozen=True)
class SnapshotStep:
    """A snapshot that was renamed, got a note, or was deleted (`new` is None); `place` is its index before."""

    text: str
    old: Snapshot
    new: Snapshot | None
    place: int


@dataclass(frozen=True)
class Branch:
    """Abandoned steps: undone when the user made another edit. The text of the last, their number, and the recipe they
    led to."""

    text: str
    steps: int
    recipe: Recipe


@dataclass(frozen=True)
class UndoList:
    """The undo list. `first` is the recipe at its beginning; the first `here` steps are done, the others undone."""

    first: Recipe
    steps: tuple[RecipeStep | SnapshotStep, ...] = ()
    here: int = 0
    branches: tuple[Branch, ...] = ()

    def at(self, place: int) -> Recipe:
        """Return the recipe after that many steps."""
        recipes = (step.recipe for step in reversed(self.steps[:place]) if isinstance(step, RecipeStep))
        return next(recipes, self.first)

    def from_step(self, place: int) -> "UndoList":
        """Return the list without the steps before `place`."""
        return replace(self, first=self.at(place), steps=self.steps[place:], here=self.here - place)

    def newest(self) -> "UndoList | None":
        """Return the part of the undo list that a session file keeps, always including the current state; None if that
        alone is too large."""
        kept = self.from_step(min(max(0, len(self.steps) - STEPS), self.here))
        kept = replace(kept, steps=kept.steps[:STEPS], branches=kept.branches[-BRANCHES:])
        cost = _Cost()
        room = ROWS - cost.of(kept.at(kept.here))
        if room < 0:
            return None
        behind = _that_fit([cost.of(_recipe(step)) for step in reversed(kept.steps[: kept.here])], room // 2)
        ahead = _that_fit([cost.of(_recipe(step)) for step in kept.steps[kept.here :]], room // 4)
        branches = _that_fit([cost.of(branch.recipe) for branch in reversed(kept.branches)], room // 4)
        kept = replace(
            kept, steps=kept.steps[: kept.here + ahead], branches=kept.branches[len(kept.branches) - branches :]
        )
        return kept.from_step(kept.here - behind)

    def without_figures(self) -> "UndoList":
        """Return the same list without figures, which do not hold for another model."""
        return replace(
            self,
            steps=tuple(
                replace(step, old=step.old.without_figures(), new=step.new.without_figures() if step.new else None)
                if isinstance(step, SnapshotStep)
                else step
                for step in self.steps
            ),
        )


class _Cost:
    """Size that recipes add to a file; recipes derived from one another share rows."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def of(self, recipe: Recipe) -> int:
        new = {id(row) for row in recipe.rows} - self._seen
        self._seen |= new
        return len(recipe.rows) + NEW * len(new)


def _recipe(step: RecipeStep | SnapshotStep) -> Recipe:
    return step.recipe if isinstance(step, RecipeStep) else step.old.recipe


def _that_fit(sizes: list[int], room: int) -> int:
    """Return how many of the first recipes fit into the room."""
    for number, size in enumerate(sizes):
        room -= size
        if room < 0:
            return number
    return len(sizes)
