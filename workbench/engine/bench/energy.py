"""Energy of one run: by the processor's counter, or by rule from the figures of a target. A search, or a profile, uses
one of the two (see core.targets.reading.energy_told)."""

from collections.abc import Mapping

import numpy as np

from workbench.core.base import system
from workbench.core.recipe.storing import Storing
from workbench.core.targets.target import Energy
from workbench.engine.base.evaluate import Run
from workbench.engine.bench.latency import COUNTED
from workbench.engine.compile.compiler import Compiled


def by_rule(compiled: Compiled, storing: Storing, energy: Energy) -> float | None:
    """Return the joules of one sample, summed over layers: its multiply-accumulates, and each weight read once; traffic
    of activations is not counted. None if the MACs of a layer, or the energy of its number format, are unknown."""
    changes, total = {change.path: change for change in compiled.changes(storing)[0]}, 0.0
    for layer in compiled.model.layers:
        change, edit = changes.get(layer.path), compiled.edits.get(layer.path)
        macs, size = (layer.macs, layer.bytes) if change is None else (change.macs, change.bytes_after)
        numbers = "float32" if edit is None or edit.compute is None else "int8"
        joules = None if macs is None else energy.joules(macs, size, numbers)
        if joules is None:
            return None
        total += joules
    return total


def counted(run: Run, feeds: Mapping[str, np.ndarray]) -> float | None:
    """Return the joules of one run, averaged over several, including everything else that the processor did; None if
    there is no counter, or it disappeared."""
    before = system.energy_counters()
    for _ in range(COUNTED):
        run(feeds)
    after = system.energy_counters()
    if before is None or after is None or before.keys() != after.keys():
        return None
    used = [(after[name][0] - start) % top for name, (start, top) in before.items()]
    return sum(used) / 1e6 / COUNTED
