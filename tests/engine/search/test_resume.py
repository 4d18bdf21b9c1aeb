"""A search whose process is killed goes on where it was: no trial is run twice."""

import os
import subprocess
import sys

import pytest

from workbench.core.analysis.plan import Goal
from workbench.core.base.job import Job
from workbench.engine.search.plan import plan

CHILD = """
import sys
from workbench.core.analysis.plan import Goal
from workbench.core.base.job import Job
from workbench.engine.search import trials
from workbench.engine.search.plan import plan
from workbench.engine.workspace import Workspace

compute = trials.Computer.compute
def told(self, task, job):
    print(task.key, flush=True)
    return compute(self, task, job)
trials.Computer.compute = told
workspace = Workspace.open(sys.argv[1] + "/small.onnx", Job())
workspace = workspace.attach(sys.argv[1] + "/test.npz", Job(), calibration=sys.argv[1] + "/train.npz")
plan(workspace, Goal(max_bytes=1900), Job())
"""
STOP = 40


def run(place, stop=0) -> list[str]:
    """The trials that a search in another process ran until it was killed."""
    keys = []
    command = [sys.executable, "-c", CHILD, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as child:
        for line in child.stdout:
            if line.startswith("('search trial'"):
                keys.append(line)
            if stop and len(keys) == stop:
                child.kill()
    return keys


@pytest.mark.slow
def test_killed_and_resumed(place, opened):
    before, after = run(place, STOP), run(place)
    assert len(before) >= STOP and len(after) > 0
    assert len(set(before)) == len(before) and len(set(after)) == len(after)
    running = before[STOP - 1 :]  # when it was killed; those alone may not have been kept
    assert set(before) & set(after) <= set(running)
    front = plan(opened(), Goal(max_bytes=1900), Job())
    assert front.trials == 0 and front.known == len({*before, *after}), "together they ran all that one search runs"
