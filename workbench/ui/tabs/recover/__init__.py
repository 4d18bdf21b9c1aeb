"""The tab in which the compressed model is trained to win back what compression lost."""

from workbench.ui.tabs.recover.tab import RecoverTab

__all__ = ["RecoverTab"]
