"""The goal of a search in the Plan tab: the bar, its limits, and what is remembered of it."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.figures import DECIBEL
from tests.ui.conftest import settle
from tests.ui.plan.conftest import LEFT, names, open_tab
from workbench.core.analysis.plan import Goal
from workbench.ui.base import settings
from workbench.ui.plans import wish
from workbench.ui.plans.wish import LIMITS, Wish

# -- the goal ----------------------------------------------------------------------------------------------------------


def test_what_the_bar_says_is_a_goal(tab, session):
    model = session.model
    goals = {
        limit: Wish(limit, {limit: 3.0}).goal(model, True, ("first",))
        for limit in ("kB", "MB", "share", "drop", "macs", "latency", "memory", "energy", "none")
    }
    assert goals["kB"] == Goal(max_bytes=3000) and goals["MB"] == Goal(max_bytes=3_000_000)
    assert goals["share"] == Goal(max_ratio=0.03) and goals["drop"] == Goal(max_drop=0.03)
    assert goals["macs"] == Goal(max_macs=3_000_000) and goals["memory"] == Goal(max_memory=3_000_000)
    assert goals["energy"] == Goal(max_energy=3.0)
    assert goals["latency"] == Goal(max_latency=3.0) and goals["none"].whole
    assert Wish("drop", {"drop": 0.5}).goal(model, False, ()).max_drop == 0.5, "in the unit of the metric"
    some = Wish(families=("prune",), chosen=True, samples=200, minutes=2).goal(model, True, ("first",))
    assert some == Goal(max_ratio=0.25, families=("prune",), layers=("first",), samples=200, seconds=120)


def test_energy_is_limited_only_where_it_is_known(tab, session):
    bar, row = tab.bar, LIMITS.index("energy")
    bar.set_target("", "")
    assert not bar.unit.model().item(row).isEnabled() and "not known" in bar.unit.itemData(
        row, Qt.ItemDataRole.ToolTipRole
    )
    bar.set_wish(Wish("energy", {"energy": 2.0}), session.model)
    assert "not known" in bar.obstacle, "it was chosen for another device"
    bar.set_target("NPU", "by rule")
    assert bar.unit.model().item(row).isEnabled() and not bar.obstacle


def test_another_unit_of_the_size_keeps_its_meaning(tab, session):
    model = session.model
    half = Wish("share", {"share": 50.0}).limited("kB", model, True)
    assert half.amount(model, True) == pytest.approx(model.bytes / 2000, rel=0.01)
    assert half.limited("share", model, True).amount(model, True) == pytest.approx(50, rel=0.01)
    assert half.limited("drop", model, True).amount(model, True) == 1.0


def test_the_goal_is_typed_and_remembered_for_each_model(tab, session):
    tab.bar.amount.selectAll()
    QTest.keyClicks(tab.bar.amount, "12.5")
    QTest.keyClick(tab.bar.amount, Qt.Key.Key_Tab)
    assert tab.bar.wish.amounts == {"share": 12.5}
    tab.bar.unit.setFocus()
    QTest.keyClick(tab.bar.unit, Qt.Key.Key_End)  # the last entry limits nothing
    assert tab.bar.wish.limit == "none" and not tab.bar.amount.isVisible()
    mine = session.model.fingerprint
    assert wish.recall(mine) == tab.bar.wish and wish.recall("another") == Wish()


@pytest.mark.parametrize(
    "kept", ["no json", "[1]", '{"f": 3}', '{"f": {"limit": "x", "amounts": {"kB": "a"}}}', '{"f": {"samples": 1e999}}']
)
def test_what_others_wrote_into_the_settings_is_no_goal(qapp, kept):
    settings.store().setValue(wish.KEY, kept)
    assert wish.recall("f") == Wish()
    wish.remember("f", Wish("kB", {"kB": 3.0}))
    assert wish.recall("f").amounts == {"kB": 3.0}


def test_goals_of_old_models_are_forgotten(qapp):
    for number in range(wish.MODELS + 5):
        wish.remember(str(number), Wish())
    assert len(json.loads(settings.store().value(wish.KEY))) == wish.MODELS


def test_the_menu_says_what_may_be_used(tab, session, qtbot):
    menu = tab.bar.options.menu()
    QTest.mouseClick(tab.bar.options, LEFT)
    qtbot.waitUntil(menu.isVisible)
    entries = {action.text(): action for action in menu.actions() if action.isCheckable()}
    for name in ("Prune", "Low rank", "Quantise"):  # the last one stays
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(entries[name]).center())
    assert tab.bar.wish.families == ("quantize",) and entries["Quantise"].isChecked() and menu.isVisible()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(entries["Selected layers (1)"]).center())
    menu.close()
    assert tab.bar.wish.chosen and tab.bar.options.full == "Quantise, 1 layer"
    session.select([])
    settle(session)
    assert not tab.bar.begin.isEnabled() and "Select layers" in tab.note.text()


def test_enter_in_the_limit_begins(tab, monkeypatch):
    wanted = []
    monkeypatch.setattr(tab.plans, "start", wanted.append)
    tab.bar.amount.setFocus()
    QTest.keyClick(tab.bar.amount, Qt.Key.Key_Return)
    assert wanted == [Goal(max_ratio=0.25)]


def test_a_loss_is_counted_in_the_unit_of_the_metric(tab):
    texts = [tab.bar.unit.itemText(place) for place in range(tab.bar.unit.count())]
    assert "points lost" in texts
    tab.bar.set_metric(DECIBEL)
    assert tab.bar.unit.itemText(texts.index("points lost")) == "dB lost"


# -- what stands in the way --------------------------------------------------------------------------------------------


def test_without_data_there_is_a_button_that_opens_some(session, qtbot, tmp_path):
    tab = open_tab(session, qtbot, tmp_path, data=False)
    settle(session)
    assert not tab.bar.begin.isEnabled() and "samples" in tab.note.text() and tab.open_data.isVisible()
    with qtbot.waitSignal(tab.data_wanted):
        QTest.mouseClick(tab.open_data, LEFT)
    qtbot.waitUntil(lambda: "Half the channels" in names(tab))
    assert tab.plot.empty.isVisible() and "press Find" in tab.plot.empty.text()


def test_a_model_without_layers_to_edit_says_so(tab, session):
    session.model = replace(
        session.model, layers=tuple(replace(layer, locked="It is too small.") for layer in session.model.layers)
    )
    tab._on_model()
    assert not tab.bar.begin.isEnabled() and "no layer that can be edited" in tab.note.text()
    assert not tab.presets.isEnabled()
