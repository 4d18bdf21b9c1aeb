"""Which steps of a stack go together: told from their plans, before any of them runs.

A later step keeps what an earlier one made - zeros, factors, levels, how the layer is computed - or is refused.
"""

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, in_order
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Method, all_methods, find


def conflict(layer: Layer, actions: tuple[Action, ...]) -> str | None:
    """Why the steps of a stack cannot all be had, or None."""
    plan = Plan.of(layer)
    made: dict[str, str] = {}  # what earlier steps made, and the title of the one that made it
    for action in in_order(actions):
        chosen, params = find(action)
        if chosen.refuses(layer, params):  # nor can it forecast this layer; `apply.refusal` tells why
            return None
        if plan.chain and chosen.whole(params):
            return f"{chosen.title} cannot follow a factoring: {chosen.whole(params)} of whole layers."
        before, plan = plan, chosen.forecast(layer, plan, params)
        reason = _undone(chosen, before, plan, made)
        if reason:
            return reason
        made |= dict.fromkeys(_makes(chosen, before, plan), chosen.title)
    return None


def conflicts(layer: Layer, actions: tuple[Action, ...]) -> dict[str, str]:
    """Method id -> why it cannot be added to a stack, for those that cannot."""
    reasons: dict[str, str] = {}
    for name, method in all_methods().items():
        if not method.accepts(layer):
            try:
                reasons[name] = conflict(layer, (*actions, Action(name))) or ""
            except UserError as error:  # a plug-in that fails
                reasons[name] = error.what
    return {name: reason for name, reason in reasons.items() if reason}


def _undone(chosen: Method, before: Plan, after: Plan, made: dict[str, str]) -> str | None:
    """What a step would lose of that which earlier ones made, as a sentence."""
    if before.compute is not None and after.compute != before.compute:
        return f"{chosen.title} would undo how {made['compute']} has the layer computed."
    if after.tensors is before.tensors:
        return None
    if before.on_levels and not _finer(before, after):
        return f"{chosen.title} would round again what {made['levels']} has quantised."
    if "correction" in made:
        return f"{chosen.title} changes what {made['correction']} compensates: put {made['correction']} after it."
    if "zeros" in made and after.chain and not before.chain:
        return (
            f"{chosen.title} would fill the zeros of {made['zeros']}: put {made['zeros']} after it, to prune the "
            f"factors."
        )
    return None


def _finer(before: Plan, after: Plan) -> bool:
    """Whether clusters go onto a grid that has room for them all: they stay clusters, as in cluster-preserving
    quantisation (TensorFlow Model Optimization, collaborative optimisation guide)."""
    return all(
        old.kind == "Codebook" and new.kind in ("Symmetric", "Affine") and new.bits == 8 and old.bits < 8
        for old, new in zip(before.tensors, after.tensors, strict=False)
    )


def _makes(chosen: Method, before: Plan, after: Plan) -> list[str]:
    kinds = {
        "compute": after.compute is not before.compute,
        "levels": after.on_levels and not before.on_levels,
        "correction": chosen.corrects,
        "zeros": chosen.id.startswith("prune.") and not chosen.structural,
    }
    return [kind for kind, holds in kinds.items() if holds]
