"""The undo stack: one step a gesture, none for a gesture that ends where it began."""

from PySide6.QtGui import QUndoStack

from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.core.session.undo_list import Branch
from workbench.ui.session.undo import ChangeRecipe, History, Remembered


class Holder:
    recipe = Recipe()

    def show_recipe(self, recipe: Recipe) -> None:
        self.recipe = recipe


def pruned(sparsity: float) -> Recipe:
    return Recipe().with_actions(["stem"], (Action("prune.magnitude", {"sparsity": sparsity}),))


def push(stack: QUndoStack, holder: Holder, recipe: Recipe, gesture: int) -> None:
    stack.push(ChangeRecipe(holder, holder.recipe, recipe, f"sparsity {recipe}", gesture))


def test_a_drag_is_one_step(qapp):
    stack, holder = QUndoStack(), Holder()
    for sparsity in (0.1, 0.2, 0.3):
        push(stack, holder, pruned(sparsity), gesture=1)
    push(stack, holder, pruned(0.9), gesture=2)
    assert stack.count() == 2
    stack.undo()
    assert holder.recipe == pruned(0.3)
    stack.undo()
    assert holder.recipe == Recipe() and stack.isClean()
    stack.redo()
    assert holder.recipe == pruned(0.3)


def test_a_drag_back_to_its_beginning_leaves_no_step(qapp):
    stack, holder = QUndoStack(), Holder()
    push(stack, holder, pruned(0.5), gesture=1)
    push(stack, holder, Recipe(), gesture=1)
    assert stack.count() == 0 and holder.recipe == Recipe()


def test_saving_in_the_middle_of_a_drag_is_not_undone_by_it(qapp):
    stack, holder = QUndoStack(), Holder()
    push(stack, holder, pruned(0.5), gesture=1)
    stack.setClean()
    push(stack, holder, pruned(0.6), gesture=1)
    assert not stack.isClean()
    stack.undo()
    assert stack.isClean() and holder.recipe == pruned(0.5)


def edit(history: History, holder: Holder, sparsity: float) -> None:
    history.gesture += 1
    history.push(ChangeRecipe(holder, holder.recipe, pruned(sparsity), f"sparsity {sparsity}", history.gesture))


def test_a_list_that_was_kept_goes_on_where_it_was(qapp):
    history, holder = History(), Holder()
    for sparsity in (0.1, 0.2, 0.3):
        edit(history, holder, sparsity)
    history.undo()
    history.undo()
    edit(history, holder, 0.4)
    edit(history, holder, 0.5)
    history.undo()
    kept = history.to_keep(holder.recipe)
    assert kept.branches == (Branch("sparsity 0.3", 2, pruned(0.3)),) and kept.here == 2 and len(kept.steps) == 3

    other, elsewhere = History(), Holder()
    other.begin_with(kept, lambda step: None, elsewhere)
    assert elsewhere.recipe == pruned(0.4) and not other.stack.isClean() and other.to_keep(pruned(0.4)) == kept
    assert (other.stack.undoText(), other.stack.redoText()) == ("sparsity 0.4", "sparsity 0.5")
    other.redo()
    assert elsewhere.recipe == pruned(0.5)
    other.go_to(0, elsewhere)
    assert elsewhere.recipe == Recipe()
    edit(other, elsewhere, 0.6)
    assert [branch.steps for branch in other.branches] == [2, 3]


def test_equal_recipes_have_equal_keys_even_with_recovery_stages():
    one, other = (Recipe(recover=(Stage("finetune", {"epochs": 10}),)) for _ in range(2))
    assert one.in_effect == other.in_effect != Recipe().in_effect
    assert {pruned(0.5).in_effect: 1}[pruned(0.5).in_effect] == 1


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first():
    remembered = Remembered[int](2)
    for key in "abc":
        remembered.put(key, ord(key))
        remembered.get("a")
    assert remembered.get("b") is None and remembered.get("a") == ord("a") and remembered.get("c") == ord("c")


def looking(qapp) -> tuple[History, Holder, Recipe]:
    """A list of one step, and another recipe that is looked at."""
    history, holder = History(), Holder()
    history.push(ChangeRecipe(holder, holder.recipe, pruned(0.1), "prune", 1))
    history.look(pruned(0.5), "half", "apply half", holder)
    return history, holder, pruned(0.1)


def test_a_look_is_no_step_and_ends_where_it_began(qapp):
    history, holder, before = looking(qapp)
    assert holder.recipe == pruned(0.5) and history.stack.count() == 1 and history.standing(holder.recipe) == before
    history.look(pruned(0.7), "more", "apply more", holder)
    assert history.looking.back == before, "of several looks, what was there before the first"
    assert history.leave() and holder.recipe == before and not history.leave()


def test_a_look_that_is_kept_is_one_step(qapp):
    history, holder, before = looking(qapp)
    history.keep()
    assert history.looking is None and history.stack.count() == 2 and history.stack.undoText() == "apply half"
    history.undo()
    assert holder.recipe == before
    history.redo()
    assert holder.recipe == pruned(0.5)


def test_an_edit_while_looking_keeps_the_look_first(qapp):
    history, holder, _before = looking(qapp)
    history.push(ChangeRecipe(holder, holder.recipe, pruned(0.6), "prune more", 1))
    assert [history.stack.text(step) for step in range(history.stack.count())] == ["prune", "apply half", "prune more"]
    history.undo()
    assert holder.recipe == pruned(0.5)


def test_undo_and_a_jump_end_a_look(qapp):
    history, holder, before = looking(qapp)
    history.undo()
    assert holder.recipe == before and history.stack.index() == 1
    history.look(pruned(0.5), "half", "apply half", holder)
    history.go_to(0, holder)
    assert holder.recipe == Recipe() and history.looking is None


def test_a_look_at_what_is_there_is_no_step_when_it_is_kept(qapp):
    history, holder, before = looking(qapp)
    history.leave()
    history.look(before, "same", "apply same", holder)
    history.keep()
    assert history.stack.count() == 1
