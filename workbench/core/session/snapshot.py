"""States worth coming back to, and what was known of each: before, now, and those that were pinned."""

from dataclasses import dataclass, replace

from workbench.core.analysis.report import Figure, Totals
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.recipe import Recipe

NOTE = 500  # characters


@dataclass(frozen=True)
class Snapshot:
    """A recipe with a name, and the figures that were known of it, each with how it was obtained.

    totals   size, parameters, MACs, metric and latency; None where nothing is known yet
    change   the metric less that of the original, on the same samples
    metric   what `totals.value` is
    data     fingerprint of the samples that the metric was measured on
    trained  whether the recipe's recovery stages are in the figures; None: it has none
    note     what the user wrote about it, NOTE characters at most
    """

    name: str
    recipe: Recipe
    totals: Totals | None = None
    change: Figure | None = None
    metric: MetricInfo = MetricInfo()  # noqa: RUF009  (it is a value)
    data: str = ""
    trained: bool | None = None
    note: str = ""

    def without_figures(self) -> "Snapshot":
        """The recipe alone: of another model the figures do not hold."""
        return Snapshot(self.name, self.recipe, note=self.note)

    def named(self, name: str) -> "Snapshot":
        return replace(self, name=name)


def unused(name: str, taken: set[str]) -> str:
    """The name, numbered where there is one already."""
    chosen, count = name, 1
    while chosen in taken:
        count += 1
        chosen = f"{name} ({count})"
    return chosen
