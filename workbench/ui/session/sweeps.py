"""Sweeps: one parameter increased step by step; the request, and the curve so far."""

from __future__ import annotations

from workbench.core.analysis.sweep import Curve, Sweep
from workbench.core.ipc import messages
from workbench.ui.base import settings
from workbench.ui.engine_client.tracked_job import TrackedJob
from workbench.ui.session.state import State


class Sweeps(TrackedJob):
    """The curve is kept until the model or the data changes, or another sweep starts."""

    def __init__(self, session: State) -> None:
        super().__init__(session.link, session)
        self._session = session
        self.curve: Curve | None = None
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self.forget)

    def start(self, wanted: Sweep) -> None:
        """Start a sweep on top of the current recipe."""
        if self.job:
            return
        self.curve = None
        stopped = self.tr("Stopped. Measured values are kept.")
        self._ask(
            messages.Sweep,
            self.tr("Sweep"),
            self._take,
            self._updated,
            stopped,
            wanted=wanted,
            recipe=self._session.recipe,
            force=settings.workforce(),
        )

    def forget(self) -> None:
        """Drop the curve, as the model or the data changed."""
        self.curve = None
        self._drop()

    def _take(self, curve: Curve) -> None:
        self.curve = curve

    def _updated(self, curve: Curve) -> None:
        self._take(curve)
        self.changed.emit()
