"""Actions of the window, as shared by menus, shortcuts and the palette."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

Shortcut = QKeySequence | QKeySequence.StandardKey | str
NEEDS, NAMES = "needs", "names"  # properties of an action
BROAD = "broad"  # one that affects more than the selection: the palette ranks it after others


def new_action(owner: QObject, text: str, verb: Callable[[], object] | None, shortcut: Shortcut = "") -> QAction:
    """Return an action that lives as long as its owner; without a verb, others connect its `triggered`."""
    made = QAction(text, owner)
    made.setShortcut(QKeySequence(shortcut))
    if verb is not None:
        made.triggered.connect(lambda: verb())
    return made


def set_enabled(actions: Iterable[QAction], enabled: bool, needs: str) -> None:
    """Enable actions, or set what they need."""
    for action in actions:
        action.setEnabled(enabled)
        action.setProperty(NEEDS, needs)


def needs_of(action: QAction) -> str:
    """Return why an action cannot be done now; "" if that is not known."""
    return str(action.property(NEEDS) or "") if not action.isEnabled() else ""


def names_of(action: QAction) -> str:
    """Return the aliases under which it is found."""
    return str(action.property(NAMES) or "")
