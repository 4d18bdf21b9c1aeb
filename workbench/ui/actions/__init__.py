"""Steps panel: the stack of steps of the selected layers, with a form for each, built from its method's schema."""

from workbench.ui.actions.form.form import ParamForm
from workbench.ui.actions.panel import ActionPanel

__all__ = ["ActionPanel", "ParamForm"]
