"""Choice of one option per layer within limits, by integer programming (Cai et al. 2020, ZeroQ, section 3.2; Hubara et
al. 2021, section 4). The decoders that the chosen options share are columns, too: they take bytes of the file once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from workbench.core.base.system import QuietNatives
from workbench.engine.search.costs import Costs
from workbench.engine.search.options import Option
from workbench.engine.search.stacks import Stack

GAP, LIMIT_S = 1e-4, 10.0  # of the solver: relative gap, seconds
COST = 1e-4  # nats: the unit of the objective, as the solver's tolerances are absolute


@dataclass(frozen=True)
class Limits:
    """Limits of one allocation: bytes of the file, MACs, predicted divergence. `smallest`: minimise bytes within them,
    else minimise divergence."""

    bytes: float | None = None
    macs: float | None = None
    cost: float | None = None
    smallest: bool = False

    def less(self, bytes: float, macs: float) -> "Limits":
        """Return the limits reduced by these bytes and MACs."""
        return replace(
            self,
            bytes=None if self.bytes is None else self.bytes - bytes,
            macs=None if self.macs is None else self.macs - macs,
        )


@dataclass(frozen=True, eq=False)
class Choice:
    """An option, or a layer left unchanged (`option` None), as a column of the programme.

    place     as in the costs; `rows` are the layers that it decides
    cost      of this part alone, with a margin for its error
    decoders  name -> bytes of each decoder that it needs
    """

    place: str
    rows: tuple[str, ...]
    option: Option | None
    bytes: float
    macs: float
    cost: float
    decoders: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Allocation:
    """A choice for every layer; bytes include each decoder once."""

    choices: tuple[Choice, ...]

    @property
    def stacks(self) -> dict[str, Stack]:
        return {path: steps for each in self.choices if each.option for path, steps in each.option.stacks.items()}

    @property
    def parts(self) -> dict[str, float]:
        return {each.place: each.cost for each in self.choices if each.option}

    @property
    def bytes(self) -> float:
        decoders = {name: size for each in self.choices for name, size in each.decoders.items()}
        return sum(each.bytes for each in self.choices) + sum(decoders.values())


class Problem:
    """Columns and rows, built once and solved for any limits. `scale`: divergence that counts as a nat."""

    def __init__(self, layers: Sequence[str], choices: Sequence[Choice], scale: float = 1.0) -> None:
        self.choices, self.scale = tuple(choices), scale
        rows = {path: row for row, path in enumerate(layers)}
        self._settled = np.zeros((len(layers), len(self.choices)))
        for column, choice in enumerate(self.choices):
            self._settled[[rows[path] for path in choice.rows], column] = 1
        decoders = {name: size for choice in self.choices for name, size in choice.decoders.items()}
        self._decoders = np.array([*decoders.values()], float)
        self._needed = self._needing([*decoders])
        self._bytes = np.array([*(choice.bytes for choice in self.choices), *decoders.values()])
        self._macs = self._padded([choice.macs for choice in self.choices])

    def _needing(self, names: Sequence[str]) -> coo_array:
        """Return rows that are at most 0 where each decoder that the choice for a layer needs is in the file."""
        rows: dict[tuple[int, int], int] = {}
        cells: dict[tuple[int, int], float] = {}
        for column, choice in enumerate(self.choices):
            for at in map(names.index, choice.decoders):
                for layer in np.flatnonzero(self._settled[:, column]):
                    row = rows.setdefault((int(layer), at), len(rows))
                    cells |= {(row, column): 1.0, (row, len(self.choices) + at): -1.0}
        places = tuple(zip(*cells, strict=True)) if cells else ((), ())
        return coo_array(([*cells.values()], places), (len(rows), len(self.choices) + len(names)))

    def _padded(self, figures: Sequence[float] | np.ndarray) -> np.ndarray:
        """Return figures of the choices with zeros for the decoders."""
        return np.concatenate([np.asarray(figures, float), np.zeros(len(self._decoders))])

    def allocate(self, costs: Costs, limits: Limits) -> Allocation | None:
        """Return the best allocation within the limits, or None if there is none."""
        linear = self._padded([costs.each(each.place, each.cost) / self.scale for each in self.choices])
        able = np.ones(len(linear), bool)
        limit = None if limits.cost is None else costs.sum_for(limits.cost) / self.scale
        if limit is not None:
            able = linear <= limit
        decoders = np.zeros((len(self._settled), len(self._decoders)))
        constraints = [LinearConstraint(np.hstack([self._settled, decoders]), 1, 1)]
        if self._needed.shape[0]:
            constraints.append(LinearConstraint(self._needed, -np.inf, 0))
        for figures, most in ((self._bytes, limits.bytes), (self._macs, limits.macs), (linear, limit)):
            if most is not None:
                # The solver's tolerance is absolute: this makes it a millionth of the largest sum.
                unit = max(self._largest(np.abs(figures), able), 1e-30)
                constraints.append(LinearConstraint(figures[None] / unit, -np.inf, most / unit))
        size = self._bytes / max(float(self._bytes.max()), 1.0)
        objective = 1e3 * size + 1e-3 * linear if limits.smallest else linear / COST + 1e-3 * size
        with QuietNatives(drop=True):  # lines that the solver prints regardless of its options
            solved = milp(
                objective,
                constraints=constraints,
                integrality=self._padded(np.ones(len(self.choices))),
                bounds=Bounds(0, able.astype(float)),
                options={"mip_rel_gap": GAP, "time_limit": LIMIT_S},
            )
        if solved.x is None:
            return None
        return Allocation(tuple(each for each, share in zip(self.choices, solved.x, strict=False) if share > 0.5))

    def _largest(self, figures: np.ndarray, able: np.ndarray) -> float:
        """Return the sum over the layers of the largest figure among the options of each, and of the decoders."""
        count = len(self.choices)
        return float((self._settled * (figures * able)[:count]).max(axis=1).sum() + figures[count:].sum())

    def greedy(self, limit: float) -> Allocation | None:
        """Return the greedy allocation: from everything unchanged, repeatedly the option that saves most bytes for its
        cost, until it fits. A reference that must not be better. Single layers only, no channels."""
        now = {each.rows[0]: each for each in self.choices if each.option is None}
        alone = [each for each in self.choices if each.option is not None and not each.option.structural]
        while Allocation(tuple(now.values())).bytes > limit:
            moves = [each for each in alone if each.bytes < now[each.rows[0]].bytes]
            if not moves:
                return None
            best = min(moves, key=lambda each: _price(now[each.rows[0]], each))
            now[best.rows[0]] = best
        return Allocation(tuple(now.values()))


def _price(now: Choice, after: Choice) -> float:
    """Return the cost per saved byte."""
    return (after.cost - now.cost) / (now.bytes - after.bytes)
