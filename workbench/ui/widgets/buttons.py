"""Small buttons above plots and lists."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from workbench.ui.widgets import theme


def toggle(parent: QWidget, text: str, name: str = "", tip: str = "") -> QToolButton:
    """Return a button that stays pressed. `name`: accessible name, if `text` needs its surroundings to be
    understood."""
    button = small(parent, text, name, tip)
    button.setCheckable(True)
    return button


def small(parent: QWidget, text: str, name: str = "", tip: str = "") -> QToolButton:
    """Return a button that acts at once."""
    button = QToolButton(parent)
    button.setObjectName("toggle")
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    return button


def clearable(line: QLineEdit) -> None:
    """Give a line a button that clears it, with the program's icon."""
    line.setClearButtonEnabled(True)
    action = line.findChild(QAction, "_q_qlineeditclearaction")
    if action is not None:
        theme.set_icon(action, "cancel", "muted")
