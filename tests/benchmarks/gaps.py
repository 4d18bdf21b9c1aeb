"""How long the event loop was away: the gaps between ticks of a timer while a job runs."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 5


def p99(seconds: Sequence[float]) -> float:
    ordered = sorted(seconds)
    return ordered[ceil(0.99 * len(ordered)) - 1] if ordered else 0.0


@dataclass
class Gaps:
    """In the order in which ticks came: seconds that each was late, and seconds of the processor that this thread used
    since the one before. The latter do not depend on what else the machine does."""

    late: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.late, default=0.0)

    @property
    def p99(self) -> float:
        return p99(self.late)

    def share_over(self, seconds: float) -> float:
        """Of the time, the share in which a hand would have waited longer than that."""
        total = sum(self.late) + len(self.late) * TICK_MS / 1000
        return sum(late for late in self.late if late > seconds) / total if total else 0.0


class GapRecorder(QObject):
    """Between `with GapRecorder() as gaps:` and the end of the block the gaps are recorded."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._gaps = Gaps()
        self._last = self._used = 0.0

    def __enter__(self) -> Gaps:
        self._last, self._used = time.perf_counter(), time.thread_time()
        self._timer.start()
        return self._gaps

    def __exit__(self, *_: object) -> None:
        self._tick()
        self._timer.stop()

    def _tick(self) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self._gaps.late.append(max(now - self._last - TICK_MS / 1000, 0.0))
        self._gaps.busy.append(used - self._used)
        self._last, self._used = now, used
