"""Keyboard focus: Tab goes through a window in reading order, pane by pane from the left, the bars at the bottom last.
F6 goes from pane to pane, and returns to the last focus in each.

Qt's own order is that of creation, and steps, rows and tabs are created while the program runs.
"""

from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QDockWidget, QMainWindow, QScrollArea, QStatusBar, QToolBar, QWidget

ROW = 12  # largest difference of centres within a line, in pixels


def step(window: QMainWindow, forward: bool) -> bool:
    """Move the focus to the next or the previous widget; return false if there is none."""
    widgets = reading_order(window)
    if not widgets:
        return False
    here = window.focusWidget()
    index = widgets.index(here) if here in widgets else -1 if forward else 0
    go_to(widgets[(index + (1 if forward else -1)) % len(widgets)], forward)
    return True


def go_to(chosen: QWidget, forward: bool = True) -> None:
    """Give a widget the focus and scroll it into view."""
    chosen.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    parent = chosen.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(chosen)
        parent = parent.parentWidget()


class Panes(QObject):
    """The panes of a window, in the order of Tab."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._left: WeakKeyDictionary[QWidget, QWidget] = WeakKeyDictionary()  # last focus in each pane

    def step(self, forward: bool) -> None:
        panes: dict[QWidget, list[QWidget]] = {}
        for widget in reading_order(self._window):
            panes.setdefault(_place(widget, self._window), []).append(widget)
        if not panes:
            return
        places, here = list(panes), self._window.focusWidget()
        index = -1 if forward else 0
        if here is not None and (place := _place(here, self._window)) in panes:
            self._left[place] = here
            index = places.index(place)
        place = places[(index + (1 if forward else -1)) % len(places)]
        before = self._left.get(place)
        go_to(before if before in panes[place] else _first(panes[place], place), forward)


def _first(widgets: list[QWidget], place: QWidget) -> QWidget:
    """Return the first widget of a dock: its list, if it has one."""
    lists = [widget for widget in widgets if isinstance(widget, QAbstractItemView)]
    return lists[0] if lists and isinstance(place, QDockWidget) else widgets[0]


def reading_order(window: QMainWindow) -> list[QWidget]:
    """Return all widgets that Tab can reach now."""
    places: dict[QWidget, list[QWidget]] = {}
    for widget in window.findChildren(QWidget):
        if (
            widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisible()
            and widget.isEnabled()
            and widget.window() is window
            and widget.focusProxy() is None
        ):
            places.setdefault(_place(widget, window), []).append(widget)
    # Qt keeps the tabs of docks that are not behind each other outside the window.
    places = {place: widgets for place, widgets in places.items() if window.rect().intersects(place.geometry())}
    order = sorted(places, key=lambda place: (isinstance(place, QToolBar | QStatusBar), place.x(), place.y()))
    return [widget for place in order for widget in _lines(places[place], place)]


def _place(widget: QWidget, window: QWidget) -> QWidget:
    """Return the dock, page or bar that contains a widget."""
    while (parent := widget.parentWidget()) is not None and parent is not window:
        widget = parent
    return widget


def _lines(widgets: list[QWidget], place: QWidget) -> list[QWidget]:
    """Sort widgets line by line; within a line from the left."""
    centres = {widget: widget.mapTo(place, widget.rect().center()) for widget in widgets}
    lines: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda each: _down(centres[each])):
        if lines and centres[widget].y() - centres[lines[-1][0]].y() < ROW:
            lines[-1].append(widget)
        else:
            lines.append([widget])
    return [widget for line in lines for widget in sorted(line, key=lambda each: centres[each].x())]


def _down(point: QPoint) -> tuple[int, int]:
    return point.y(), point.x()
