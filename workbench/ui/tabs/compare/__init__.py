"""Compare tab: original, current recipe and snapshots side by side; changed predictions, and the layers responsible."""

from workbench.ui.tabs.compare.tab import CompareTab

__all__ = ["CompareTab"]
