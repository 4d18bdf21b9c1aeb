"""Explanation of a method: effect, formula and source; folded at first."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.core.recipe.action import MethodInfo
from workbench.ui.actions import families
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import label, muted


class Explanation(QWidget):
    def __init__(self, method: MethodInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QToolButton(self)
        self.button.setObjectName("fold")
        self.button.setText(self.tr("How it works"))
        name = self.tr("How {title} works, its formula and source").format(title=families.name(method))
        self.button.setAccessibleName(name)
        self.button.setCheckable(True)
        self.button.setFont(theme.font(-1))
        self.button.setIconSize(QSize(12, 12))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self._unfold)
        self.body = QWidget(self)
        texts = QVBoxLayout(self.body)
        texts.setContentsMargins(0, 0, 0, theme.HALF)
        texts.setSpacing(theme.UNIT)
        texts.addWidget(label(families.summary(method), self.body))
        if method.formula:
            texts.addWidget(self._formula(method.formula))
        if method.citation:
            texts.addWidget(muted(method.citation, self.body))
        self.body.hide()
        for text in self.body.findChildren(QLabel):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.HALF)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.body)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme.signals.changed.connect(self._dress)
        self._dress()

    def _formula(self, text: str) -> QLabel:
        formula = label(text, self.body)
        formula.setFont(theme.font(0.5, italic=True))
        return formula

    def _unfold(self, open_: bool) -> None:
        self.body.setVisible(open_)
        self._dress()

    def _dress(self) -> None:
        self.button.setIcon(theme.icon("down" if self.button.isChecked() else "right", theme.colors().muted))
