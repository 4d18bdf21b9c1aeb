"""The table of a search as the command line prints it."""

from dataclasses import replace

from tests.core.test_plan import front, point
from workbench.cli.search import _print
from workbench.core.base.quantities import MetricInfo


def test_a_prediction_beyond_what_was_measured_is_printed_as_a_bound(capsys):
    metric = MetricInfo("top-1", "%")
    within, beyond = point(300, 0.1, predicted=0.02), point(200, 0.2, bits=3, predicted=0.039, beyond=True)
    _print(replace(front(within, beyond), metric=metric))
    rows = {line.split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "> 3.90 points" in rows["search 200"] and "2.00 points" in rows["search 300"]
    assert ">" not in rows["search 300"]
