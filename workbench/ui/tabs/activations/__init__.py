"""Activations of the selected layer."""

from workbench.ui.tabs.activations.tab import ActivationsTab

__all__ = ["ActivationsTab"]
