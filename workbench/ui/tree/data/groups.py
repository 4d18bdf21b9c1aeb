"""Choice of the grouping of the layer tree."""

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QTreeView

from workbench.ui.tree.data.grouping import Grouping, title

KEY = "group by"
DEPTH = 1  # initially expanded levels of modules; other groups are fully expanded


class GroupChoice(QObject):
    """A menu, for the menu bar and for the tree's header; `changed` when the choice changes."""

    changed = Signal()

    def __init__(self, tree: QTreeView) -> None:
        super().__init__(tree)
        self._tree = tree
        self.grouping = Grouping.MODULES
        self.menu = QMenu(self.tr("Group by"), tree)
        group = QActionGroup(self)
        for grouping in Grouping:
            action = QAction(title(grouping), self, checkable=True, checked=grouping == self.grouping)
            action.setData(grouping)
            action.triggered.connect(lambda _=False, grouping=grouping: self.group_by(grouping))
            group.addAction(action)
            self.menu.addAction(action)

    def group_by(self, grouping: Grouping) -> None:
        if grouping == self.grouping:
            return
        self.grouping = grouping
        for action in self.menu.actions():
            action.setChecked(action.data() == grouping)
        self._tree.setRootIsDecorated(grouping != Grouping.NONE)
        self.changed.emit()

    def unfold(self) -> None:
        """Expand the rows to their initial state."""
        self._tree.expandToDepth(DEPTH)

    def save(self, store: QSettings) -> None:
        store.setValue(KEY, self.grouping.value)

    def restore(self, store: QSettings) -> None:
        name = str(store.value(KEY, ""))
        self.group_by(Grouping(name) if name in set(Grouping) else Grouping.MODULES)
