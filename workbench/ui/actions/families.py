"""The four families of methods, and their names in the window."""

from workbench.core.recipe.action import MethodInfo
from workbench.ui.text.i18n import tr

ICONS = {"prune": "prune", "lowrank": "lowrank", "distill": "distill", "quantize": "quantize"}


def title(family: str) -> str:
    words = {"prune": tr("Prune"), "lowrank": tr("Low rank"), "distill": tr("Distil"), "quantize": tr("Quantise")}
    return words.get(family, family)


def kind(method: MethodInfo) -> str:
    """Return the effect of the method's steps in a word or two; there are two kinds of pruning."""
    if method.family != "prune":
        return title(method.family)
    return tr("Remove channels") if method.coupled else tr("Zero weights")


def icon_name(family: str) -> str:
    return ICONS.get(family, "settings")


def name(method: MethodInfo) -> str:
    """Return the method's title in the user's language. Translators find the words of methods under 'methods'."""
    return tr(method.title)


def summary(method: MethodInfo) -> str:
    return tr(method.summary)
