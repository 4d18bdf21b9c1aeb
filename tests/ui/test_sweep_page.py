"""One parameter is swept from the window: the curve comes point by point, and its proposal is used in one step."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.figures import TOP1
from tests.ui.conftest import WAIT
from workbench.core.analysis.sweep import Curve, Sweep, SweepPoint
from workbench.core.recipe.action import Action
from workbench.ui.tabs.sensitivity.sweep_plot import SweepPlot

POINTS = tuple(
    SweepPoint(setting, size, setting, 0.9 - drop, (drop - 0.01, drop, drop + 0.01), drop - 0.02, drop + 0.02, drop)
    for setting, size, drop in ((0.2, 900, 0.0), (0.5, 700, 0.005), (0.8, 400, 0.1))
)
CURVE = Curve(
    Sweep("prune.magnitude", ("*",), "sparsity", (0.2, 0.5, 0.8), 0.03, 3), TOP1, 0.9, 2000, ("a",), POINTS, True
)


@pytest.fixture
def tab(sensitivity_tab):
    QTest.mouseClick(sensitivity_tab.switch.button(1), Qt.MouseButton.LeftButton)
    return sensitivity_tab


@pytest.fixture
def page(tab):
    assert tab.sweep_page.isVisible()
    return tab.sweep_page


def write(box, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)


def sweep(page, qtbot) -> None:
    QTest.mouseClick(page.start_button, Qt.MouseButton.LeftButton)
    assert not page.start_button.isEnabled() and page.running.isVisible()
    qtbot.waitUntil(lambda: not page.sweeps.job, timeout=WAIT)


def test_methods_and_their_numbers_are_offered(page):
    assert page.method.currentData() == "prune.magnitude"
    assert [page.parameter.itemData(i) for i in range(page.parameter.count())] == ["sparsity", "threshold"]
    page.method.setCurrentIndex(page.method.findData("quantize.affine"))
    assert page.parameter.currentData() == "bits"
    assert page.method.findData("quantize.equalize") < 0, "it has no numeric parameter"


def test_a_sweep_is_drawn_as_it_comes_and_its_proposal_is_one_step(page, qtbot):
    session = page.session
    kept = (Action("quantize.affine", {"bits": 8}),)
    session.set_actions(["first"], kept, "eight bits")
    session.select(["first"])
    page.layers.setCurrentIndex(1)
    write(page.values, "0.1, 0.2, 0.95")
    write(page.tolerance, "5")
    drawn = []
    page.sweeps.changed.connect(lambda: drawn.append(len(page.plot.dots.points())))
    sweep(page, qtbot)
    curve = page.sweeps.curve
    assert curve.complete and curve.chosen == ("first",) and curve.sweep.tolerance == pytest.approx(0.05)
    assert {1, 2, 3} <= set(drawn) and page.plot.canvas.markers[0].text in ("proposed", "significant")
    assert curve.proposed is not None and curve.proposed.setting < 0.95
    assert "● measured, 400 samples in 5 folds" in page.proposal.text() and "folds not used" in page.proposal.text()
    QTest.mouseClick(page.use, Qt.MouseButton.LeftButton)
    steps = session.recipe.actions_for("first")
    assert [step.method for step in steps] == ["prune.magnitude", "quantize.affine"]
    assert steps[0].params == {"sparsity": curve.proposed.setting} and steps[1:] == kept
    session.undo()
    assert session.recipe.actions_for("first") == kept


def test_values_that_are_no_numbers_and_a_sweep_that_is_stopped(page, qtbot):
    write(page.values, "0.1, a lot")
    assert not page.start_button.isEnabled() and "numbers" in page.why_not.text()
    write(page.values, ", ".join(f"0.{n:03}" for n in range(1, 300)))
    QTest.keyClick(page.values, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.sweeps.curve is not None and page.sweeps.curve.points != (), timeout=WAIT)
    QTest.mouseClick(page.running.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.sweeps.job, timeout=WAIT)
    assert 0 < len(page.sweeps.curve.points) < 299 and "are kept" in page.why_not.text()
    assert page.use.isEnabled()


@pytest.fixture
def plot(qapp, qtbot):
    plot = SweepPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 340)
    plot.show()
    plot.show_curve(CURVE, "Sparsity", False)
    return plot


def test_the_plot_marks_what_is_proposed_and_a_click_chooses_another(plot, qtbot):
    assert [(round(m.x, 2), m.text) for m in plot.canvas.markers] == [(0.5, "proposed")]
    assert plot.picked_point is POINTS[1] and plot.readout.full.startswith("0.5: top-1 89.5 %, drop 0.5 points")
    where = QPoint(round(plot.canvas.to_pixel(0.8)), round(plot.canvas.area.center().y()))
    with qtbot.waitSignal(plot.picked) as picked:
        QTest.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert picked.args == [0.8] and plot.picked_point is POINTS[2]


def test_numbers_and_picture_can_be_kept(plot, tmp_path):
    assert plot.to_csv().splitlines()[0] == "setting,bytes,zeros,value,drop,std,ci_low,ci_high"
    assert len(plot.to_csv().splitlines()) == 4
    for name in ("sweep.png", "sweep.svg"):
        plot.save(str(tmp_path / name))
        assert (tmp_path / name).stat().st_size > 2000


def test_nothing_is_proposed_where_every_value_loses_too_much(plot):
    plot.show_curve(Curve(CURVE.sweep, TOP1, 0.9, 2000, ("a",), POINTS[2:], True), "Sparsity", False)
    assert plot.picked_point is None and not plot.canvas.markers
