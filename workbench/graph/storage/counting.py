"""Counts the content of a weight that must be stored: its StorageSpec."""

from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from workbench.core.recipe.recipe import Sparse
from workbench.graph.encodings import zeros
from workbench.graph.encodings.encoding import Counts, Encoding, Planned
from workbench.graph.encodings.spec import StorageSpec, product
from workbench.graph.layouts.listing import LAYOUTS

_counted: WeakKeyDictionary[Encoding, Counts] = WeakKeyDictionary()
_histograms: WeakKeyDictionary[Encoding, tuple[int, ...]] = WeakKeyDictionary()


def spec_of(encoding: Encoding, sparse: Sparse = "auto") -> StorageSpec:
    """Count what the layouts need to know; zeros only where they are to be left out."""
    if isinstance(encoding, Planned):
        return encoding.spec
    spec = encoding.as_spec(Counts(product(encoding.shape)) if sparse == "off" else _counts(encoding))
    if spec.kind.on_levels and any(layout.needs_histogram for layout in LAYOUTS):
        return replace(spec, histogram=_histogram(encoding, spec))
    return spec


def _counts(encoding: Encoding) -> Counts:
    """Non-zeros and fillers; remembered for as long as the encoding lives, because sliders ask again and again."""
    if encoding not in _counted:
        before = zeros.gaps(encoding.nonzero())
        _counted[encoding] = Counts(len(before), zeros.fillers(before, 4), zeros.fillers(before, 8))
    return _counted[encoding]


def _histogram(encoding: Encoding, spec: StorageSpec) -> tuple[int, ...]:
    """How often each symbol occurs, by its bits read as a whole number; remembered like the counts."""
    if encoding not in _histograms:
        symbols = np.ascontiguousarray(encoding.symbols(spec)).view(np.uint8)
        _histograms[encoding] = tuple(np.bincount(symbols, minlength=1 << spec.bits).tolist())
    return _histograms[encoding]
