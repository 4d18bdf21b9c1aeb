"""Lanes of the engine: each runs its requests one after the other, in parallel with the others
(core.ipc.messages.Lane)."""

import queue
import threading
from collections.abc import Callable

from workbench.core.base.job import Job
from workbench.core.ipc import messages as m


class Lane:
    """A thread that runs requests one after the other."""

    def __init__(self, name: str, run: Callable[[m.Request, Job], None]) -> None:
        self.run = run
        self.waiting: queue.SimpleQueue[tuple[m.Request, Job]] = queue.SimpleQueue()
        self.latest: dict[type, Job] = {}  # by the kind of request
        threading.Thread(target=self._work, name=f"lane-{name}", daemon=True).start()

    def put(self, request: m.Request, job: Job) -> None:
        for kind, earlier in self.latest.items():
            if request.ends == "lane" or (request.ends == "kind" and kind is type(request)):
                earlier.cancel()
        self.latest[type(request)] = job
        self.waiting.put((request, job))

    def _work(self) -> None:
        while True:
            request, job = self.waiting.get()
            try:
                self.run(request, job)
            except (BrokenPipeError, OSError):
                return  # the window has closed; the process ends in a moment
