"""Progress, remaining time and cancellation of one piece of work: the only mutable helper of the engine."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.message import Message
from workbench.core.base.plain import plain

T = TypeVar("T")
RESTING = 0.1  # seconds between two looks whether a pause is over
# The remaining time is told after a few seconds and a share of the work, while the pace stays about the same.
EARLY, LITTLE, STEADY = 3.0, 0.05, 2.0
LATELY, FEWEST = 8, 3  # looks at the clock, a second apart at least: by which the pace is known, before one is told


@dataclass(frozen=True)
class Progress:
    """Progress of a job. `fraction` is 0..1, or None while the total is unknown; `eta` is in seconds, or None while
    unknown. `curve` is a LayerCurve while a method trains a layer: always the whole curve, since reports may be
    skipped. `waiting`: the job waits for something outside of the program (see Job.wait_outside)."""

    text: str
    fraction: float | None = None
    eta: float | None = None
    curve: Any = None
    waiting: bool = False


@dataclass
class Clock:
    """Working time of a whole job, without pauses, and the last remaining time shown. Shared by the job's parts."""

    started: float = field(default_factory=lambda: time.monotonic())  # looked up when a job begins
    rested: float = 0.0
    resting: float | None = None  # since when
    fraction: float | None = None
    told: float | None = None
    _looks: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=LATELY))

    @property
    def spent(self) -> float:
        """Seconds of work so far."""
        now = time.monotonic() if self.resting is None else self.resting
        return now - self.started - self.rested

    def rest(self, resting: bool) -> None:
        """Record the beginning or the end of a pause."""
        now = time.monotonic()
        if resting:
            self.resting = now
        elif self.resting is not None:
            self.rested += now - self.resting
            self.resting = None

    def left(self, fraction: float | None) -> float | None:
        """Return the estimated remaining seconds; None while they are unknown. Reported values never rise: after an
        underestimate, None is returned until the estimate has come down to the last value reported."""
        self.fraction, spent = fraction, self.spent
        if not fraction:
            return None
        if not self._looks or spent - self._looks[-1][0] >= 1.0:
            self._looks.append((spent, fraction))
        if spent < EARLY or fraction < LITTLE or len(self._looks) < FEWEST:
            return None
        # By the pace since the beginning, lately, and just now.
        gains = [(spent - since, fraction - then) for since, then in ((0.0, 0.0), self._looks[0], self._looks[-2])]
        if any(gained <= 0 for _, gained in gains):
            return None
        found = [seconds / gained * (1 - fraction) for seconds, gained in gains]
        if max(found) > STEADY * min(found) or (self.told is not None and max(found) > self.told):
            return None
        self.told = max(found)
        return self.told


@dataclass
class Job:
    """Progress and cancellation of a long-running command; `check` is called between its steps.

    `listener` receives Progress at most every `interval` seconds, on the thread that does the work; `updates` receives
    each intermediate result (see `update`). `turn` is called by every `check`: background work yields to others there.
    """

    listener: Callable[[Progress], None] | None = None
    updates: Callable[[Any], None] | None = field(default=None, kw_only=True)
    turn: Callable[[], None] | None = field(default=None, kw_only=True)
    interval: float = 0.1
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _span: tuple[float, float] = (0.0, 1.0)
    _clock: Clock = field(default_factory=Clock)
    _last: float = 0.0
    _held: threading.Event = field(default_factory=threading.Event, kw_only=True)
    _end: float = field(default=math.inf, kw_only=True)  # of the working time of the whole job

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called, or the time of this view is up (see `until`)."""
        return self._cancelled.is_set() or self.left <= 0

    @property
    def left(self) -> float:
        """Seconds of work until the time of this view is up; infinite without a limit."""
        return self._end if self._end == math.inf else self._end - self._clock.spent

    def hold(self, held: bool) -> None:
        """Request a pause, or its end."""
        if held:
            self._held.set()
        else:
            self._held.clear()

    @property
    def held(self) -> bool:
        """Whether a pause is requested; work that can be paused checks between its steps, and then calls `rest`."""
        return self._held.is_set() and not self.cancelled

    @property
    def spent(self) -> float:
        """Seconds that the whole job has worked, without pauses."""
        return self._clock.spent

    def rest(self) -> None:
        """Wait until no pause is requested or the job is cancelled."""
        if not self.held:
            return
        self._clock.rest(True)
        if self.listener is not None:
            self.listener(Progress(Message("paused"), self._clock.fraction))
        while self.held:
            self._cancelled.wait(RESTING)
        self._clock.rest(False)

    def wait_outside(self, over: Callable[[], bool], text: str, every: float, until: float | None = None) -> bool:
        """Wait until `over`, asked every few seconds, and return True; or until the end of a pause is requested (see
        `hold`), or the time of the monotonic clock is `until`, and return False. The time does not count as work.
        Raises Cancelled."""
        held = self._held.is_set()  # by the user, who will end that pause
        self._held.set()
        self._clock.rest(True)
        if self.listener is not None:
            self.listener(Progress(plain(text), self._clock.fraction, waiting=True))
        try:
            while not (back := over()) and self.held and (until is None or time.monotonic() < until):
                again = time.monotonic() + every
                while self.held and time.monotonic() < again:
                    self._cancelled.wait(RESTING)
        finally:
            self._clock.rest(False)
            if not held:
                self.hold(False)
        self.check()
        return back

    def check(self) -> None:
        """Raise Cancelled if `cancel` was called, or the time of this view is up."""
        if self.turn is not None:
            self.turn()
        if self.cancelled:
            raise Cancelled

    def report(self, text: str, fraction: float | None = None, curve: Any = None) -> None:
        """Report progress to the listener; `fraction` refers to the current span (see `part`)."""
        self.check()
        now = time.monotonic()
        if self.listener is None or (now - self._last < self.interval and fraction != 1.0):
            return
        self._last = now
        low, high = self._span
        overall = None if fraction is None else low + (high - low) * fraction
        self.listener(Progress(plain(text), overall, self._clock.left(overall), curve))

    def update(self, result: Any) -> None:
        """Deliver an intermediate result that later ones will follow, such as a point of a curve."""
        if self.updates is not None:
            self.updates(result)

    def part(self, low: float, high: float) -> "Job":
        """Return a view of this job whose 0..1 is low..high of the whole; cancelling either cancels both."""
        start, end = self._span
        width = end - start
        return Job(
            self.listener,
            self.interval,
            self._cancelled,
            (start + low * width, start + high * width),
            self._clock,
            self._last,
            updates=self.updates,
            turn=self.turn,
            _held=self._held,
            _end=self._end,
        )

    def until(self, spent: float) -> "Job":
        """Return a view of this job that counts as cancelled once the whole job has worked this many seconds (see
        `spent`): whoever gets it ends at its next check."""
        return replace(self, _end=min(spent, self._end))

    def within(self, seconds: float) -> "Job":
        """Return a view of this job whose time is up after these seconds of work from now; 0: no limit. Raises
        UserError if that is no number from 0."""
        if not 0 <= seconds < math.inf:
            raise UserError("The time limit is {value} s.", "Give a number from 0.", value=seconds)
        return self.until(self.spent + seconds) if seconds else self

    @contextmanager
    def ending(self, view: "Job") -> Iterator["Job"]:
        """Give a view of this job (see `until`); if no more than its time is up, the block ends there without an
        error."""
        try:
            yield view
        except Cancelled:
            self.check()

    def revived(self) -> "Job":
        """Return a job with the same listeners and clock that was not cancelled: for what a stopped one still does."""
        return Job(self.listener, self.interval, _clock=self._clock, updates=self.updates)

    def silent(self) -> "Job":
        """Return a view of this job that reports nothing; cancelling either cancels both."""
        return replace(self, listener=None, updates=None)

    def each(self, items: Iterable[T], text: str, total: int | None = None) -> Iterator[T]:
        """Yield `items`, checking for cancellation and reporting progress between them."""
        if total is None and isinstance(items, Sized):
            total = len(items)
        for index, item in enumerate(items):
            self.report(text, index / total if total else None)
            yield item


def out_of_time(left: Sequence[Message]) -> tuple[Message, ...]:
    """Return the notes on work that ended with its time limit; `left` says what it left out."""
    again = Message("The same again goes on from here: measurements are kept.")
    return Message("The time limit was reached."), *left, again
