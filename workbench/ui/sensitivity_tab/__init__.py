"""Which layer can bear what, and how far one parameter can go."""

from workbench.ui.sensitivity_tab.tab import SensitivityTab

__all__ = ["SensitivityTab"]
