"""Title bar of a dock: its name, or a widget instead, and two small buttons in the colours of the theme."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QToolButton, QWidget

from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain

HEIGHT = 34  # pixels
BUTTON = 14


class DockTitle(QWidget):
    """A title bar. Dragging it moves the dock, which Qt does if the bar ignores mouse events."""

    def __init__(self, dock: QDockWidget, head: QWidget | None = None) -> None:
        super().__init__(dock)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.DOUBLE, 0, theme.UNIT, 0)
        row.setSpacing(theme.HALF)
        if head is None:
            head = Plain(dock.windowTitle(), self)
            head.setForegroundRole(QPalette.ColorRole.WindowText)
        row.addWidget(head, 1)
        self.float = self._button("float", self.tr("Float {panel}").format(panel=dock.windowTitle()))
        self.float.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self.close_button = self._button("remove", self.tr("Close {panel}").format(panel=dock.windowTitle()))
        self.close_button.clicked.connect(dock.close)
        for button in (self.float, self.close_button):
            row.addWidget(button)

    def _button(self, icon: str, name: str) -> QToolButton:
        button = QToolButton(self)
        theme.set_icon(button, icon, "muted")
        button.setIconSize(QSize(BUTTON, BUTTON))
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # View › Panels has both for the keyboard
        return button

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), HEIGHT)
