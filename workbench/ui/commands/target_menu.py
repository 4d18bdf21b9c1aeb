"""Menu of target devices: the choice is part of the recipe, and undone like any other edit."""

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.targets.reading import target_here
from workbench.core.targets.target import Target
from workbench.ui.session.session import Session
from workbench.ui.widgets.labels import tooltip


class TargetMenu(QMenu):
    """Model > Target."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._group = QActionGroup(self)
        self.setTitle(self.tr("Target"))
        self.setToolTipsVisible(True)
        session.targets_changed.connect(self.fill)
        session.recipe_changed.connect(self.fill)
        session.model_changed.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Fill the menu; its tick follows undo, redo and opened recipes."""
        session, chosen = self._session, self._session.recipe.target
        ids = ["", *session.targets, *([] if chosen in ("", *session.targets) else [chosen])]
        if [action.data() for action in self.actions()] != ids:
            self.clear()
            for name in ids:
                self.addAction(self._entry(name, session.targets.get(name)))
        for action in self.actions():
            action.setChecked(action.data() == chosen)
        self.menuAction().setEnabled(session.model is not None)

    def _entry(self, name: str, target: Target | None) -> QAction:
        title = target.title if target is not None else name or self.tr("Any device")
        if name and name == target_here():
            title = self.tr("{title} (this machine)").format(title=title)
        entry = QAction(title.replace("&", "&&"), self)
        entry.setData(name)
        entry.setCheckable(True)
        entry.setEnabled(target is not None or not name)  # one that is not installed can be deselected but not selected
        if target is not None:
            source = self.tr("By rule, not measured. Source: {source}").format(source=target.source)
            entry.setToolTip(tooltip(source))
        entry.triggered.connect(lambda _=False: self._session.choose_target(name))
        self._group.addAction(entry)
        return entry
