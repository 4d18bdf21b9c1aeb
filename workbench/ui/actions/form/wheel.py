"""The wheel over inputs of a form that scrolls."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    Base = QWidget
else:
    Base = object  # at run time a class has one base of Qt


class WheelWithFocus(Base):
    """First base of an input that the wheel changes only while it has the focus; else the form scrolls."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()
