"""What changed: confusion, classes, the samples that flipped, and the layer that is responsible; by mouse and keys."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester

from tests.figures import TOP1
from tests.ui.conftest import FEW, WAIT, measured
from tests.ui.test_session import prune, requests
from tests.ui.test_window import LEFT
from workbench.core.analysis.prediction_diff import Changes, Flip, SampleError
from workbench.ui.tabs.compare.confusion import ConfusionMap
from workbench.ui.tabs.compare.samples import FlipsModel, describe, pixmap

Key = Qt.Key
BOLD = "blocks.4.conv2"


@pytest.fixture
def compared(small_window, qtbot):
    """The demo on few samples, boldly pruned in one layer and mildly in another; the tab on show."""
    session = small_window.session
    session.set_actions([BOLD], (prune(0.97),), "bold")
    session.set_actions(["stem"], (prune(0.1),), "mild")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    small_window.resize(1280, 800)
    small_window.workspace.tabs.setCurrentWidget(small_window.workspace.compare)
    return small_window


def open_page(window, qtbot, name: str):
    tab = window.workspace.compare
    page = getattr(tab, name)
    qtbot.mouseClick(tab.buttons[page], LEFT)
    qtbot.waitUntil(lambda: tab.findings.current, timeout=WAIT)
    return tab, page


def test_confusion_classes_and_flips_agree_and_say_on_how_many_samples(compared, qtbot):
    tab, page = open_page(compared, qtbot, "confusion")
    changes = tab.findings.changes
    session = compared.session
    assert f"{FEW} samples" in tab.state.text() and "●" in tab.state.text()
    assert np.trace(changes.after) / FEW == pytest.approx(session.preview.value.value, abs=1e-9)
    assert np.trace(changes.before) / FEW == pytest.approx(session.data.baseline.value, abs=1e-9)
    assert (page.map.matrix() == changes.after - changes.before).all()
    qtbot.mouseClick(page.modes["before"], LEFT)
    assert (page.map.matrix() == changes.before).all()
    page.map.setFocus()
    qtbot.keyClick(page.map, Key.Key_Down)
    qtbot.keyClick(page.map, Key.Key_Right)
    assert page.map.cell == (1, 1) and "Trouser, predicted correctly" in page.words.text()
    tab, page = open_page(compared, qtbot, "classes")
    QAbstractItemModelTester(page.table.rows, QAbstractItemModelTester.FailureReportingMode.Fatal)
    first = changes.per_class[changes.classes.index(page.table.keys()[0])]
    assert first.right_after - first.right_before == min(c.right_after - c.right_before for c in changes.per_class)
    tab, page = open_page(compared, qtbot, "samples")
    assert f"{changes.lost:,}" in page.kinds["lost"].text() and len(page.model.items) == changes.lost
    assert not page.model.index(0).data(Qt.ItemDataRole.DecorationRole).isNull()


def test_a_cell_leads_to_its_samples_and_they_to_the_layer(compared, qtbot):
    tab, page = open_page(compared, qtbot, "confusion")
    flips = [flip for flip in tab.findings.changes.flips if flip.kind == "lost"]
    truth, decision = flips[0].truth, flips[0].after
    grid = page.map.grid()
    cell = grid.width() / 10
    qtbot.mouseClick(
        page.map,
        LEFT,
        pos=QPoint(round(grid.left() + (decision + 0.5) * cell), round(grid.top() + (truth + 0.5) * cell)),
    )
    samples = tab.samples
    assert tab.pages.currentWidget() is samples
    assert {(flip.truth, flip.after) for flip in samples.model.items} == {(truth, decision)}
    first = samples.list.visualRect(samples.model.index(0)).center()
    qtbot.mouseClick(samples.list.viewport(), LEFT, pos=first)
    assert str(samples.model.items[0].sample) in samples.words.text()
    qtbot.mouseClick(samples.find_layer, LEFT)
    assert tab.findings.attributing and samples.suspects.isVisible()
    qtbot.waitUntil(lambda: not tab.findings.attributing, timeout=WAIT)
    attribution = tab.findings.attribution
    assert attribution.samples == (samples.model.items[0].sample,) and attribution.suspects[0].path == BOLD
    assert f"reverting {BOLD} fixes" in samples.suspects.words.text()
    table = samples.suspects.table
    assert table.keys()[0] == BOLD
    compared.session.select(["stem"])
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 0)).center())
    assert compared.session.current == BOLD


def test_a_class_is_attributed_with_a_button(compared, qtbot):
    tab, page = open_page(compared, qtbot, "classes")
    table = page.table
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.model().index(0, 0)).center())
    name = table.chosen()
    qtbot.mouseClick(page.find_layer, LEFT)
    qtbot.waitUntil(lambda: tab.findings.attribution is not None and not tab.findings.attributing, timeout=WAIT)
    lost = [
        flip.sample
        for flip in tab.findings.changes.flips
        if flip.kind == "lost" and tab.findings.changes.classes[flip.truth] == name
    ]
    assert set(tab.findings.attribution.samples) == set(lost) and tab.samples.classes.currentText() == name


def test_the_search_can_be_stopped_and_an_edit_makes_all_of_it_old(compared, qtbot, monkeypatch):
    tab, page = open_page(compared, qtbot, "samples")
    qtbot.mouseClick(page.find_layer, LEFT)
    qtbot.waitUntil(lambda: tab.findings.attribution is not None, timeout=WAIT)
    if tab.findings.attributing:
        qtbot.mouseClick(page.suspects.cancel, LEFT)
    assert not tab.findings.attributing and tab.findings.attribution.tried >= 1
    before = tab.findings.changes
    compared.session.set_actions([BOLD], (), "clear")
    assert not tab.findings.current and not page.list.isEnabled() and tab.findings.attribution is None
    qtbot.waitUntil(lambda: tab.findings.current, timeout=WAIT)
    assert tab.findings.changes.lost < before.lost
    qtbot.waitUntil(lambda: measured(compared.session), timeout=WAIT)
    asked = requests(compared.session.link, monkeypatch)
    compared.session.undo()
    assert tab.findings.changes is before and tab.findings.current, "remembered"
    assert "Compare" not in asked


def test_nothing_is_requested_while_the_tab_is_hidden(compared, qtbot, monkeypatch):
    asked = requests(compared.session.link, monkeypatch)
    compared.workspace.tabs.setCurrentIndex(0)
    compared.session.set_actions(["head"], (prune(0.2),), "prune")
    qtbot.waitUntil(lambda: measured(compared.session), timeout=WAIT)
    assert "Compare" not in asked


def test_tiles_keep_the_rules_of_qt_and_describe_themselves(qapp, qtmodeltester):
    flips = (Flip(7, "lost", 0, 0, 1, 0.9, 0.8, np.zeros((28, 28), np.uint8)), Flip(9, "won", 1, 0, 1, 0.5, 0.75))
    model = FlipsModel()
    model.show_items(flips, ("shirt", "coat"))
    qtmodeltester.check(model)
    assert model.index(0).data() == "shirt\n→ coat" and model.index(1).data() == "shirt → coat", "below a picture"
    model.show_items(flips, ("0", "1"))
    assert model.index(0).data() == "0 → 1"
    assert describe(flips[0], ("shirt", "coat")) == "Sample 7 is shirt: shirt (90 %) before, coat (80 %) now."
    assert describe(SampleError(3, 0.1, 0.25), ()) == "Sample 3: 0.1 before, 0.25 now."
    color = pixmap(np.full((80, 40, 3), (10, 200, 30), np.uint8), 56)
    assert color.size().toTuple() == (28, 56) and color.toImage().pixelColor(5, 5).getRgb()[:3] == (10, 200, 30)


def test_names_wider_than_a_cell_lean_over_and_stay_inside(qapp, qtbot):
    counts = np.eye(10, dtype=np.int32) * 30
    for names in (tuple("0123456789"), tuple(f"class number {n}" for n in range(10))):
        picture = ConfusionMap()
        qtbot.addWidget(picture)
        picture.resize(520, 520)
        picture.show_changes(Changes(300, TOP1, True, names, counts, counts), "before")
        grid = picture.grid()
        leaning, reach = picture.leaning(grid.width() / 10), math.sqrt(0.5) * picture.widest()
        assert leaning == (len(names[0]) > 1) and grid.bottom() <= 520 and grid.left() > picture.widest()
        assert not leaning or (grid.top() > reach and grid.right() - grid.width() / 20 + reach <= 520)


def test_a_thousand_classes_are_drawn_at_once(qapp, qtbot):
    counts = np.random.default_rng(0).poisson(0.05, (1000, 1000)).astype(np.int32)
    counts[range(1000), range(1000)] += 40
    after = counts.copy()
    after[3, 3] -= 20
    after[3, 8] += 20
    picture = ConfusionMap()
    qtbot.addWidget(picture)
    picture.resize(700, 700)
    picture.show_changes(Changes(1, TOP1, True, tuple(map(str, range(1000))), counts, after), "difference")
    colors = picture.image
    assert colors.pixelColor(8, 3) == colors.pixelColor(3, 3) != colors.pixelColor(5, 5), "both are worse"
    picture.show()
    assert picture.grab().width() >= 700
