"""Choice of a rank, shared by all low-rank methods.

energy          the squared singular values are the variances of a principal component analysis (Jolliffe 2002)
weakening       Nakajima et al. 2013, EVBMF (methods/base/vbmf), weakened as by Gusak et al. 2019, MUSCO: multi-stage
                compression of neural networks, ICCV workshops
marchenko-pastur    Marchenko and Pastur 1967: the largest singular value of pure noise
gavish-donoho   Gavish and Donoho 2014, The optimal hard threshold for singular values is 4/√3, IEEE Trans. Inf. Theory
                60:8: the threshold of least squared error; the noise estimated from the median (section III.E)
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

import numpy as np

from workbench.core.base.message import CLAUSE, Joined, Message
from workbench.core.layer_data.method_insight import Kept
from workbench.core.recipe.params import Drag, Help, OneOf, Range
from workbench.methods.base import vbmf

Shape = tuple[int, int]
Rule = Literal["break-even", "marchenko-pastur", "gavish-donoho"]
Number = Annotated[
    int | None,
    Range(1, None, 1, log=True),
    OneOf("amount"),
    Help("Number of singular values to keep; a larger number keeps all."),
]
Energy = Annotated[
    float | None,
    Range(0.01, 1, 0.01),
    OneOf("amount"),
    Help("Keep the smallest rank that retains this fraction of the squared singular values."),
]
Ratio = Annotated[float | None, Range(0.01, 1, 0.01), OneOf("amount"), Help("Rank as a fraction of full rank.")]
Weakening = Annotated[
    float | None,
    Range(0, 1, 0.05),
    OneOf("amount"),
    Help("Interpolates between the rank estimated by variational Bayes (EVBMF), at 0, and full rank, at 1."),
]
ByRule = Annotated[
    Rule | None,
    OneOf("amount"),
    Help(
        "break-even: the largest rank with fewer weights than the layer; marchenko-pastur: "
        "singular values above the noise edge; gavish-donoho: the threshold with the least "
        "squared error."
    ),
]


@dataclass(frozen=True)
class RankParams:
    """Rank parameters; exactly one of them is set."""

    rank: Number = None
    energy: Energy = 0.9
    ratio: Ratio = None
    weakening: Weakening = None
    rule: ByRule = None


@dataclass(frozen=True)
class SpectrumParams(RankParams):
    """Rank parameters for the matrix whose singular values the window draws."""

    rank: Annotated[Number, Drag("spectrum")] = None
    energy: Annotated[Energy, Drag("spectrum")] = 0.9


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix whose rank a method chooses: its singular values [min(shape)], descending, the largest rank at which the
    layer shrinks, and the quantity that a rank retains a fraction of."""

    values: np.ndarray
    shape: Shape
    largest: int
    kept: Kept = "weights"


def predicted(params: RankParams) -> bool:
    """Return whether shapes alone determine the rank."""
    return params.rank is not None or params.ratio is not None or params.rule == "break-even"


def expected(params: RankParams, shape: Shape, largest: int | None = None, singular: np.ndarray | None = None) -> int:
    """Return the expected rank before the edit: from shapes, or from known singular values of this matrix or a similar
    one; half of break-even if it depends on unknown values.

    `largest` is the break-even rank, if not that of two factors of the matrix.
    """
    if singular is not None and not predicted(params):
        return chosen(params, shape, lambda: singular, largest)
    even = break_even(shape) if largest is None else largest
    if params.rank is not None:
        wanted = params.rank
    elif params.ratio is not None:
        wanted = round(params.ratio * min(shape))
    else:
        wanted = even if params.rule == "break-even" else even // 2
    return max(1, min(wanted, *shape))


def chosen(params: RankParams, shape: Shape, values: Callable[[], np.ndarray], largest: int | None = None) -> int:
    """Return the rank that the parameters request, between 1 and full; `values` provides all singular values when
    needed."""
    if predicted(params):
        return expected(params, shape, largest)
    found, full = values(), min(shape)
    if params.weakening is not None:
        least = max(1, vbmf.rank_of(found, shape))
        wanted = round(least + params.weakening * (full - least))
    elif params.rule is not None:
        edge = bulk_edge(found, shape) if params.rule == "marchenko-pastur" else hard_threshold(found, shape)
        wanted = int((found > edge).sum())
    else:
        wanted = rank_for_energy(found, params.energy or 0.0)
    return max(1, min(wanted, full))


def words(params: RankParams, rank: int, full: int, even: int) -> str:
    """Return a note on a rank: how it was found, and whether the layer grows."""
    notes = [] if params.rank is not None else [Message("rank {rank} of {full}", rank=rank, full=full)]
    if rank > even:
        notes.append(Message("rank {rank} is above the break-even rank {even}: the layer grows", rank=rank, even=even))
    return Joined(notes, CLAUSE)


def break_even(shape: Shape) -> int:
    """Return the largest rank at which two factors have fewer weights than the matrix."""
    rows, columns = shape
    return (rows * columns - 1) // (rows + columns)


def rank_for_energy(values: np.ndarray, energy: float) -> int:
    """Return the smallest rank whose squared singular values sum to at least `energy` of the total."""
    cumulative = np.cumsum(np.square(values, dtype=np.float64))
    return min(int(np.searchsorted(cumulative, energy * cumulative[-1] * (1 - 1e-12)) + 1), len(values))


def bulk_edge(values: np.ndarray, shape: Shape) -> float:
    """Return the largest singular value of noise of this shape, with its strength estimated from the median singular
    value."""
    short, long = sorted(shape)
    return _noise(values, short, long) * (np.sqrt(long) + np.sqrt(short))


def hard_threshold(values: np.ndarray, shape: Shape) -> float:
    """Return equation 11 of Gavish and Donoho 2014, times the noise."""
    short, long = sorted(shape)
    beta = short / long
    times = np.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + np.sqrt(beta**2 + 14 * beta + 1)))
    return float(times * np.sqrt(long) * _noise(values, short, long))


def _noise(values: np.ndarray, short: int, long: int) -> float:
    """Return the standard deviation of the noise."""
    return float(np.median(values) / np.sqrt(long * median(short / long)))


@cache
def median(beta: float) -> float:
    """Return the median of the Marchenko-Pastur distribution of ratio beta in 0..1 and variance 1."""
    from scipy.integrate import quad
    from scipy.optimize import brentq

    low, high = (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2

    def below(x: float) -> float:
        # In u = sqrt(t) the density has no pole at zero, where beta is 1.
        density = quad(
            lambda u: np.sqrt(max((high - u * u) * (u * u - low), 0.0)) / (np.pi * beta * max(u, 1e-12)),
            np.sqrt(low),
            np.sqrt(x),
        )[0]
        return density - 0.5

    return float(brentq(below, low, high))
