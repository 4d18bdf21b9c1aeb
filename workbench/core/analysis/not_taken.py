"""A step that a target device does not support (found by core.targets.check)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workbench.core.base.message import Message
from workbench.core.recipe.action import Action


@dataclass(frozen=True)
class Finding:
    """A step of a layer that the target does not support.

    place    index of the step among all steps of the layer (Recipe.stack_for)
    reason   the rule that excludes it, in a sentence or two
    source   where that rule is documented
    runs     whether the layer still runs on the target, in floating point
    """

    path: str
    place: int
    action: Action
    reason: Message
    source: str
    runs: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the finding as `compress --json` prints it; the keys are stable."""
        step = self.action.step()
        return {"layer": self.path, "step": step, "reason": self.reason, "source": self.source, "runs": self.runs}


def by_reason(findings: Iterable[Finding]) -> dict[Message, tuple[Finding, ...]]:
    """Group findings by reason, in the order of their first occurrence."""
    alike: dict[Message, tuple[Finding, ...]] = {}
    for finding in findings:
        alike[finding.reason] = (*alike.get(finding.reason, ()), finding)
    return alike
