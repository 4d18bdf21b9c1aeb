"""Changed predictions under the current recipe; requested while the tab is visible."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.core.ipc import messages
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.undo import Remembered

if TYPE_CHECKING:
    from workbench.core.analysis.prediction_diff import Attribution, Changes
    from workbench.ui.session.session import Session

REST_MS = 300  # after the last edit
KEPT = 20  # recipes whose changes are cached


class ChangedPredictions(QObject):
    """One comparison and one attribution at a time; results are cached by recipe.

    changed   read `changes`, `attribution`, `failure`
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.trainings = session.trainings
        self.changes: Changes | None = None
        self.attribution: Attribution | None = None
        self.current = False  # `changes` belong to the current recipe
        self.failure = ""
        self.attributed_for = ""  # what the attribution was requested for, in words
        self._known: Remembered[Changes] = Remembered(KEPT)
        self._watched = False
        self._compare = self._attribution_job = 0
        self._asked: Hashable = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        session.recipe_changed.connect(self._on_recipe)
        session.preview_changed.connect(self._on_preview)
        session.data_changed.connect(self.forget)
        session.model_changed.connect(self.forget)
        session.link.lost.connect(lambda *_: self._drop())

    @property
    def asking(self) -> bool:
        return bool(self._compare)

    @property
    def attributing(self) -> bool:
        return bool(self._attribution_job)

    def watch(self, watched: bool) -> None:
        """Compute only while the tab is visible."""
        self._watched = watched
        if watched:
            self._on_recipe()
        else:
            self._rest.stop()

    def forget(self) -> None:
        """Drop all results, as the model or the data changed."""
        self._drop()
        self._known.clear()
        self.changes, self.current = None, False
        self._on_recipe()

    def attribute(self, samples: Iterable[int], words: str) -> None:
        """Request the attribution of these samples to layers."""
        self.stop()
        self.attribution, self.failure, self.attributed_for = None, "", words

        def updated(attribution: Attribution) -> None:
            self.attribution = attribution
            self.changed.emit()

        def done(attribution: Attribution) -> None:
            self._attribution_job = 0
            updated(attribution)

        def failed(failure: messages.Failed) -> None:
            self._attribution_job, self.failure = 0, f"{failure.what} {failure.hint}".strip()
            self.changed.emit()

        def stopped() -> None:
            self._attribution_job = 0
            self.changed.emit()

        self._attribution_job = self._session.link.request(
            messages.AttributeChanges,
            Handlers(
                done=done, updated=updated, failed=failed, stopped=stopped, title=self.tr("Finding responsible layer")
            ),
            recipe=self._session.recipe,
            samples=tuple(samples),
        )
        self.changed.emit()

    def stop(self) -> None:
        """Stop the attribution; its results so far are kept."""
        if self._attribution_job:
            self._session.link.abandon(self._attribution_job)
            self._attribution_job = 0
            self.changed.emit()

    def _drop(self) -> None:
        self._rest.stop()
        for job in (self._compare, self._attribution_job):
            if job:
                self._session.link.abandon(job)
        self._compare = self._attribution_job = 0
        self.attribution, self._asked = None, None

    def _on_recipe(self) -> None:
        """Show the cached result of the current recipe at once; else request it when editing pauses."""
        key = self._key()
        if key == self._asked and (self.asking or self.current):
            return
        if self.asking or self.attributing or self.attribution is not None:
            self._drop()
        known = self._known.get(key)
        self.current, self.failure, self._asked = known is not None, "", key if known else None
        if known is not None:
            self.changes = known
        elif self._watched and self._session.data is not None:
            self._rest.start()
        if self._watched:
            self.changed.emit()

    def _on_preview(self) -> None:
        """Compare again after a training, which changes the model of the same recipe, and after a restart of the
        engine."""
        preview = self._session.preview
        if self._watched and preview is not None and preview.complete and self._session.preview_is_current:
            self._on_recipe()

    def _key(self) -> Hashable:
        preview = self._session.preview if self._session.preview_is_current else None
        return self._session.recipe.in_effect, bool(preview and preview.trained)

    def _ask(self) -> None:
        if not self._watched or self._session.data is None or self.asking or self.current:
            return
        key = self._asked = self._key()

        def done(changes: Changes) -> None:
            self._compare = 0
            self._known.put(key, changes)
            self.changes, self.current = changes, True
            self.changed.emit()

        def failed(failure: messages.Failed) -> None:
            self._compare, self.failure = 0, f"{failure.what} {failure.hint}".strip()
            self.changed.emit()

        def stopped() -> None:
            self._compare = 0
            self.changed.emit()

        self._compare = self._session.link.request(
            messages.Compare,
            Handlers(done=done, failed=failed, stopped=stopped, quiet=True, title=self.tr("Comparing predictions")),
            recipe=self._session.recipe,
        )
        self.changed.emit()
