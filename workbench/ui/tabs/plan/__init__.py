"""Best recipes of a model within a limit, and what each limit costs."""

from workbench.ui.tabs.plan.tab import PlanTab

__all__ = ["PlanTab"]
