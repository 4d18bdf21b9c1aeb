"""One request of a kind under way at a time, the newest waiting."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from workbench.ui.engine_client.client import EngineLink


class Latest(QObject):
    """Sends requests of one kind so that a long drag still shows results.

    The engine drops a request when a newer one comes. If every mouse move were sent at once, none would ever be
    answered while the mouse moves. So the newest waits until the one before has answered, `patience_ms` at most.
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
        """The newest job that was sent; replies of any other are stale."""
        return self._job

    def submit(self, send: Callable[[], int]) -> None:
        """`send` makes the request and returns its job."""
        self._waiting = send
        if not self._timer.isActive():
            self._flush()

    def answered(self) -> None:
        """The request under way has given an answer worth showing: a newer one may replace it."""
        self._timer.stop()
        self._flush()

    def forget_waiting(self) -> None:
        """Forget the waiting request."""
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
