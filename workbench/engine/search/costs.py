"""Model of a whole recipe's cost from the costs of its parts, fitted to measured recipes.

To second order the divergence of a recipe is ½ E ‖Σ e_l‖², with e_l the effect of the errors of place l on the outputs,
in the metric of the Fisher matrix. With k_l = ½ E ‖e_l‖² it lies between Σ k_l for uncorrelated errors and (Σ √k_l)²
for equal ones; beyond the second order, errors act on the results of earlier errors. So the divergence is modelled as A
(Σ s_l k_l)^γ, which is linear in what is to be allocated: A = γ = s_l = 1 for errors that add up. The logarithms of A
and s_l, and γ, are fitted by ridge regression towards that, linearised by Gauss-Newton; with few measurements the sum
of the parts remains.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import isotonic_regression

from workbench.core.analysis.plan import Guess

Parts = Mapping[str, float]  # place -> cost of its part alone
RIDGE = (0.1, 0.1, 1.0)  # of log A, γ and each log s: against a squared error of the logarithm
STEPS = 5  # of Gauss and Newton
STEEPEST = 2.0  # γ is between the inverse of this, and this
FARTHEST = 2.0  # nats; a recipe beyond that is not learnt from, as nothing is left of the model
LEAST = 1e-4  # nats, added to a divergence before its logarithm is taken: smaller ones are negligible


@dataclass(frozen=True)
class Costs:
    """Fitted parameters of the model.

    amount, power  A and γ
    factors        s by place, 1 if nothing was learnt
    scale          divergence that counts as a nat
    """

    amount: float = 1.0
    power: float = 1.0
    factors: Mapping[str, float] = field(default_factory=dict)
    scale: float = 1.0

    def of(self, parts: Parts) -> float:
        """Return the predicted divergence of a whole recipe."""
        return self.of_sum(sum(self.each(place, cost) for place, cost in parts.items()))

    def each(self, place: str, cost: float) -> float:
        """Return the contribution of a part to the sum."""
        return self.factors.get(place, 1.0) * cost

    def of_sum(self, total: float) -> float:
        return self.scale * self.amount * (total / self.scale) ** self.power

    def sum_for(self, divergence: float) -> float:
        """Return the sum of parts that is predicted to give this divergence."""
        return self.scale * (divergence / self.scale / self.amount) ** (1 / self.power)


def learnt(measured: Sequence[tuple[Parts, float]], scale: float = 1.0) -> Costs:
    """Fit to recipes (the costs of their parts alone, their measured divergence)."""
    rows = [(parts, value / scale) for parts, value in measured if parts and value <= FARTHEST * scale]
    places = sorted({place for parts, _ in rows for place in parts})
    if not rows:
        return Costs(scale=scale)
    costs = np.array([[parts.get(place, 0.0) / scale for place in places] for parts, _ in rows])
    target = np.log(np.array([value for _, value in rows]) + LEAST)
    ridge = np.diag([RIDGE[0], RIDGE[1], *[RIDGE[2]] * len(places)])
    at = start = np.array([0.0, 1.0, *[0.0] * len(places)])
    for _ in range(STEPS):
        weighted = costs * np.exp(at[2:])
        total = weighted.sum(axis=1) + 1e-12
        modelled = np.exp(at[0]) * total ** at[1]
        # Derivatives of log(modelled + LEAST) by log A, by γ and by each log s.
        share = (modelled / (modelled + LEAST))[:, None]
        slopes = share * np.column_stack([np.ones(len(rows)), np.log(total), at[1] * weighted / total[:, None]])
        error = target - np.log(modelled + LEAST)
        at = at + np.linalg.solve(slopes.T @ slopes + ridge, slopes.T @ error - ridge @ (at - start))
        at[1] = np.clip(at[1], 1 / STEEPEST, STEEPEST)
        at[2:] = np.clip(at[2:], -1.5, 1.5)
    factors = dict(zip(places, np.exp(at[2:]).tolist(), strict=True))
    return Costs(float(np.exp(at[0])), float(at[1]), factors, scale)


@dataclass(frozen=True)
class Drops:
    """Mapping from divergence to metric drop: measured drops, made monotone (isotonic regression, Barlow et al. 1972)
    and interpolated linearly. The drop of a few samples is mostly noise; that of all recipes at a divergence is not."""

    divergences: tuple[float, ...]
    drops: tuple[float, ...]

    @staticmethod
    def of(pairs: Sequence[tuple[float, float, int]]) -> "Drops":
        """Fit to (divergence, drop, samples) of everything measured. Zero divergence is zero drop."""
        known = sorted(pair for pair in pairs if np.isfinite(pair[0]))
        x = np.array([0.0, *(divergence for divergence, _, _ in known)])
        y = np.array([0.0, *(drop for _, drop, _ in known)])
        weights = np.array([1e9, *(float(samples) for _, _, samples in known)])
        return Drops(tuple(x.tolist()), tuple(isotonic_regression(y, weights=weights).x.tolist()))

    def at(self, divergence: float) -> float:
        return float(np.interp(divergence, self.divergences, self.drops))

    def guess(self, divergence: float) -> Guess:
        return Guess(self.at(divergence), bool(divergence > self.divergences[-1]))

    def reach(self, drop: float) -> float:
        """Return the largest divergence that is expected to lose no more than this."""
        within = [x for x, y in zip(self.divergences, self.drops, strict=True) if y <= drop]
        above = [(x, y) for x, y in zip(self.divergences, self.drops, strict=True) if y > drop]
        if not above:
            return within[-1]
        (x0, y0), (x1, y1) = (within[-1], self.at(within[-1])), above[0]
        return x0 + (x1 - x0) * (drop - y0) / max(y1 - y0, 1e-12)
