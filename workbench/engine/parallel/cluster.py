"""Processes of a Dask scheduler that is started elsewhere: its address is given, and nothing listens here.

Model and data are sent to every process once, keyed by their content. Whoever runs the scheduler sees both, and its
answers are unpickled: it must be as trustworthy as this program.
"""

import asyncio
import logging
import socket
import threading
import time
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any

import numpy as np

from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.engine.parallel.cargo import Cargo, packed, surroundings
from workbench.engine.parallel.crew import Crew, LocalCrew, Nobody, Work, done
from workbench.engine.workspace import Workspace

PATIENCE_S = 10  # for the scheduler, and for its first process
LOST_S = 30  # for a scheduler that no longer answers, where nobody was asked to wait longer
LOOK_S = 2  # between two looks whether it answers again
INSTALL = Message("Install it: pip install 'compression-workbench[cluster]'.")


class Cluster(Crew):
    """Processes of a scheduler, including those that join later. Items of one that dies are tried a second time.

    waits   whether work pauses for as long as the scheduler does not answer, until the user resumes it without
    """

    takes_part = False

    def __init__(self, cargo: Cargo, address: str, waits: bool = False) -> None:
        """Connect to the scheduler. Raises UserError if Dask is not installed, no scheduler answers, or a process may
        compute differently."""
        try:
            from distributed import KilledWorker
            from distributed.client import ClosedClientError
        except ImportError as error:
            raise UserError("Dask is not installed.", INSTALL) from error
        super().__init__(KilledWorker, ClosedClientError, OSError)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it would say is said in a sentence here
        self._cargo, self._address, self._waits = cargo, address, waits
        self._connect()

    def _connect(self) -> None:
        from distributed import Client

        self._loop = _Loop()
        try:
            _reach(self._address)
            self._client: Any = Client(self._address, timeout=PATIENCE_S, set_as_default=False, loop=self._loop.there())
        except (OSError, ValueError) as error:
            self._loop.end()
            raise UserError(
                "No Dask scheduler answers at {address}.",
                "Check the address, and that the scheduler runs.",
                address=self._address,
            ) from error
        try:
            self._check(self._address)
            self._blob = self._client.scatter({self._cargo.key: self._cargo.blob}, broadcast=True)[self._cargo.key]
        except BaseException:
            self.close()
            raise
        self._executor = self._client.get_executor(pure=False)

    def _check(self, address: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE_S)
        except TimeoutError as error:
            raise UserError(
                "The scheduler at {address} has no workers.", "Start one: dask worker {address}.", address=address
            ) from error
        try:
            found = self._client.run(surroundings)
        except ImportError as error:
            raise UserError(
                "The workers of {address} do not have this program.", "Install the same version there.", address=address
            ) from error
        if any(each != surroundings() for each in found.values()):
            raise UserError(
                "The workers of {address} have other versions or methods than this program.",
                "Install the same versions of this program, of ONNX Runtime and of the extensions there.",
                address=address,
            )

    @property
    def size(self) -> int:
        """Return the number of processes. Raises OSError if there is no scheduler, or it has none."""
        count = len(self._client.nthreads()) if self._client.status == "running" else 0
        if not count:
            raise ConnectionError
        return count

    def submit(self, work: Work, item: Any) -> "Future[Any]":
        return self._executor.submit(done, self._blob, self._cargo.key, work, item)

    def missed(self, error: Exception, job: Job) -> str:
        if not isinstance(error, CancelledError) and self._answers():  # the work itself ended a process, or failed
            return super().missed(error, job)
        self.close()
        lost = Message("The Dask scheduler at {address} no longer answers", address=self._address)
        until = None if self._waits else time.monotonic() + LOST_S
        if job.wait_outside(self._is_back, Message("{what}: waiting for it", what=lost), LOOK_S, until):
            return ""
        if self._waits:
            return Message("{what}; this process computed the rest.", what=lost)
        raise UserError(
            "{what}.",
            "What was measured is kept: the same again goes on from there, once it answers, or without the cluster.",
            what=lost,
        )

    def _answers(self) -> bool:
        with suppress(OSError):
            return self.size > 0
        return False

    def _is_back(self) -> bool:
        with suppress(UserError, OSError):
            self._connect()
            return True
        return False

    def close(self) -> None:
        with suppress(Exception):  # of a scheduler that is gone
            self._client.close(timeout=1)
        self._loop.end()


class _Loop:
    """Event loop of a client, in its own thread: a client that fails, or gave its scheduler up, leaves the thread
    behind that it made itself."""

    def __init__(self) -> None:
        self._started, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="cluster", daemon=True)

    def there(self) -> Any:
        """Start the loop; return it as tornado's."""
        self._thread.start()
        self._started.wait()
        return self._loop

    async def _run(self) -> None:
        from tornado.ioloop import IOLoop

        self._loop = IOLoop.current()
        self._started.set()
        await self._over.wait()

    def end(self) -> None:
        """End the loop and its thread, if it was started and has not ended."""
        if self._thread.is_alive():
            self._loop.add_callback(self._over.set)
            self._thread.join()


def crew_of(workspace: Workspace, chosen: np.ndarray, force: Workforce) -> Crew:
    """Return the processes that compute with this one on these samples: nobody if model or data cannot be sent to
    processes of this machine. Raises UserError if there is no such cluster, or they cannot be sent there."""
    force = force.checked()
    try:
        cargo = packed(workspace, chosen)
    except UserError as error:
        if force.cluster:
            raise
        return Nobody(error.what)
    return Cluster(cargo, force.cluster, force.waits) if force.cluster else LocalCrew(cargo, force.workers)


def _reach(address: str) -> None:
    """Connect to the address. Raises OSError if nothing answers."""
    host, _, port = address.partition("://")[2].rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), PATIENCE_S).close()
