"""Compatibility of the steps of a stack, decided from their plans before any of them runs.

A later step keeps what an earlier one made - zeros, factors, levels, how the layer is computed - or is refused.
"""

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, in_order
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Method, all_methods, find


def conflict(layer: Layer, actions: tuple[Action, ...]) -> str | None:
    """Return why the steps of a stack cannot be combined, or None."""
    plan = Plan.of(layer)
    made: dict[str, str] = {}  # what earlier steps made, and the title of the one that made it
    for action in in_order(actions):
        chosen, params = find(action)
        if chosen.refuses(layer, params):  # nor can it forecast this layer; `apply.refusal` tells why
            return None
        if plan.chain and chosen.whole(params):
            return Message(
                "{step} cannot follow a factorisation: {whole} defined for whole layers only.",
                step=Message(chosen.title),
                whole=chosen.whole(params),
            )
        before, plan = plan, chosen.forecast(layer, plan, params)
        reason = _undone(chosen, before, plan, made)
        if reason:
            return reason
        made |= dict.fromkeys(_makes(chosen, before, plan), Message(chosen.title))
    return None


def conflicts(layer: Layer, actions: tuple[Action, ...]) -> dict[str, str]:
    """Return the methods that cannot be added to a stack, id -> reason."""
    reasons: dict[str, str] = {}
    for name, method in all_methods().items():
        if not method.accepts(layer):
            try:
                reasons[name] = conflict(layer, (*actions, Action(name))) or ""
            except UserError as error:  # a plug-in that fails
                reasons[name] = error.what
    return {name: reason for name, reason in reasons.items() if reason}


def _undone(chosen: Method, before: Plan, after: Plan, made: dict[str, str]) -> str | None:
    """Return why a step would destroy the result of an earlier one, as a sentence."""
    if before.compute is not None and after.compute != before.compute:
        return Message(
            "{step} would undo the integer computation set up by {compute}.",
            step=Message(chosen.title),
            compute=made["compute"],
        )
    if after.tensors is before.tensors:
        return None
    if before.on_levels and not _finer(before, after):
        return Message(
            "{step} would quantise again what {levels} has already quantised.",
            step=Message(chosen.title),
            levels=made["levels"],
        )
    if "correction" in made:
        return Message(
            "{step} changes the error that {correction} compensates: put {correction} after it.",
            step=Message(chosen.title),
            correction=made["correction"],
        )
    if "zeros" in made and after.chain and not before.chain:
        return Message(
            "{step} would lose the zeros of {zeros}: put {zeros} after it to prune the factors.",
            step=Message(chosen.title),
            zeros=made["zeros"],
        )
    return None


def _finer(before: Plan, after: Plan) -> bool:
    """Return whether all levels are preserved: clusters on a grid with enough levels for them."""
    return all(new.refines(old) for old, new in zip(before.tensors, after.tensors, strict=False))


def _makes(chosen: Method, before: Plan, after: Plan) -> list[str]:
    kinds = {
        "compute": after.compute is not before.compute,
        "levels": after.on_levels and not before.on_levels,
        "correction": chosen.corrects,
        "zeros": chosen.id.startswith("prune.") and not chosen.structural,
    }
    return [kind for kind, holds in kinds.items() if holds]
