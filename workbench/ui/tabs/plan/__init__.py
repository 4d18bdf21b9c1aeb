"""What is the best that this model can be within a limit, and what each limit costs."""

from workbench.ui.tabs.plan.tab import PlanTab

__all__ = ["PlanTab"]
