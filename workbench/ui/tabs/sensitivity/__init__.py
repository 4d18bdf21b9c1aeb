"""Which layer can bear what, and how far one parameter can go."""

from workbench.ui.tabs.sensitivity.tab import SensitivityTab

__all__ = ["SensitivityTab"]
