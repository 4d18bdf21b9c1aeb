"""Predicted effects of steps that may be added: requested from the engine before a menu opens, where there is time."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from workbench.core.base.quantities import size
from workbench.core.ipc import messages
from workbench.core.layer_data.forecast import Forecast
from workbench.core.recipe.action import Action, in_order
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.session import Session
from workbench.ui.text.format import prediction_text
from workbench.ui.text.i18n import listed, said


class StepEffects(QObject):
    """Signal: `known(step, words, tip)` for each requested step; a new request replaces the previous one."""

    known = Signal(object, str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._jobs: list[int] = []
        self._about: object = None  # what was asked last: recipe, layers, bytes of the file
        self._found: dict[Action, Forecast | None] = {}  # None: asked for
        session.data_changed.connect(self._forget)

    def ask(self, paths: Iterable[str], stack: tuple[Action, ...], steps: tuple[Action, ...]) -> None:
        """Request the effect of adding each of these steps to the stack of these layers; what is known is told now."""
        session, recipe = self._session, self._session.recipe
        bytes_now = session.preview.size.value if session.preview is not None else 0
        about = (recipe.in_effect, paths := tuple(paths), stack, bytes_now)
        if about != self._about:
            self._forget()
            self._about = about
        for step in steps:
            if (known := self._found.get(step)) is not None:
                self.known.emit(step, *self._words(known))
        wanted = {str(step): step for step in steps if step not in self._found}
        if not wanted:
            return
        self._found |= dict.fromkeys(wanted.values())

        def updated(forecast: Forecast) -> None:
            self._found[wanted[forecast.name]] = forecast
            self.known.emit(wanted[forecast.name], *self._words(forecast))

        def failed(failure: messages.Failed) -> None:
            self._about = None  # the next question is asked again
            session.mention(failure)

        asked = ((name, recipe.with_actions(paths, in_order((*stack, step)))) for name, step in wanted.items())
        handlers = Handlers(updated=updated, failed=failed, quiet=True)
        self._jobs.append(session.link.request(messages.Forecast, handlers, recipes=tuple(asked)))

    def _forget(self) -> None:
        for job in self._jobs:
            self._session.link.abandon(job)
        self._jobs, self._about, self._found = [], None, {}

    def _words(self, forecast: Forecast) -> tuple[str, str]:
        """Return '−26.0 kB, −0.2 ± 0.3 points', and how it was obtained."""
        if forecast.refused:
            return "–", said(forecast.refused)
        preview = self._session.preview
        change = forecast.bytes - round(preview.size.value) if preview is not None else 0
        words = ("−" if change < 0 else "+") + size(abs(change))
        tip = self.tr("Forecast: the file with this step has {size}.").format(size=size(forecast.bytes))
        if forecast.predicted is not None:
            words = listed((words, prediction_text(forecast.predicted, self._session.metric)))
            tip += " " + self.tr("Predicted for the whole recipe; the compressed model was not run.")
        return words, tip
