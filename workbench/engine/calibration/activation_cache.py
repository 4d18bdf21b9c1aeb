"""Cache of the values that cross the cuts before recently edited layers: computed once per batch, kept in memory, then
on disk."""

import shutil
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

import numpy as np

from workbench.core.base import system
from workbench.engine.base.cache import weigh
from workbench.engine.base.store import cache_folder

BUDGET = 2 << 30  # bytes in memory
DISK = 8 << 30  # bytes on the disk
FREE = 4 << 30  # bytes that the disk keeps free
Values = dict[str, np.ndarray]
Key = tuple[Hashable, Hashable]  # a cut, and a batch that crosses it


class Crossings:
    """Batches of values by cut. When memory is short, the least recently used cut moves to disk.

    Within a cut the first batches are kept: batches come in the same order each time, so evicting the oldest would
    evict each just before it is needed. Not thread-safe.
    """

    def __init__(self, budget: int = BUDGET, disk: "Disk | None" = None) -> None:
        self.budget = budget
        self.used = 0
        self.disk = disk or Disk()
        self._cuts: OrderedDict[Hashable, dict[Hashable, Values]] = OrderedDict()

    def get(self, cut: Hashable, batch: Hashable, make: Callable[[], Values]) -> Values:
        """Return the values, reading or computing them if they are missing, and keep them if there is room."""
        kept = self._cuts.setdefault(cut, {})
        self._cuts.move_to_end(cut)
        if batch in kept:
            return kept[batch]
        stored = self.disk.get((cut, batch))
        values = make() if stored is None else stored
        size = weigh(values)
        while self.used + size > self.budget and len(self._cuts) > 1:
            oldest, forgotten = self._cuts.popitem(last=False)
            self.used -= weigh(forgotten)
            for key, part in forgotten.items():
                self.disk.put((oldest, key), part)
        if self.used + size <= self.budget:
            kept[batch] = values
            self.used += size
        elif stored is None:
            self.disk.put((cut, batch), values)
        return values

    def drop(self, cut: Hashable, batch: Hashable) -> None:
        """Remove a batch from memory."""
        self.used -= weigh(self._cuts.get(cut, {}).pop(batch, {}))

    def keep(self, cut: Hashable) -> None:
        """Remove all other cuts."""
        for other in [each for each in self._cuts if each != cut]:
            self.used -= weigh(self._cuts.pop(other))
        self.disk.keep(cut)


class Disk:
    """Arrays in a folder, evicting the oldest first. Deleted with this object, or by a later process.

    If the disk is full or cannot be written, nothing is kept, and nothing fails.
    """

    def __init__(self, budget: int = DISK, parent: Path | None = None) -> None:
        self.budget = budget
        self.used = 0
        self._parent = parent
        self._folder: Path | None = None
        self._files: OrderedDict[Key, tuple[tuple[str, ...], Path, int]] = OrderedDict()
        self._made = 0

    def get(self, key: Key) -> Values | None:
        if key not in self._files:
            return None
        self._files.move_to_end(key)
        names, path, _ = self._files[key]
        try:
            with path.open("rb") as file:
                return {name: np.load(file, allow_pickle=False) for name in names}
        except (OSError, ValueError):
            return None

    def put(self, key: Key, values: Values) -> None:
        size = weigh(values)
        if key in self._files or size > self.budget:
            return
        while self.used + size > self.budget:
            _, (_, forgotten, freed) = self._files.popitem(last=False)
            forgotten.unlink(missing_ok=True)
            self.used -= freed
        path: Path | None = None
        try:
            folder = self._folder or self._begin()
            if shutil.disk_usage(folder).free < size + FREE:
                return
            self._made += 1
            path = folder / str(self._made)
            with path.open("wb") as file:
                for array in values.values():
                    np.save(file, array, allow_pickle=False)
        except OSError:
            if path is not None:
                path.unlink(missing_ok=True)
            return
        self._files[key] = tuple(values), path, size
        self.used += size

    def keep(self, cut: Hashable) -> None:
        """Delete the batches of all other cuts; keys are cuts with batches."""
        for key in [each for each in self._files if each[0] != cut]:
            _, path, freed = self._files.pop(key)
            path.unlink(missing_ok=True)
            self.used -= freed

    def _begin(self) -> Path:
        """Return a folder named after this process; those of processes that have ended are removed."""
        parent = self._parent or cache_folder() / "crossings"
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.iterdir():
            if system.abandoned(left.name.rpartition("-")[0]):
                shutil.rmtree(left, ignore_errors=True)
        self._folder = parent / f"{system.owner()}-{id(self)}"
        self._folder.mkdir(exist_ok=True)
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder
