"""A search on the processes of a Dask scheduler of this machine, one of which is killed."""

import os
import signal
import socket

import numpy as np
import pytest

from workbench.core.analysis.plan import Goal
from workbench.core.analysis.workforce import Workforce
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.engine.parallel import cargo, cluster
from workbench.engine.search.plan import plan

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install '.[cluster]'")
pytestmark = [pytest.mark.slow, pytest.mark.allow_logs]
GOAL = Goal(max_bytes=1900)


@pytest.fixture(scope="module")
def address():
    from tests.engine.search.dask_cluster import running  # which imports Dask

    with running(2) as cluster:
        assert cluster.stdin is not None and cluster.stdout is not None
        yield cluster.stdout.readline().decode().strip()
        cluster.stdin.close()


@pytest.fixture
def alone(opened, tmp_path, monkeypatch):
    found = plan(opened(), GOAL, Job())
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "another cache"))
    return found


def test_a_cluster_finds_the_same_recipe_byte_for_byte(opened, alone, address):
    front = plan(opened(), GOAL, Job(), force=Workforce(cluster=address))
    assert front.chosen.recipe.to_yaml() == alone.chosen.recipe.to_yaml()
    assert front.chosen.measured == alone.chosen.measured and front.trials == alone.trials > 0
    assert front.notes == alone.notes
    again = plan(opened(), GOAL, Job(), force=Workforce(cluster=address))
    assert again.trials == 0 and again.chosen.recipe == front.chosen.recipe


def test_a_worker_that_is_killed_costs_its_trial_a_second_try(opened, alone, address):
    seen = []

    def kill_one(front) -> None:
        if front.phase == "racing" and not seen:
            with distributed.Client(address, set_as_default=False) as client:
                seen.append(min(client.run(os.getpid).values()))
            os.kill(seen[0], signal.SIGKILL)

    front = plan(opened(), GOAL, Job(updates=kill_one), force=Workforce(cluster=address))
    assert seen
    assert (
        front.chosen.recipe.to_yaml() == alone.chosen.recipe.to_yaml()
        and front.chosen.measured == alone.chosen.measured
    )


def packed(workspace) -> cargo.Cargo:
    return cargo.packed(workspace, np.arange(8))


def test_where_no_scheduler_answers_one_sentence_says_so(opened, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE_S", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(UserError, match=f"No Dask scheduler answers at {address}"):
            cluster.Cluster(packed(opened()), address)


def test_workers_of_another_version_are_refused(opened, address, monkeypatch):
    monkeypatch.setattr(cargo, "RUNTIME", ("another version",))
    with pytest.raises(UserError, match="other versions"):
        cluster.Cluster(packed(opened()), address)
