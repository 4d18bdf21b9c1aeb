"""Figures of the current layer, requested when they become visible: one request per kind, answers cached."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.core.ipc import messages
from workbench.core.layer_data.layer_queries import Wanted, WantOutlook
from workbench.ui.engine_client.client import Handlers
from workbench.ui.engine_client.coalesce import Latest
from workbench.ui.session.state import State
from workbench.ui.session.undo import Remembered

PATIENCE_MS = 2000
KEPT = 60


class LayerPictures(QObject):
    """Signals: `answered(wanted, picture)`: for the current layer and recipe. `failed(wanted, sentence)`.

    `forgotten`: answers so far no longer hold and requests were dropped, as the data changed or a recipe was trained;
    what is on show has to be asked again.
    """

    answered = Signal(object, object)
    failed = Signal(object, str)
    forgotten = Signal()

    def __init__(self, session: State, parent: QObject | None = None) -> None:
        super().__init__(parent or session)
        self._session = session
        self._known: Remembered[Any] = Remembered(KEPT)
        self._lines: dict[type, Latest] = {}
        session.model_changed.connect(self._forget)
        session.data_changed.connect(self.forget)

    def ask(self, wanted: Wanted) -> None:
        """Request a figure of the current layer, if there is one; it comes with `answered`, at once if it is known."""
        if not self._session.current:
            return
        key = self._key(wanted)
        if (known := self._known.get(key)) is not None:
            self.answered.emit(wanted, known)
            return
        if type(wanted) not in self._lines:
            self._lines[type(wanted)] = Latest(self._session.link, PATIENCE_MS, self)
        line = self._lines[type(wanted)]
        line.submit(lambda: self._request(line, wanted))

    def _request(self, line: Latest, wanted: Wanted) -> int:
        key = self._key(wanted)

        def done(picture: Any) -> None:
            self._known.put(key, picture)
            if key == self._key(wanted):
                self.answered.emit(wanted, picture)
            line.answered()

        def failed(failure: messages.Failed) -> None:
            if key == self._key(wanted):
                self.failed.emit(wanted, f"{failure.what} {failure.hint}".strip())
            line.answered()

        return self._session.link.request(
            messages.LayerPicture,
            Handlers(done=done, failed=failed, quiet=True),
            path=self._session.current,
            recipe=self._session.recipe,
            wanted=wanted,
        )

    def _key(self, wanted: Wanted) -> Hashable:
        """Return the cache key; an outlook belongs to the layer as opened."""
        of_recipe = () if isinstance(wanted, WantOutlook) else self._session.recipe.in_effect
        return self._session.current, of_recipe, wanted

    def forget(self) -> None:
        """Drop all answers, and let what is on show be asked again."""
        self._forget()
        self.forgotten.emit()

    def _forget(self) -> None:
        self._known.clear()
        for line in self._lines.values():
            line.drop()
