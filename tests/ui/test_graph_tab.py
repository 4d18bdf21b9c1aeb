"""The graph tab in the real web engine: netron draws, tells of clicks, shows what is selected, reaches nothing."""

import json
import os
import signal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.figures import TOP1
from tests.ui.conftest import WAIT, wait
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.ui.session.session import Session
from workbench.ui.tabs.graph import GraphTab, pages
from workbench.ui.widgets import colormaps, theme

INT4 = (Action("quantize.affine", {"bits": 4}),)
LAYER, OTHER = "blocks.1.conv2", "blocks.3.conv"


def ask(side, code):
    """The value of a JavaScript expression in a page."""
    answers = []
    # As text: what is no plain value would come back empty.
    side.page.view.page().runJavaScript(f"JSON.stringify(({code}))", 0, answers.append)
    wait(lambda: answers)
    return json.loads(answers[0] or "null")


def chosen(side):
    """Names of the nodes that netron shows as selected."""
    return ask(side, "Array.from(__view__.target.selection, e => e.value.name)")


def click(side, selector, node, double=False):
    """Press the mouse on a part of a node."""
    place = ask(
        side,
        f"""(() => {{
        const node = __view__.activeTarget.nodes.find(n => n.name === {node!r});
        const element = __view__.target.find(node).element;
        __view__.target.scrollTo([element], 'instant');
        const box = element.querySelector({selector!r}).getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2]; }})()""",
    )
    surface, at = side.page.view.focusProxy(), QPoint(*map(round, place))
    if not double:
        QTest.mouseClick(surface, Qt.MouseButton.LeftButton, pos=at)
        return
    for press in (QTest.mousePress, QTest.mouseDClick, QTest.mouseRelease):  # two clicks would count as far apart
        press(surface, Qt.MouseButton.LeftButton, pos=at)


def fill(side, node):
    found = f"__view__.target.find(__view__.activeTarget.nodes.find(n => n.name === {node!r}))"
    return ask(side, f"getComputedStyle({found}.element.querySelector('.node-item-type path')).fill")


def rgb(color):
    return f"rgb({color.red()}, {color.green()}, {color.blue()})"


class Drawn:
    """Counts the graphs that a side has drawn."""

    def __init__(self, side):
        self.count = 0
        side.drawn.connect(self.add)

    def add(self):
        self.count += 1


@pytest.fixture(scope="module")
def tab(engine):
    """The tab on the demo, its first graph drawn: that costs seconds, so the tests share it."""
    theme.apply(QApplication.instance(), "light")
    session = Session(engine)
    tab = GraphTab(session)
    tab.session = session
    tab.resize(900, 700)
    tab.show()
    session.open(demo_paths().model)
    wait(lambda: "original" in tab.sides)
    drawn = Drawn(tab.sides["original"])
    wait(lambda: drawn.count)
    yield tab
    tab.close()
    tab.deleteLater()
    session.deleteLater()
    for job in engine.asked:
        engine.abandon(job)
    QApplication.sendPostedEvents(None, 52)  # DeferredDelete: pages go before their profile, or Qt complains


@pytest.fixture
def shown(tab):
    """As it was opened: one graph, no recipe."""
    tab.show()
    tab.session.set_actions([layer.path for layer in tab.session.model.layers], (), "nothing")
    tab.buttons["original"].click()
    tab.session.select([LAYER])
    return tab


def node_of(side, path, number=0):
    return side._nodes[path][number]


def test_netron_draws_the_model_and_asks_for_nothing(shown):
    side = shown.sides["original"]
    drawn = ask(side, "document.querySelectorAll('.graph-node').length")
    assert ask(side, "__view__.activeTarget.nodes.length") == drawn
    assert set(side._nodes) == {layer.path for layer in shown.session.model.layers}
    assert ask(side, "document.body.className") == "default", "no dialog about consent, age or anything"
    assert "36 nodes" in side.head.text()
    assert shown.profile.doorkeeper.passed and not shown.profile.doorkeeper.refused
    assert shown.profile.isOffTheRecord()


def test_the_buttons_of_netron_lie_below_the_graph(shown):
    side = shown.sides["original"]
    edges = "['target', 'toolbar'].map(id => { const box = document.getElementById(id).getBoundingClientRect();"
    (top, bottom), (first, last) = ask(side, edges + " return [box.top, box.bottom]; })")
    assert bottom <= first < last <= ask(side, "window.innerHeight") and bottom - top > 300


def test_properties_of_a_node_are_whole_in_a_narrow_view(shown):
    """Alone in the smallest window, and beside the other graph: names stand above their values, which wrap."""
    side, values = shown.sides["original"], ".sidebar-item-value, .sidebar-item-value-line"
    shown.resize(640, 700)
    wait(lambda: ask(side, "window.innerWidth") == side.page.view.width() <= 700)
    click(side, ".node-item-type", node_of(side, LAYER), double=True)
    wait(lambda: ask(side, "document.getElementById('sidebar-title').innerText") == "Node properties")
    box = "document.getElementById('sidebar').getBoundingClientRect()"
    for mode, widest in (("original", 700), ("both", 420)):
        QTest.mouseClick(shown.buttons[mode], Qt.MouseButton.LeftButton)
        wait(lambda widest=widest: ask(side, "window.innerWidth") == side.page.view.width() <= widest)
        wait(lambda: ask(side, f"{box}.right <= window.innerWidth + 1"))
        room = ask(side, f"Array.from(document.querySelectorAll('{values}')).map(e => [e.scrollWidth, e.clientWidth])")
        assert len(room) > 6 and all(wanted <= there + 1 and there > 180 for wanted, there in room)
        assert ask(side, f"{box}.bottom <= document.getElementById('toolbar').getBoundingClientRect().top")
    ask(side, "__view__._sidebar.close()")
    shown.resize(900, 700)


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_the_whole_graph_is_saved_as_a_picture(shown, qtbot, tmp_path, suffix):
    QTest.mouseClick(shown.save_button, Qt.MouseButton.LeftButton)
    dialog = shown.findChild(QFileDialog)
    assert dialog is not None and dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    path = tmp_path / f"graph.{suffix}"
    dialog.close()
    told = []
    shown.session.told.connect(told.append)
    dialog.fileSelected.emit(str(path))
    qtbot.waitUntil(path.exists, timeout=WAIT)
    if suffix == "svg":
        text = path.read_text()
        assert text.count("Conv") > 3 and 'width="' in text and "class=" not in text
        return
    image = QImage(str(path))
    assert image.height() > 2 * shown.height(), "what is scrolled away, too"
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 31)}
    assert len(colors) > 3, "nodes are drawn"


def test_what_is_selected_in_the_tree_is_selected_in_the_graph(shown):
    side = shown.sides["original"]
    shown.session.select([OTHER, LAYER], OTHER)
    wanted = {node_of(side, OTHER), node_of(side, LAYER)}
    wait(lambda: set(chosen(side)) == wanted)
    shown.session.select(["head"])
    wait(
        lambda: ask(
            side,
            f"""(() => {{
        const node = __view__.activeTarget.nodes.find(n => n.name === {node_of(side, "head")!r});
        const box = __view__.target.find(node).element.getBoundingClientRect();
        return __view__.target.selection.size === 1 && box.top >= 0 && box.bottom <= innerHeight; }})()""",
        )
    )


@pytest.mark.parametrize("part", [".node-item-type", ".node-argument"], ids=["title", "weight"])
def test_what_is_clicked_in_the_graph_is_selected_in_the_tree(shown, part):
    side = shown.sides["original"]
    click(side, part, node_of(side, OTHER))
    wait(lambda: shown.session.current == OTHER)
    wait(lambda: node_of(side, OTHER) in chosen(side))
    assert not ask(side, "__view__._sidebar.identifier"), "one click does not cover the graph with properties"


def test_a_node_without_weights_leaves_the_tree_alone_and_properties_open_with_two_clicks(shown):
    side = shown.sides["original"]
    relu = ask(side, "__view__.activeTarget.nodes.find(n => n.type.name === 'Relu').name")
    click(side, ".node-item-type", relu, double=True)
    wait(lambda: ask(side, "document.getElementById('sidebar-title').innerText") == "Node properties")
    assert relu in ask(side, "document.getElementById('sidebar').innerText")
    assert shown.session.current == LAYER
    ask(side, "__view__._sidebar.close()")


def test_nothing_leaves_the_page(shown):
    side, refused = shown.sides["original"], shown.profile.doorkeeper.refused
    before = len(refused)
    ask(side, "fetch('https://example.com/a').catch(() => {}), 0")
    ask(side, "new Image().src = 'http://localhost:9/b', 0")
    wait(lambda: len(refused) == before + 2)
    assert refused[before:] == ["https://example.com/a", "http://localhost:9/b"]
    passed = shown.profile.doorkeeper.passed
    ask(side, "location.href = 'https://example.com/c', 0")
    assert ask(side, "window.open('https://example.com/d') === null")
    ask(side, "fetch('index.html'), 0")  # the page is still there, and asks after these
    wait(lambda: shown.profile.doorkeeper.passed > passed)
    assert refused[before:] == ["https://example.com/a", "http://localhost:9/b"]
    assert side.page.view.url().scheme() == "graph"
    assert ask(side, "fetch('../../etc/passwd').then(r => r.ok, () => false), 0") == 0
    assert pages.page("../server.py") is None and pages.page("server.py") is None
    del refused[before:]


def test_nodes_are_tinted_by_the_bytes_that_their_layer_saves(shown):
    side, session = shown.sides["original"], shown.session
    neutral = rgb(theme.colors().before)
    wait(lambda: fill(side, node_of(side, LAYER)) == neutral)
    session.set_actions([LAYER], INT4, "quantise")
    wait(lambda: LAYER in session.changes and session.changes[LAYER].exact)
    change = session.changes[LAYER]
    saved = 1 - change.bytes_after / change.bytes_before
    wait(lambda: fill(side, node_of(side, LAYER)) == rgb(colormaps.sample(saved)))
    assert saved > 0.8 and fill(side, node_of(side, OTHER)) == neutral
    tip = ask(
        side,
        f"__view__.target.find(__view__.activeTarget.nodes.find(n => n.name === {node_of(side, LAYER)!r}))"
        ".element.querySelector('title').textContent",
    )
    assert LAYER in tip and f"{saved:.0%}".replace("%", " %") in tip


def test_tint_by_sensitivity_when_there_are_figures(shown):
    side = shown.sides["original"]
    assert shown.tint.findData("sensitivity") < 0
    shown.set_drops({LAYER: 0.08, OTHER: 0.02}, TOP1)
    shown.tint.setCurrentIndex(shown.tint.findData("sensitivity"))
    wait(lambda: fill(side, node_of(side, LAYER)) == rgb(colormaps.sample(1.0)))
    assert fill(side, node_of(side, OTHER)) == rgb(colormaps.sample(0.25)) and shown.legend.high.text() == "8.0 points"
    shown.set_drops({}, "")
    wait(lambda: fill(side, node_of(side, LAYER)) == rgb(theme.colors().before))
    assert shown.tint.currentData() == "bytes"


def test_a_module_is_one_box_that_a_click_opens_and_a_button_closes(shown, qtbot, tmp_path):
    side, session = shown.sides["original"], shown.session
    blocks = [f"module blocks.{number}" for number in range(6)]
    assert not shown.turn.isVisible()
    QTest.mouseClick(shown.boxes, Qt.MouseButton.LeftButton)
    wait(lambda: sorted(side.boxes) == blocks and "12 nodes" in side.head.text())
    assert shown.turn.text() == "Open blocks.1"  # where the current layer is
    wait(lambda: chosen(side) == ["module blocks.1"])
    session.set_actions([LAYER], INT4, "quantise")
    wait(lambda: LAYER in session.changes and session.changes[LAYER].exact)
    layers = [session.layer(path) for path in shown.modules.inside("blocks.1")]
    change = session.changes[LAYER]
    saved = (change.bytes_before - change.bytes_after) / sum(layer.bytes for layer in layers)
    wait(lambda: fill(side, "module blocks.1") == rgb(colormaps.sample(saved)))
    path = tmp_path / "graph.svg"
    shown.save_picture(side, str(path))
    qtbot.waitUntil(path.exists, timeout=WAIT)
    assert "blocks.4" in path.read_text()

    click(side, ".node-item-type", "module blocks.3")
    wait(lambda: "module blocks.3" not in side.boxes and len(side.boxes) == 5 and "12 nodes" not in side.head.text())
    assert session.current == "blocks.3.conv" or session.current.startswith("blocks.3.")
    assert shown.turn.text() == "Close blocks.3"
    wait(lambda: "drawing" not in side.head.text())
    QTest.mouseClick(shown.turn, Qt.MouseButton.LeftButton)
    wait(lambda: sorted(side.boxes) == blocks and "12 nodes" in side.head.text())
    QTest.mouseClick(shown.boxes, Qt.MouseButton.LeftButton)
    wait(lambda: not side.boxes and "36 nodes" in side.head.text())
    assert not shown.turn.isVisible()


def test_both_graphs_side_by_side_and_the_compressed_one_follows_the_recipe(shown):
    shown.buttons["both"].click()
    left, right = shown.sides["original"], shown.sides["compressed"]
    drawn = Drawn(right)
    wait(lambda: "36 nodes" in right.head.text())
    assert left.isVisible() and right.isVisible() and left.width() == pytest.approx(right.width(), abs=40)
    shown.session.set_actions([LAYER], INT4, "quantise")
    wait(lambda: "37 nodes" in right.head.text())
    assert len(right._nodes[LAYER]) == 2 and "36 nodes" in left.head.text()
    decoder = next(name for name in right._nodes[LAYER] if name != node_of(left, LAYER))
    shown.session.select([OTHER])
    click(right, ".node-item-type", decoder)
    wait(lambda: shown.session.current == LAYER)
    wait(lambda: node_of(left, LAYER) in chosen(left))

    ask(right, "__view__.target.zoom = 0.5, document.getElementById('target').scrollTop = 77, 0")
    count = drawn.count
    shown.session.undo()
    wait(lambda: drawn.count > count and "36 nodes" in right.head.text())
    assert ask(right, "[__view__.target.zoom, document.getElementById('target').scrollTop]") == [0.5, 77]


def test_a_recipe_that_cannot_be_applied_leaves_the_graph_and_says_why(shown):
    shown.buttons["compressed"].click()
    side = shown.sides["compressed"]
    wait(lambda: "36 nodes" in side.head.text())
    shown.session.set_actions([LAYER], (Action("prune.unheard", {}),), "wrong")
    wait(lambda: "prune.unheard" in side.head.text())
    assert ask(side, "__view__.activeTarget.nodes.length") == 36
    shown.session.undo()
    wait(lambda: "36 nodes" in side.head.text())


def test_colours_follow_the_theme(shown):
    side = shown.sides["original"]
    title = "document.querySelector('.graph-node .node-item-type text')"
    try:
        for name in ("dark", "light"):
            theme.apply(QApplication.instance(), name)
            wait(lambda: ask(side, "getComputedStyle(document.body).backgroundColor") == rgb(theme.colors().surface))
            wait(lambda: ask(side, f"getComputedStyle({title}).fill") == rgb(theme.colors().text))
            wait(lambda: fill(side, node_of(side, OTHER)) == rgb(theme.colors().before))
    finally:
        theme.apply(QApplication.instance(), "light")


def test_nothing_is_asked_of_the_engine_while_another_tab_is_in_front(shown, monkeypatch):
    asked = []
    request = shown.session.link.request
    monkeypatch.setattr(
        shown.session.link,
        "request",
        lambda kind, *rest, **fields: asked.append(kind.__name__) or request(kind, *rest, **fields),
    )
    shown.buttons["compressed"].click()
    wait(lambda: not shown._asked)
    asked.clear()
    shown.hide()
    shown.session.set_actions([LAYER], INT4, "quantise")
    wait(lambda: not (shown._rest.isActive() or shown.session.link.asked))
    assert "Graph" not in asked
    shown.show()
    wait(lambda: "37 nodes" in shown.sides["compressed"].head.text())
    assert asked.count("Graph") == 1


def test_a_page_that_died_is_drawn_again(shown):
    side = shown.sides["original"]
    drawn = Drawn(side)
    os.kill(side.page.view.page().renderProcessPid(), signal.SIGKILL)
    wait(lambda: shown.note.isVisible())
    assert shown.note.retry.isVisible() and "stopped" in shown.note.what.text()
    QTest.mouseClick(shown.note.retry, Qt.MouseButton.LeftButton)
    wait(lambda: drawn.count and side.isVisible())
    assert node_of(side, LAYER) in chosen(side), "what was selected is selected again"
