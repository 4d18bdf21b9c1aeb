"""Scheduling of redraws after a change: one task per turn of the event loop, the most visible first.

Between two tasks the loop processes mouse and keys, and paints. A task that is requested again before its turn runs
once, and reads its data when it runs: so the newest state is drawn, and nothing older.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from shiboken6 import isValid

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

OVER = object()
FRAME = 0.03  # seconds between rounds: a drag needs no more frames than that


class Place(IntEnum):
    """Priority: the four places of the window in the order in which users look at them after an edit; then all
    others."""

    COST = 0
    WHERE = 1
    WHAT_TO_DO = 2
    WHAT_IT_LOOKS_LIKE = 3
    ELSEWHERE = 4


class RedrawTask(QObject):
    """Redraw of one widget; postponed while the widget is hidden."""

    def __init__(self, turns: RedrawScheduler, widget: QWidget, draw: Callable[[], object], place: Place) -> None:
        super().__init__(widget)
        self._turns, self._widget, self._draw = turns, widget, draw
        self.place = place
        self.stale = False  # the drawn state is outdated
        widget.installEventFilter(self)

    def soon(self, *_: object) -> None:
        """Request a redraw; a slot for any signal of a change."""
        self.stale = True
        if self._widget.isVisible() and isValid(self._turns):  # a window may outlive its session by a moment
            self._turns.wait(self)

    def run(self) -> None:
        """Redraw now if anything changed."""
        if self.stale:
            self.stale = False
            self._draw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.run()
        return False


class RedrawScheduler(QObject):
    """Runs tasks in rounds; emits `settled` when none is waiting."""

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now: dict[RedrawTask, None] = {}  # tasks of this round
        self._next: dict[RedrawTask, None] = {}
        self._ran: set[RedrawTask] = set()
        self._parts: list[Iterator[object]] = []
        self._began = 0.0
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self._turn)

    def piece(self, widget: QWidget, draw: Callable[[], object], place: Place) -> RedrawTask:
        """Return a task that lives as long as its widget; connect its `soon`."""
        return RedrawTask(self, widget, draw, place)

    def wait(self, piece: RedrawTask) -> None:
        """Queue a task; one that ran in this round waits for the next, so that the last place gets its turn during a
        drag."""
        joins = bool(self._now) and piece not in self._ran
        (self._now if joins else self._next)[piece] = None
        self._go_on()

    def spread(self, parts: Iterator[object]) -> None:
        """Run something long, one part per turn, when no task waits."""
        self._parts.append(parts)
        self._go_on()

    @property
    def waiting(self) -> bool:
        """Return whether a redraw is pending."""
        return bool(self._now or self._next)

    def settle(self) -> None:
        """Run all waiting tasks now."""
        while self.waiting:
            self._run_next()

    def _go_on(self) -> None:
        if not self.timer.isActive() and (self.waiting or self._parts):
            rest = 0.0 if self._now or self._parts else self._began + FRAME - time.monotonic()
            self.timer.start(max(round(1000 * rest), 0))

    def _turn(self) -> None:
        try:
            if self.waiting:
                self._run_next()
            elif self._parts and next(self._parts[0], OVER) is OVER:
                del self._parts[0]
        finally:  # a failing task must not block the others
            self._go_on()

    def _run_next(self) -> None:
        if not self._now:
            self._now, self._next = self._next, {}
            self._ran.clear()
            self._began = time.monotonic()
        piece = min(self._now, key=lambda each: each.place)
        del self._now[piece]
        self._ran.add(piece)
        if isValid(piece):
            piece.run()
        if not self.waiting:
            self.settled.emit()
