"""Cache of results by content, limited in bytes; the least recently used are evicted first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
ROOM = 1 << 30  # bytes kept for any model, and
A_PARAMETER = 2  # bytes for each of its parameters: those of the edits of one recipe
_counting = threading.Lock()


def room(parameters: int = 0) -> int:
    """Return the limit in bytes for a model with this number of parameters."""
    return ROOM + A_PARAMETER * parameters


class Cache:
    """Thread-safe. If two threads ask for the same key, it is computed once: the second waits.

    awaited   number of threads, of all caches, that wait for a computation of another thread
    """

    awaited = 0

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the entry, computed by `make` if it is missing. Exceptions of `make` propagate, and nothing is
        kept."""
        while True:
            with self._lock:
                if key in self._entries:
                    self._entries.move_to_end(key)
                    return self._entries[key][0]
                making = self._making.setdefault(key, threading.Lock())
            with _waiting_for(making):
                with self._lock:
                    if self._making.get(key) is not making:  # computed meanwhile, or another thread's turn
                        continue
                try:
                    value = make()
                    self.keep(key, value)
                    return value
                finally:
                    with self._lock:
                        del self._making[key]

    def under(self, prefix: tuple[Hashable, ...]) -> "Cache":
        """Return a view of the same store with this prefix before every key, for results on another model."""
        return _Under(self, prefix) if prefix else self

    def peek(self, key: Hashable) -> Any | None:
        """Return the entry, or None if it is missing."""
        with self._lock:
            entry = self._entries.get(key)
            return entry[0] if entry else None

    def offer(self, key: Hashable, value: Any) -> None:
        """Store a by-product, unless the entry exists. Does not wait for other threads."""
        if self.peek(key) is None:
            self.keep(key, value)

    def keep(self, key: Hashable, value: Any) -> None:
        """Store or replace an entry. Does not wait for other threads."""
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
    """Hold the lock, counting the threads that wait for it."""
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
    """The entries of another cache whose keys start with a prefix."""

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
    """Return the bytes of the arrays inside a value: `nbytes` if it has that, a kilobyte for anything else."""
    if isinstance(value, np.ndarray) or hasattr(value, "nbytes"):
        return int(value.nbytes)
    if isinstance(value, dict):
        return sum(weigh(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(weigh(part) for part in value)
    return 1024
