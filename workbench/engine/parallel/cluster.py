"""Processes of a Dask scheduler that is started elsewhere: its address is given, and nothing listens here.

Model and data are sent to every process once, keyed by their content. Whoever runs the scheduler sees both, and its
answers are unpickled: it must be as trustworthy as this program.
"""

import logging
import socket
from concurrent.futures import Future
from typing import Any

from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.engine.parallel.cargo import Cargo, surroundings
from workbench.engine.parallel.crew import Crew, LocalCrew, Work, done

PATIENCE_S = 10  # for the scheduler, and for its first process
INSTALL = Message("Install it: pip install 'compression-workbench[cluster]'.")


class Cluster(Crew):
    """Processes of a scheduler, including those that join later. Items of one that dies are tried a second time."""

    def __init__(self, cargo: Cargo, address: str) -> None:
        """Connect to the scheduler. Raises UserError if Dask is not installed, no scheduler answers, or a process may
        compute differently."""
        try:
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise UserError("Dask is not installed.", INSTALL) from error
        super().__init__(KilledWorker, OSError)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it would say is said in a sentence here
        try:
            _reach(address)  # a Client that fails leaves its thread behind
            self._client: Any = Client(address, timeout=PATIENCE_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UserError(
                "No Dask scheduler answers at {address}.",
                "Check the address, and that the scheduler runs.",
                address=address,
            ) from error
        self._key = cargo.key
        try:
            self._check(address)
            self._blob = self._client.scatter({cargo.key: cargo.blob}, broadcast=True)[cargo.key]
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
        return len(self._client.nthreads()) if self._client.status == "running" else 0

    def submit(self, work: Work, item: Any) -> "Future[Any]":
        return self._executor.submit(done, self._blob, self._key, work, item)

    def close(self) -> None:
        self._client.close(timeout=1)


def crew_of(cargo: Cargo, force: Workforce) -> Crew:
    """Return the processes that compute for this one. Raises UserError if there is no such cluster."""
    force = force.checked()
    return Cluster(cargo, force.cluster) if force.cluster else LocalCrew(cargo, force.workers)


def _reach(address: str) -> None:
    """Connect to the address. Raises OSError if nothing answers."""
    host, _, port = address.partition("://")[2].rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), PATIENCE_S).close()
