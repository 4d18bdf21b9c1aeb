"""The Graph tab without its pages: which modules are boxes, why it cannot start, and netron as it is served."""

import os
import subprocess
import sys

import pytest
from PySide6.QtGui import QImage

from tests.guard import HANG_S
from tests.ui.conftest import WAIT
from workbench.ui.tabs.graph import GraphTab, obstacle, pages, picture
from workbench.ui.tabs.graph.modules import Modules
from workbench.ui.widgets import theme


def test_boxes_are_modules_of_several_layers_but_not_of_nearly_all():
    modules = Modules()
    modules.set_layers(["stem", *(f"net.{block}.{name}" for block in "abcd" for name in ("q", "mlp.up", "mlp.down"))])
    assert not modules.collapsed and modules.box_of("net.a.q") == "net.a"
    modules.on = True
    assert modules.collapsed == ("net.a", "net.b", "net.c", "net.d")
    modules.open("net.b")
    assert modules.collapsed == ("net.a", "net.b.mlp", "net.c", "net.d")
    assert (modules.box_of("net.b.q"), modules.box_of("net.b.mlp.up"), modules.box_of("stem")) == ("", "net.b.mlp", "")
    modules.open("net.b.mlp")
    assert modules.opened_around("net.b.mlp.up") == "net.b.mlp" and modules.opened_around("net.b.q") == "net.b"
    modules.close("net.b")
    assert modules.collapsed == ("net.a", "net.b", "net.c", "net.d") and not modules.opened_around("net.b.mlp.up")


@pytest.mark.parametrize(
    ("kind", "words"),
    [("library", "libnss3"), ("netron", "netron==9.3.3"), ("root", "as root"), ("namespaces", "namespaces")],
)
def test_where_it_cannot_start_a_note_says_why_and_the_way_out(session, qtbot, monkeypatch, tmp_path, kind, words):
    monkeypatch.delenv(obstacle.SWITCH, raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if kind == "root" else 1000)
    monkeypatch.setattr(obstacle, "KERNEL", tmp_path)
    match kind:
        case "library":
            monkeypatch.setitem(sys.modules, "PySide6.QtWebEngineWidgets", None)
        case "netron":
            monkeypatch.setattr(pages, "VERSION", "9.9.9")
        case "namespaces":
            (tmp_path / "user").mkdir()
            (tmp_path / "user" / "max_user_namespaces").write_text("0\n")
    tab = GraphTab(session)
    qtbot.addWidget(tab)
    tab.show()
    qtbot.waitUntil(lambda: tab.note.what.isVisible())
    assert words in tab.note.what.text() and tab.profile is None and not tab.sides
    assert tab.note.without.isVisible() == (kind in ("root", "namespaces"))
    assert tab.note.retry.isVisible() == (kind in ("library", "netron"))
    monkeypatch.undo()
    monkeypatch.setenv(obstacle.SWITCH, "0")  # so that what the button sets is taken back
    (tab.note.without if tab.note.without.isVisible() else tab.note.retry).click()
    assert tab.profile is not None or (os.geteuid() == 0 and kind in ("library", "netron"))
    assert kind in ("library", "netron") or os.environ[obstacle.SWITCH] == "1"


def test_the_tab_has_a_command_and_its_pages_end_with_the_window(demo_window, qtbot):
    space = demo_window.workspace
    action = next(action for action in demo_window.menus.tabs.actions() if action.text() == "Graph")
    assert action.isEnabled() and action.shortcut().toString() == "Ctrl+3"
    action.trigger()
    assert space.tabs.currentWidget() is space.graph
    qtbot.waitUntil(lambda: "original" in space.graph.sides, timeout=WAIT)
    qtbot.waitUntil(lambda: "36 nodes" in space.graph.sides["original"].head.text(), timeout=WAIT)


def test_starting_the_window_imports_no_web_engine():
    code = """
import sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.session.session import Session
from workbench.ui.shell.main_window import MainWindow
window = MainWindow(Session(EngineLink()))
window.show()
window.build_workspace()
app.processEvents()
print(*sorted(name for name in sys.modules if "WebEngine" in name or name.startswith("netron")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG_S)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.split()


@pytest.mark.parametrize(
    ("name", "gone", "there"),
    [
        ("index.html", ['name="date"', "9.3.3", "prefers-color-scheme"], ["bridge.js", "graph.css", 'content="0.0.0"']),
        ("browser.js", ["menu: true"], ["menu: false"]),
        ("view.js", ["\\u3008", "\\u3009", "〈"], ["\u27e8"]),
        ("grapher.css", ["prefers-color-scheme"], ["html.dark"]),
    ],
)
def test_netron_is_patched_as_served(name, gone, there):
    content = pages.page(name)[1].decode()
    assert not [text for text in gone if text in content] and not [text for text in there if text not in content]


def test_a_netron_that_is_another_is_refused():
    with pytest.raises(ValueError, match="0 times"):
        pages._browser("menu: maybe")
    assert pages.refusal() == ""


def test_a_picture_of_the_graph_is_written_in_the_font_that_its_boxes_were_made_for(tmp_path, qapp):
    theme.apply(qapp, "light")
    text = '<text y="20" font-size="12px" {}>{}</text>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="30">{text}</svg>'
    words = "B = 72.94000244140625"
    picture.save(drawn.format(picture.FONTS, words), str(tmp_path / "a.png"))
    for name, family in (("b", theme.FAMILY), ("c", "DejaVu Sans")):
        picture.save(drawn.format(f'font-family="{family}"', words), str(tmp_path / f"{name}.png"))
    mine, ours, other = (QImage(str(tmp_path / f"{name}.png")) for name in "abc")
    assert mine == ours != other
