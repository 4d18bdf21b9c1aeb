"""Corrupted samples in the Compare tab: asked for, drawn by kind, and said on how many samples."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.figures import TOP1
from tests.ui.conftest import WAIT
from tests.ui.test_session import prune
from tests.ui.test_window import LEFT, drop
from workbench.core.analysis.report import Corrupted, Robustness
from workbench.ui.base import dialogs
from workbench.ui.tabs.compare.robustness.plot import RobustnessPlot

KINDS = ("noise", "blur")
ROWS = (
    Corrupted("clean", 0, 0.9, 0.88, 0.02, 0.0, 0.0, 0.0),
    *(
        Corrupted(kind, strength, 0.9 - 0.1 * strength, 0.88 - 0.12 * strength, 0.04, 0.02, 0.01, 0.03)
        for kind in KINDS
        for strength in range(1, 6)
    ),
)
FOUND = Robustness(TOP1, 300, ROWS)


def test_the_plot_has_both_models_at_every_strength_of_a_kind_or_of_their_mean(qtbot):
    plot = RobustnessPlot()
    qtbot.addWidget(plot)
    for kind in ("", "blur"):
        plot.show_kind(FOUND, kind)
        assert [strength for strength, _, _ in plot.points] == list(range(6))
        assert plot.points[3][1:] == pytest.approx((0.6, 0.52))
    plot._on_hovered(2.9)
    assert "Strength 3: original 60.0 %, recipe 52.0 %" in plot.readout.full
    part = Robustness(TOP1, 300, ROWS[:8])  # the second kind has only begun
    plot.show_kind(part, "")
    assert [strength for strength, _, _ in plot.points] == [0, 1, 2]
    assert plot.to_csv().splitlines()[2].startswith("noise,1,0.8,")


@pytest.mark.slow
def test_it_is_measured_by_a_button_and_kept_until_it_is_asked_again(small_window, qtbot):
    window, session = small_window, small_window.session
    session.set_actions(["stem"], (prune(0.9),), "bold")
    window.workspace.tabs.setCurrentWidget(window.workspace.compare)
    tab = window.workspace.compare
    page = tab.robustness
    qtbot.mouseClick(tab.buttons[page], LEFT)
    page.samples.setValue(10)
    qtbot.mouseClick(page.start_button, LEFT)
    assert page.corruptions.job
    qtbot.waitUntil(lambda: not page.corruptions.job, timeout=WAIT)
    found = page.corruptions.found
    assert found is not None and len(found.rows) == 1 + 5 * len(found.kinds)
    qtbot.waitUntil(lambda: page.table.sorted.rowCount() == len(found.rows), timeout=WAIT)
    assert f"measured on {found.samples:,} samples" in page.note.text() and page.kind.count() == 1 + len(found.kinds)
    session.set_actions(["stem"], (), "none")
    qtbot.waitUntil(lambda: "changed since" in page.note.text(), timeout=WAIT)


@pytest.mark.slow
def test_another_data_set_is_a_row_beside_the_others(small_window, qtbot, tmp_path, monkeypatch):
    window, session = small_window, small_window.session
    session.set_actions(["stem"], (prune(0.9),), "bold")
    window.workspace.tabs.setCurrentWidget(window.workspace.compare)
    page = window.workspace.compare.robustness
    qtbot.mouseClick(window.workspace.compare.buttons[page], LEFT)
    own = session.data.path
    monkeypatch.setattr(dialogs, "choose_file", lambda parent, title, filters, then, folder: then(own))
    page.other_button.menu().actions()[0].trigger()
    assert page.corruptions.job
    qtbot.waitUntil(lambda: not page.corruptions.job, timeout=WAIT)
    assert not page.corruptions.failure
    qtbot.waitUntil(lambda: page.table.sorted.rowCount() == 1, timeout=WAIT)
    found, _ = page.corruptions.elsewhere[own]
    cells = [page.table.sorted.index(0, column).data() for column in range(6)]
    assert cells[0] == f"{Path(own).name}, {found.samples:,} samples" and cells[5].startswith("0.0 ± ")
    assert page.table.isVisible()
    folder = tmp_path / "pictures"
    with np.load(own) as held:
        for number, (values, label) in enumerate(zip(held["x"][:20], held["y"][:20], strict=True)):
            file = folder / str(label) / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.clip(255 * values[0], 0, 255).astype(np.uint8)).save(file)
    drop(page, str(folder))
    assert page.corruptions.job and not page.drop_hint.isVisible()
    qtbot.waitUntil(lambda: not page.corruptions.job, timeout=WAIT)
    assert not page.corruptions.failure and page.corruptions.elsewhere[str(folder)][0].samples == 20
    session.set_actions(["stem"], (), "none")
    qtbot.waitUntil(lambda: "changed since" in page.note.text(), timeout=WAIT)
