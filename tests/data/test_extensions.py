"""Metrics and data readers from other distributions, as they are found, asked for and refused."""

import numpy as np
import pytest

from tests.plugins import distribution, site  # noqa: F401
from workbench.core.analysis.measured import Measuring
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.resources import resource_path
from workbench.core.layer_data.layer import InputSpec
from workbench.core.plugins import discovery
from workbench.data.choosing import choose, named
from workbench.data.extensions import all_metrics, all_readers
from workbench.data.opening import open_dataset
from workbench.engine.workspace import Workspace

MARGIN = """
import numpy as np
from workbench.core.base.quantities import MetricInfo
from workbench.data.metrics.metric import Metric

def margin(outputs, labels):
    if outputs.ndim != 2:
        raise ValueError("scores of classes are wanted")
    rows = np.arange(len(outputs))
    others = outputs.astype(np.float64)
    right = others[rows, labels].copy()
    others[rows, labels] = -np.inf
    return right - others.max(axis=1)

METRIC = Metric("margin", MetricInfo("margin", "logits"), margin)
WRONG = Metric("wrong", MetricInfo("wrong", labelled=False), lambda outputs, original: outputs)
TAKEN = Metric("top1", MetricInfo("top-1", "%"), margin)
NUMBER = 3
"""
POINTS = "[workbench.metrics]\na = margins:METRIC\nb = margins:WRONG\nc = margins:TAKEN\nd = margins:NUMBER\n"
CSV = """
import csv
import numpy as np
from workbench.core.base.errors import UserError
from workbench.data.extensions import Reader

def read(path, trusted, job):
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = np.array([[float(cell) for cell in row] for row in csv.reader(file)], np.float32)
    except ValueError as error:
        raise UserError(f"{path} is not a table of numbers.", "Save it as CSV without a header.") from error
    return {"x": rows[:, :-1], "y": rows[:, -1].astype(int)}

CSV = Reader("csv", lambda path: path.endswith(".csv"), read)
RUDE = Reader("rude", lambda path: 1 / 0, read)
ODD = Reader("odd", lambda path: path.endswith(".odd"), lambda path, trusted, job: {"x": [object()]})
"""
SPECS = (InputSpec("rows", "float32", (None, 2)),)


@pytest.fixture
def metrics(site):  # noqa: F811
    distribution(site, "margins", POINTS, margins=MARGIN)
    return all_metrics()


@pytest.mark.allow_logs
def test_a_metric_of_another_distribution_is_there_and_broken_ones_are_named(metrics):
    assert metrics["margin"].info.unit == "logits" and metrics["top1"].info.interval == "wilson"
    said = " ".join(discovery.load_failures())
    assert (
        "c = margins:TAKEN" in said
        and "is there already" in said
        and "names an object of type int, not a Metric" in said
    )


@pytest.mark.slow
@pytest.mark.allow_logs
def test_it_measures_where_it_is_asked_for(metrics):
    def attached(metric):
        opened = Workspace.open(str(resource_path("demo/fashion_cnn.onnx")), Job())
        return opened.attach(str(resource_path("demo/fashion_test.npz")), Job(), measuring=Measuring.of(metric))

    chosen, own = attached(""), attached("margin")
    assert own.data_summary().metric.title == "margin" and chosen.data_summary().metric.title == "top-1"
    # A sample is right where its margin is positive: two metrics of the same answers.
    np.testing.assert_array_equal(own.evaluator.scores > 0, chosen.evaluator.scores == 1)
    assert own.evaluator.baseline().value == pytest.approx(own.evaluator.scores.mean())


@pytest.mark.allow_logs
@pytest.mark.parametrize(
    ("wanted", "labels", "words"),
    [
        ("no_such", None, "There is no metric 'no_such'"),
        ("margin", None, "needs labels, and the data has none."),
        ("wrong", None, "returned float64 of shape (6, 3, 4) for 6 samples."),
        ("margin", np.zeros(6, int), "margin failed: ValueError: scores of classes are wanted"),
        ("top1", np.zeros((6, 3, 4), int), "The metric top1 does not fit this data"),
    ],
)
def test_one_that_cannot_measure_this_is_refused_in_a_sentence(metrics, wanted, labels, words):
    with pytest.raises(UserError) as caught:
        named(wanted, np.zeros((6, 3, 4)), labels)
    assert words in caught.value.what and caught.value.what.endswith(".")


def test_one_of_our_own_can_be_asked_for():
    outputs = np.random.default_rng(0).standard_normal((8, 10))
    assert choose(outputs, np.arange(8)).id == "top1"
    assert choose(outputs, np.arange(8), wanted="top5").id == "top5"
    relative = choose(outputs, np.arange(8), wanted="relative_error")
    assert relative.score(np.broadcast_to(outputs.mean(axis=0), outputs.shape), outputs).mean() == pytest.approx(1)


@pytest.mark.allow_logs
def test_a_reader_opens_what_ours_do_not(site, tmp_path):  # noqa: F811
    distribution(site, "tables", "[workbench.data]\na = tables:CSV\nb = tables:RUDE\nc = tables:ODD\n", tables=CSV)
    table, npz, odd = tmp_path / "rows.csv", tmp_path / "rows.npz", tmp_path / "rows.odd"
    other = tmp_path / "rows.other"
    other.write_text("")
    table.write_text("1,2,0\n3,4,1\n")
    odd.write_text("")
    np.savez(npz, x=np.zeros((3, 2), np.float32))
    data = open_dataset(str(table), SPECS)
    np.testing.assert_array_equal(data.inputs["rows"], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(data.labels, [0, 1])
    assert open_dataset(str(npz), SPECS).samples == 3
    with pytest.raises(UserError, match="with neither numbers nor strings"):
        open_dataset(str(odd), SPECS)
    with pytest.raises(UserError, match="is not a data set"):
        open_dataset(str(other), SPECS)
    assert len(all_readers()) == 3 and "tables:RUDE) was not loaded: ZeroDivisionError" in discovery.load_failures()[0]
    table.write_text("a,b\n")
    with pytest.raises(UserError, match="not a table of numbers"):
        open_dataset(str(table), SPECS)
