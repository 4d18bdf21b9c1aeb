"""The four families of methods, and how the window calls them."""

from workbench.core.recipe.action import MethodInfo
from workbench.ui.text.i18n import tr

ICONS = {"prune": "prune", "lowrank": "lowrank", "distill": "distill", "quantize": "quantize"}


def title(family: str) -> str:
    words = {"prune": tr("Prune"), "lowrank": tr("Low rank"), "distill": tr("Distil"), "quantize": tr("Quantise")}
    return words.get(family, family)


def kind(method: MethodInfo) -> str:
    """Effect of the method's steps in a word or two: there are two kinds of pruning."""
    if method.family != "prune":
        return title(method.family)
    return tr("Remove channels") if method.coupled else tr("Zero weights")


def icon_name(family: str) -> str:
    return ICONS.get(family, "settings")


def name(method: MethodInfo) -> str:
    """The method's title in the user's language. Translators find methods' own words under 'methods'."""
    return tr(method.title)


def summary(method: MethodInfo) -> str:
    return tr(method.summary)
