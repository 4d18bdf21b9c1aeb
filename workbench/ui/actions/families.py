"""The four families of methods, and how the window calls them."""

from PySide6.QtCore import QCoreApplication

ICONS = {"prune": "prune", "lowrank": "lowrank", "distill": "distill", "quantize": "quantize"}


def tr(text: str) -> str:
    return QCoreApplication.translate("families", text)


def title(family: str) -> str:
    words = {"prune": tr("Zero weights (mask)"), "lowrank": tr("Low rank"), "distill": tr("Distil"),
             "quantize": tr("Quantise")}
    return words.get(family, family)


def icon_name(family: str) -> str:
    return ICONS.get(family, "settings")
