"""Groupings of layers in the tree (by module, by operator, by size, or none), and the menu to choose one."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QTreeView

from workbench.core.base.quantities import size
from workbench.core.layer_data.layer import Layer
from workbench.ui.text.i18n import tr

Step = tuple[str, str]  # unique key of a row, and its name
CLASSES = (10_000_000, 1_000_000, 100_000, 10_000)  # lower bounds of the size classes in bytes, largest first


class Grouping(StrEnum):
    MODULES = "modules"
    OPERATOR = "operator"
    SIZE = "size"
    NONE = "none"


def title(grouping: Grouping) -> str:
    match grouping:
        case Grouping.MODULES:
            return tr("Module")
        case Grouping.OPERATOR:
            return tr("Operator")
        case Grouping.SIZE:
            return tr("Size")
    return tr("None")


def trail(layer: Layer, grouping: Grouping) -> tuple[Step, ...]:
    """Return the rows from the outermost to the layer's own. Keys of groups begin with a space, which no path does."""
    own = (layer.path, layer.path)
    match grouping:
        case Grouping.MODULES:
            parts = layer.path.split(".")
            return tuple((".".join(parts[:end]), part) for end, part in enumerate(parts, 1))
        case Grouping.OPERATOR:
            return (f" {layer.op}", layer.op), own
        case Grouping.SIZE:
            name = class_name(size_class(layer.bytes))
            return (f" {name}", name), own
    return (own,)


def order(grouping: Grouping) -> Callable[[Layer], int]:
    """Return the sort key of layers before rows are created; equal ones keep the order of the model."""
    return (lambda layer: size_class(layer.bytes)) if grouping == Grouping.SIZE else lambda layer: 0


def size_class(count: int) -> int:
    """Return the index of a number of bytes in CLASSES; the one after the last for the smallest."""
    return next((place for place, least in enumerate(CLASSES) if count >= least), len(CLASSES))


def class_name(place: int) -> str:
    if place == 0:
        return tr("from {least}").format(least=_round(CLASSES[0]))
    if place == len(CLASSES):
        return tr("below {most}").format(most=_round(CLASSES[-1]))
    return f"{_round(CLASSES[place])}–{_round(CLASSES[place - 1])}"  # short: it is the name of a row


def _round(count: int) -> str:
    """Return 10 kB rather than 10.0 kB, for a bound."""
    number, unit = size(count).split(" ")
    return f"{float(number):g} {unit}"


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
