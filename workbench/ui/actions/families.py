"""The four families of methods, and how the window calls them."""


from workbench.core.action import MethodInfo
from workbench.ui.translation import tr

ICONS = {"prune": "prune", "lowrank": "lowrank", "distill": "distill", "quantize": "quantize"}


def title(family: str) -> str:
    words = {"prune": tr("Zero weights (mask)"), "lowrank": tr("Low rank"), "distill": tr("Distil"),
             "quantize": tr("Quantise")}
    return words.get(family, family)


def short_title(family: str) -> str:
    """Where the card's icon and the method's name say the rest."""
    return tr("Zero weights") if family == "prune" else title(family)


def icon_name(family: str) -> str:
    return ICONS.get(family, "settings")


def name(method: MethodInfo) -> str:
    """The method's title in the user's language. Translators find methods' own words under 'methods'."""
    return tr(method.title)


def summary(method: MethodInfo) -> str:
    return tr(method.summary)
