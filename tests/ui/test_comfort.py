"""Every screen in every language: nothing is cut off, everything that can be used has a name. And keys are enough."""

import itertools
import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QSizePolicy,
    QTabBar,
    QToolButton,
    QWidget,
)

from tests.ui import sample
from tests.ui.conftest import WAIT, measured, open_demo, settle, show_window
from tests.ui.test_window import CTRL, dialog
from workbench.core.recipe.action import Action
from workbench.methods.base.method import all_methods
from workbench.ui.actions import ActionPanel
from workbench.ui.actions.panel import MIN_WIDTH
from workbench.ui.shell import about
from workbench.ui.text import i18n
from workbench.ui.widgets import focus

USED = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QAbstractSlider, QAbstractItemView, QPlainTextEdit)
STEPS = (Action("prune.magnitude", {"sparsity": 0.5}), Action("quantize.affine", {"bits": 4}))
MARGIN = 5  # a button whose words begin at the edge has a negative margin of this much
ARROWS = 24  # pixels of the frame and arrows of a box
Key = Qt.Key


@pytest.fixture(params=list(i18n.LANGUAGES))
def language(request, qapp):
    """The window is made in this language; the others are English again."""
    i18n.apply(qapp, request.param)
    yield request.param
    i18n.apply(qapp, i18n.ENGLISH)


def nameless(root: QWidget) -> list[str]:
    """What the hand or the keyboard can use, and a screen reader could not name."""
    found = []
    for widget in root.findChildren(QWidget):
        parts_of_others = (
            isinstance(widget.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
            or isinstance(widget, QScrollBar | QHeaderView | QTabBar)
            or widget.objectName().startswith("qt_")
            or widget.focusProxy() is not None
        )
        usable = isinstance(widget, USED) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not usable or parts_of_others or widget.window() is not root.window():
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    return found


def cut_off(root: QWidget) -> list[str]:
    """Words that need more room than they have; what elides by design has a size policy that ignores its text, or is
    the name of a step, whose tooltip has all of it."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QPushButton | QToolButton | QCheckBox):
            continue
        elides = widget.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Ignored or widget.objectName() == "name"
        if elides or not widget.text():
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            fits = widget.heightForWidth(widget.width()) <= widget.height()
        else:
            need = widget.sizeHint()
            fits = need.width() <= widget.width() + MARGIN and need.height() <= widget.height() + MARGIN
        if not fits:
            found.append(f"{type(widget).__name__} '{widget.text()}' has {widget.size().toTuple()}")
    return found


def sticking_out(root: QWidget) -> list[str]:
    """Words and fields that reach beyond a widget around them, so that they are cut."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, QLabel | QAbstractButton | QComboBox | QAbstractSpinBox):
            continue
        above = widget.parentWidget()
        while above is not None and widget.window() is not widget and above is not root.parentWidget():
            left = widget.mapTo(above, QPoint()).x()
            if left + widget.width() <= 0:  # Qt puts what is behind another tab there
                break
            if left < 0 or left + widget.width() > above.width() + MARGIN:
                text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else widget.accessibleName()
                found.append(f"{type(widget).__name__} '{text}' sticks out of {type(above).__name__}")
                break
            above = above.parentWidget()
    return found


def too_short(root: QWidget) -> list[str]:
    """Values that are wider than their box."""
    boxes = [box for kind in (QComboBox, QAbstractSpinBox) for box in root.findChildren(kind) if box.isVisible()]
    texts = [(box, box.currentText() if isinstance(box, QComboBox) else box.text()) for box in boxes]
    return [f"'{text}'" for box, text in texts if box.fontMetrics().horizontalAdvance(text) + ARROWS > box.width()]


def english(root: QWidget) -> list[str]:
    """Two plain English words side by side, in a window that speaks another language."""
    texts = [
        widget.text()
        for widget in root.findChildren(QWidget)
        if isinstance(widget, QLabel | QAbstractButton) and widget.isVisible()
    ]
    texts += [widget.toolTip() for widget in root.findChildren(QWidget)]
    texts += [
        action.text() for action in root.findChildren(QAction) if "pyqtgraph" not in type(action.parent()).__module__
    ]
    plain = [re.sub(r"<[^>]*>", "; ", text) for text in texts]
    return [text for text in plain if re.search(r"\b[a-z]{3,} [a-z]{3,}\b", text)]


def check(screen: str, root: QWidget, problems: list[str]) -> None:
    QApplication.processEvents()
    problems += [f"{screen}: no name: {what}" for what in nameless(root)]
    problems += [f"{screen}: cut off: {what}" for what in (*cut_off(root), *sticking_out(root))]
    if i18n.language() != i18n.ENGLISH:
        problems += [f"{screen}: English: {what}" for what in english(root)]


def test_every_screen_is_complete_and_has_names(language, session, qtbot, few):
    problems: list[str] = []
    window = show_window(session, qtbot)
    window.resize(1280, 800)
    check("welcome", window, problems)
    open_demo(session, qtbot, few)
    session.set_actions([session.current], STEPS, "steps")
    qtbot.waitUntil(lambda: measured(session) and session.edit is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: window.width() == 1280 and window.minimumSizeHint().width() <= 1280)
    tabs = window.workspace.tabs
    for index in range(tabs.count()):
        if tabs.widget(index) is not window.workspace.graph:  # a browser: it is tested elsewhere
            tabs.setCurrentIndex(index)
            settle(session)
            check(tabs.tabText(index), window, problems)
    compare, space = window.workspace.compare, window.workspace
    session.snapshots.add(session.snapshots.suggestion())
    tabs.setCurrentWidget(compare)
    for page, button in compare.buttons.items():
        button.click()
        if page is not compare.states:
            qtbot.waitUntil(lambda: compare.findings.current, timeout=WAIT)
        if page is compare.samples:
            compare.samples.ask()
            qtbot.waitUntil(lambda: compare.findings.attribution is not None, timeout=WAIT)
        settle(session)
        check(type(page).__name__, window, problems)
    for dock in (space.history_dock, space.jobs_dock):
        dock.show()
        dock.raise_()
    for page in (space.jobs_panel.jobs, space.jobs_panel.log):
        space.jobs_panel.setCurrentWidget(page)
        settle(session)
        check(type(page).__name__, window, problems)
    for dock in (space.history_dock, space.jobs_dock):
        dock.hide()
    window.snapshot_commands.ask_name()
    window.menus.show_preferences()
    window.export()
    about.show_about(window, {})
    about.show_guide(window)
    about.show_model(window, session.model)
    window.menus.show_shortcuts()
    window.menus.show_palette()
    for page in window.findChildren(QDialog):
        qtbot.waitUntil(page.isVisible)
        check(page.objectName(), page, problems)
        page.close()
    session.undo_stack.setClean()
    session.snapshots.saved()
    assert not problems, "\n".join(problems)


def test_the_form_of_every_method_fits_in_the_narrowest_panel(language, qtbot):
    """At 1280 x 800 the panel has its least width."""
    panel = ActionPanel()
    qtbot.addWidget(panel)
    panel.resize(MIN_WIDTH, 900)
    infos = {name: method.info() for name, method in all_methods().items()}
    panel.set_methods(infos)
    panel.set_layers((sample.LAYER,))
    panel.set_view(sample.view_of(sample.weights()))
    panel.show()
    problems = []
    for name in infos:
        panel.set_actions((Action(name), Action(name)))
        settle()
        assert panel.width() == MIN_WIDTH, name
        found = (*cut_off(panel), *sticking_out(panel), *too_short(panel))
        problems += [f"{name}: {what}" for what in found]
    assert not problems, "\n".join(problems)


def test_tab_goes_through_the_window_as_it_is_read(demo_window, qtbot):
    session, space = demo_window.session, demo_window.workspace
    session.set_actions([session.current], STEPS, "steps")
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    demo_window.activateWindow()
    qtbot.waitUntil(demo_window.isActiveWindow)
    space.tree.filter.setFocus()
    walked = [space.tree.filter]
    while len(walked) < 60:
        qtbot.keyClick(demo_window.focusWidget(), Key.Key_Tab)
        if demo_window.focusWidget() is space.tree.filter:
            break
        walked.append(demo_window.focusWidget())
    assert len(set(walked)) == len(walked) and set(walked) == set(focus.reading_order(demo_window))
    places = [space.layers_dock, space.tabs, space.actions_dock, space.bar, demo_window.statusBar()]
    at = [next(n for n, place in enumerate(places) if place.isAncestorOf(widget)) for widget in walked]
    assert at == sorted(at), "one place after the other"
    form = [widget for widget in walked if space.actions_dock.isAncestorOf(widget)]
    tops = [widget.mapTo(space.actions, widget.rect().center()).y() for widget in form]
    assert all(later > earlier - focus.ROW for earlier, later in itertools.pairwise(tops))
    in_bar = [widget for widget in walked if space.bar.isAncestorOf(widget)]
    assert form[-1] is space.actions.add and in_bar[-1] is space.scoreboard.export_button
    qtbot.keyClick(demo_window.focusWidget(), Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert demo_window.focusWidget() is walked[-1]


def test_f6_goes_from_pane_to_pane_and_comes_back_to_where_one_was(demo_window, qtbot):
    space = demo_window.workspace
    demo_window.activateWindow()
    qtbot.waitUntil(demo_window.isActiveWindow)
    space.jobs_dock.toggleViewAction().trigger()
    qtbot.waitUntil(space.jobs_panel.isVisible)
    space.tree.tree.setFocus()
    seen = []
    for _ in range(6):
        qtbot.keyClick(demo_window, Key.Key_F6)
        seen.append(demo_window.focusWidget())
    places = [space.tabs, space.jobs_dock, space.actions_dock, space.bar, demo_window.statusBar()]
    assert all(place.isAncestorOf(widget) for place, widget in zip(places, seen, strict=False))
    assert seen[-1] is space.tree.tree
    space.tree.filter.setFocus()
    qtbot.keyClick(demo_window, Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert demo_window.focusWidget() is seen[4]
    qtbot.keyClick(demo_window, Key.Key_F6)
    assert demo_window.focusWidget() is space.tree.filter, "where one was in that pane"


def test_the_whole_job_with_keys_alone(window, short_demo, qtbot, tmp_path):
    """Open the demo, choose a layer, add a step, change a value, undo, export."""
    session = window.session
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def key(which: Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(window.focusWidget() or window, which, modifiers)

    while window.focusWidget() is not window.welcome.cnn_button:
        key(Key.Key_Tab)
    key(Key.Key_Space)
    qtbot.waitUntil(lambda: measured(session) and session.view is not None, timeout=WAIT)

    key(Key.Key_F, CTRL)
    qtbot.keyClicks(window.focusWidget(), "4.conv2")
    key(Key.Key_Tab)
    while window.focusWidget() is not window.workspace.tree.tree:
        key(Key.Key_Tab)
    while session.current != "blocks.4.conv2":
        key(Key.Key_Down)
    qtbot.waitUntil(lambda: session.view is not None and session.view.path == session.current, timeout=WAIT)

    key(Key.Key_Return, CTRL)
    menu = window.workspace.actions.menu
    qtbot.waitUntil(menu.isVisible)
    qtbot.keyClicks(menu, "magnitude")
    assert menu.activeAction().data() == "prune.magnitude"
    qtbot.keyClick(menu, Key.Key_Return)
    window.activateWindow()  # as a window manager does when a menu closes; offscreen there is none
    qtbot.waitUntil(window.isActiveWindow)
    assert [action.method for action in session.recipe.actions_for(session.current)] == ["prune.magnitude"]
    added = session.recipe
    key(Key.Key_PageUp)
    changed = session.recipe.actions_for(session.current)[0].params["sparsity"]
    assert changed > 0.5, "the new step's slider has the focus"
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)
    key(Key.Key_Z, CTRL)
    assert session.recipe == added
    qtbot.waitUntil(lambda: measured(session), timeout=WAIT)

    key(Key.Key_E, CTRL)
    form = dialog(window, qtbot, "export")
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    while form.focusWidget() is not form.folder:
        qtbot.keyClick(form.focusWidget() or form, Key.Key_Tab)
    qtbot.keyClick(form.folder, Key.Key_A, CTRL)
    qtbot.keyClicks(form.folder, str(tmp_path))
    with qtbot.waitSignal(session.exported, timeout=WAIT):
        qtbot.keyClick(form.folder, Key.Key_Return)
    assert list(tmp_path.glob("*.onnx"))
    qtbot.keyClick(form, Key.Key_Escape)
