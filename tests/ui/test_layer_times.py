"""The time of each layer: measured on request, shown in the tree and in the graph, of the recipe on show alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import WAIT, measured
from workbench.core.analysis.profile import LayerTime, Load, Profile, Spread
from workbench.core.recipe.action import Action
from workbench.ui.tabs.graph import tints
from workbench.ui.tree.data.cells import Column

ONE = Spread(1.0, 1.0, 1.0)
PROFILE = Profile(
    1,
    10,
    False,
    Spread(4.0, 4.0, 4.0),
    Spread(2.0, 2.0, 2.0),
    (LayerTime("a", ONE, Spread(0.5, 0.4, 0.6)), LayerTime("b", ONE, None)),
    Load(ONE, None),
    Load(ONE, None),
)


def test_a_share_is_of_the_compressed_run():
    assert PROFILE.share("a") == 0.25 and PROFILE.share("b") is None and PROFILE.share("no such") is None


def test_the_words_of_a_node_have_the_share_and_the_whole():
    shade = tints.by_time(PROFILE, "a")
    assert shade.strength == 0.25 and shade.words == "25.0 % of the 2.00 ms per run (measured)"
    assert tints.by_time(PROFILE, "b").strength == tints.NEUTRAL


@pytest.mark.slow
def test_layers_are_timed_on_request(demo_window, qtbot):
    session, tree = demo_window.session, demo_window.workspace.tree
    assert tree.tree.isColumnHidden(Column.TIME)
    QTest.keyClick(demo_window, Qt.Key.Key_F9, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: session.layer_times.current is not None, timeout=WAIT)
    session.turns.settle()
    assert not tree.tree.isColumnHidden(Column.TIME)
    found = session.layer_times.current
    path = session.model.layers[0].path
    cell = tree.model.index_of(path).siblingAtColumn(Column.TIME)
    assert cell.data() == f"{found.share(path):.1%}".replace("%", " %")
    assert 0 < sum(found.share(layer.path) or 0 for layer in session.model.layers) <= 1.1

    session.set_actions(["blocks.4.conv1"], (Action("quantize.affine", {"bits": 8}),), "step")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    session.turns.settle()
    assert cell.data() == "", "it was of another recipe"
    session.undo()
    session.turns.settle()
    assert cell.data().endswith(" %")
