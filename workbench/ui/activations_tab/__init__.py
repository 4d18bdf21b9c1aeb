"""What passes through the chosen layer."""

from workbench.ui.activations_tab.tab import ActivationsTab

__all__ = ["ActivationsTab"]
