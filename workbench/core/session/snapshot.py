"""Snapshots: named states of a recipe, with the figures known of each."""

from dataclasses import dataclass, replace

from workbench.core.analysis.report import Figure, Totals
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.recipe import Recipe

NOTE = 500  # characters


@dataclass(frozen=True)
class Snapshot:
    """A named recipe with the figures known of it, each with how it was obtained.

    totals   size, parameters, MACs, metric and latency; None where nothing is known yet
    change   metric less that of the original, on the same samples
    metric   metric of `totals.value`
    data     fingerprint hash of the samples that the metric was measured on
    trained  whether the figures include the recipe's recovery stages; None: it has none
    note     the user's note, at most NOTE characters
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
        """Return the recipe alone, since the figures do not hold for another model."""
        return Snapshot(self.name, self.recipe, note=self.note)

    def named(self, name: str) -> "Snapshot":
        return replace(self, name=name)


def unused(name: str, taken: set[str]) -> str:
    """Return the name, with a number if it is taken."""
    chosen, count = name, 1
    while chosen in taken:
        count += 1
        chosen = f"{name} ({count})"
    return chosen
