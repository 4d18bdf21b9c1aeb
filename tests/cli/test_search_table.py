"""The table of a search as the command line prints it."""

from dataclasses import replace

from tests.core.test_plan import front, point
from workbench.cli import output
from workbench.cli.search import _print, _write
from workbench.core.analysis.plan import Goal
from workbench.core.base.quantities import MetricInfo
from workbench.core.recipe.recipe import load_recipe


def test_a_prediction_beyond_what_was_measured_is_printed_as_a_bound(capsys):
    metric = MetricInfo("top-1", "%")
    within, beyond = point(300, 0.1, predicted=0.02), point(200, 0.2, bits=3, predicted=0.039, beyond=True)
    _print(replace(front(within, beyond), metric=metric))
    rows = {line.split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "> 3.90 points" in rows["search 200"] and "2.00 points" in rows["search 300"]
    assert ">" not in rows["search 300"]


def test_nothing_is_lost_without_a_sign():
    assert output.difference_text(-0.00001, MetricInfo("top-1", "%")) == "0.00 points"
    assert output.difference_text(-0.0001, MetricInfo("top-1", "%")) == "-0.01 points"


def test_the_recipes_of_a_trade_off_name_the_target_that_they_are_for(tmp_path):
    _write(replace(front(point(300, 0.1)), goal=Goal(target="ethos-u")), tmp_path)
    assert load_recipe(tmp_path / "300.yaml").target == "ethos-u"
    assert (tmp_path / "tradeoff.csv").read_text().splitlines()[1].startswith("300.yaml,")
