"""Reconnects a new engine process: reopens the model and the data, then sends the waiting requests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.core.ipc import messages
from workbench.core.ipc.messages import Failed
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.state import State
from workbench.ui.session.sync import Refresher

if TYPE_CHECKING:
    from workbench.core.layer_data.views import DataSummary


class Reconnection(QObject):
    """Requests model and data together, so that nothing comes between them, such as another model that the user opens.

    given_up    the model was not opened again: the user cancelled that, or its file is missing
    """

    def __init__(self, session: State, refresher: Refresher) -> None:
        super().__init__(session)
        self._session, self.refresher = session, refresher
        self._life = 0
        self.given_up = False
        session.link.lost.connect(self._begin)

    def _begin(self, sentence: str, by_itself: bool) -> None:
        session = self._session
        if self.refresher.lost(by_itself):
            sentence += self.tr(" Measuring this recipe crashed it twice: undo the last change.")
        session.told.emit(sentence)
        if session.opened is not None:
            self.begin()

    def begin(self) -> None:
        """Request the model and the data."""
        session, opened, attached = self._session, self._session.opened, self._session.attached
        assert opened is not None
        self._life += 1
        self.given_up, life = False, self._life
        session.link.wait()

        def is_open(_: object) -> None:
            self.refresher.online = True
            self.refresher.refresh_layer()
            if attached is None:
                self._over()

        again = self.tr("Run > Restart engine tries again.")

        def is_not_open(failure: Failed) -> None:
            session.failed.emit(self.tr("Cannot reopen the model"), failure.what, f"{failure.hint} {again}".strip())
            self._give_up()

        def stopped() -> None:
            if life == self._life:
                session.told.emit(self.tr("The model is not open. Reopen it with Run > Restart engine."))
                self._give_up()

        def has_data(summary: DataSummary) -> None:
            if attached is not None and session.data is not None and summary.fingerprint != session.data.fingerprint:
                session.take_data(attached, summary)
                self.refresher.forget_measured()
                session.told.emit(
                    self.tr(
                        "{name} has changed on disk since it was opened. All measurements now use its new content."
                    ).format(name=Path(attached.path).name)
                )
            self._over()

        def has_no_data(failure: Failed | None = None) -> None:
            if life == self._life and self.refresher.online:
                session.lose_data()
                self.refresher.forget_measured()
                if failure is not None:
                    session.mention(failure)
                self._over()

        session.link.request(
            messages.Open,
            Handlers(
                done=is_open, failed=is_not_open, stopped=stopped, quiet=True, title=self.tr("Reopening the model")
            ),
            first=True,
            **vars(opened),
            fingerprint=session.model.fingerprint if session.model is not None else "",
        )
        if attached is not None:
            session.link.request(
                messages.Attach,
                Handlers(
                    done=has_data,
                    failed=has_no_data,
                    stopped=has_no_data,
                    quiet=True,
                    title=self.tr("Reopening the data"),
                ),
                first=True,
                **vars(attached),
            )

    def _give_up(self) -> None:
        self.given_up = True
        self._session.link.go_on()
        self._session.preview_changed.emit()  # no answer will come until the user asks for it

    def _over(self) -> None:
        self.refresher.supplied = True
        self.refresher.refresh_and_predict()
        self._session.link.go_on()
