"""Activations tab: inputs and outputs of the selected layer on the calibration samples, per channel."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from workbench.core.ipc import messages
from workbench.core.layer_data.activation_stats import Activation, Passing
from workbench.core.recipe.recipe import Recipe
from workbench.ui.engine_client.client import Handlers
from workbench.ui.engine_client.coalesce import Latest
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.plots.splitter import PlotPair
from workbench.ui.session.session import Session
from workbench.ui.session.undo import Remembered
from workbench.ui.tabs.activations import words
from workbench.ui.tabs.activations.ranges_plot import RangesPlot
from workbench.ui.tabs.activations.values_plot import ValuesPlot
from workbench.ui.text.describe import unless_none
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle
from workbench.ui.widgets.labels import Plain, label, muted

PATIENCE_MS = 10_000
REST_MS = 400  # pause in editing before the compressed side is measured, which takes a run of the model
KEPT = 40
COMFORT = 240  # pixels of height of a plot
STATIC = "quantize.static"


class ActivationsTab(QWidget):
    """Requests the original's activations when visible, then those of the recipe's model; results are cached until the
    data changes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[str, Passing] = {}
        self._failures: dict[str, str] = {}
        self._requests = Latest(session.link, PATIENCE_MS, self)
        self._after: Remembered[Passing] = Remembered(KEPT)  # of compressed models, by layer and recipe
        self._no_after: dict[Hashable, str] = {}  # why there are none
        self._asked: Hashable = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        self._content = QWidget(self)
        self.hint = Plain(self)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setForegroundRole(self.hint.palette().ColorRole.PlaceholderText)
        self._waits_for: Hashable = None
        self._build()
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self._content)
        self._drawing = session.turns.piece(self, self.show_passing, Place.WHAT_IT_LOOKS_LIKE)
        self._drawing.soon()
        session.model_changed.connect(self._forget)
        session.data_changed.connect(self._forget)
        session.selection_changed.connect(self.refresh)
        session.recipe_changed.connect(self._on_recipe)
        session.trainings.changed.connect(self._on_trained)
        session.link.lost.connect(self._on_lost)
        session.preview_changed.connect(self._ask)  # also after another engine process has opened the model

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.sides = QButtonGroup(self)
        bar = QHBoxLayout()
        bar.setSpacing(theme.UNIT)
        for index, title in enumerate((self.tr("Input"), self.tr("Output"))):
            button = toggle(self._content, title)
            self.sides.addButton(button, index)
            bar.addWidget(button)
        self.sides.button(0).setChecked(True)
        self.sides.button(1).setToolTip(
            self.tr("After the bias, and after the activation function where nothing else reads its input")
        )
        self.sides.idClicked.connect(lambda _: self.show_passing())
        self.ranges, self.values = RangesPlot(self._content), ValuesPlot(self._content)
        self.plots = PlotPair(
            self.ranges, self.values, (self.tr("Channels"), self.tr("Values")), COMFORT, self._content
        )
        bar.addStretch(1)
        for button in self.plots.buttons:
            bar.addWidget(button)
        self.source = muted("", self._content)
        self.rule = QComboBox(self._content)
        self.rule.setAccessibleName(self.tr("Calibration of 8-bit range"))
        self.rule.setToolTip(
            self.tr(
                "The 8-bit range covers all values, covers 99.99 % of them, minimises the squared "
                "error, or minimises the KL divergence of the distribution (entropy)"
            )
        )
        self.rule.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.rule.setMinimumContentsLength(4)  # it may shrink to this
        self.rule.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.rule.setMaximumWidth(190)
        for name, title in (
            ("minmax", self.tr("8 bits: all values")),
            ("percentile", self.tr("8 bits: 99.99 %")),
            ("mse", self.tr("8 bits: least squares")),
            ("entropy", self.tr("8 bits: entropy")),
        ):
            self.rule.addItem(title, name)
        self.rule.currentIndexChanged.connect(lambda _: self.show_passing())
        bar.addSpacing(theme.UNIT)
        bar.addWidget(self.rule, 2)
        self.notes = label("", self._content, -1)
        self.notes.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.DOUBLE)
        column.setSpacing(theme.UNIT)
        column.addLayout(bar)
        column.addWidget(self.plots, 1)
        column.addWidget(self.source)
        column.addWidget(self.notes)

    # -- asking ----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show what is known of the current layer, and request the rest."""
        self._drawing.soon()
        self._follow_recipe()
        self._ask()

    @property
    def _key(self) -> Hashable:
        """Return the key of the compressed side; None if the recipe leaves the model unchanged."""
        recipe, trained = self._session.recipe, self._session.trainings.result is not None
        return (self._session.current, recipe.in_effect, trained) if recipe.rows or recipe.recover else None

    def _on_recipe(self) -> None:
        """Measure the compressed side when editing pauses; until then it is hidden."""
        self._waits_for = self._key
        self._follow_recipe()
        self._drawing.soon()
        self._rest.start()

    def _on_trained(self) -> None:
        """Measure again if the recipe was trained meanwhile."""
        if self._key != self._waits_for:
            self._on_recipe()

    def _ask(self) -> None:
        """Request the original, then the compressed model."""
        path, session = self._session.current, self._session
        layer = session.layer(path)
        if not self.isVisible() or layer is None or layer.locked or session.data is None or path in self._failures:
            return
        known, key = self._known.get(path), self._key
        if known is None or not known.complete:
            self._request_once(path, Recipe(), self._known.__setitem__, self._failures)
            return
        after = self._after.get(key) if key is not None else None
        if key is not None and (after is None or not after.complete) and key not in self._no_after:
            self._request_once(key, session.recipe, self._after.put, self._no_after)

    def _request_once(
        self, key: Hashable, recipe: Recipe, keep: Callable[[Any, Passing], None], failures: dict[Any, str]
    ) -> None:
        if key == self._asked:
            return
        self._asked = key
        self._requests.submit(partial(self._request, key, self._session.current, recipe, keep, failures))

    def _request(
        self, key: Hashable, path: str, recipe: Recipe, keep: Callable[[Any, Passing], None], failures: dict[Any, str]
    ) -> int:
        def updated(passing: Passing) -> None:
            keep(key, passing)
            self._drawing.soon()

        def done(passing: Passing) -> None:
            updated(passing)
            self._settle(key)
            self._ask()

        def failed(failure: messages.Failed) -> None:
            failures[key] = f"{failure.what} {failure.hint}".strip()
            self._drawing.soon()
            self._settle(key)

        handlers = Handlers(done=done, updated=updated, failed=failed, stopped=partial(self._settle, key), quiet=True)
        return self._session.link.request(messages.Activations, handlers, path=path, recipe=recipe)

    def _settle(self, key: Hashable) -> None:
        if self._asked == key:
            self._asked = None
        self._requests.answered()

    def _forget(self) -> None:
        """Drop all results, as the model or the data changed."""
        self._on_lost()
        for known in (self._known, self._failures, self._after, self._no_after):
            known.clear()
        self.refresh()

    def _on_lost(self, *_: object) -> None:
        self._requests.drop()
        self._asked = None

    def _follow_recipe(self) -> None:
        """Use the rule of the layer's own step, if it has one."""
        for action in self._session.recipe.actions_for(self._session.current) if self._session.current else ():
            if action.method == STATIC:
                self.rule.setCurrentIndex(max(self.rule.findData(action.params.get("activations", "minmax")), 0))

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def shown(self) -> Activation | None:
        """Return the shown side of the current layer, in the original."""
        return self._side(self._known.get(self._session.current))

    @property
    def shown_after(self) -> Activation | None:
        """Return the same in the compressed model; None if unknown or missing."""
        return self._side(self._after.get(self._key))

    def _side(self, passing: Passing | None) -> Activation | None:
        if passing is None:
            return None
        return passing.delivered if self.sides.checkedId() else passing.received

    def show_passing(self) -> None:
        passing, shown = self._known.get(self._session.current), self.shown
        self.hint.setText(self._why_not(passing))
        self._pages.setCurrentWidget(self.hint if self.hint.text() else self._content)
        if passing is None:
            return
        key = self._key
        compressed = words.compressed(self._after.get(key), self._no_after.get(key, "")) if key is not None else ""
        self.source.setText("   ".join(part for part in (words.source(passing), compressed) if part))
        if shown is None:
            for plot in (self.ranges, self.values):
                plot.show_sentence(self.tr("This layer receives indices, which have no value range."))
            self.notes.setText("")
            return
        levels = shown.levels.get(self.rule.currentData())
        after = self.shown_after
        self.ranges.show_activation(shown, levels, after)
        self.values.show_activation(shown, levels, after)
        parts = [words.clipping(levels)] if levels is not None else []
        parts += [words.dead(shown), words.outliers(shown)]
        self.notes.setText("\n".join(parts + ([words.change(shown, after)] if after is not None else [])))

    def _why_not(self, passing: Passing | None) -> str:
        session = self._session
        layer = session.layer(session.current)
        if layer is None:
            return unless_none(session.model, self.tr("Select a layer to see its activations."))
        if layer.locked:
            return said(layer.locked)
        if session.data is None:
            return self.tr("Activations need samples. Open a data set first.")
        if session.current in self._failures:
            return self._failures[session.current]
        return "" if passing is not None else self.tr("Running the calibration samples…")
