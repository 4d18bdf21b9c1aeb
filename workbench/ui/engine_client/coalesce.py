"""Coalescing of requests: one of a kind in progress at a time, the newest waiting."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from workbench.ui.engine_client.client import EngineLink


class Latest(QObject):
    """Sends requests of one kind so that a long drag still shows results.

    The engine drops a request when a newer one arrives. If every mouse move were sent at once, none would be answered
    while the mouse moves. So the newest waits until the previous one has answered, at most `patience_ms`.
    """

    def __init__(self, link: EngineLink, patience_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._job = 0
        self._waiting: Callable[[], int] | None = None
        self._timer = QTimer(self, singleShot=True, interval=patience_ms)
        self._timer.timeout.connect(self._flush)

    @property
    def job(self) -> int:
        """The newest job that was sent; replies to any other are outdated."""
        return self._job

    def submit(self, send: Callable[[], int]) -> None:
        """Send a request now or later; `send` sends it and returns its job."""
        self._waiting = send
        if not self._timer.isActive():
            self._flush()

    def answered(self) -> None:
        """Note that the request in progress gave a result worth showing: a newer one may replace it."""
        self._timer.stop()
        self._flush()

    def forget_waiting(self) -> None:
        """Drop the waiting request."""
        self._waiting = None

    def drop(self) -> None:
        """Drop the running and the waiting request."""
        self._timer.stop()
        self._waiting = None
        if self._job:
            self._link.abandon(self._job)
            self._job = 0

    def _flush(self) -> None:
        if self._waiting is not None:
            send, self._waiting = self._waiting, None
            if self._job:
                self._link.abandon(self._job)
            self._job = send()
            self._timer.start()
