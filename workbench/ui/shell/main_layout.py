"""The four areas of an open model: layer tree, tabs, steps, scoreboard.

Built after the first paint, because the plots are slow to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QDockWidget, QMainWindow, QPlainTextEdit, QTabWidget, QToolBar, QWidget

from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.layer_queries import Wanted, WantOutlook
from workbench.core.recipe.action import Action
from workbench.ui.actions import ActionPanel, families
from workbench.ui.actions.form import values
from workbench.ui.actions.result import total
from workbench.ui.commands.layer_commands import LayerCommands
from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.engine_client.jobs import Jobs, JobStrip
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.panels.history_panel import HistoryPanel
from workbench.ui.panels.jobs_panel import JobsPanel
from workbench.ui.panels.preview_banner import PreviewNote
from workbench.ui.panels.scoreboard import Scoreboard
from workbench.ui.plans.plans import Plans
from workbench.ui.plans.step_effects import StepEffects
from workbench.ui.recipe_text.panel import RecipePanel
from workbench.ui.session.layer_pictures import LayerPictures
from workbench.ui.session.scans import Scans
from workbench.ui.session.session import Session
from workbench.ui.session.sweeps import Sweeps
from workbench.ui.shell.palette.entries import Entries
from workbench.ui.tabs.listing import Parts, build, offer
from workbench.ui.text.describe import stack_words
from workbench.ui.tree.data.cells import short
from workbench.ui.tree.step_drop import StepDrop
from workbench.ui.tree.view import TreePanel
from workbench.ui.widgets.dock_title import DockTitle

if TYPE_CHECKING:
    from workbench.ui.tabs.compare import CompareTab
    from workbench.ui.tabs.graph import GraphTab
    from workbench.ui.tabs.inspect.tab import InspectTab
    from workbench.ui.tabs.plan import PlanTab
    from workbench.ui.tabs.sensitivity import SensitivityTab

SIDES = Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
SHARES = ((0.29, (372, 560)), (0.24, (304, 420)))  # of the window's width for layers and steps, and pixels
MORE = 0.05  # of the window's width for one more column of the layers
HEIGHTS = (150, 300)  # of what is at the bottom


class MainLayout(QObject):
    """The widgets of an open model, and their connections with the session. They exist after `build`.

    Every tab of ui.tabs.listing is an attribute by its name; those below have further connections here.
    """

    inspect: InspectTab
    graph: GraphTab
    sensitivity: SensitivityTab
    plan: PlanTab
    compare: CompareTab

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        layer_commands: LayerCommands,
        snapshot_commands: SnapshotCommands,
        jobs: Jobs,
    ) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._layer_commands, self._snapshot_commands, self._jobs = layer_commands, snapshot_commands, jobs

    def build(self) -> Iterator[None]:
        """Build the widgets, one part per step."""
        session, window, snapshot_commands = self._session, self._window, self._snapshot_commands
        self.tree = TreePanel(session, self._layer_commands, window)
        self.pictures = LayerPictures(session, self)
        self.actions = ActionPanel(window)
        self._layer_commands.steps = self.actions.families
        self.entries = Entries(session, self._layer_commands, self.actions, self)
        yield
        self.scoreboard = Scoreboard(session, snapshot_commands, window)
        self.jobs = JobStrip(self._jobs, session.link, window)
        window.statusBar().addPermanentWidget(self.jobs)
        self.looking = PreviewNote(session, window)
        window.statusBar().addPermanentWidget(self.looking)
        yield
        yield from self._build_tabs()
        self._build_docks()
        self.bar = _bottom_bar(window, self.scoreboard)
        self._connect()

    def _build_tabs(self) -> Iterator[None]:
        session, tabs = self._session, QTabWidget(self._window)
        self.tabs = tabs
        tabs.setObjectName("views")
        tabs.setDocumentMode(True)
        tabs.setAccessibleName(self.tr("Views"))
        self.scans = Scans(session)
        parts = Parts(session, self._snapshot_commands, self.scans, Sweeps(session), session.trainings, Plans(session))
        for name, widget in build(tabs, parts):
            setattr(self, name, widget)
            yield
        offer(tabs, session.model)
        session.model_changed.connect(lambda: offer(tabs, session.model))
        tabs.currentChanged.connect(lambda _: self.looking.show_unless(tabs.currentWidget() is self.plan))
        self._snapshot_commands.compare.triggered.connect(lambda: tabs.setCurrentWidget(self.compare))

    def _build_docks(self) -> None:
        session, window = self._session, self._window
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        bottom = Qt.DockWidgetArea.BottomDockWidgetArea
        self.layers_dock = _dock(window, "layers", self.tr("Layers"), self.tree, left)
        self.actions_dock = _dock(window, "actions", self.tr("Steps"), self.actions, right)
        self.history = HistoryPanel(session, window)
        self.history_dock = _dock(window, "history", self.tr("History"), self.history, bottom, "Ctrl+Shift+H")
        self.jobs_panel = JobsPanel(self._jobs, session.link, window)
        self.jobs_dock = _dock(window, "jobs", self.tr("Jobs and log"), self.jobs_panel, bottom, "Ctrl+Shift+J")
        self.recipe_panel = RecipePanel(session, window)
        self.recipe_dock = _dock(window, "recipe", self.tr("Recipe as text"), self.recipe_panel, bottom, "Ctrl+Shift+R")
        self._share_the_bottom()
        self.docks = [self.layers_dock, self.actions_dock, *self._bottom]

    @property
    def _bottom(self) -> tuple[QDockWidget, ...]:
        return (self.history_dock, self.jobs_dock, self.recipe_dock)

    def set_visible(self, visible: bool) -> None:
        for widget in (self.layers_dock, self.actions_dock, self.bar):
            widget.setVisible(visible)
        for dock in self.docks:
            dock.toggleViewAction().setEnabled(visible)

    def _share_the_bottom(self) -> None:
        """Stack the docks at the bottom, below the views only, so that layers and steps keep the whole height."""
        window = self._window
        window.tabifyDockWidget(self.jobs_dock, self.history_dock)
        window.tabifyDockWidget(self.history_dock, self.recipe_dock)
        window.setTabPosition(Qt.DockWidgetArea.BottomDockWidgetArea, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)

    def reset_sizes(self) -> None:
        """Set the initial sizes of the docks: shares of the window, within readable bounds."""
        size = self._window.size()
        widths = [_within(share * size.width(), *ends) for share, ends in SHARES]
        self._window.resizeDocks([self.layers_dock, self.actions_dock], widths, Qt.Orientation.Horizontal)
        for dock in self._bottom:
            self._window.resizeDocks([dock], [_within(0.2 * size.height(), *HEIGHTS)], Qt.Orientation.Vertical)

    def scan(self) -> None:
        """Show the Sensitivity tab, and start a scan."""
        self.tabs.setCurrentWidget(self.sensitivity)
        self.sensitivity.scan()

    def sweep(self) -> None:
        """Show the Sensitivity tab, and start a sweep."""
        self.tabs.setCurrentWidget(self.sensitivity)
        self.sensitivity.sweep()

    def _connect(self) -> None:
        session = self._session
        self._looks = session.turns.piece(self.inspect, self._show_layer, Place.WHAT_IT_LOOKS_LIKE)
        self._result = session.turns.piece(self.actions, self._show_result, Place.WHAT_TO_DO)
        for signal in (
            session.methods_changed,
            session.selection_changed,
            session.recipe_changed,
            session.view_changed,
            session.edit_changed,
            session.couplings_changed,
            session.views_changed,
            session.changes_changed,
        ):
            signal.connect(self._looks.soon)
        for signal in (session.selection_changed, session.recipe_changed, session.changes_changed):
            signal.connect(self._result.soon)
        # The steps at once, so that clicks hit the right one.
        session.methods_changed.connect(self._show_methods)
        session.targets_changed.connect(self._show_steps)
        session.selection_changed.connect(self._show_selection)
        session.recipe_changed.connect(self._show_steps)
        session.view_changed.connect(self._show_view)
        session.couplings_changed.connect(self._show_couplings)
        session.edit_changed.connect(self._show_conflicts)
        for signal in (self.scans.changed, self.scans.shown, session.methods_changed):
            signal.connect(self._show_losses)
        self.inspect.wanted.connect(self.pictures.ask)
        self.pictures.forgotten.connect(self.inspect.ask_again)
        session.trainings.trained.connect(lambda _recipe: self.pictures.forget())
        for answer in (self.pictures.answered, self.pictures.failed):  # it belongs to the layer that is selected now
            answer.connect(lambda *_: self._looks.run())
        self.pictures.answered.connect(self.inspect.show_picture)
        self.pictures.failed.connect(self.inspect.show_failure)
        self.pictures.failed.connect(lambda _wanted, sentence: session.told.emit(sentence))
        self.pictures.answered.connect(self._show_outlook)
        self.actions.outlook_wanted.connect(self.pictures.ask)
        self.effects = StepEffects(session)
        self.effects.known.connect(self.actions.menu.show_effect)
        self.actions.effects_wanted.connect(
            lambda steps: self.effects.ask(session.free(self._layer_commands.editable()), self._stack(), steps)
        )
        session.rested.connect(self.actions.recommend)
        session.data_changed.connect(self.actions.forget_outlooks)
        session.data_changed.connect(self.actions.curves.forget)
        session.link.learned.connect(self.actions.show_curve)
        self.inspect.action_dragged.connect(self._on_dragged)
        self.inspect.chosen.connect(lambda path: session.select(session.selection, path))
        self.actions.actions_changed.connect(self._on_actions)
        self.actions.reorder.elsewhere = StepDrop(session, self.actions, self.tree.tree)
        self.actions.reorder.refused.connect(session.told)
        self.actions.alone.lifted.connect(self._lift)
        self._show_methods()
        self._show_couplings()
        self._show_selection()
        self._show_view()
        self._show_conflicts()
        self._show_layer()

    # -- commands --------------------------------------------------------------------------------------------------

    def _show_methods(self) -> None:
        self.actions.set_methods(tuple(self._session.methods.values()))

    def _show_selection(self) -> None:
        self.actions.nothing.show_model(self._session.model)
        self.inspect.set_model(self._session.model)
        self.actions.set_layers(self._chosen_layers())
        self.actions.set_view(self._session.view)
        self._show_steps()

    def _show_steps(self) -> None:
        self.actions.set_target(self._session.target)
        self.actions.set_left_alone(len(self._left_alone()))
        self.actions.set_actions(self._stack())

    def _stack(self) -> tuple[Action, ...]:
        """Return the steps of the current layer; if it is left alone, those of a selected layer that gets steps."""
        session = self._session
        free = session.free(self._layer_commands.editable())
        shown = session.current if session.current in free else next(iter(free), session.current)
        return session.recipe.stack_for(shown) if shown else ()

    def _show_view(self) -> None:
        self.actions.set_view(self._session.view)

    def _show_couplings(self) -> None:
        self.actions.set_couplings(self._session.couplings)

    def _show_outlook(self, wanted: Wanted, picture: Any) -> None:
        if isinstance(wanted, WantOutlook):
            self.actions.set_outlook(wanted, picture)

    def _show_conflicts(self) -> None:
        edit = self._session.edit
        self.actions.set_conflicts(edit.conflicts if edit else {})

    def _show_result(self) -> None:
        session = self._session
        edited = [path for path in session.selection if session.recipe.actions_for(path)]
        changes = {path: session.changes[path] for path in edited if path in session.changes}
        known = list(changes.values())
        if len(session.selection) < 2 or len(known) < 2:
            self.actions.set_change(next((change for change in known if change.path == session.current), None))
        else:
            self.actions.set_change(total(self._chosen_layers(), changes))

    # -- display ---------------------------------------------------------------------------------------------------

    def _chosen_layers(self) -> tuple[Layer, ...]:
        found = (self._session.layer(path) for path in self._session.selection)
        return tuple(layer for layer in found if layer is not None)

    def _show_several(self) -> None:
        """Show the selected layers side by side if there are several."""
        session, layers = self._session, self._chosen_layers()
        self.inspect.set_several(len(layers) > 1)
        if len(layers) > 1:
            stacks = {layer.path: session.recipe.stack_for(layer.path) for layer in layers}
            changed = {path: session.changes[path] for path in stacks if stacks[path] and path in session.changes}
            self.inspect.selection.show_layers(layers, changed, stacks, session.methods, session.current)
            self.inspect.selection.show_views(session.views())

    def _show_layer(self) -> None:
        session, inspect = self._session, self.inspect
        inspect.set_couplings(session.couplings)
        inspect.set_actions(session.recipe.stack_for(session.current) if session.current else (), session.methods)
        inspect.show_layer(session.layer(session.current), session.view, session.edit, session.edit_is_current)
        self._show_several()

    def _show_losses(self) -> None:
        """Show the drops of the current candidate in the tree and in the graph."""
        scans, session = self.scans, self._session
        metric = scans.plan.metric if scans.plan is not None else MetricInfo()
        words = stack_words(scans.candidate, session.methods)
        appeared = self.tree.show_losses(scans.drops(), metric, words, short(scans.candidate))
        if appeared:  # one more column needs more room
            more = round(MORE * self._window.width())
            self._window.resizeDocks([self.layers_dock], [self.layers_dock.width() + more], Qt.Orientation.Horizontal)
        self.graph.set_drops(scans.drops(), metric, words)

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_actions(self, actions: tuple[Action, ...], text: str, finished: bool) -> None:
        self._session.set_actions(self._layer_commands.editable(), actions, text, finished)

    def _on_dragged(self, step: int, field: str, value: Any, finished: bool) -> None:
        """Apply a dragged line to the parameter in the form: the other members of its group lose their values, and what
        it depends on is set so that it applies."""
        actions = list(self._session.recipe.stack_for(self._session.current))
        method = self._session.methods.get(actions[step].method) if 0 <= step < len(actions) else None
        fields = method.fields if method is not None else ()
        if method is None or not any(each.name == field for each in fields):
            return  # the line of a step that was undone a moment ago
        group = next((f.group for f in fields if f.name == field), "")
        rivals = tuple(f.name for f in fields if group and f.group == group and f.name != field)
        actions[step] = actions[step].with_param(field, value, rivals)
        needed = next((f.when for f in fields if f.name == field), None)
        if needed is not None and values.effective(fields, actions[step].params)[needed[0]] not in needed[1]:
            actions[step] = actions[step].with_param(needed[0], needed[1][0])
        text = values.edit_text(families.name(method), field)
        self._session.set_actions(self._layer_commands.editable(), tuple(actions), text, finished)

    def _left_alone(self) -> list[str]:
        return [path for path in self._layer_commands.editable() if self._session.recipe.leaves_alone(path)]

    def _lift(self) -> None:
        self._session.leave_alone(self._left_alone(), False)
        self.actions.add.setFocus()  # the button that had it is gone


def _dock(
    window: QMainWindow, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea, shortcut: str = ""
) -> QDockWidget:
    """Return a dock; one with a shortcut is hidden at first."""
    dock = QDockWidget(title, window)
    dock.setObjectName(name)
    dock.setAllowedAreas(SIDES | Qt.DockWidgetArea.BottomDockWidgetArea if shortcut else SIDES)
    dock.setWidget(widget)
    dock.setTitleBarWidget(DockTitle(dock, widget.head(dock) if isinstance(widget, JobsPanel) else None))
    window.addDockWidget(area, dock)
    if shortcut:
        dock.toggleViewAction().setShortcut(QKeySequence(shortcut))
        dock.toggleViewAction().triggered.connect(lambda shown: _look_at(dock) if shown else None)
        dock.hide()
    return dock


def _look_at(dock: QDockWidget) -> None:
    """Raise a dock and give it the focus."""
    dock.raise_()
    kinds: tuple[type[QWidget], ...] = (QAbstractItemView, QPlainTextEdit)
    if places := [each for kind in kinds for each in dock.findChildren(kind) if each.isVisible()]:
        places[0].setFocus()


def _within(wanted: float, least: int, most: int) -> int:
    return round(min(max(wanted, least), most))


def _bottom_bar(window: QMainWindow, widget: QWidget) -> QToolBar:
    """Return a tool bar, as only tool bars span the whole width of a main window, docks included."""
    bar = QToolBar(window.tr("Scoreboard"), window)
    bar.setObjectName("bottom")
    bar.setMovable(False)
    bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
    bar.toggleViewAction().setVisible(False)  # always there
    bar.addWidget(widget)
    window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, bar)
    return bar
