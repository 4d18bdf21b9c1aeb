"""Head of a card: whether the step is on, the method's name, its family, and the button that removes the step.

The name is a menu of the family's other methods, so that trying another one with the same sparsity is one choice.
"""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from workbench.core.recipe.action import MethodInfo
from workbench.ui.actions import families
from workbench.ui.actions.adding.menu import MethodMenu
from workbench.ui.actions.card.reorder import DOWN, UP, native, with_keys
from workbench.ui.text.i18n import titled
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, Icon, heading, tooltip

ARROW = 12
SHORTEST = 48  # minimum pixels of an elided name


class _Name(QToolButton):
    """The name of a method with an arrow; elided if it is long, so that the card is as wide as the panel."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._full = name
        self.setText(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - ARROW - theme.DOUBLE + 1  # widths of texts are fractions
        self.setText(self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, room))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):  # the style sheet makes it bold
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the size without room for a second arrow, which Qt would add."""
        width = self.fontMetrics().horizontalAdvance(self._full) + ARROW + theme.DOUBLE
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(SHORTEST, super().minimumSizeHint().height())


class CardHead(QWidget):
    """Signals: `removed()`; `replaced(method id)`; `moved(by)`; `switched(off)`, only by the user."""

    removed = Signal()
    replaced = Signal(str)
    moved = Signal(int)
    switched = Signal(bool)

    def __init__(self, name: str, family: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = heading(name, self)
        self.label.setWordWrap(False)
        self.label.setMinimumWidth(SHORTEST)
        self.label.setToolTip(name)
        self.menu = MethodMenu(self)
        self.menu.chosen.connect(self.replaced)
        self.others = self._name_button(name)
        words = Elided(Qt.TextElideMode.ElideRight, self, whole=True)
        words.set_muted()
        words.show_text(kind if kind != name else "")
        self.remove = self._button("remove", self.tr("Remove {title}").format(title=name))
        self.remove.clicked.connect(self.removed)
        self.earlier = self._button("up", self.tr("Move {title} up").format(title=name))
        self.earlier.clicked.connect(lambda: self.moved.emit(-1))
        self.later = self._button("down", self.tr("Move {title} down").format(title=name))
        self.later.clicked.connect(lambda: self.moved.emit(1))
        self.set_movable(False, False)
        for button, keys in ((self.earlier, UP), (self.later, DOWN)):
            button.setToolTip(with_keys(button.toolTip(), keys))
        self.setToolTip(
            tooltip(
                self.tr(
                    "Drag the step to another place ({up}, {down}), or onto a layer of the tree to copy it there"
                ).format(up=native(UP), down=native(DOWN))
            )
        )
        self.on = QCheckBox(self)
        self.on.setAccessibleName(self.tr("Apply {title}").format(title=name))
        self.on.setToolTip(self.tr("A step that is switched off stays in the recipe without effect"))
        self.on.clicked.connect(lambda checked: self.switched.emit(not checked))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.on)
        sign = Icon(families.icon_name(family), parent=self)
        sign.setToolTip(kind)
        row.addWidget(sign)
        row.addWidget(self.label)
        row.addWidget(self.others)
        row.addWidget(words, 1)
        for button in (self.earlier, self.later, self.remove):
            row.addWidget(button)
        self.set_methods((), {})

    def set_off(self, off: bool) -> None:
        """Mute a step that is switched off."""
        self.on.setChecked(not off)
        role = QPalette.ColorRole.PlaceholderText if off else QPalette.ColorRole.WindowText
        self.label.setForegroundRole(role)

    def set_movable(self, earlier: bool, later: bool) -> None:
        """Show the buttons that can move the step; most stacks have one possible order."""
        self.earlier.setVisible(earlier)
        self.later.setVisible(later)

    def focus_mover(self, by: int) -> bool:
        """Focus the button that moves the step on in a direction, else the other; return whether there is one."""
        buttons = (self.earlier, self.later) if by < 0 else (self.later, self.earlier)
        button = next((each for each in buttons if not each.isHidden()), None)
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)
        return button is not None

    def set_methods(self, methods: tuple[MethodInfo, ...], unavailable: Mapping[str, str]) -> None:
        """Set the methods of this family; with one there is nothing to choose."""
        self.menu.set_methods(methods)
        self.menu.set_unavailable(unavailable)
        self.others.setVisible(len(methods) > 1)
        self.label.setVisible(len(methods) <= 1)

    def _name_button(self, name: str) -> QToolButton:
        button = _Name(name, self)
        button.setObjectName("name")
        button.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        button.setFont(self.label.font())
        button.setMenu(self.menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the name
        theme.set_icon(button, "down", "muted")
        button.setIconSize(QSize(ARROW, ARROW))
        button.setToolTip(titled(name, self.tr("Replace with another method")))
        button.setAccessibleName(self.tr("Replace {title}").format(title=name))
        return button

    def _button(self, icon: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("remove")
        theme.set_icon(button, icon, "muted")
        button.setIconSize(QSize(theme.ICON, theme.ICON))
        button.setToolTip(text)
        button.setAccessibleName(text)
        return button
