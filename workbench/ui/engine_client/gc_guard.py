"""Garbage collection restricted to the GUI thread, between two events.

Python collects in whichever thread allocates: unpickling an answer of the engine could delete a widget of a reference
cycle in the reading thread while Qt uses that widget, which ends in a crash or a deadlock.
pyqtgraph.util.garbage_collector does the same, but cannot be imported before the first paint.
"""

import gc
from functools import cache

from PySide6.QtCore import QCoreApplication, QObject, QTimer

LOOK_MS = 500


class GarbageGuard(QObject):
    """Collects by Python's own thresholds, in the GUI thread; automatic collection is off."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._started = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(counts) if count > most]
        if due:
            gc.collect(due[-1])
        if not self._started and 2 in due:  # objects alive now belong to the program and need no later scan
            self._started = True
            gc.freeze()


@cache
def collected_here() -> GarbageGuard:
    """Install the guard for the lifetime of the application."""
    return GarbageGuard(QCoreApplication.instance())
