"""Widgets in a row of a large window."""

from PySide6.QtWidgets import QHBoxLayout, QWidget


def at_most(width: int, widget: QWidget) -> QHBoxLayout:
    """A row in which the widget grows to `width` pixels and no farther: figures stay near the words they are of."""
    widget.setMaximumWidth(width)
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(widget, 1)
    row.addStretch()
    return row
