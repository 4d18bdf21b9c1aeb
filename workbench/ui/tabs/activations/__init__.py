"""What passes through the chosen layer."""

from workbench.ui.tabs.activations.tab import ActivationsTab

__all__ = ["ActivationsTab"]
