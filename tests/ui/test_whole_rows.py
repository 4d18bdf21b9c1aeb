"""Lists end with a whole row, however high they are."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListWidget,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from tests.ui.conftest import settle
from workbench.ui.widgets import theme
from workbench.ui.widgets.rows import WholeRows

ROWS = 40


def filled(kind: type[QAbstractItemView]) -> QAbstractItemView:
    if kind is QListWidget:
        view = QListWidget()
        view.addItems([f"row {row}" for row in range(ROWS)])
    elif kind is QTreeWidget:
        view = QTreeWidget()
        view.addTopLevelItems([QTreeWidgetItem([f"row {row}"]) for row in range(ROWS)])
    else:
        view = QTableWidget(ROWS, 2)
        view.setShowGrid(False)
        for row in range(ROWS):
            view.setItem(row, 0, QTableWidgetItem(f"row {row}"))
    return view


@pytest.fixture(params=[QListWidget, QTreeWidget, QTableWidget])
def view(qapp, qtbot, request):
    theme.apply(qapp, "light")
    view = filled(request.param)
    qtbot.addWidget(view)
    view.cover = WholeRows(view)
    view.show()
    return view


def rows_in_sight(view) -> tuple[int, int]:
    """The number of rows that are whole, and the pixels below the last of them."""
    port = view.viewport()
    last = view.indexAt(QPoint(1, port.height() - 1))
    if not last.isValid():
        return -1, port.height()
    rect = view.visualRect(last)
    whole = rect.bottom() < port.height()
    return last.row() + whole, port.height() - (rect.bottom() + 1 if whole else rect.top())


def test_what_is_below_the_last_whole_row_is_empty(view):
    for height in range(150, 190):
        view.resize(240, height)
        settle()
        _, rest = rows_in_sight(view)
        port = view.viewport()
        image = view.grab().toImage()
        for y in range(port.y() + port.height() - rest, port.y() + port.height()):
            line = {image.pixelColor(port.x() + x, y).name() for x in range(port.width())}
            assert line == {theme.colors().surface.name()}, (height, y)


def test_the_last_row_is_reached_and_whole(view):
    view.resize(240, 163)
    settle()
    view.scrollToBottom()
    settle()
    last = view.visualRect(view.model().index(ROWS - 1, 0))
    assert last.top() >= 0 and last.bottom() < view.viewport().height() and not view.cover.isVisible()


def test_what_is_covered_takes_no_click_and_arrows_go_there(view):
    for height in range(150, 200):
        view.resize(240, height)
        settle()
        if view.cover.isVisible():
            break
    whole, _ = rows_in_sight(view)
    assert view.childAt(view.cover.geometry().center()) is view.cover
    assert view.cover.testAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
    view.setCurrentIndex(view.model().index(whole - 1, 0))
    QTest.keyClick(view, Qt.Key.Key_Down)
    settle()
    here = view.visualRect(view.currentIndex())
    assert view.currentIndex().row() == whole and here.bottom() < view.viewport().height()


def test_every_list_of_the_window_that_scrolls_by_rows_has_it(demo_window):
    own = [
        view
        for view in demo_window.findChildren(QAbstractItemView)
        if not isinstance(view, QHeaderView)
        and view.window() is demo_window
        and view.verticalScrollMode() == QAbstractItemView.ScrollMode.ScrollPerItem
    ]
    without = [f"{type(view)} in {view.parent()}" for view in own if not view.findChildren(WholeRows)]
    assert len(own) > 5 and not without, without


def test_a_row_of_pictures_is_shown_in_part(qapp, qtbot):
    theme.apply(qapp, "light")
    view = filled(QListWidget)
    qtbot.addWidget(view)
    cover = WholeRows(view)
    for row in range(ROWS):
        view.item(row).setSizeHint(QSize(100, 100))
    view.resize(240, 250)
    view.show()
    settle()
    whole, rest = rows_in_sight(view)
    assert whole == 2 and rest > 0 and not cover.isVisible()
