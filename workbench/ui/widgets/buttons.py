"""Small buttons above plots and lists."""

from PySide6.QtWidgets import QToolButton, QWidget


def toggle(parent: QWidget, text: str, name: str = "", tip: str = "") -> QToolButton:
    """One that stays down. `name` says more than `text` where that needs what is around it."""
    button = small(parent, text, name, tip)
    button.setCheckable(True)
    return button


def small(parent: QWidget, text: str, name: str = "", tip: str = "") -> QToolButton:
    """One that does something at once."""
    button = QToolButton(parent)
    button.setObjectName("toggle")
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    return button
