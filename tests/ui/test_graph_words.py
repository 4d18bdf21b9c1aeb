"""The graph in the window: Escape closes its properties wherever the focus is; netron speaks its language."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import wait
from tests.ui.test_comfort import language  # noqa: F401
from tests.ui.test_graph_tab import Drawn, ask, click
from workbench.ui.tabs.graph import words
from workbench.ui.text.i18n import ENGLISH, tr

TITLE = "document.getElementById('sidebar-title').innerText"
SECTIONS = "Array.from(document.querySelectorAll('.sidebar-section'), e => e.innerText)"
NAMES = "Array.from(document.querySelectorAll('.sidebar-object > .sidebar-item input[title]'), e => e.value)"
TIPS = "Array.from(document.querySelectorAll('#toolbar > [title]'), e => e.title)"
OPEN = "__view__._sidebar.identifier"


@pytest.mark.slow
def test_properties_are_in_the_windows_language_and_escape_closes_them(language, demo_window, qtbot):  # noqa: F811
    space = demo_window.workspace
    demo_window.activateWindow()
    space.tabs.setCurrentWidget(space.graph)
    wait(lambda: "original" in space.graph.sides)
    side = space.graph.sides["original"]
    drawn = Drawn(side)
    wait(lambda: drawn.count)
    node = side._nodes["blocks.1.conv2"][0]
    for focused in (space.tree.tree, space.graph.boxes):
        click(side, ".node-item-type", node, double=True)
        wait(lambda: ask(side, OPEN))
        wait(lambda: ask(side, TITLE) == tr("Node properties"))
        assert ask(side, SECTIONS)[:3] == [tr(word) for word in ("Attributes", "Inputs", "Outputs")]
        names = ask(side, NAMES)
        assert names[:2] == [tr("type"), tr("module")] or names[:2] == [tr("type"), tr("name")], names
        assert "kernel_shape" in names, "names of the model stay"
        assert {tr("Zoom in"), tr("Zoom out"), tr("Model properties")} <= set(ask(side, TIPS))
        focused.setFocus()
        qtbot.waitUntil(focused.hasFocus)
        qtbot.keyClick(focused, Qt.Key.Key_Escape)
        wait(lambda: not ask(side, OPEN))
    space.graph._content.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # pages go before their profile, or Qt complains
    if language != ENGLISH:
        english = [english for english, said in words.netrons().items() if said == english]
        assert not english
