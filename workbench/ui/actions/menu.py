"""The menu of methods: grouped by family, in the order in which steps are applied."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.action import ORDER, MethodInfo
from workbench.ui import theme
from workbench.ui.actions import families


class MethodMenu(QMenu):
    """`chosen(method id)`. A method that this layer cannot have is there, disabled, and says why."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._methods: tuple[MethodInfo, ...] = ()
        self._unavailable: dict[str, str] = {}
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)        # icons in the colours of that moment

    def set_methods(self, methods: Iterable[MethodInfo]) -> None:
        self._methods = tuple(methods)

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        self._unavailable = dict(reasons)

    def _fill(self) -> None:
        self.clear()
        known = dict.fromkeys((*ORDER, *(method.family for method in self._methods)))
        for family in known:
            methods = [method for method in self._methods if method.family == family]
            if methods:
                self.addSection(families.title(family))
            for method in methods:
                self.addAction(self._entry(method))

    def _entry(self, method: MethodInfo) -> QAction:
        entry = QAction(theme.icon(families.icon_name(method.family)), method.title, self)
        entry.setData(method.id)
        reason = self._unavailable.get(method.id, "")
        entry.setEnabled(not reason)
        entry.setToolTip(reason or method.summary)
        entry.setStatusTip(reason or method.summary)
        entry.triggered.connect(lambda _=False, chosen=method.id: self.chosen.emit(chosen))
        return entry
