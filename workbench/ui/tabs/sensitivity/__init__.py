"""Sensitivity tab: drop of each candidate on each layer, and sweeps of one parameter."""

from workbench.ui.tabs.sensitivity.tab import SensitivityTab

__all__ = ["SensitivityTab"]
