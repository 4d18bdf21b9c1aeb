"""One run of the engine process: its pipe, and the two threads that read and write it."""

import logging
import queue
import threading
from collections.abc import Callable
from multiprocessing.connection import wait

from workbench.core.base import system
from workbench.core.ipc import process
from workbench.core.ipc.messages import Quit, Reply, Request

log = logging.getLogger(__name__)


class Transport:
    """Started by its constructor. `received` and `ended` are called on the reading thread.

    Writing runs in a separate thread because a full pipe blocks, and the window must not.
    """

    def __init__(self, module: str, received: Callable[[Reply], None], ended: Callable[[], None]) -> None:
        self._process, self._connection = process.start(module)
        # A computation on all cores must not make the mouse stutter (measured on two: 130 ms late, 4 ms so).
        if self._process.pid is not None:
            system.yield_to_others(self._process.pid)
        self._received = received
        self._ended = ended
        self._outbox: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read, name="engine-reader", daemon=True),
            threading.Thread(target=self._write, name="engine-writer", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        """Exit code as in multiprocessing: negative for a signal, None while the process lives."""
        return self._process.exitcode

    def send(self, message: Request) -> None:
        self._outbox.put(message)

    def kill(self) -> None:
        """Kill the process; `ended` follows."""
        self._process.kill()

    def close(self, patience: float = 1.0) -> None:
        """Ask the process to quit, kill it after `patience` seconds, and join all threads."""
        self._outbox.put(Quit())
        self._outbox.put(None)
        self._process.join(patience)
        if self._process.is_alive():
            log.warning("the engine did not quit within %.1f s and was killed", patience)
            self._process.kill()
            self._process.join()
        for thread in self._threads:
            thread.join()
        self._connection.close()

    def _read(self) -> None:
        # The sentinel, too: a child of the engine may hold the other end of the pipe open after the engine has ended.
        try:
            while self._connection in wait([self._connection, self._process.sentinel]):
                self._received(self._connection.recv())
        except (EOFError, OSError):
            pass
        except Exception:
            log.exception("the engine sent something that cannot be read")
            self._process.kill()
        self._ended()

    def _write(self) -> None:
        while (message := self._outbox.get()) is not None:
            try:
                self._connection.send(message)
            except OSError:
                return  # the process has ended; the reading thread reports it
