"""The main window: welcome page or open model, title, drops, stored layout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QPushButton, QSizePolicy, QStackedWidget, QToolButton

from workbench.core.base.plain import plain
from workbench.ui.base import dialogs, settings
from workbench.ui.base.crash import CrashDialog
from workbench.ui.commands.commands import Commands
from workbench.ui.commands.export.export_dialog import ExportDialog
from workbench.ui.commands.layer_commands import LayerCommands
from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.engine_client.jobs import Jobs
from workbench.ui.panels.toast import Toast
from workbench.ui.session import autosave
from workbench.ui.session.session import Session
from workbench.ui.shell.menus import Menus
from workbench.ui.shell.preload import preload
from workbench.ui.shell.status import EngineState, StatusLine
from workbench.ui.shell.welcome import WelcomePage
from workbench.ui.widgets import focus, theme
from workbench.ui.widgets.drop_hint import DropHint

if TYPE_CHECKING:
    from workbench.ui.shell.main_layout import MainLayout

TOLD_MS = 20_000
SIZE, FRAME = QSize(1360, 860), QSize(8, 40)  # initial size, and the frame that the desktop adds


class MainWindow(QMainWindow):
    """Signal: `painted` is emitted once, after the first paint: then everything slow may start."""

    painted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.workspace: MainLayout | None = None  # until it is built
        self._building = self._build()
        self._first_paint = True
        self._may_close = False
        self.jobs = Jobs(session.link, self)
        self.toast = Toast(self, self.jobs)
        self.layer_commands = LayerCommands(session, self)
        self.commands = Commands(self, session)
        self.snapshot_commands = SnapshotCommands(session, self)
        self.menus = Menus(self, session, self.commands, self.layer_commands, self.snapshot_commands, self.jobs)
        self.menus.export.triggered.connect(self.export)
        self.menus.tour.triggered.connect(self.show_tour)
        self.menus.add_step.triggered.connect(self._add_step)
        self.menus.filter.triggered.connect(self._focus_filter)
        self.menus.latency.triggered.connect(self._measure_latency)
        self.menus.layer_times.triggered.connect(session.layer_times.ask)
        self.menus.pictures.triggered.connect(self._turn_pictures)
        self.autosave = autosave.Autosave(session, self.commands.sessions.gather, self)
        self.welcome = WelcomePage(self.jobs, session.link, self)
        self.welcome.open_asked.connect(self.commands.ask_model)
        self.welcome.demo_asked.connect(self.commands.open_demo)
        self.welcome.file_asked.connect(lambda path: self.commands.open_path(path))
        self.welcome.tour_asked.connect(self.show_tour)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.welcome)
        self.setCentralWidget(self.pages)
        self.drop_hint = DropHint(self, self.commands.open_dropped)
        self.setDockNestingEnabled(True)
        self.setWindowTitle(self.tr("Model Compression Workbench"))
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setMinimumHeight(4 * theme.UNIT)  # does not grow with messages
        self._restore_geometry()
        session.told.connect(self._on_told)
        session.model_changed.connect(self._on_model)
        session.data_changed.connect(self._show_title)
        session.undo_stack.cleanChanged.connect(self._show_modified)
        session.snapshots.changed.connect(self._show_modified)

    # -- building --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._first_paint:
            self._first_paint = False
            QTimer.singleShot(0, self, self.painted.emit)

    def prepare_workspace(self) -> None:
        """Build the panels of an open model in idle time; a model that opens sooner builds the rest."""
        self.session.turns.spread(self._building)

    def build_workspace(self) -> None:
        """Build the rest of the workspace now; hidden while there is no model."""
        for _ in self._building:
            pass

    def _build(self) -> Iterator[None]:
        # Imported here, as pyqtgraph takes half a second for which the first paint need not wait.
        yield from preload()
        from workbench.ui.shell.main_layout import MainLayout

        workspace = MainLayout(self, self.session, self.layer_commands, self.snapshot_commands, self.jobs)
        yield from workspace.build()
        workspace.tree.restore(settings.store())
        self.pages.addWidget(workspace.tabs)
        workspace.scoreboard.export_button.clicked.connect(self.export)
        workspace.scoreboard.data_button.clicked.connect(self.commands.ask_data)
        workspace.plan.data_wanted.connect(self.commands.ask_data)
        self.menus.scan.triggered.connect(workspace.scan)
        self.menus.save_graph.triggered.connect(lambda: workspace.tabs.setCurrentWidget(workspace.graph))
        self.menus.save_graph.triggered.connect(lambda: workspace.graph.ask_picture())
        self.menus.sweep.triggered.connect(workspace.sweep)
        self.menus.view_tabs(workspace.tabs)
        self.menus.edit_steps(workspace.actions.families, workspace.plan.preset_menu)
        self.menus.found, self.menus.made = workspace.entries.all, workspace.entries.with_number
        tree = workspace.tree
        self.menus.view_tree((tree.choice.shown, tree.choice.colors, tree.groups.menu))
        self.menus.view_panels([dock.toggleViewAction() for dock in workspace.docks], self._reset_layout)
        jobs = workspace.jobs_dock.toggleViewAction()
        self.statusBar().addWidget(StatusLine(self.session, self.menus.details, self.commands.open_data, self), 1)
        self.statusBar().addPermanentWidget(EngineState(self.session.link, workspace.jobs, jobs, self))
        self._original_layout = self.saveState(settings.LAYOUT_VERSION)
        workspace.set_visible(False)
        self.workspace = workspace

    def _on_model(self) -> None:
        opening_first = self.pages.currentWidget() is self.welcome
        self.build_workspace()
        assert self.workspace is not None
        if opening_first:
            self.pages.setCurrentWidget(self.workspace.tabs)
            ignored = QSizePolicy.Policy.Ignored  # a page that is not shown must not widen the window
            self.welcome.setSizePolicy(ignored, ignored)
            self.workspace.set_visible(True)
            layout = settings.store().value("layout")
            if layout is None or not self.restoreState(layout, settings.LAYOUT_VERSION):
                QTimer.singleShot(0, self.workspace, self.workspace.reset_sizes)  # once the docks have their places
            self.workspace.bar.show()
            self.workspace.tree.tree.setFocus()  # what had the focus is gone
        self._show_title()

    def _show_title(self) -> None:
        model, data = self.session.model, self.session.data
        title = self.tr("Model Compression Workbench")
        if model is not None:
            parts = [plain(Path(model.path).name)]
            if data is not None:
                parts.append(self.tr("{n} samples, {metric}").format(n=f"{data.samples:,}", metric=data.metric))
            title = f"{' · '.join(parts)}[*] — {title}"
        self.setWindowTitle(title)

    def _on_told(self, text: str) -> None:
        self.statusBar().showMessage(text, TOLD_MS)

    def _show_modified(self) -> None:
        self.setWindowModified(self.session.modified)

    # -- commands ------------------------------------------------------------------------------------------------------

    def export(self) -> None:
        if self.session.model is not None:
            ExportDialog(self.session, self).open()

    def offer_kept_work(self) -> None:
        """Offer to restore the work of a run that crashed."""
        kept = autosave.newest()
        if kept is None:
            return
        steps = sum(bool(row.actions) for row in kept.saved.recipe.rows)
        words = self.tr(
            "The program stopped unexpectedly at {time}. Layers with steps: {steps}. Snapshots: {snapshots}."
        ).format(time=autosave.moment(kept.when), steps=steps, snapshots=len(kept.saved.snapshots))

        def go_on() -> None:
            self.commands.sessions.resume(kept.saved, kept.path.parent, adopted)

        def adopted() -> None:
            self.autosave.save()  # locked here before it is removed there
            self.autosave.settle()
            kept.discard()

        box = dialogs.ask_way_out(
            self,
            "kept",
            self.tr("Unsaved work"),
            self.tr("Restore your work on {name}?").format(name=Path(kept.saved.model.path).name),
            words,
            ((self.tr("Restore"), go_on), (self.tr("Discard"), kept.discard)),
            self.tr("Later"),
        )
        box.rejected.connect(kept.leave)

    def show_crash(self, summary: str, report: str) -> None:
        if self.findChild(CrashDialog) is None:  # an error that repeats must not bury the window in dialogs
            CrashDialog(summary, report, self).open()

    def show_tour(self) -> None:
        """Show the tour over the open model; without one open the demo first."""
        settings.choose("tour", "seen")
        self.welcome.offer.hide()
        if self.session.model is not None:
            self._start_tour()
            return
        self.session.model_changed.connect(self._start_tour, Qt.ConnectionType.SingleShotConnection)
        self.commands.open_demo()

    def _start_tour(self) -> None:
        from workbench.ui.tour.tour import Tour

        if self.findChild(Tour) is None:
            self.build_workspace()
            assert self.workspace is not None
            Tour(self, self.session, self.workspace, self.menuBar())

    def _add_step(self) -> None:
        """Open the menu of methods, like a click on its button."""
        if self.workspace is not None and self.workspace.actions.add.isVisible():
            self.workspace.actions.add.setFocus()
            self.workspace.actions.add.showMenu()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return focus.step(self, forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return press the button with the focus, as in a dialog; Qt only does so for Space. Escape that nothing
        else takes closes the properties in the graph."""
        button = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(button, QPushButton | QToolButton):
            button.click()
            return
        if event.key() == Qt.Key.Key_Escape and self.workspace is not None and self.workspace.graph.isVisible():
            for side in self.workspace.graph.sides.values():  # each page sees only the keys that are for it
                side.page.close_properties()
            return
        super().keyPressEvent(event)

    def _measure_latency(self) -> None:
        if self.workspace is not None:
            self.workspace.scoreboard.timings.ask()

    def _turn_pictures(self) -> None:
        """Switch between images of the weights and their distributions."""
        if self.workspace is not None:
            self.workspace.tabs.setCurrentWidget(self.workspace.inspect)
            self.workspace.inspect.turn_pictures()

    def _focus_filter(self) -> None:
        if self.workspace is not None:
            self.workspace.layers_dock.show()
            self.workspace.tree.filter.setFocus()
            self.workspace.tree.filter.selectAll()

    # -- remembered ------------------------------------------------------------------------------------------------

    def _restore_geometry(self) -> None:
        geometry = settings.store().value("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(SIZE.boundedTo(self.screen().availableSize() - FRAME))

    def _reset_layout(self) -> None:
        assert self.workspace is not None
        self.restoreState(self._original_layout, settings.LAYOUT_VERSION)
        self.workspace.set_visible(True)
        QTimer.singleShot(0, self.workspace, self.workspace.reset_sizes)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.session.modified and not self._may_close:
            event.ignore()
            self.commands.keep_work_then(self._close_now)
            return
        store = settings.store()
        store.setValue("geometry", self.saveGeometry())
        if self.workspace is not None and self.session.model is not None:
            store.setValue("layout", self.saveState(settings.LAYOUT_VERSION))
            self.workspace.tree.save(store)
        self.autosave.finish()
        self.commands.sessions.release()
        super().closeEvent(event)

    def _close_now(self) -> None:
        self._may_close = True
        self.close()
