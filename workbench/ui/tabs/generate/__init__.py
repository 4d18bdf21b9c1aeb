"""Generate tab: text from the original and the compressed language model, side by side."""

from workbench.ui.tabs.generate.tab import GenerateTab

__all__ = ["GenerateTab"]
