"""An action of the window, as menus, shortcuts and the palette share it."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

Shortcut = QKeySequence | QKeySequence.StandardKey | str
NEEDS, NAMES = "needs", "names"  # properties of an action
BROAD = "broad"  # one that changes more than what is chosen: the palette offers it behind what does not


def new_action(owner: QObject, text: str, verb: Callable[[], object] | None, shortcut: Shortcut = "") -> QAction:
    """It lives as long as its owner; without a verb others connect its `triggered`."""
    made = QAction(text, owner)
    made.setShortcut(QKeySequence(shortcut))
    if verb is not None:
        made.triggered.connect(lambda: verb())
    return made


def set_enabled(actions: Iterable[QAction], enabled: bool, needs: str) -> None:
    """Enable actions, or say what they need."""
    for action in actions:
        action.setEnabled(enabled)
        action.setProperty(NEEDS, needs)


def needs_of(action: QAction) -> str:
    """Why an action cannot be done now; "" where that is not known."""
    return str(action.property(NEEDS) or "") if not action.isEnabled() else ""


def names_of(action: QAction) -> str:
    """Aliases by which it is found."""
    return str(action.property(NAMES) or "")
