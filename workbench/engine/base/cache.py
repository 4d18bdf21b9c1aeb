"""Work is done once: a store of results by content, under a byte budget, oldest use forgotten first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
ROOM = 1 << 30  # bytes of what is kept for any model, and
A_PARAMETER = 2  # bytes for each of its parameters: those of the edits that one recipe makes
_counting = threading.Lock()


def room(parameters: int = 0) -> int:
    """The budget in bytes for a model with this number of parameters."""
    return ROOM + A_PARAMETER * parameters


class Cache:
    """Thread-safe. Two threads that ask for the same key compute it once: the second waits.

    awaited   threads, of all caches, that wait for what another thread makes
    """

    awaited = 0

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The entry, made now if it is not there. What `make` raises is raised, and nothing is kept."""
        while True:
            with self._lock:
                if key in self._entries:
                    self._entries.move_to_end(key)
                    return self._entries[key][0]
                making = self._making.setdefault(key, threading.Lock())
            with _waiting_for(making):
                with self._lock:
                    if self._making.get(key) is not making:  # made meanwhile; or not, and it is another's turn
                        continue
                try:
                    value = make()
                    self.keep(key, value)
                    return value
                finally:
                    with self._lock:
                        del self._making[key]

    def under(self, prefix: tuple[Hashable, ...]) -> "Cache":
        """The same store, with this before every key: for what is computed on another model."""
        return _Under(self, prefix) if prefix else self

    def peek(self, key: Hashable) -> Any | None:
        """The entry if it is there."""
        with self._lock:
            entry = self._entries.get(key)
            return entry[0] if entry else None

    def offer(self, key: Hashable, value: Any) -> None:
        """Keep what was made on the way to something else, unless it is there. Nobody is waited for."""
        if self.peek(key) is None:
            self.keep(key, value)

    def keep(self, key: Hashable, value: Any) -> None:
        """Put an entry in the place of the one that is there. Nobody is waited for."""
        size = weigh(value)
        with self._lock:
            self.used -= self._entries.pop(key, (None, 0))[1]
            self._entries[key] = (value, size)
            self.used += size
            while self.used > self.budget and len(self._entries) > 1:
                _, (_, freed) = self._entries.popitem(last=False)
                self.used -= freed


@contextmanager
def _waiting_for(lock: threading.Lock) -> Iterator[None]:
    """Holds the lock; who waits for it is counted."""
    if not lock.acquire(blocking=False):
        _count(1)
        try:
            lock.acquire()
        finally:
            _count(-1)
    try:
        yield
    finally:
        lock.release()


def _count(step: int) -> None:
    with _counting:
        Cache.awaited += step


class _Under(Cache):
    """Another cache's entries whose keys start with a prefix."""

    def __init__(self, whole: Cache, prefix: tuple[Hashable, ...]) -> None:
        self._whole, self._prefix = whole, prefix

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        return self._whole.get((self._prefix, key), make)

    def peek(self, key: Hashable) -> Any | None:
        return self._whole.peek((self._prefix, key))

    def offer(self, key: Hashable, value: Any) -> None:
        self._whole.offer((self._prefix, key), value)

    def keep(self, key: Hashable, value: Any) -> None:
        self._whole.keep((self._prefix, key), value)


def weigh(value: Any) -> int:
    """Bytes of the arrays inside a value; what has a `nbytes` says it itself, anything else counts a kilobyte."""
    if isinstance(value, np.ndarray) or hasattr(value, "nbytes"):
        return int(value.nbytes)
    if isinstance(value, dict):
        return sum(weigh(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(weigh(part) for part in value)
    return 1024
