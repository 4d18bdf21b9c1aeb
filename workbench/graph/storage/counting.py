"""Counts what must be stored of a weight: its StorageSpec."""

from dataclasses import replace

import numpy as np

from workbench.core.base.arguments import weak_cache
from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.graph.encodings import zeros
from workbench.graph.encodings.encoding import Counts, Encoding, Planned
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.entropy.statistics import Statistics, count
from workbench.graph.layouts.codes import LEAST, MOST


def spec_of(encoding: Encoding, storing: Storing = DEFAULT) -> StorageSpec:
    """Return the spec with the counts that layouts need; zeros only if they may be omitted."""
    if isinstance(encoding, Planned):
        return encoding.spec
    spec = encoding.as_spec(Counts(product(encoding.shape)) if storing.sparse == "off" else _counts(encoding))
    if storing.codes != "off" and spec.kind.on_levels and LEAST <= spec.count <= MOST:
        return replace(spec, statistics=_statistics_of(encoding, spec))
    return spec


@weak_cache  # because sliders ask repeatedly
def _counts(encoding: Encoding) -> Counts:
    """Return non-zeros and fillers."""
    return Counts(*zeros.counted(encoding.nonzero()))


@weak_cache
def _statistics_of(encoding: Encoding, spec: StorageSpec) -> Statistics:
    """Return the frequencies of symbols, tuples of symbols and gaps."""
    symbols = np.ascontiguousarray(encoding.symbols(spec)).view(np.uint8)
    return count(symbols, encoding.nonzero() if spec.nonzeros < spec.count else None)
