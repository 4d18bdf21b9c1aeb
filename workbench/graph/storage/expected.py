"""Expected statistics of a planned weight for entropy coding, from a histogram of its current values."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import onnx_ir as ir

from workbench.core.base.arguments import weak_cache
from workbench.graph.encodings.encoding import Planned
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.entropy import statistics
from workbench.graph.storage.plan import Plan

BINS = 4096  # bins of values relative to the largest that shares a scale
CENTRES = (np.arange(BINS) + 0.5) * 2 / BINS - 1
ENDS = np.linspace(1.0, 0.4, 25)  # candidate ranges, as shares of the largest value
Grid = tuple[tuple[int, ...], tuple[int, ...]]  # the shapes of values and scales that broadcast
SPREAD = 4.0  # largest value in standard deviations, if there are no values yet: factors of a weight


def with_statistics(model: ir.Model, initializer: str, plan: Plan) -> Plan:
    """Return the plan with the expected counts of its quantised tensors. The model must not change afterwards."""
    if not plan.on_levels:
        return plan
    return replace(plan, tensors=tuple(_counted(model, initializer, plan, spec) for spec in plan.tensors))


def drawn(model: ir.Model, initializer: str, plan: Plan) -> dict[StorageSpec, "Drawn"]:
    """Return values for each tensor of a plan, drawn from the expected distribution, for a writer that needs values."""
    return {spec: Drawn(spec, _shares(model, initializer, plan, spec)) for spec in plan.tensors}


def _counted(model: ir.Model, initializer: str, plan: Plan, spec: StorageSpec) -> StorageSpec:
    shares = _shares(model, initializer, plan, spec)
    if shares is None:
        return spec
    if spec.nonzeros == spec.count:
        return replace(spec, statistics=statistics.expected(shares[shares > 0], spec.count, None))
    return replace(spec, statistics=statistics.expected(shares, spec.count, 2 ** (spec.precision - 1)))


def _shares(model: ir.Model, initializer: str, plan: Plan, spec: StorageSpec) -> np.ndarray | None:
    """Return the expected share of the weights on each level, [2^precision], the middle one zero; None without
    levels."""
    if not spec.kind.on_levels or not spec.precision:
        return None
    known = model.graph.initializers[initializer].const_value if not plan.chain else None
    if known is not None and tuple(known.shape.numpy()) != spec.shape:  # channels are planned to be removed
        known = None
    histogram = _normal() if known is None else _histogram(model, initializer, _grid(spec))
    kept = spec.nonzeros / spec.count
    left = histogram if kept == 1 else _pruned(histogram, kept)
    if spec.kind.clusters:
        shares = _by_clusters(left, spec.precision)
    else:
        # Channels and groups end in different places, which all values together are nearer to than those that are left.
        ending = left if product(spec.side or ()) == 1 else histogram
        shares = _by_steps(left, spec.precision, _end(ending.tobytes(), spec.precision, spec.rule))
    shares *= kept / max(shares.sum(), 1e-12)
    shares[2 ** (spec.precision - 1)] += 1 - kept
    return shares


@dataclass(frozen=True, eq=False)
class Drawn(Planned):
    """A planned weight with values drawn from the expected distribution, deterministically.

    shares   shares of the weights on each level, [2^precision], the middle one zero; None without levels: normal values
    """

    shares: np.ndarray | None = None

    def decode(self) -> np.ndarray:
        values = np.random.default_rng(0).standard_normal(self.shape, np.float32)
        values.ravel()[self.spec.nonzeros :] = 0
        return values

    def symbols(self, spec: StorageSpec) -> np.ndarray:
        """Return uint8 [n], as an encoding stores them; int8 if these have 8 bits and a sign."""
        if self.shares is None:
            return self.decode().ravel()
        ends = np.rint(np.cumsum(self.shares) * spec.count).astype(np.int64)
        levels = np.searchsorted(ends, np.arange(spec.count), side="right").clip(max=len(ends) - 1)
        np.random.default_rng(0).shuffle(levels)
        if spec.kind.symmetric:
            levels += (0 if spec.bits == 8 else 1 << spec.bits - 1) - len(ends) // 2
        return levels.astype(spec.kind.dtype(spec.bits).numpy())

    def sides(self, spec: StorageSpec) -> list[np.ndarray]:
        """Return scales and tables that are exact in 16 bits, and zero points."""
        shape = spec.side or ()
        if spec.kind.clusters:
            return [np.arange(product(shape), dtype=np.float32) - product(shape) // 2]
        halves = np.random.default_rng(0).uniform(1, 2, shape).astype(np.float16)
        return [halves.astype(side.dtype.numpy()) for side in spec.kind.sides]


@weak_cache
def _histogram(model: ir.Model, initializer: str, grid: Grid | None) -> np.ndarray:
    """Return the shares of values by size, relative to the largest that shares a scale: [BINS] from -1 to 1."""
    tensor = model.graph.initializers[initializer].const_value
    assert tensor is not None
    axes = tuple(axis for axis, size in enumerate(grid[1]) if size == 1) if grid is not None else None
    whole = tensor.numpy().astype(np.float32).reshape(grid[0] if grid is not None else -1)
    largest = np.abs(whole).max(axis=axes, keepdims=True)
    scaled = whole / np.where(largest > 0, largest, 1)
    return np.histogram(scaled, BINS, (-1, 1))[0] / max(whole.size, 1)


def _grid(spec: StorageSpec) -> Grid | None:
    """Return the shapes in which the values and their scales broadcast; None for a single scale."""
    side = spec.side or ()
    if spec.kind.clusters or product(side) == 1 or not side:
        return None
    if not spec.group:
        return (spec.shape, side) if len(side) == len(spec.shape) else None
    grid = (*side[:2], spec.group) if spec.axis == 0 else (side[0], spec.group, side[2])
    return (grid, side) if product(grid) == spec.count else None


def _normal() -> np.ndarray:
    """Return the histogram of normal values up to `SPREAD` standard deviations."""
    density = np.exp(-((CENTRES * SPREAD) ** 2) / 2)
    return density / density.sum()


def _pruned(histogram: np.ndarray, kept: float) -> np.ndarray:
    """Return the histogram without the smallest values, keeping this share."""
    order = np.argsort(-np.abs(CENTRES), kind="stable")
    before = np.cumsum(histogram[order]) - histogram[order]
    left = np.empty_like(histogram)
    left[order] = np.clip(kept - before, 0, histogram[order])
    return left


@lru_cache(1 << 10)
def _end(histogram: bytes, bits: int, rule: str) -> float:
    """Return the end of the levels, as a share of the largest value: that value, or what minimises squared or cubed
    error; cubed error, the default of quantisation, stands for the other rules."""
    if rule == "minmax":
        return 1.0
    shares, most = np.frombuffer(histogram), 2 ** (bits - 1) - 1
    steps = (ENDS / max(most, 1))[:, None]
    rounded = np.clip(np.round(CENTRES / steps), -most - 1, most) * steps
    power = 2 if rule == "mse" else 3
    return float(ENDS[(shares * np.abs(CENTRES - rounded) ** power).sum(axis=1).argmin()])


def _by_steps(histogram: np.ndarray, bits: int, end: float) -> np.ndarray:
    """Return the shares of evenly spaced levels up to `end`; the middle one is zero."""
    middle = 2 ** (bits - 1)
    levels = np.clip(np.round(CENTRES / end * (middle - 1)), -middle, middle - 1).astype(np.int64) + middle
    return np.bincount(levels, histogram, 2**bits)


def _by_clusters(histogram: np.ndarray, bits: int) -> np.ndarray:
    """Return the shares of a codebook's entries, whose density is that of the values to the power 1/3 (Panter and Dite
    1951)."""
    density = np.cbrt(histogram)
    place = np.minimum((np.cumsum(density) / max(density.sum(), 1e-12) * 2**bits).astype(np.int64), 2**bits - 1)
    return np.bincount(place, histogram, 2**bits)
