"""What a new user meets: the welcome page, files opened lately, what opening shows of itself, the tour."""

from PySide6.QtCore import QPoint, QRect, Qt, QThreadPool, QVariantAnimation
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from tests.ui.conftest import WAIT, measured, open_demo, show_window
from tests.ui.test_window import LEFT
from workbench.core.base import system
from workbench.core.base.resources import demo_paths
from workbench.core.recipe.action import Action
from workbench.ui.base import settings
from workbench.ui.engine_client.jobs import JobStrip
from workbench.ui.panels import recent
from workbench.ui.shell.main_window import FRAME, SIZE, MainWindow
from workbench.ui.tour.tour import Tour
from workbench.ui.widgets import schemes, theme

Key = Qt.Key


def hole_of(tour: Tour, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(tour.window(), QPoint(0, 0)), widget.size())


def slides(tour: Tour) -> bool:
    return tour.findChild(QVariantAnimation).state() == QVariantAnimation.State.Running


def tour_of(window, qtbot) -> Tour:
    qtbot.waitUntil(lambda: window.findChild(Tour) is not None, timeout=WAIT)
    return window.findChild(Tour)


def key(tour: Tour, qtbot, which: Key) -> None:
    """As the focus has it: on a button of the card, or on the tour."""
    qtbot.keyClick(tour.window().focusWidget() or tour, which)


# -- the welcome page --------------------------------------------------------------------------------------------------


def test_the_empty_window_explains_the_four_steps(window):
    words = " ".join(label.text() for label in window.welcome.findChildren(QLabel))
    assert all(step in words for step in ("1  Open", "2  Inspect", "3  Compress", "4  Export"))


def test_recent_files_that_are_gone_say_so_and_can_be_taken_off(session, qtbot, tmp_path):
    there = demo_paths("fashion_vit").model
    for path in (str(tmp_path / "gone.onnx"), there):
        settings.remember(path)
    window = show_window(session, qtbot)
    rows = window.welcome.recent.rows
    qtbot.waitUntil(lambda: rows[str(tmp_path / "gone.onnx")].missing)
    gone = rows[str(tmp_path / "gone.onnx")]
    assert gone.note.isVisible() and not gone.open.isEnabled() and rows[there].open.isEnabled()
    qtbot.mouseClick(gone.remove, LEFT)
    assert settings.recent() == [there] and list(window.welcome.recent.rows) == [there]
    assert window.welcome.recent.rows[there].remove.hasFocus(), "it is there instead"
    qtbot.mouseClick(window.welcome.recent.rows[there].open, LEFT)
    qtbot.waitUntil(lambda: session.model is not None, timeout=WAIT)
    assert session.model.path == there


def test_recent_files_on_another_computer_are_not_looked_up(qtbot, monkeypatch, tmp_path):
    away, here, looked_up = r"\\evil\share\a.onnx", str(tmp_path / "gone.onnx"), []
    monkeypatch.setattr(system, "on_windows", lambda: True)
    monkeypatch.setattr(recent, "exists", lambda path: looked_up.append(path) or False)
    settings.remember(here)
    settings.remember(away)
    shown = recent.RecentList()
    qtbot.addWidget(shown)
    assert QThreadPool.globalInstance().waitForDone(WAIT)
    qtbot.waitUntil(lambda: shown.rows[here].missing)
    assert looked_up == [here] and not shown.rows[away].missing and shown.rows[away].open.isEnabled()
    with qtbot.waitSignal(shown.chosen) as asked:
        shown.rows[away].open.click()
    assert asked.args == [away]


def test_opening_shows_what_it_is_doing(window, short_demo, qtbot):
    seen = []
    window.jobs.changed.connect(lambda: seen.append(window.jobs.newest and window.jobs.newest.title))
    qtbot.mouseClick(window.welcome.cnn_button, LEFT)
    assert window.isEnabled() and window.pages.currentWidget() is window.welcome, "the click came back at once"
    strip = window.welcome.findChild(JobStrip)
    qtbot.waitUntil(lambda: strip.isVisible() or window.session.model is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: measured(window.session), timeout=WAIT)
    assert "Opening fashion_cnn.onnx" in seen


def test_return_presses_the_button_that_has_the_focus_and_the_layers_have_it_then(window, short_demo, qtbot):
    qtbot.waitUntil(window.welcome.open_button.hasFocus)
    qtbot.keyClick(window, Qt.Key.Key_Tab)
    assert window.welcome.cnn_button.hasFocus()
    qtbot.keyClick(window.welcome.cnn_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: measured(window.session), timeout=WAIT)
    tree = window.workspace.tree.tree
    assert tree.hasFocus(), "the button is gone"
    first = window.session.current
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert window.session.current != first


def test_the_window_fits_the_screen_at_first(session, qtbot):
    window = MainWindow(session)
    qtbot.addWidget(window)
    room = window.screen().availableSize()
    assert window.width() < room.width() and window.height() < room.height()
    assert window.size() == SIZE.boundedTo(room - FRAME)


def in_color(label: QLabel, color: QColor) -> bool:
    image = label.grab().toImage()
    return any(image.pixelColor(x, y) == color for x in range(image.width()) for y in range(image.height()))


# -- the tour ----------------------------------------------------------------------------------------------------------


def test_the_tour_is_offered_once(window, session, qtbot):
    assert window.welcome.offer.isVisible()
    qtbot.mouseClick(window.welcome.no_tour_button, LEFT)
    assert not window.welcome.offer.isVisible()
    assert not show_window(session, qtbot).welcome.offer.isVisible()


def test_the_tour_begins_on_the_demo_and_goes_on_by_mouse(window, short_demo, qtbot):
    qtbot.mouseClick(window.welcome.tour_button, LEFT)
    tour, space = tour_of(window, qtbot), window.workspace
    qtbot.waitUntil(lambda: tour.hole == hole_of(tour, space.layers_dock))
    places = [
        space.layers_dock,
        space.actions_dock,
        space.tabs,
        space.actions_dock,
        space.scoreboard,
        window.menuBar(),
        space.scoreboard.export_button,
    ]
    titles = set()
    for index, place in enumerate(places):
        assert tour.index == index and tour.place.text() == f"{index + 1} of {len(places)}"
        qtbot.waitUntil(lambda place=place: not slides(tour) and tour.hole == hole_of(tour, place))
        assert tour.rect().contains(tour.card.geometry())
        assert tour.text.height() >= tour.text.heightForWidth(tour.text.width())
        titles.add(tour.title.text())
        if index:
            qtbot.mouseClick(tour.back, LEFT)
            assert tour.index == index - 1
            qtbot.mouseClick(tour.next, LEFT)
        qtbot.mouseClick(tour.next, LEFT)
    assert len(titles) == len(places)
    qtbot.waitUntil(lambda: window.findChild(Tour) is None)
    assert settings.tour_was_offered() and space.tree.tree.hasFocus()
    qtbot.waitUntil(lambda: measured(window.session), timeout=WAIT)


def test_what_the_tour_asks_for_is_done_through_it(demo_window, qtbot):
    """The highlighted area takes the mouse, what is dark does not; a tick follows what was done, and Next is free."""
    theme.set_motion("reduced")
    session, space = demo_window.session, demo_window.workspace
    demo_window.menus.tour.trigger()
    tour = tour_of(demo_window, qtbot)
    assert tour.task.isVisible() and not tour.task.text().startswith("✓")
    theme.apply(QApplication.instance(), "dark")
    assert in_color(tour.task, schemes.DARK.accent)
    theme.apply(QApplication.instance(), "light")
    assert in_color(tour.task, schemes.LIGHT.accent)
    below = demo_window.childAt(hole_of(tour, space.tree.tree).center())
    assert space.tree.tree.isAncestorOf(below) and tour.isAncestorOf(demo_window.childAt(tour.card.geometry().center()))
    other = next(layer.path for layer in session.model.layers if layer.path != session.current)
    session.select([other], other)
    qtbot.waitUntil(lambda: tour.task.text().startswith("✓"))
    qtbot.mouseClick(tour.next, LEFT)
    assert not tour.task.text().startswith("✓")
    session.set_actions([other], (Action("quantize.affine", {"bits": 8}),), "add")
    assert tour.task.text().startswith("✓") and tour.done == {0, 1}
    qtbot.mouseClick(tour.next, LEFT)
    assert not tour.task.isVisible() and tour.mask().isEmpty()
    qtbot.mouseClick(tour.next, LEFT)
    session.set_actions([other], (Action("quantize.affine", {"bits": 4}),), "bits")
    assert tour.done == {0, 1, 3}
    session.undo()
    session.undo()
    qtbot.mouseClick(tour.skip, LEFT)
    theme.set_motion("system")


def test_the_tour_by_keys_alone_keeps_the_focus_on_its_card(demo_window, qtbot):
    theme.set_motion("reduced")
    demo_window.activateWindow()
    qtbot.waitUntil(demo_window.isActiveWindow)
    demo_window.menus.tour.trigger()
    tour = tour_of(demo_window, qtbot)
    assert not slides(tour) and tour.next.hasFocus()
    for _ in range(7):
        key(tour, qtbot, Key.Key_Tab)
        assert demo_window.focusWidget() in tour.findChildren(QPushButton)
    for which in (Key.Key_Right, Key.Key_Right, Key.Key_Right, Key.Key_Left):
        key(tour, qtbot, which)
    assert tour.index == 2 and not slides(tour), "nothing slides where motion is reduced"
    qtbot.mouseClick(demo_window, LEFT, pos=hole_of(tour, demo_window.workspace.tabs).center())
    key(tour, qtbot, Key.Key_Escape)
    qtbot.waitUntil(lambda: demo_window.findChild(Tour) is None)
    theme.set_motion("system")


def test_a_place_that_is_not_there_is_spoken_of_all_the_same(demo_window, qtbot):
    demo_window.workspace.layers_dock.setFloating(True)
    demo_window.menus.tour.trigger()
    tour = tour_of(demo_window, qtbot)
    assert tour.hole.isNull() and tour.rect().contains(tour.card.geometry())
    demo_window.workspace.layers_dock.setFloating(False)
    demo_window.resize(1000, 700)
    qtbot.waitUntil(lambda: tour.size() == demo_window.size())
    qtbot.mouseClick(tour.skip, LEFT)
    qtbot.waitUntil(lambda: demo_window.findChild(Tour) is None)


def test_a_second_model_ends_the_tour(demo_window, qtbot, few):
    demo_window.menus.tour.trigger()
    tour_of(demo_window, qtbot)
    open_demo(demo_window.session, qtbot, few)
    qtbot.waitUntil(lambda: demo_window.findChild(Tour) is None)
