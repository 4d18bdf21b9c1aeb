"""Plan tab: best recipes of a model within a limit, and the cost of each limit."""

from workbench.ui.tabs.plan.tab import PlanTab

__all__ = ["PlanTab"]
