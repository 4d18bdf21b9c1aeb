"""Menus that fill themselves: target devices, preparation steps, recently opened files."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.base.plain import plain
from workbench.core.layer_data.layer import Preparation
from workbench.core.targets.reading import target_here
from workbench.core.targets.target import Target
from workbench.ui.base import settings
from workbench.ui.commands.actions import set_enabled
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import said
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


class PreparationMenu(QMenu):
    """Model > Preparation."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setTitle(self.tr("Preparation"))
        self.setToolTipsVisible(True)
        session.model_changed.connect(self.fill)
        session.failed.connect(self.fill)  # the ticks show the state, not what was requested
        self.fill()

    def fill(self, *_: object) -> None:
        self.clear()
        model, opened = self._session.model, self._session.opened
        left_out = opened.without if opened is not None else ()
        for step in model.preparations if model else ():
            action = self.addAction(said(step.title))
            action.setCheckable(True)
            action.setChecked(step.applied)
            action.setToolTip(tooltip(said(step.detail)))
            # If a step found nothing to do, opening again would not change that.
            action.setEnabled(step.applied or step.optional or step.id in left_out)
            action.toggled.connect(partial(self._toggle, step))
        self.menuAction().setEnabled(not self.isEmpty())

    def _toggle(self, step: Preparation, wanted: bool) -> None:
        opened = self._session.opened
        if opened is None:
            return
        if step.optional:
            self._session.reopen(replace(opened, raise_opset=wanted))
        else:
            left_out = set(opened.without) - {step.id} if wanted else {*opened.without, step.id}
            self._session.reopen(replace(opened, without=tuple(sorted(left_out))))


class RecentMenu(QMenu):
    """Recent files of one kind (see settings.recent). Filled when it opens, again only if they changed."""

    def __init__(self, title: str, kind: str, open_path: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(title, parent)
        self._kind, self._open = kind, open_path
        self._shown: list[str] | None = None
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        paths = settings.recent(self._kind)
        if paths == self._shown:
            return
        self._shown = paths
        self.clear()
        for path in paths:
            action = self.addAction(plain(f"{Path(path).name}  —  {Path(path).parent}").replace("&", "&&"))
            action.triggered.connect(partial(lambda path: self._open(path), path))
        if not paths:
            set_enabled((self.addAction(self.tr("No recent files")),), False, self.tr("No file was opened yet."))
