"""Counts the content of a weight that must be stored: its StorageSpec."""

from weakref import WeakKeyDictionary

from workbench.core.recipe.recipe import Sparse
from workbench.graph.encodings import zeros
from workbench.graph.encodings.encoding import Counts, Encoding, Planned
from workbench.graph.encodings.spec import StorageSpec, product

_counted: WeakKeyDictionary[Encoding, Counts] = WeakKeyDictionary()


def spec_of(encoding: Encoding, sparse: Sparse = "auto") -> StorageSpec:
    """Count what the layouts need to know; zeros only where they are to be left out."""
    if isinstance(encoding, Planned):
        return encoding.spec
    return encoding.as_spec(Counts(product(encoding.shape)) if sparse == "off" else _counts(encoding))


def _counts(encoding: Encoding) -> Counts:
    """Non-zeros and fillers; remembered for as long as the encoding lives, because sliders ask again and again."""
    if encoding not in _counted:
        before = zeros.gaps(encoding.nonzero())
        _counted[encoding] = Counts(len(before), zeros.fillers(before, 4), zeros.fillers(before, 8))
    return _counted[encoding]
