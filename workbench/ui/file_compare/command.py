"""Run > Compare with a file: chooses the file, asks for consent if it runs code, shows the engine's result."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from workbench.core.analysis.measured import FileComparison
from workbench.core.base.trust import Trust
from workbench.core.ipc import messages
from workbench.ui.base import dialogs, files
from workbench.ui.commands.actions import new_action
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.session import Session


class CompareFileCommand(QObject):
    """One comparison at a time; the job strip shows it and stops it."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self.action = new_action(self, self.tr("Compare with a file…"), self.choose)

    def choose(self) -> None:
        if self._session.model is not None:
            kinds = " ".join(f"*{suffix}" for suffix in (*files.MODELS, files.PYTHON))
            filters = self.tr("Models ({kinds});;All files (*)").format(kinds=kinds)
            dialogs.choose_file(self._window, self.tr("Compare with a file"), filters, self.compare)

    def compare(self, path: str) -> None:
        """Request the comparison, after consent if the file is code."""
        dialogs.with_trust(self._window, path, self._ask)

    def _ask(self, path: str, trusted: Trust) -> None:
        def failed(failure: messages.Failed) -> None:
            dialogs.complain(self._window, self.tr("Cannot compare"), failure.what, failure.hint)

        handlers = Handlers(done=self._show, failed=failed, title=self.tr("Comparing files"))
        self._session.link.request(messages.CompareFile, handlers, path=path, trusted=trusted)

    def _show(self, found: FileComparison) -> None:
        from workbench.ui.file_compare.dialog import FileComparisonDialog

        FileComparisonDialog(found, self._window).show()
