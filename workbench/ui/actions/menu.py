"""The menu of methods: grouped by family, in the order in which steps are applied."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from workbench.core.recipe.action import ORDER, MethodInfo
from workbench.ui.actions import families
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import muted, tooltip


class MethodMenu(QMenu):
    """`chosen(method id)`. A method that this layer cannot have is there, disabled, and says why. A letter goes to the
    next method that begins with it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._methods: tuple[MethodInfo, ...] = ()
        self._unavailable: dict[str, str] = {}
        self.setToolTipsVisible(True)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # whatever that of its button
        self.aboutToShow.connect(self._fill)  # icons in the colours of that moment

    def set_methods(self, methods: Iterable[MethodInfo]) -> None:
        self._methods = tuple(methods)

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        self._unavailable = dict(reasons)

    def _fill(self) -> None:
        self.clear()
        known = _families(self._methods)
        for family in known:
            methods = [method for method in self._methods if method.family == family]
            if len(known) > 1:
                self.addSeparator()
                self.addAction(self._heading(families.title(family)))
            for method in methods:
                self.addAction(self._entry(method))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here, letter = self.activeAction(), event.text().casefold()
        entries = [entry for entry in self.actions() if entry.data() and entry.isEnabled()]
        start = entries.index(here) + 1 if here in entries else 0
        found = [entry for entry in (*entries[start:], *entries[:start]) if entry.text().casefold().startswith(letter)]
        if letter.isalnum() and found:
            self.setActiveAction(found[0])
        else:
            super().keyPressEvent(event)

    def _heading(self, text: str) -> QWidgetAction:
        """Fusion writes the text of a section into the line itself; this leaves it room."""
        title = muted(text, self)
        title.setWordWrap(False)
        title.setContentsMargins(theme.UNIT, theme.UNIT, theme.DOUBLE, theme.HALF)
        result = QWidgetAction(self)
        result.setDefaultWidget(title)
        result.setEnabled(False)
        return result

    def _entry(self, method: MethodInfo) -> QAction:
        entry = QAction(theme.icon(families.icon_name(method.family)), families.name(method), self)
        entry.setData(method.id)
        reason = self._unavailable.get(method.id, "")
        entry.setEnabled(not reason)
        entry.setToolTip(tooltip(reason or families.summary(method)))
        entry.setStatusTip(reason or families.summary(method))
        entry.triggered.connect(lambda _=False, chosen=method.id: self.chosen.emit(chosen))
        return entry


class FamiliesMenu(QMenu):
    """The same as one menu a family, for the menu bar."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Add this step"))
        self._menus: dict[str, MethodMenu] = {}

    def set_methods(self, methods: Iterable[MethodInfo]) -> None:
        methods = tuple(methods)
        for family in _families(methods):
            if family not in self._menus:
                self._menus[family] = menu = MethodMenu(self)
                menu.setTitle(families.title(family))
                menu.chosen.connect(self.chosen)
                self.addMenu(menu)
            self._menus[family].set_methods(method for method in methods if method.family == family)

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        for menu in self._menus.values():
            menu.set_unavailable(reasons)


def _families(methods: Iterable[MethodInfo]) -> list[str]:
    """Families in the order in which their steps are applied."""
    there = {method.family for method in methods}
    return [family for family in dict.fromkeys((*ORDER, *there)) if family in there]
