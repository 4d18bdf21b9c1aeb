"""Recover tab: the training stages of the recipe, a button that runs them, and their progress."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QMenu, QPushButton, QSpinBox, QVBoxLayout, QWidget

from workbench.core.base.quantities import MetricInfo, duration, metric_text
from workbench.core.recipe.recovery import INFOS, STAGES, Recovery, Stage, StageResult
from workbench.ui.actions.card.reorder import Reorder
from workbench.ui.actions.form.values import edit_text
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.plots.curve import CurvePlot, along
from workbench.ui.plots.splitter import PlotSplitter
from workbench.ui.session.session import Session
from workbench.ui.session.training import Trainings
from workbench.ui.tabs.recover.stage_card import StageCard
from workbench.ui.tabs.recover.temperatures import TemperaturePlot
from workbench.ui.text import format
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Caution, heading, label, muted
from workbench.ui.widgets.rows import Fitting, at_most, set_column

FORM_WIDTH, FORM_WIDEST, LOWEST = 300, 520, 280  # pixels
CURVES_BESIDE = 480  # pixels of width from which two curves have room side by side


class Halves(PlotSplitter):
    """The stages, no wider than a form should be, and the curves beside them, or below."""

    def share(self) -> None:
        room = self.width() if self.wide else self.height()
        form = min(FORM_WIDEST, room // 2)
        self.setSizes([form, room - form])


class RecoverTab(QWidget):
    """Edits `recover` of the session's recipe through its undo stack."""

    def __init__(self, session: Session, trainings: Trainings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._trainings = session, trainings
        self.cards: list[StageCard] = []
        self._build_left()
        self._build_right()
        self._halves = splitter = Halves(self)
        splitter.addWidget(self._left)
        splitter.addWidget(self._right)
        splitter.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.DOUBLE, theme.DOUBLE, theme.DOUBLE)
        column.addWidget(splitter)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # if it is narrow, the halves are stacked
        self.setMinimumSize(FORM_WIDTH, LOWEST)  # not the sum of its parts, as the window must not grow
        self._drawing = session.turns.piece(self, self._draw, Place.WHAT_IT_LOOKS_LIKE)
        for signal in (session.recipe_changed, session.data_changed, session.model_changed, trainings.changed):
            signal.connect(self.refresh)
        self.refresh()

    # -- building --------------------------------------------------------------------------------------------------

    def _build_left(self) -> None:
        self._left = QWidget(self)
        self._left.setMinimumWidth(FORM_WIDTH)
        self.about = muted(
            self.tr(
                "Training after compression recovers accuracy. Zeros, factors and quantisation "
                "levels are preserved, so the file stays as small."
            ),
            self._left,
        )
        self.add = QPushButton(self.tr("Add a training stage"), self._left)
        theme.set_icon(self.add, "add")
        menu = QMenu(self.add)
        menu.setToolTipsVisible(True)
        for info in STAGES:
            action = menu.addAction(said(info.title))
            action.setToolTip(said(info.summary))
            action.triggered.connect(lambda _=False, kind=info.id: self._add(kind))
        self.add.setMenu(menu)
        self.train = QPushButton(self.tr("Train"), self._left)
        self.train.setObjectName("primary")
        theme.set_icon(self.train, "play", "on_accent")
        self.train.clicked.connect(self._trainings.start)
        self.finish = QPushButton(self.tr("Stop, keep best"), self._left)
        self.finish.clicked.connect(self._trainings.finish)
        self.pause = QPushButton(self.tr("Pause"), self._left)
        self.pause.clicked.connect(self._trainings.hold)
        self._build_temperatures()
        self.why_not = muted("", self._left)
        content = QWidget(self._left)
        scroll = Fitting(self._left)
        set_column(scroll, content)
        scroll.setAccessibleName(self.tr("Training stages"))
        self.reorder = Reorder(scroll, lambda: self.cards)
        self.reorder.moved.connect(self._move)
        self._stack = QVBoxLayout(content)
        self._stack.setContentsMargins(0, 0, theme.UNIT, 0)
        self._stack.setSpacing(theme.UNIT)
        self._stack.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.train)
        buttons.addWidget(self.pause)
        buttons.addWidget(self.finish)
        buttons.addWidget(self.device)
        buttons.addStretch(1)
        form = QWidget(self._left)
        self._left.setLayout(at_most(FORM_WIDEST, form))
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        for widget in (self.about, self.add):
            column.addWidget(widget)
        column.addWidget(scroll)
        column.addWidget(self.why_not)
        column.addLayout(buttons)
        column.addWidget(self.trials)
        column.addStretch(1)

    def _build_temperatures(self) -> None:
        """Build the row that is shown while a stage has a temperature; and the device, if there is a choice."""
        self.trials = QWidget(self._left)
        self.try_ = QPushButton(self.tr("Sweep temperatures"), self.trials)
        self.try_.setToolTip(
            self.tr("Trains at temperatures from 1 to 20, each from the same start, and plots the metric.")
        )
        self.try_.clicked.connect(self._trainings.try_temperatures)
        self.seeds = QSpinBox(self.trials)
        self.seeds.setRange(1, 10)
        self.seeds.setPrefix(self.tr("seeds: "))
        self.seeds.setAccessibleName(self.tr("Runs per temperature"))
        self.seeds.valueChanged.connect(self._set_seeds)
        row = QHBoxLayout(self.trials)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.try_, self.seeds):
            row.addWidget(widget)
        row.addStretch(1)
        self.device = QComboBox(self._left)
        self.device.setAccessibleName(self.tr("Training device"))
        self.device.activated.connect(lambda: self._set_device(self.device.currentData()))

    def _set_seeds(self, number: int) -> None:
        self._trainings.seeds = number

    def _set_device(self, name: str) -> None:
        self._trainings.device = name

    def _show_devices(self) -> None:
        devices = self._session.link.devices
        if [self.device.itemData(index) for index in range(self.device.count())] != list(devices):
            self.device.clear()
            for name in devices:
                self.device.addItem(name.upper(), name)
        self.device.setVisible(len(devices) > 1 and not self._trainings.job)

    def _build_right(self) -> None:
        self._right = QWidget(self)
        self.reached = CurvePlot(self.tr("On held-out samples"), self.tr("metric"), self._right)
        self.loss = CurvePlot(self.tr("Training loss"), self.tr("loss"), self._right)
        self.outcome = label("", self._right)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.warning = Caution(self._right)
        self.temperatures = TemperaturePlot(self._right)
        self._plots = plots = PlotSplitter(self._right, CURVES_BESIDE)
        for plot in (self.reached, self.loss, self.temperatures):
            plots.addWidget(plot)
        self.proposal = QPushButton(self.tr("Use best temperature"), self._right)
        self.proposal.clicked.connect(self._use_temperature)
        column = QVBoxLayout(self._right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addWidget(plots, 1)
        column.addWidget(heading(self.tr("Result"), self._right))
        column.addWidget(self.outcome)
        column.addWidget(self.proposal, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.warning)
        column.addStretch()  # while there are no plots

    # -- what is shown ---------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Update stages and buttons at once, so that clicks hit the right one."""
        self._show_stages(self._session.recipe.recover)
        self._show_buttons()
        self._drawing.soon()

    def _draw(self) -> None:
        self._show_curve()
        self._show_temperatures()
        self._show_outcome(self._trainings.result)
        # Hides two empty plots as long as there is nothing to train.
        self._plots.setVisible(self._has_curve)
        begun = bool(self.cards or self._trainings.points or self._trainings.result)
        if begun and self._right.isHidden():
            self._right.show()
            self._halves.share()
        self._right.setVisible(begun)

    @property
    def _has_curve(self) -> bool:
        """Return whether a stage reports a learning curve, as those do that train by epochs."""
        infos = (INFOS.get(stage.kind) for stage in self._session.recipe.recover)
        by_epochs = any(field.name == "epochs" for info in infos if info is not None for field in info.fields)
        return by_epochs or bool(self._trainings.points)

    def _show_stages(self, stages: Sequence[Stage]) -> None:
        if [card.stage.kind for card in self.cards] == [stage.kind for stage in stages]:
            for card, stage in zip(self.cards, stages, strict=True):
                if card.stage != stage and not card.held:
                    card.set_stage(stage)
        else:
            for card in self.cards:
                self._stack.removeWidget(card)
                card.deleteLater()
            self.cards = [self._card(index, stage) for index, stage in enumerate(stages) if stage.kind in INFOS]
        for index, card in enumerate(self.cards):
            card.up.setEnabled(index > 0)
            card.down.setEnabled(index + 1 < len(self.cards))

    def _card(self, index: int, stage: Stage) -> StageCard:
        card = StageCard(stage, INFOS[stage.kind], self._left)
        card.changed.connect(lambda stage, name, finished: self._change(index, stage, name, finished))
        card.removed.connect(lambda: self._remove(index))
        card.moved.connect(lambda by: self._move(index, index + by))
        self.reorder.watch(card.head, card.grip)
        self._stack.insertWidget(index, card)
        return card

    def _show_buttons(self) -> None:
        """Update the buttons; the focus goes to the button that replaces the one with the focus."""
        focused = QApplication.focusWidget()
        self._enable_buttons()
        if focused is not None and self.isAncestorOf(focused) and not (focused.isVisible() and focused.isEnabled()):
            (self.pause if self._trainings.job else self.train).setFocus(Qt.FocusReason.OtherFocusReason)

    def _enable_buttons(self) -> None:
        running, reason = bool(self._trainings.job), self._trainings.reason
        self.pause.setVisible(running)
        self.pause.setText(self.tr("Resume") if self._trainings.paused else self.tr("Pause"))
        self.finish.setText(self.tr("Stop") if self._trainings.trying else self.tr("Stop, keep best"))
        self.trials.setVisible(not running and self._trainings.distils)
        self.try_.setEnabled(not reason)
        self._show_devices()
        self.train.setVisible(not running)
        self.train.setEnabled(not reason)
        self.finish.setVisible(running)
        self.why_not.setText(self._trainings.failure or reason)
        self.why_not.setVisible(bool(self.why_not.text()))
        for card in self.cards:
            card.setEnabled(not running)
        self.add.setEnabled(not running)

    def _show_curve(self) -> None:
        points = self._trainings.points
        metric = self._session.metric
        self.reached.canvas.setLabel("left", format.axis_text(metric))
        places, ends = along(points)
        self.reached.show_points(
            [(x, p.metric) for x, p in zip(places, points, strict=True) if p.metric is not None],
            metric,
            ends,
            {
                x: (p.low, p.high)
                for x, p in zip(places, points, strict=True)
                if p.low is not None and p.high is not None
            },
        )
        self.loss.show_points(
            [(x, p.loss) for x, p in zip(places, points, strict=True) if p.loss is not None], MetricInfo(), ends
        )

    def _show_temperatures(self) -> None:
        """Show the curve of a temperature sweep and its proposal, in place of the loss."""
        curve = self._trainings.curve
        self.temperatures.show_curve(curve)
        asked = curve is not None or self._trainings.trying
        self.temperatures.setVisible(asked)
        self.loss.setVisible(not asked)
        best = curve.best if curve is not None else None
        self.proposal.setVisible(best is not None and not self._trainings.job)
        if best is not None:
            self.proposal.setText(self.tr("Use {words}").format(words=self.temperatures.words(best)))

    def _use_temperature(self) -> None:
        curve = self._trainings.curve
        if curve is not None and (best := curve.best) is not None:
            stages = [
                Stage(stage.kind, {**stage.params, "temperature": best.temperature})
                if stage.kind == "distill"
                else stage
                for stage in self._session.recipe.recover
            ]
            self._put(stages, self.tr("temperature"))

    def _show_outcome(self, recovery: Recovery | None) -> None:
        if recovery is None:
            words = self.tr("Not trained yet. All figures are of the model before training.")
            if self._trainings.job:
                words = self.tr("Training. The best state on the left curve is kept.")
                if not self._has_curve:
                    words = self.tr("Training. What was learned is compared with the start when it is done.")
            if self._trainings.paused:
                words = self.tr("Paused. Press Resume to continue.")
            if self._trainings.trying:
                words = self.tr("Training at each temperature in turn, from the same start.")
            self.outcome.setText(words if self._session.recipe.recover else "")
            self.warning.show_text("")
            return
        lines = [line for result in recovery.stages for line in (self._words(result), *map(said, result.notes))]
        if recovery.gain is not None and (metric := self._session.metric):
            words = said(recovery.gain.words(metric))
            lines.append(self.tr("Training as a whole, on the measured samples: {words}.").format(words=words))
        self.outcome.setText("\n".join(lines))
        self.warning.show_text("\n".join(said(note) for note in recovery.notes))

    def _words(self, result: StageResult) -> str:
        gain = said(result.gain.words(result.metric)) if result.gain is not None else ""
        ends = (duration(result.seconds), gain, said(result.stopped))
        values = {
            "stage": said(INFOS[result.stage.kind].title),
            "metric": said(result.metric.title),
            "before": metric_text(result.before, result.metric),
            "after": metric_text(result.after, result.metric),
            "held": f"{result.held:,}",
            "time": self.tr("; ").join(filter(None, ends)),
        }
        if not result.epochs:
            return self.tr("{stage}: {metric} {before} → {after}, measured on {held} held-out samples; {time}.").format(
                **values
            )
        return self.tr(
            "{stage}: {metric} {before} → {after}, measured on {held} held-out samples (trained "
            "on {trained}); best after {best} of {epochs} epochs, {time}."
        ).format(**values, trained=f"{result.trained:,}", best=f"{result.best:.1f}", epochs=f"{result.epochs:.1f}")

    # -- hand ------------------------------------------------------------------------------------------------------

    def _put(self, stages: Sequence[Stage], text: str, finished: bool = True) -> None:
        self._session.change_recipe(replace(self._session.recipe, recover=tuple(stages)), text, finished)

    def _add(self, kind: str) -> None:
        self._put([*self._session.recipe.recover, Stage(kind)], self.tr("add a training stage"))
        self.cards[-1].focus_form()

    def _change(self, index: int, stage: Stage, name: str, finished: bool) -> None:
        stages = list(self._session.recipe.recover)
        stages[index] = stage
        self._put(stages, edit_text(said(INFOS[stage.kind].title), name), finished)

    def _remove(self, index: int) -> None:
        stages = list(self._session.recipe.recover)
        del stages[index]
        self._put(stages, self.tr("remove a training stage"))
        target = self.cards[min(index, len(self.cards) - 1)].remove if self.cards else self.add
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, index: int, to: int) -> None:
        stages = list(self._session.recipe.recover)
        stages.insert(to, stages.pop(index))
        self._put(stages, self.tr("order of training stages"))
        card = self.cards[to]
        pressed, other = (card.up, card.down) if to < index else (card.down, card.up)
        (pressed if pressed.isEnabled() else other).setFocus(Qt.FocusReason.OtherFocusReason)
