"""Menu of recipes that need no search: one stack of steps on every layer."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from workbench.core.analysis.plan import PRESETS, Point
from workbench.core.base.quantities import MetricInfo, size
from workbench.core.layer_data.forecast import Forecast
from workbench.ui.commands.actions import BROAD
from workbench.ui.plans.entries import Entry
from workbench.ui.plans.plans import Plans
from workbench.ui.tabs.plan import words
from workbench.ui.text import format
from workbench.ui.text.i18n import said, tr
from workbench.ui.widgets.labels import tooltip


class PresetMenu(QMenu):
    """Signal: `applied` with the name of a preset; each entry shows its predicted effect."""

    applied = Signal(str)

    def __init__(self, plans: Plans, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plans = plans
        self.measure = MetricInfo()
        self.baseline: float | None = None
        self.setTitle(self.tr("Apply to all layers"))
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        plans.changed.connect(lambda: self.fill() if self.isVisible() else None)

    def showEvent(self, event: QShowEvent) -> None:
        """Request the figures only when the menu is shown; the command palette fills it, too, and does not need
        them."""
        super().showEvent(event)
        self._plans.ask_forecasts()

    def fill(self) -> None:
        for name, action in self._entries().items():
            forecast = self._plans.forecasts.get(name)
            title = said(name)
            action.setText(f"{title[:1].upper()}{title[1:]}\t{self._figures(name, forecast)}")
            action.setEnabled(forecast is None or not forecast.refused)
            action.setToolTip(tooltip(said(forecast.refused)) if forecast is not None and forecast.refused else "")

    def _entries(self) -> dict[str, QAction]:
        """Return an action for each preset; a menu that is emptied while it is open closes."""
        if not self.actions():
            for name in PRESETS:
                action = self.addAction("")
                action.setProperty(BROAD, True)
                action.triggered.connect(partial(self._apply, name))
        return dict(zip(PRESETS, self.actions(), strict=True))

    def _apply(self, name: str, _: bool = False) -> None:
        self.applied.emit(name)

    def _figures(self, name: str, forecast: Forecast | None) -> str:
        """Return '149 kB, −0.3 ± 0.4 points' if it was measured, else the prediction."""
        if forecast is None:
            return tr("computing…")
        if forecast.refused:
            return tr("not for this model")
        point = self._measured(name)
        change = "" if point is None else words.change_words(Entry(0, point), self.measure, self.baseline)
        if change:
            return tr("{size}, {change}").format(size=size(forecast.bytes), change=change)
        if forecast.predicted is None:
            return size(forecast.bytes)
        change = format.prediction_text(forecast.predicted, self.measure)
        return tr("{size}, predicted: {change}").format(size=size(forecast.bytes), change=change)

    def _measured(self, name: str) -> Point | None:
        front, same = self._plans.front, self._plans.same
        key = same.key(self._plans.presets[name])
        points = front.points if front is not None else ()
        found = next((point for point in points if not point.retrained and same.of(point) == key), None)
        return found or self._plans.measured.get(key)
