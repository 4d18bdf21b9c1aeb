"""Plan tab: a goal, the search for it, and the trade-off to choose from."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.recipe.recipe import Recipe
from workbench.core.targets.reading import energy_told
from workbench.ui.commands.menus import TargetMenu
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.panels.preview_banner import PreviewBanner
from workbench.ui.plans import wish
from workbench.ui.plans.entries import Scene, entries_of
from workbench.ui.plans.plans import Plans
from workbench.ui.plots.splitter import EVEN, PlotSplitter
from workbench.ui.recipe_text.side_by_side import Comparison
from workbench.ui.session.session import Session
from workbench.ui.tabs.plan import words
from workbench.ui.tabs.plan.goal_bar import GoalBar
from workbench.ui.tabs.plan.plot import TradeoffPlot
from workbench.ui.tabs.plan.presets import PresetMenu
from workbench.ui.tabs.plan.running import SearchProgress
from workbench.ui.tabs.plan.table import RecipeModel, RecipeTable
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import label

LOWEST, NARROWEST = 320, 360  # pixels


class Halves(PlotSplitter):
    """The plot, and the table beside it or below; below, the plot has more of the room."""

    def share(self) -> None:
        self.setSizes([EVEN, EVEN] if self.wide else [3 * EVEN, 2 * EVEN])


class PlanTab(QWidget):
    """Follows the session and its plans; previews recipes, and applies them, through the session's undo list.

    data_wanted   the button that opens data was pressed
    """

    data_wanted = Signal()

    def __init__(self, session: Session, plans: Plans, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.plans = session, plans
        self.picked: tuple[int, ...] = ()
        self._proposing = False  # a search has ended, and its choice is to be shown with the next update
        self.bar = GoalBar(self)
        self.bar.targets = TargetMenu(session, self.bar)
        self.presets = QPushButton(self.tr("Presets"), self)
        self.presets.setToolTip(self.tr("Recipes that need no search: one stack of steps on every layer"))
        self.preset_menu = PresetMenu(plans, self)  # in the menu bar, too
        self.presets.setMenu(self.preset_menu)
        self.progress = SearchProgress(plans, self)
        self.banner = PreviewBanner(session, self)
        self._build_notes()
        self.plot = TradeoffPlot(self)
        self.model = RecipeModel(self)
        self.table = RecipeTable(self.model, self)
        self.comparison = Comparison(self)
        self.comparison.close_button.setToolTip(self.tr("Back to the list of recipes"))
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.comparison)
        self.halves = Halves(self, beside=900)
        self.halves.addWidget(self.plot)
        self.halves.addWidget(self.pages)
        self.halves.share()
        self._lay_out()
        self._connect()
        self._on_model()

    def _build_notes(self) -> None:
        self.notes = QWidget(self)
        self.note = label("", self.notes, -1)
        self.open_data = QPushButton(self.tr("Open data…"), self.notes)
        theme.set_icon(self.open_data, "data")
        self.open_data.clicked.connect(self.data_wanted)
        row = QHBoxLayout(self.notes)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.note, 1)
        row.addWidget(self.open_data)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.UNIT)
        head.addWidget(self.bar, 1)
        head.addWidget(self.presets)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.DOUBLE)
        column.setSpacing(theme.UNIT)
        column.addLayout(head)
        for widget in (self.progress, self.banner, self.notes):
            column.addWidget(widget)
        column.addWidget(self.halves, 1)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumSize(NARROWEST, LOWEST)

    def _connect(self) -> None:
        session, plans = self.session, self.plans
        self._scene = session.turns.piece(self.halves, self.refresh, Place.WHAT_IT_LOOKS_LIKE)
        self._rows = session.turns.piece(self.halves, self._show_rows, Place.ELSEWHERE)
        controls = session.turns.piece(self, self._show_controls, Place.WHAT_TO_DO)
        session.model_changed.connect(self._on_model)
        for signal in (
            plans.changed,
            session.data_changed,
            session.recipe_changed,
            session.preview_changed,
            session.methods_changed,
            session.snapshots.changed,
        ):
            signal.connect(self._scene.soon)
        for signal in (
            plans.changed,
            plans.progressed,
            session.data_changed,
            session.selection_changed,
            session.recipe_changed,
        ):
            signal.connect(controls.soon)
        theme.signals.changed.connect(self._scene.soon)
        plans.ended.connect(self._on_ended)
        session.data_changed.connect(self._ask)
        session.history.looked.connect(self._on_looked)
        self.bar.changed.connect(self._on_wish)
        self.bar.started.connect(self.start)
        self.preset_menu.applied.connect(self.apply_preset)
        canvas = self.plot.canvas
        canvas.picked.connect(self._on_dot)
        self.table.picked.connect(self.pick)
        for widget in (canvas, self.table):
            widget.applied.connect(self.apply)
            widget.left.connect(self.leave)
        self.comparison.closed.connect(self.leave)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        if self.isVisible():
            self.plans.ask_forecasts()

    def _on_model(self) -> None:
        model = self.session.model
        self.picked = ()
        self.bar.set_wish(wish.recall(model.fingerprint) if model is not None else wish.Wish(), model)
        self._show_controls()
        self._scene.soon()
        self._ask()

    def refresh(self) -> None:
        """Draw the plot, and then the table."""
        session, plans = self.session, self.plans
        metric = plans.front.metric if plans.front is not None else session.metric
        baseline = session.baseline
        goal = self.bar.wish.goal(session.model, self.bar.points, ())
        value = words.original_value(plans.front, baseline.value if baseline is not None else None)
        scene = Scene(entries_of(session, plans), plans.front, goal, metric, value, session.model)
        self.preset_menu.measure, self.preset_menu.baseline = metric, value
        self.plot.show_scene(scene, session.methods)
        self.plot.canvas.choose(self.picked)
        self._rows.soon()

    def _show_rows(self) -> None:
        """Update the table, in a later turn."""
        self.model.show_scene(self.plot.scene)
        self._show_picked()
        if self._proposing:
            self._proposing = False
            self._propose()

    def _show_controls(self) -> None:
        session, plans = self.session, self.plans
        self.bar.set_metric(session.metric)
        self.bar.set_selected(len(self._selected()))
        target = session.target
        self.bar.set_target(target.title if target is not None else "", energy_told(target.id if target else ""))
        self.bar.setVisible(not plans.job)
        self.presets.setVisible(not plans.job)
        focused = QApplication.focusWidget()
        if not plans.job and focused is not None and self.progress.isAncestorOf(focused):
            self.table.setFocus()  # as above: its buttons disappear, and the result is to be proposed here
        self.progress.refresh()
        reason = plans.reason or self.bar.obstacle
        self.bar.begin.setEnabled(not reason and not plans.job)
        editable = any(not layer.locked for layer in session.model.layers) if session.model else False
        self.presets.setEnabled(editable)
        self.preset_menu.menuAction().setEnabled(editable and not plans.job)
        notes = plans.failure or reason or " ".join(said(note) for note in (plans.front.notes if plans.front else ()))
        self.note.setText(notes)
        self.open_data.setVisible(session.data is None and session.model is not None)
        self.notes.setVisible(bool(notes) and not plans.job)

    def _selected(self) -> tuple[str, ...]:
        layers = (self.session.layer(path) for path in self.session.selection)
        return tuple(layer.path for layer in layers if layer is not None and not layer.locked)

    def _show_picked(self) -> None:
        """Show the picked recipes in plot and table; two of them layer by layer."""
        session = self.session
        self.plot.canvas.choose(self.picked)
        self.table.choose(self.picked)
        two = [entry for key in self.picked if (entry := self.plot.entry(key)) is not None]
        if len(two) == 2 and session.model is not None:
            names = words.name_of(two[0]), words.name_of(two[1])
            recipes = two[0].point.recipe, two[1].point.recipe
            self.comparison.show_two(names, recipes, session.model, session.methods)
            self.pages.setCurrentWidget(self.comparison)
        else:
            self.pages.setCurrentWidget(self.table)

    # -- hand ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start a search for the goal in the bar."""
        if self.bar.begin.isEnabled():
            self.table.setFocus()  # the button disappears, and the focus would go anywhere
            self.plans.start(self.bar.wish.goal(self.session.model, self.bar.points, self._selected()))

    def _on_ended(self) -> None:
        self._proposing = self.isVisible()

    def _propose(self) -> None:
        """Preview the recipe that the search chose, ready for Enter; but only if the tab is visible and nothing else is
        previewed, so that nothing changes unexpectedly."""
        front, focus = self.plans.front, QApplication.focusWidget()
        here = self.isVisible() and (focus is None or self.isAncestorOf(focus))
        if here and not self.picked and front is not None and front.chosen is not None:
            self.pick((self.plans.same.of(front.chosen),))
            self.table.setFocus()

    def _on_wish(self) -> None:
        if (model := self.session.model) is not None:
            wish.remember(model.fingerprint, self.bar.wish)
        self._show_controls()
        self._scene.soon()

    def _on_dot(self, key: int, joins: bool) -> None:
        self.pick((self.picked[-1], key) if joins and self.picked and key != self.picked[-1] else (key,))

    def pick(self, keys: tuple[int, ...]) -> None:
        """Preview one recipe, or compare two."""
        self.picked = keys
        if len(keys) == 1:
            self._look_at(keys[0])
        self._show_picked()

    def _look_at(self, key: int) -> None:
        session, entry = self.session, self.plot.entry(key)
        if entry is None:
            return
        if "current" in entry.marks:
            session.history.leave()
            return
        name = words.name_of(entry)
        recipe = entry.point.recipe
        whole = self._whole(recipe) if entry.snapshot else self._leaving(self._whole(recipe))
        session.history.look(whole, name, self.tr("apply {name}").format(name=name), session)

    def _whole(self, recipe: Recipe) -> Recipe:
        """Return the recipe with what a search does not decide: the training stages unless it was retrained, its data,
        and the target."""
        standing = self.session.history.standing(self.session.recipe)
        found = recipe.storing
        integers = found.integers if found.integers == "all" else standing.storing.integers
        storing = replace(standing.storing, sparse=found.sparse, codes=found.codes, integers=integers)
        recover = recipe.recover or standing.recover
        return Recipe(recipe.rows, recipe.seed, recover, storing, standing.data, standing.target)

    def _leaving(self, recipe: Recipe) -> Recipe:
        """Return the recipe without steps for the layers that the current one leaves alone."""
        session = self.session
        standing = session.history.standing(session.recipe)
        layers = session.model.layers if session.model is not None else ()
        return recipe.leaving(layer.path for layer in layers if standing.leaves_alone(layer.path))

    def apply(self) -> None:
        """Apply the previewed recipe, as one step."""
        self.session.history.keep()

    def leave(self) -> None:
        """End the preview, with nothing picked."""
        self.picked = ()
        self.session.history.leave()
        self._show_picked()

    def apply_preset(self, name: str) -> None:
        """Apply a preset as one undoable step."""
        self.session.history.leave()
        text = self.tr("apply {name}").format(name=said(name))
        self.session.change_recipe(self._leaving(self._whole(self.plans.presets[name])), text)

    def _on_looked(self) -> None:
        """Clear the picked recipes if the preview was ended elsewhere, by an edit or an undo."""
        if self.session.history.looking is None and len(self.picked) == 1:
            self.picked = ()
            self._scene.soon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self.session.history.looking is not None or self.picked):
            self.leave()
            return
        super().keyPressEvent(event)
