"""Banner and note about a previewed recipe, with the ways to end the preview: in the Plan tab, and beside other
tabs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from workbench.ui.session.session import Session
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import small
from workbench.ui.widgets.labels import Elided, Plain


class PreviewBanner(QFrame):
    """'Previewing Search 3. Enter applies it, Esc returns.'; shown while a recipe is previewed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("look")
        self.text = Elided(Qt.TextElideMode.ElideRight, self)
        self.apply = QPushButton(self.tr("Apply"), self)
        self.apply.setToolTip(self.tr("Make it the recipe, as one step that can be undone (Enter)"))
        self.apply.clicked.connect(lambda: session.history.keep())
        self.back = QPushButton(self.tr("Go back"), self)
        self.back.setToolTip(self.tr("Back to the recipe before the preview (Esc)"))
        self.back.clicked.connect(lambda: session.history.leave())
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.UNIT, theme.HALF, theme.HALF, theme.HALF)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.text, 1)
        row.addWidget(self.apply)
        row.addWidget(self.back)
        session.history.looked.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        look = self._session.history.looking
        self.setVisible(look is not None)
        if look is not None:
            self.text.show_text(self.tr("Previewing {name}. Enter applies it, Esc returns.").format(name=look.name))


class PreviewNote(QWidget):
    """A short form for the status bar, while the tab with the banner is not in front."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._elsewhere = True
        self.text = Plain(self)
        self.apply: QToolButton = small(self, self.tr("Apply"), self.tr("Apply the previewed recipe"))
        self.apply.clicked.connect(lambda: session.history.keep())
        self.back: QToolButton = small(self, self.tr("Go back"), self.tr("Go back from the preview"))
        self.back.clicked.connect(lambda: session.history.leave())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.UNIT, 0)
        row.setSpacing(theme.UNIT)
        for widget in (self.text, self.apply, self.back):
            row.addWidget(widget)
        session.history.looked.connect(self.refresh)
        self.refresh()

    def show_unless(self, banner: bool) -> None:
        """Show the note unless the banner of the Plan tab is visible."""
        self._elsewhere = not banner
        self.refresh()

    def refresh(self) -> None:
        look = self._session.history.looking
        self.setVisible(look is not None and self._elsewhere)
        if look is not None:
            self.text.setText(self.tr("Previewing {name}").format(name=look.name))
