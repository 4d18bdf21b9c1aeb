"""Menus of methods, by family in the order in which steps are applied."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.recipe.action import ORDER, MethodInfo
from workbench.ui.actions import families
from workbench.ui.actions.adding.aliases import ALIASES
from workbench.ui.commands.actions import NAMES, set_enabled
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import wrapped


class MethodMenu(QMenu):
    """Signals: `chosen(method id)`; `told(words)`: description of the entry under the pointer.

    A method that this layer cannot have is disabled, with the reason. A letter goes to the next method that begins with
    it. Entries stay the same objects, as others may hold them.
    """

    chosen = Signal(str)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._methods: tuple[MethodInfo, ...] = ()
        self._unavailable: dict[str, str] = {}
        self.setToolTipsVisible(True)
        self.hovered.connect(lambda entry: self.told.emit(entry.statusTip()))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # whatever the font of its button

    def set_methods(self, methods: Iterable[MethodInfo]) -> None:
        methods = tuple(methods)
        if methods != self._methods:
            self._methods = methods
            self.clear()
            for method in methods:
                self.addAction(self._entry(method))
            self._tell()

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        if reasons != self._unavailable:
            self._unavailable = dict(reasons)
            self._tell()

    def _tell(self) -> None:
        for entry, method in zip(self.actions(), self._methods, strict=True):
            tell(entry, method, self._unavailable.get(method.id, ""))

    def _entry(self, method: MethodInfo) -> QAction:
        entry = QAction(families.name(method), self)
        entry.setData(method.id)
        theme.set_icon(entry, families.icon_name(method.family))
        entry.triggered.connect(lambda _=False, chosen=method.id: self.chosen.emit(chosen))
        return entry

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here, letter = self.activeAction(), event.text().casefold()
        entries = [entry for entry in self.actions() if entry.data() and entry.isEnabled()]
        start = entries.index(here) + 1 if here in entries else 0
        found = [entry for entry in (*entries[start:], *entries[:start]) if entry.text().casefold().startswith(letter)]
        if letter.isalnum() and found:
            self.setActiveAction(found[0])
        else:
            super().keyPressEvent(event)


def tell(entry: QAction, method: MethodInfo, reason: str) -> None:
    """Set the texts of a method's entry; `reason`: why the layer cannot have it."""
    set_enabled([entry], not reason, reason)
    entry.setProperty(NAMES, f"{method.id} {ALIASES.get(method.id, '')}")
    entry.setToolTip(wrapped(reason or families.summary(method)))
    entry.setStatusTip(reason or families.summary(method))


class FamiliesMenu(QMenu):
    """Menu of methods with a submenu per family, for the menu bar."""

    chosen = Signal(str)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Add this step"))
        self._menus: dict[str, MethodMenu] = {}

    def set_methods(self, methods: Iterable[MethodInfo]) -> None:
        methods = tuple(methods)
        for family in families_of(methods):
            if family not in self._menus:
                self._menus[family] = menu = MethodMenu(self)
                menu.setTitle(families.title(family))
                menu.chosen.connect(self.chosen)
                menu.told.connect(self.told)
                self.addMenu(menu)
            self._menus[family].set_methods(method for method in methods if method.family == family)

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        for menu in self._menus.values():
            menu.set_unavailable(reasons)


def families_of(methods: Iterable[MethodInfo]) -> list[str]:
    """Return the families in the order in which their steps are applied."""
    there = {method.family for method in methods}
    return [family for family in dict.fromkeys((*ORDER, *there)) if family in there]
