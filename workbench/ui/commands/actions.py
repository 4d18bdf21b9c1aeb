"""An action of the window, as menus, shortcuts and the palette share it."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

Shortcut = QKeySequence | QKeySequence.StandardKey | str


def new_action(owner: QObject, text: str, verb: Callable[[], object] | None, shortcut: Shortcut = "") -> QAction:
    """It lives as long as its owner; without a verb others connect its `triggered`."""
    made = QAction(text, owner)
    made.setShortcut(QKeySequence(shortcut))
    if verb is not None:
        made.triggered.connect(lambda: verb())
    return made
