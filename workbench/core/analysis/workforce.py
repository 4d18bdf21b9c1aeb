"""Processes that run the trials of a search: on this machine, or those of a Dask scheduler."""

import re
from dataclasses import dataclass

from workbench.core.base.errors import UserError

MOST_WORKERS = 64
SCHEDULER = "tcp://127.0.0.1:8786"  # what Dask takes by itself, on this machine
ADDRESS = re.compile(r"(tcp|tls)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})")


@dataclass(frozen=True)
class Workforce:
    """Processes that run trials.

    workers   number of processes on this machine, including the engine itself
    cluster   address of a Dask scheduler whose processes are used instead; "": none
    waits     whether work pauses while the scheduler does not answer; otherwise it ends soon, with an error
    """

    workers: int = 1
    cluster: str = ""
    waits: bool = False

    @property
    def alone(self) -> bool:
        return self.workers == 1 and not self.cluster

    def checked(self) -> "Workforce":
        """Return itself. Raises UserError for a number of processes that cannot be, and for an address that is not one
        of a scheduler."""
        if not 1 <= self.workers <= MOST_WORKERS:
            raise UserError(
                "There cannot be {workers} worker processes.",
                "Give a number from 1 to {most}.",
                workers=self.workers,
                most=MOST_WORKERS,
            )
        if self.cluster and not is_address(self.cluster):
            raise UserError(
                "'{address}' is not the address of a scheduler.",
                "Write tcp://HOST:PORT, such as {example}.",
                address=self.cluster,
                example=SCHEDULER,
            )
        return self


ALONE = Workforce()


def is_address(text: str) -> bool:
    found = ADDRESS.fullmatch(text)
    return found is not None and 0 < int(found[3]) < 1 << 16
