"""Commands of the presentation: present, save it as a document, choose its design."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from workbench.core.base.errors import UserError
from workbench.core.base.files import exists
from workbench.ui.base import dialogs
from workbench.ui.commands.actions import new_action
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import listed

if TYPE_CHECKING:
    from workbench.ui.presentation.story import Story
    from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions


class PresentationCommands(QObject):
    """Commands of the presentation; its modules are imported when needed."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._found: ChangedPredictions | None = None
        self.present = new_action(self, self.tr("Present"), self.start, "Shift+F5")
        self.save = new_action(self, self.tr("Save presentation…"), self.choose_document, "Ctrl+Shift+E")
        self.design = new_action(self, self.tr("Presentation design…"), self.choose_design)

    @property
    def findings(self) -> ChangedPredictions:
        """Changed predictions, for the slide of examples."""
        from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions

        if self._found is None:
            self._found = ChangedPredictions(self._session, self)
        return self._found

    def start(self) -> None:
        """Present in full screen, on the screen of the window."""
        from workbench.ui.presentation.window import Presentation

        if self._session.model is not None:
            presentation = Presentation(self._session, self.findings, self._window)
            presentation.setScreen(self._window.screen())
            presentation.showFullScreen()
            presentation.setFocus()

    def choose_document(self) -> None:
        """Save the presentation as HTML, PDF or images, by the suffix."""
        if self._session.opened is not None:
            dialogs.choose_target(
                self._window,
                self.tr("Save presentation"),
                self.tr("Page (*.html);;Document (*.pdf);;Images (*.png)"),
                lambda path: self._with_changes(partial(self.write, Path(path))),
                str(Path(self._session.opened.path).with_suffix(".html")),
                "html",
            )

    def write(self, path: Path) -> None:
        """Save the presentation, with the known changes of predictions; asks before replacing files that the dialog did
        not ask about."""
        from workbench.ui.presentation import design, documents, story

        findings = self.findings
        told = story.story_of(self._session, design.remembered(), findings.changes if findings.current else None)
        there = [file.name for file in documents.files_of(told, path) if file != path and exists(str(file))]
        if not there:
            self._save(told, path)
            return
        dialogs.ask_way_out(
            self._window,
            "replace",
            self.tr("Save presentation"),
            self.tr("Existing files will be replaced: {files}.").format(files=listed(there)),
            "",
            ((self.tr("Save as…"), self.choose_document), (self.tr("Replace"), partial(self._save, told, path))),
        )

    def _save(self, told: Story, path: Path) -> None:
        from workbench.ui.presentation import documents

        try:
            documents.save(told, path)
        except UserError as error:
            dialogs.complain(self._window, self.tr("Cannot save the presentation"), error.what, error.hint)
            return
        first, *others = documents.files_of(told, path)
        words = self.tr("Presentation saved as {path}").format(path=first)
        if others:
            words = self.tr("Presentation saved as {first} to {last}").format(first=first, last=others[-1].name)
        self._session.told.emit(words)

    def choose_design(self) -> None:
        """Take names, colours, logo, costs and notes from a file, or, by the dialog's other button, use none."""
        from workbench.ui.presentation import design

        def chosen(path: str) -> None:
            try:
                design.choose(path)
            except UserError as error:
                dialogs.complain(self._window, self.tr("Cannot use this design"), error.what, error.hint)
                return
            self._session.told.emit(self.tr("Presentations use the design {path}").format(path=path))

        def ask() -> None:
            dialogs.choose_file(
                self._window, self.tr("Presentation design"), self.tr("Design (*.yaml *.yml)"), chosen, design.chosen()
            )

        def without() -> None:
            design.choose("")
            self._session.told.emit(self.tr("Presentations use no design file"))

        if not design.chosen():
            ask()
            return
        dialogs.ask_way_out(
            self._window,
            "design",
            self.tr("Presentation design"),
            self.tr("Presentations use the design {path}.").format(path=design.chosen()),
            "",
            ((self.tr("Other file…"), ask), (self.tr("No design"), without)),
        )

    def _with_changes(self, then: Callable[[], None]) -> None:
        """Call `then` when the predictions are compared, or cannot be."""
        findings, session = self.findings, self._session
        if session.data is None or not session.recipe.rows:
            then()
            return

        def on_changed() -> None:
            if findings.current or findings.failure or session.data is None:
                findings.changed.disconnect(on_changed)
                findings.watch(False)
                then()

        findings.changed.connect(on_changed)
        session.told.emit(self.tr("Comparing predictions for the presentation…"))
        findings.watch(True)
