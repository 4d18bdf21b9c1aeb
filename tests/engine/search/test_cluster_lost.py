"""A scheduler that goes away pauses the work: it goes on when the scheduler answers again, or here when the user asks
for that; without anybody to ask it ends, and what was measured is kept."""

import os
import signal
from contextlib import suppress

import numpy as np
import pytest

from tests.guard import until
from workbench.core.analysis.sensitivity import Trial, Wanted
from workbench.core.analysis.sweep import Sweep
from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.recipe.action import Action
from workbench.engine.analysis.sensitivity import scan
from workbench.engine.analysis.sweep import sweep
from workbench.engine.parallel import cargo, cluster
from workbench.engine.search.workers import Edits, _edit

pytest.importorskip("distributed", reason="Dask is not installed: pip install '.[cluster]'")
pytestmark = [pytest.mark.slow, pytest.mark.allow_logs]
BITS = tuple((Action("quantize.affine", {"bits": bits}),) for bits in (8, 4, 2))
BYTES = Sweep("quantize.affine", parameter="bits", values=(2, 4, 8))


class Scheduler:
    """One with a process, which can be killed and started again at the same address."""

    def __init__(self, port: int = 0) -> None:
        from tests.engine.search.dask_cluster import running

        self.running = running(1, port)
        assert self.running.stdout is not None
        self.address = self.running.stdout.readline().decode().strip()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.communicate()

    def again(self) -> None:
        self.__init__(int(self.address.rpartition(":")[2]))


@pytest.fixture(scope="module")
def scheduler():
    found = Scheduler()
    yield found
    found.kill()


def test_it_waits_for_the_scheduler_goes_on_here_or_ends(opened, scheduler, tmp_path, monkeypatch):
    alone, curve = scan(opened(), Job(), Wanted(BITS)), sweep(opened(), BYTES, Job())
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "another cache"))
    monkeypatch.setattr(cluster, "LOOK_S", 0.1)
    force, waited = Workforce(cluster=scheduler.address, waits=True), []

    def lose(piece) -> None:
        if isinstance(piece, Trial) and piece.drop is not None and not waited:
            scheduler.kill()

    def answer(progress) -> None:
        if progress.waiting:
            waited.append(progress.text)
            scheduler.again()

    found = scan(opened(), Job(answer, updates=lose), Wanted(BITS), force=force)
    assert found == alone and not found.notes
    assert waited == [f"The Dask scheduler at {scheduler.address} no longer answers: waiting for it"]

    apart = cluster.Cluster(cargo.packed(opened(), np.arange(8)), scheduler.address)
    job = Job(lambda progress: job.hold(False) if progress.waiting else None, updates=lambda _: scheduler.kill())
    here = sweep(opened(), BYTES, job, force=force)
    assert here.points == curve.points and here.notes == (
        f"The Dask scheduler at {scheduler.address} no longer answers; this process computed the rest.",
    )

    until(lambda: apart._client.status == "closed")  # it gave the scheduler up by itself, and must leave no thread
    monkeypatch.setattr(cluster, "LOST_S", 0)
    orders = [Edits("first", BITS, 0, None)]
    with pytest.raises(UserError, match=r"no longer answers\. What was measured is kept"):
        list(apart.gather(_edit, orders, Job()))
