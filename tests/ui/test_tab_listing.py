"""The list of tabs is the one place that declares them."""

import importlib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QTabWidget

from workbench.ui.commands.layout import tab_name
from workbench.ui.tabs import listing
from workbench.ui.tabs.listing import TABS, Parts, TabSpec


class NotesTab(QLabel):
    """A tab that shows what it was given."""

    def __init__(self, session, scans, parent):
        super().__init__(f"{session} and {scans}", parent)


@pytest.mark.parametrize("spec", TABS, ids=lambda spec: spec.name)
def test_each_is_where_it_says_and_has_its_name_in_session_files(spec):
    widget = getattr(importlib.import_module(spec.module), spec.widget)
    assert tab_name(widget.__new__(widget)) == spec.name
    assert set(spec.needs) <= set(Parts.__dataclass_fields__) and spec.title()


def test_a_line_more_is_a_tab_more(qtbot, monkeypatch):
    notes = TabSpec("notes", lambda: "Notes", __name__, "NotesTab", ("session", "scans"))
    monkeypatch.setattr(listing, "TABS", (notes,))
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    made = dict(listing.build(tabs, Parts("a session", None, "scans", None, None, None)))
    assert (tabs.count(), tabs.tabText(0), made["notes"].text()) == (1, "Notes", "a session and scans")


@pytest.mark.parametrize("way", ["menu", "palette"])
def test_the_graph_is_saved_from_wherever_the_user_is(demo_window, qtbot, monkeypatch, way):
    """The Graph tab comes, and the file is asked for as soon as the graph is drawn."""
    graph, told = demo_window.workspace.graph, []
    monkeypatch.setattr(graph, "_start", lambda: None)  # the browser of it has tests that draw
    demo_window.session.told.connect(told.append)
    assert demo_window.workspace.tabs.currentWidget() is not graph
    if way == "menu":
        demo_window.menus.save_graph.trigger()
    else:
        demo_window.menus.show_palette()
        palette = demo_window.findChild(QDialog, "palette")
        qtbot.keyClicks(palette.search, "save graph")
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: told)
    assert demo_window.workspace.tabs.currentWidget() is graph
    assert told == ["The graph is saved when it is drawn."]
