"""A metric that is asked for by name, on the command line and in a script."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb
from tests.plugins import distribution, site  # noqa: F401
from workbench.core.base.errors import UserError

ROOT = Path(__file__).parents[2]
METRIC = """
import numpy as np
from workbench.extending import Metric, MetricInfo

def score(outputs, labels):
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logs[np.arange(len(labels)), labels]

ENTROPY = Metric("entropy", MetricInfo("cross entropy", "nats", higher_is_better=False, low=0.0), score)
"""
POINTS = "[workbench.metrics]\nentropy = entropies:ENTROPY\n"


@pytest.mark.slow
def test_a_script_names_it(site, demo):  # noqa: F811
    distribution(site, "entropies", POINTS, entropies=METRIC)
    recipe = wb.Recipe({"*": [wb.step("quantize.affine", bits=3)]})
    model = wb.open(demo.cnn, demo.test, metric="entropy")
    before, after = model.evaluate(), model.evaluate(recipe)
    assert (before.metric.title, before.metric.unit) == ("cross entropy", "nats")
    assert after.value > before.value  # three bits cost something, and less is better
    with pytest.raises(UserError, match="There is no metric 'no_such'"):
        wb.open(demo.cnn, demo.test, metric="no_such")


@pytest.mark.slow
def test_a_command_names_it(tmp_path, demo):
    distribution(tmp_path, "entropies", POINTS, entropies=METRIC)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "workbench", *arguments],
            env=os.environ | {"PYTHONPATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    told = run("evaluate", str(demo.cnn), "--data", str(demo.test), "--metric", "entropy")
    assert told.returncode == 0 and told.stdout.startswith("cross entropy: ") and " nats, measured" in told.stdout
    done = run("evaluate", str(demo.cnn), "--data", str(demo.test), "--metric", "top5", "--json")
    result = json.loads(done.stdout)
    assert (result["metric"], result["metric_unit"], result["higher_is_better"]) == ("top-5", "%", True)
    wrong = run("evaluate", str(demo.cnn), "--data", str(demo.test), "--metric", "top6")
    assert wrong.returncode == 1 and "There is no metric 'top6'. The metrics are: top1, top5" in wrong.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["evaluate", "compress", "sensitivity", "sweep", "search", "compare"])
def test_every_command_that_measures_takes_one(command):
    from workbench.cli.commands import cli

    assert "metric" in {option.name for option in cli.commands[command].params}
