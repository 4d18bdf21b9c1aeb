"""Recover tab: training of the compressed model to regain accuracy."""

from workbench.ui.tabs.recover.tab import RecoverTab

__all__ = ["RecoverTab"]
