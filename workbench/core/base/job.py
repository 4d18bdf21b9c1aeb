"""Progress, remaining time and cancellation of one piece of work: the one mutable helper of the engine."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass, field
from typing import Any, TypeVar

from workbench.core.base.errors import Cancelled
from workbench.core.base.plain import plain

T = TypeVar("T")
RESTING = 0.1  # seconds between two looks whether a pause is over


@dataclass(frozen=True)
class Progress:
    """fraction is 0..1, or None while the total is unknown; eta is in seconds, or None while it cannot be told. `curve`
    is a LayerCurve where a method trains a layer: the whole of it so far, for reports may be left out."""

    text: str
    fraction: float | None = None
    eta: float | None = None
    curve: Any = None


@dataclass
class Job:
    """Progress and cancellation of a long-running command; `check` is called between its steps.

    `listener` receives Progress at most every `interval` seconds, on the thread that does the work; `updates` receives
    each intermediate result (see `update`). `turn` is called by every `check`: work that nobody waits for lets others
    go first there.
    """

    listener: Callable[[Progress], None] | None = None
    updates: Callable[[Any], None] | None = field(default=None, kw_only=True)
    turn: Callable[[], None] | None = field(default=None, kw_only=True)
    interval: float = 0.1
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _span: tuple[float, float] = (0.0, 1.0)
    _started: float = field(default_factory=time.monotonic)
    _last: float = 0.0
    _held: threading.Event = field(default_factory=threading.Event, kw_only=True)

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def hold(self, held: bool) -> None:
        """Ask for a pause, or for going on."""
        if held:
            self._held.set()
        else:
            self._held.clear()

    @property
    def held(self) -> bool:
        """Whether a pause is wanted; work that can be paused asks between its steps, and then rests."""
        return self._held.is_set() and not self.cancelled

    @property
    def spent(self) -> float:
        """Seconds since the whole job began."""
        return time.monotonic() - self._started

    def rest(self) -> None:
        """Return when no pause is wanted any more, or the job is cancelled."""
        while self.held:
            self._cancelled.wait(RESTING)

    def check(self) -> None:
        """Raises Cancelled once `cancel` was called."""
        if self.turn is not None:
            self.turn()
        if self._cancelled.is_set():
            raise Cancelled

    def report(self, text: str, fraction: float | None = None, curve: Any = None) -> None:
        """Tell the listener where the work is; `fraction` is of the current span (see `part`)."""
        self.check()
        now = time.monotonic()
        if self.listener is None or (now - self._last < self.interval and fraction != 1.0):
            return
        self._last = now
        low, high = self._span
        overall = None if fraction is None else low + (high - low) * fraction
        spent = self.spent
        eta = spent * (1 - overall) / overall if overall and spent > 0.5 else None
        self.listener(Progress(plain(text), overall, eta, curve))

    def update(self, result: Any) -> None:
        """Deliver a result that will be followed by others: a point of a curve."""
        if self.updates is not None:
            self.updates(result)

    def part(self, low: float, high: float) -> "Job":
        """A view of this job whose 0..1 is low..high of the whole; cancelling either cancels both."""
        start, end = self._span
        width = end - start
        return Job(
            self.listener,
            self.interval,
            self._cancelled,
            (start + low * width, start + high * width),
            self._started,
            self._last,
            updates=self.updates,
            turn=self.turn,
            _held=self._held,
        )

    def silent(self) -> "Job":
        """A view of this job that reports nothing; cancelling either cancels both."""
        return Job(None, self.interval, self._cancelled, turn=self.turn, _held=self._held)

    def each(self, items: Iterable[T], text: str, total: int | None = None) -> Iterator[T]:
        """Yield `items`, checking for cancellation and reporting progress between them."""
        if total is None and isinstance(items, Sized):
            total = len(items)
        for index, item in enumerate(items):
            self.report(text, index / total if total else None)
            yield item
