"""Predicted effects of steps that may be added: requested from the engine while a menu is open."""

from PySide6.QtCore import QObject, Signal

from workbench.core.base.quantities import size
from workbench.core.ipc import messages
from workbench.core.layer_data.forecast import Forecast
from workbench.core.recipe.action import Action, in_order
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.session import Session
from workbench.ui.text.format import prediction_text
from workbench.ui.text.i18n import said


class StepEffects(QObject):
    """`known(step, words, tip)` for each requested step; a new request replaces the previous one."""

    known = Signal(object, str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._job = 0

    def ask(self, paths: list[str], stack: tuple[Action, ...], steps: tuple[Action, ...]) -> None:
        """Request the effect of adding each of these steps to the stack of these layers."""
        session = self._session
        if self._job:
            session.link.abandon(self._job)
        recipe = session.recipe
        asked = {str(step): recipe.with_actions(paths, in_order((*stack, step))) for step in steps}
        by_name = {str(step): step for step in steps}

        def updated(forecast: Forecast) -> None:
            self.known.emit(by_name[forecast.name], *self._words(forecast))

        handlers = Handlers(updated=updated, failed=session.mention, quiet=True)
        self._job = session.link.request(messages.Forecast, handlers, recipes=tuple(asked.items()))

    def _words(self, forecast: Forecast) -> tuple[str, str]:
        """Return '−26.0 kB, −0.2 ± 0.3 points', and how it was obtained."""
        if forecast.refused:
            return "–", said(forecast.refused)
        preview = self._session.preview
        change = forecast.bytes - round(preview.size.value) if preview is not None else 0
        words = ("−" if change < 0 else "+") + size(abs(change))
        tip = self.tr("Forecast: the file with this step has {size}.").format(size=size(forecast.bytes))
        if forecast.predicted is not None:
            words += ", " + prediction_text(forecast.predicted, self._session.metric)
            tip += " " + self.tr("Predicted for the whole recipe; the compressed model was not run.")
        return words, tip
