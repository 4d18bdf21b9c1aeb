"""Compare: before, now and the snapshots side by side; and what changed for which samples, and by whose doing."""

from workbench.ui.tabs.compare.tab import CompareTab

__all__ = ["CompareTab"]
