"""The Plan tab on a small model, with hands for its plot and table."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.engine.small import network
from tests.ui import plan_sample
from tests.ui.conftest import measured, settle
from workbench.core.analysis.plan import PRESETS
from workbench.ui.plans.plans import Plans
from workbench.ui.tabs.plan import words
from workbench.ui.tabs.plan.tab import PlanTab
from workbench.ui.tabs.plan.table import Column

LEFT, NONE, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def tab(session, qtbot, tmp_path):
    """On a small network with labels, measured; the presets are forecast."""
    tab = open_tab(session, qtbot, tmp_path, data=True)
    qtbot.waitUntil(lambda: len(tab.plans.forecasts) == len(PRESETS))
    return tab


def open_tab(session, qtbot, tmp_path, data: bool) -> PlanTab:
    path = network(tmp_path)
    tab = PlanTab(session, Plans(session))
    qtbot.addWidget(tab)
    tab.resize(620, 640)
    tab.show()
    samples = {"data": str(tmp_path / "test.npz"), "calibration": str(tmp_path / "train.npz")} if data else {}
    session.open(str(path), **samples)
    if data:
        qtbot.waitUntil(lambda: measured(session) and bool(session.methods))
    else:
        qtbot.waitUntil(lambda: session.model is not None and session.preview is not None and bool(session.methods))
    return tab


@pytest.fixture
def found(tab, session):
    """With the trade-off of a search."""
    return show(tab, plan_sample.front(session.model))


def show(tab, front) -> PlanTab:
    tab.plans.front = front
    tab.plans.changed.emit()
    settle(tab.session)
    return tab


def dot(tab, name: str):
    entry = next(each for each in tab.plot.scene.entries if words.name_of(each) == name)
    return next(each for each in tab.plot.canvas.spots if each.key == entry.key)


def click(tab, name: str, modifier=NONE) -> None:
    canvas = tab.plot.canvas
    QTest.mouseClick(canvas.viewport(), LEFT, modifier, canvas.place(dot(tab, name)).toPoint())
    settle(tab.session)


def key(tab, which: Qt.Key) -> None:
    QTest.keyClick(tab.plot.canvas, which)
    settle(tab.session)


def current(tab) -> int:
    return tab.plans.same.key(tab.session.recipe)


def names(tab) -> list[str]:
    model = tab.table.model()
    return [model.index(row, Column.NAME).data() for row in range(model.rowCount())]


def selected(tab) -> list[str]:
    return [index.data() for index in tab.table.selectionModel().selectedRows()]


def search(tab, qtbot, limit: str, amount: float) -> None:
    """Type a limit and press Enter; wait for the end."""
    tab.bar.unit.setCurrentIndex(tab.bar.unit.findData(limit))
    tab.bar.unit.activated.emit(tab.bar.unit.currentIndex())
    tab.bar.amount.selectAll()
    QTest.keyClicks(tab.bar.amount, f"{amount:g}")
    QTest.keyClick(tab.bar.amount, Qt.Key.Key_Return)
    assert tab.plans.job and tab.plans.failure == ""
    qtbot.waitUntil(lambda: not tab.plans.job)
    settle(tab.session)
