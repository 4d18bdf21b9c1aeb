"""Work in pieces: the order, the newest state, hidden widgets, and how much one edit costs in the whole window."""

import pytest
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from tests.ui.conftest import WAIT, measured, open_demo, settle
from workbench.core.recipe.action import Action
from workbench.ui.actions.card.step import StepCard
from workbench.ui.engine_client.redraw_scheduler import Place, RedrawScheduler
from workbench.ui.shell.main_window import MainWindow
from workbench.ui.tree.data.cells import Column
from workbench.ui.tree.delegate import BarDelegate
from workbench.ui.widgets import theme


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def place(qtbot, drawn):
    """Makes a widget on show with a piece that writes its name into `drawn`."""
    turns, window = RedrawScheduler(), QStackedWidget()
    qtbot.addWidget(window)

    def make(name, where):
        widget = QWidget(window)
        widget.show()
        return turns.piece(widget, lambda: drawn.append(name), where)

    window.show()
    settle()
    make.turns = turns
    return make


def test_pieces_run_in_the_order_of_places_each_once_however_often_it_was_asked(place, drawn, qtbot):
    looks, cost = place("looks", Place.WHAT_IT_LOOKS_LIKE), place("cost", Place.COST)
    tree = place("tree", Place.WHERE)
    with qtbot.waitSignal(place.turns.settled):
        for _ in range(3):
            for piece in (looks, tree, cost):
                piece.soon()
        assert drawn == []  # not in the turn in which it was asked
    assert drawn == ["cost", "tree", "looks"]


def test_each_piece_has_its_turn(place, drawn, qtbot):
    pieces = [place(name, Place.ELSEWHERE) for name in "abc"]
    counts = []
    place.turns.timer.timeout.connect(lambda: counts.append(len(drawn)))
    with qtbot.waitSignal(place.turns.settled):
        for piece in pieces:
            piece.soon()
    assert counts == [1, 2, 3]


def test_what_is_asked_for_all_the_time_does_not_hold_up_the_last_place(place, drawn, qtbot):
    cost, looks = place("cost", Place.COST), place("looks", Place.WHAT_IT_LOOKS_LIKE)
    place.turns.timer.timeout.connect(lambda: len(drawn) < 8 and (cost.soon(), looks.soon()))
    cost.soon()
    looks.soon()
    qtbot.waitUntil(lambda: len(drawn) >= 8)
    assert drawn[:8] == ["cost", "looks"] * 4


def test_what_is_hidden_is_drawn_when_it_is_shown(qtbot, drawn):
    turns, stack = RedrawScheduler(), QStackedWidget()
    pages = [QWidget(), QWidget()]
    for page in pages:
        stack.addWidget(page)
    qtbot.addWidget(stack)
    stack.show()
    settle()
    piece = turns.piece(pages[1], lambda: drawn.append("page"), Place.ELSEWHERE)
    piece.soon()
    turns.settle()
    assert drawn == [] and piece.stale
    stack.setCurrentIndex(1)
    assert drawn == ["page"] and not piece.stale  # before it is painted
    stack.setCurrentIndex(0)
    stack.setCurrentIndex(1)
    assert drawn == ["page"]


def test_one_piece_that_fails_does_not_hold_up_the_others(place, drawn, qtbot):
    def fail():
        raise ValueError("broken")

    broken, sound = place("broken", Place.COST), place("sound", Place.ELSEWHERE)
    broken._draw = fail
    with qtbot.captureExceptions() as raised, qtbot.waitSignal(place.turns.settled):
        broken.soon()
        sound.soon()
    assert drawn == ["sound"] and [kind for kind, *_ in raised] == [ValueError]


def test_a_widget_that_is_gone_is_passed_over(qtbot, drawn):
    turns, widget = RedrawScheduler(), QWidget()
    widget.show()
    settle()
    turns.piece(widget, lambda: drawn.append("gone"), Place.COST).soon()
    widget.deleteLater()
    with qtbot.waitSignal(turns.settled):
        del widget
    assert drawn == []


def test_something_long_goes_on_when_nothing_is_to_be_drawn_and_may_be_ended_by_hand(place, drawn, qtbot):
    def parts():
        for number in range(6):
            drawn.append(number)
            yield

    cost, long = place("cost", Place.COST), parts()
    place.turns.spread(long)
    assert drawn == []
    qtbot.waitUntil(lambda: 1 in drawn)
    reached = len(drawn)
    cost.soon()
    qtbot.waitUntil(lambda: "cost" in drawn)
    assert drawn.index("cost") == reached, "what is to be drawn goes first"
    for _ in long:  # whoever cannot wait
        pass
    assert [each for each in drawn if each != "cost"] == list(range(6))
    cost.soon()
    qtbot.waitUntil(lambda: drawn.count("cost") == 2)


def test_the_workspace_is_made_in_parts_after_the_first_paint(session, qtbot):
    theme.apply(QApplication.instance(), "light")
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    settle()
    turns = []
    session.turns.timer.timeout.connect(lambda: turns.append(window.workspace is not None))
    window.prepare_workspace()
    assert window.workspace is None, "nobody waits for it"
    qtbot.waitUntil(lambda: window.workspace is not None, timeout=WAIT)
    assert len(turns) > 15 and not any(turns[:-1])
    assert window.pages.currentWidget() is window.welcome and not window.workspace.layers_dock.isVisible()


def test_a_model_that_is_there_sooner_gets_the_rest_of_the_workspace_at_once(session, qtbot, few):
    theme.apply(QApplication.instance(), "light")
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    with qtbot.waitSignal(session.turns.timer.timeout):
        window.prepare_workspace()
    assert window.workspace is None
    open_demo(session, qtbot, few)
    workspace = window.workspace
    assert workspace.layers_dock.isVisible() and workspace.inspect.header.name.full == session.current
    settle(session)
    assert window.workspace is workspace, "it is made once"


# -- what one step costs in the window -------------------------------------------------------------------------------


@pytest.fixture
def edited(small_window, qtbot):
    """All layers pruned, then all quantised, and everything measured."""
    session = small_window.session
    paths = [layer.path for layer in session.model.layers if not layer.locked]
    for action in (Action("prune.magnitude", {"sparsity": 0.5}), Action("quantize.affine", {"bits": 4})):
        session.set_actions(paths, (action,), action.method)
        qtbot.waitUntil(lambda: measured(session) and session.edit is not None, timeout=WAIT)
    session.undo()
    session.redo()
    session.turns.settle()
    return small_window


def test_undo_draws_each_place_once_makes_no_card_and_tells_of_ranges_of_rows(edited, monkeypatch):
    session, workspace, calls = edited.session, edited.workspace, []

    def counted(kind, name):
        plain = getattr(kind, name)
        monkeypatch.setattr(kind, name, lambda self, *args, **more: calls.append(name) or plain(self, *args, **more))

    counted(StepCard, "__init__")
    counted(BarDelegate, "sizeHint")  # rows are equally high
    counted(type(workspace.scoreboard), "_show_size")
    counted(type(workspace.inspect.histogram), "redraw")
    counted(type(workspace.inspect.spectrum), "redraw")
    told = []
    # What the weights are like is told of each layer by itself, and may still be arriving.
    workspace.tree.model.dataChanged.connect(
        lambda first, last, _: told.append((first.parent(), last.row())) if first.column() == Column.ACTIONS else None
    )
    cards = workspace.actions.cards
    for verb, method in ((session.undo, "prune.magnitude"), (session.redo, "quantize.affine")):
        calls.clear()
        told.clear()
        verb()
        assert [card.action.method for card in workspace.actions.cards] == [method]  # at once: it can be clicked
        assert calls == []  # all else in its turn
        session.turns.settle()
        assert calls == ["_show_size", "redraw", "redraw"]
        modules = {layer.path.rpartition(".")[0] for layer in session.model.layers}
        assert 0 < len(told) <= len(modules) + 2 < len(session.model.layers)
    assert workspace.actions.cards == cards
