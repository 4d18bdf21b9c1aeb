"""Reasons why a step cannot go to another place of its stack."""

from workbench.core.recipe.action import ORDER, Action, moved
from workbench.ui.actions import families
from workbench.ui.text.i18n import tr


def refusal(actions: tuple[Action, ...], index: int, to: int) -> str:
    """Return the reason, or ""."""
    if moved(actions, index, to) is not None:
        return ""
    order = " → ".join(families.title(family) for family in ORDER)
    return tr("Steps are applied in the order {order}; pruning may follow a factorisation.").format(order=order)
