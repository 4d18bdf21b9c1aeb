"""Layout that belongs to a session: the tab, the selected layers, the docks. As plain values, because a session file
may come from anywhere, and Qt's own format is not safe for untrusted input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget

from workbench.core.session.session_file import Layout, Panel

if TYPE_CHECKING:
    from workbench.ui.session.session import Session

AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
NARROWEST = 120


def layout_of(window: QMainWindow, session: Session) -> Layout:
    """Return the current layout; without tabs and docks before anything was opened."""
    tabs = window.findChild(QTabWidget, "views")
    tab = tabs.currentWidget() if tabs is not None else None
    panels = {
        dock.objectName(): Panel(not dock.isHidden(), _side(window, dock), dock.width())
        for dock in window.findChildren(QDockWidget)
    }
    return Layout(tab_name(tab) if tab is not None else "", session.selection, session.current, panels)


def apply(window: QMainWindow, session: Session, layout: Layout) -> None:
    """Apply the parts that fit this window and this model."""
    tabs = window.findChild(QTabWidget, "views")
    if tabs is not None:
        found = next((tabs.widget(i) for i in range(tabs.count()) if tab_name(tabs.widget(i)) == layout.tab), None)
        if found is not None:
            tabs.setCurrentWidget(found)
    for dock in window.findChildren(QDockWidget):
        panel = layout.panels.get(dock.objectName())
        if panel is None:
            continue
        wanted = AREAS[panel.side]
        if not dock.isFloating() and _side(window, dock) != panel.side and dock.isAreaAllowed(wanted):
            window.addDockWidget(wanted, dock)
        dock.setVisible(panel.shown)
        if panel.shown and not dock.isFloating() and panel.side != "bottom":
            width = max(NARROWEST, min(panel.width, window.width() // 2))
            window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
    there = {layer.path for layer in session.model.layers} if session.model else set()
    chosen = [path for path in layout.selection if path in there]
    if chosen:
        session.select(chosen, layout.current)


def tab_name(widget: object) -> str:
    """Return the name of a tab, the same in every language."""
    return type(widget).__name__.removesuffix("Tab").lower()


def _side(window: QMainWindow, dock: QDockWidget) -> str:
    area = window.dockWidgetArea(dock)
    return next((side for side, each in AREAS.items() if each == area), "left")
