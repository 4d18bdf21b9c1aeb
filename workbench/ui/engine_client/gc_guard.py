"""Python's garbage is collected in the thread of the window, and between two events.

Python collects in whichever thread happens to allocate: unpickling an answer of the engine could delete a widget that
is part of a cycle, in the reading thread, while Qt works on that very widget; that ends in a crash or a standstill.
pyqtgraph.util.garbage_collector does the same, but cannot be imported before the first paint.
"""

import gc
from functools import cache

from PySide6.QtCore import QCoreApplication, QObject, QTimer

LOOK_MS = 500


class Garbage(QObject):
    """Collects what Python would have, by its own thresholds; until then nothing is collected by itself."""

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
        if not self._started and 2 in due:  # what is alive now is the program: it need not be looked at again
            self._started = True
            gc.freeze()


@cache
def collected_here() -> Garbage:
    """Install the guard for the life of the application."""
    return Garbage(QCoreApplication.instance())
