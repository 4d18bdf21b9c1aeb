"""The menu bar: every command of the window, in its place."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QTabWidget, QWidget

from workbench.core.base.resources import resource_path
from workbench.core.session import script
from workbench.ui.base import settings
from workbench.ui.base.crash import log_file
from workbench.ui.base.new_window import open_another
from workbench.ui.commands.actions import new_action, set_enabled
from workbench.ui.commands.commands import Commands
from workbench.ui.commands.export.export_dialog import open_path
from workbench.ui.commands.layer_commands import LayerCommands
from workbench.ui.commands.menus import PreparationMenu, RecentMenu, TargetMenu
from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.commands.training_commands import TrainingCommands
from workbench.ui.engine_client.jobs import Jobs
from workbench.ui.file_compare.command import CompareFileCommand
from workbench.ui.presentation.commands import PresentationCommands
from workbench.ui.session.session import Session
from workbench.ui.shell import about
from workbench.ui.shell.palette.found import SEPARATOR, Command, commands_of
from workbench.ui.shell.palette.palette import CommandPalette
from workbench.ui.text import i18n
from workbench.ui.widgets import focus, theme


class Menus(QObject):
    """Built once; `view_panels` adds the docks when they exist."""

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        commands: Commands,
        layer_commands: LayerCommands,
        snapshot_commands: SnapshotCommands,
        jobs: Jobs,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._jobs = jobs
        self.presentation = PresentationCommands(window, session)
        self.compare_file = CompareFileCommand(window, session)
        self._recent = [
            RecentMenu(self.tr("Open recent"), "recent", commands.open_path, window),
            RecentMenu(self.tr("Recent data"), "data", commands.attach_path, window),
            RecentMenu(self.tr("Recent recipes"), "recipes", session.load_recipe, window),
        ]
        self.found: Callable[[], list[Command]] = list  # entries of the palette besides the menus
        self.made: Callable[[str], list[Command]] = lambda _: []  # further ones for what is typed there
        self.export = new_action(self, self.tr("Export…"), None, "Ctrl+E")
        self.add_step = new_action(self, self.tr("Add a step"), None, "Ctrl+Return")
        self.pictures = new_action(self, self.tr("Weight images"), None, "Ctrl+Shift+W")
        self.layer_times = new_action(self, self.tr("Measure layers"), None, "Ctrl+Shift+F9")
        self.latency = new_action(self, self.tr("Measure latency"), None, "Shift+F9")
        self.filter = new_action(self, self.tr("Filter layers"), None, "Ctrl+F")
        self.tour = new_action(self, self.tr("Take the tour"), None, "Shift+F1")
        self.scan = new_action(self, self.tr("Scan layer sensitivity"), None, "Ctrl+Shift+F5")
        self.sweep = new_action(self, self.tr("Sweep one parameter"), None, "Ctrl+F5")
        self._file(commands)
        self._edit(commands, layer_commands, snapshot_commands)
        self._view()
        self._model()
        self._run()
        self._help()
        session.model_changed.connect(self._enable)
        jobs.changed.connect(self._enable)
        self._enable()

    def _file(self, commands: Commands) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&File"))
        menu.addAction(new_action(self, self.tr("New window"), self._another_window, "Ctrl+Shift+N"))
        menu.addActions([commands.open_model, commands.open_folder])
        for recent in self._recent:
            menu.addMenu(recent)
        menu.addActions(commands.demos)
        menu.addSeparator()
        menu.addAction(commands.open_data)
        menu.addAction(commands.open_data_folder)
        menu.addAction(commands.check_data)
        menu.addAction(commands.own_sample)
        menu.addAction(commands.choose_metric)
        menu.addSeparator()
        menu.addActions([commands.open_recipe, commands.save_recipe, commands.save_recipe_as])
        menu.addSeparator()
        sessions = commands.sessions
        menu.addActions([sessions.open, sessions.save, sessions.save_as])
        menu.addSeparator()
        menu.addAction(self.export)
        self._as_python = new_action(self, self.tr("Copy as Python"), self.copy_as_python)
        self._as_command = new_action(self, self.tr("Copy as command"), self.copy_as_command)
        menu.addActions([self._as_python, self._as_command])
        menu.addAction(self.presentation.save)
        self.save_graph = new_action(self, self.tr("Save graph…"), None)
        menu.addAction(self.save_graph)
        menu.addSeparator()
        menu.addAction(new_action(self, self.tr("Quit"), self._window.close, "Ctrl+Q"))

    def _another_window(self) -> None:
        started = open_another()
        words = self.tr("A second window opens, with another engine.") if started else self.tr("No window was opened.")
        self._session.told.emit(words)

    def _edit(self, commands: Commands, layer_commands: LayerCommands, snapshot_commands: SnapshotCommands) -> None:
        self._edits = menu = self._window.menuBar().addMenu(self.tr("&Edit"))
        menu.addActions([commands.undo, commands.redo])
        menu.addMenu(snapshot_commands.menu(self._window))
        menu.addSeparator()
        menu.addAction(self.add_step)
        self._behind_steps = layer_commands.copy
        menu.addActions([layer_commands.copy, layer_commands.paste, layer_commands.clear, layer_commands.alone])
        menu.addSeparator()
        menu.addAction(layer_commands.apply_to_alike)
        menu.addActions([layer_commands.select_all, layer_commands.select_alike, layer_commands.select_coupled])
        menu.addSeparator()
        menu.addActions([layer_commands.clear_all, self.filter])
        menu.addSeparator()
        menu.addAction(new_action(self, self.tr("Preferences…"), self.show_preferences, "Ctrl+,"))

    def _view(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&View"))
        menu.addAction(new_action(self, self.tr("All commands…"), self.show_palette, "Ctrl+K"))
        menu.addSeparator()
        self.tabs = menu.addMenu(self.tr("Tabs"))
        menu.addAction(self.pictures)
        self._panels = menu.addMenu(self.tr("Panels"))
        self._tree = menu.addMenu(self.tr("Layer tree"))
        themes = menu.addMenu(self.tr("Theme"))
        self.themes = group = QActionGroup(self)
        titles: dict[theme.Scheme, str] = {
            "system": self.tr("System"),
            "light": self.tr("Light"),
            "dark": self.tr("Dark"),
        }
        for name, title in titles.items():
            action = new_action(self, title, partial(self.set_theme, name))
            action.setCheckable(True)
            action.setData(name)
            group.addAction(action)
            themes.addAction(action)
        self._tick_theme()
        theme.signals.changed.connect(self._tick_theme)
        menu.addSeparator()
        menu.addActions([self.presentation.present, self.presentation.design])
        menu.addAction(new_action(self, self.tr("Full screen"), self._toggle_full_screen, "F11"))
        menu.addSeparator()
        panes = focus.Panes(self._window)
        menu.addAction(new_action(self, self.tr("Next pane"), partial(panes.step, True), "F6"))
        menu.addAction(new_action(self, self.tr("Previous pane"), partial(panes.step, False), "Shift+F6"))

    def _model(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&Model"))
        self.details = new_action(self, self.tr("About this model…"), self._show_model, "Ctrl+I")
        menu.addAction(self.details)
        menu.addMenu(PreparationMenu(self._session, self._window))
        menu.addMenu(TargetMenu(self._session, self._window))

    def _run(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&Run"))
        self._cancel = new_action(self, self.tr("Cancel running job"), self._cancel_job, "Ctrl+.")
        menu.addAction(self._cancel)
        self._again = new_action(self, self.tr("Measure again"), self._session.measure_again, "F5")
        menu.addAction(self._again)
        menu.addAction(self.latency)
        menu.addAction(self.layer_times)
        menu.addSeparator()
        menu.addActions([self.scan, self.sweep, self.compare_file.action])
        menu.addActions(TrainingCommands(self._session, self._session.trainings, self).all())
        menu.addSeparator()
        menu.addAction(new_action(self, self.tr("Restart engine"), self._session.link.restart))

    def _help(self) -> None:
        menu = self._window.menuBar().addMenu(self.tr("&Help"))
        menu.addAction(new_action(self, self.tr("First steps"), lambda: about.show_guide(self._window), "F1"))
        menu.addAction(new_action(self, self.tr("Documentation"), self.show_documentation, "Ctrl+F2"))
        menu.addAction(self.tour)
        menu.addAction(new_action(self, self.tr("Keyboard shortcuts"), self.show_shortcuts, "Ctrl+F1"))
        menu.addAction(new_action(self, self.tr("Show log"), lambda: open_path(str(log_file()))))
        menu.addSeparator()
        menu.addAction(new_action(self, self.tr("About"), self._show_about))

    def edit_steps(self, families: QMenu, presets: QMenu) -> None:
        """Add every method by its name, and the presets for all layers; for the palette, too."""
        self._edits.insertMenu(self._behind_steps, families)
        self._edits.insertMenu(self._behind_steps, presets)

    def view_tabs(self, tabs: QTabWidget) -> None:
        """Add a command for every tab: Ctrl+1, Ctrl+2, …"""
        for index in range(tabs.count()):
            action = new_action(self, tabs.tabText(index), partial(tabs.setCurrentIndex, index), f"Ctrl+{index + 1}")
            self.tabs.addAction(action)
        self._session.model_changed.connect(lambda: self._follow_tabs(tabs))  # after the tabs have followed it
        self._follow_tabs(tabs)
        self._enable()

    def _follow_tabs(self, tabs: QTabWidget) -> None:
        """Hide the commands of tabs that do not apply to the model."""
        for index, action in enumerate(self.tabs.actions()):
            action.setVisible(tabs.isTabVisible(index))

    def view_panels(self, actions: list[QAction], reset: Callable[[], None]) -> None:
        self._panels.addActions(actions)
        self._panels.addSeparator()
        self._panels.addAction(new_action(self, self.tr("Reset layout"), reset, "Ctrl+Shift+0"))

    def view_tree(self, menus: Iterable[QMenu]) -> None:
        for menu in menus:
            self._tree.addMenu(menu)

    def show_palette(self) -> None:
        from workbench.ui.shell.preferences import names, titles

        found = [
            Command(
                f"{self.tr('Preferences')}{SEPARATOR}{title}", partial(self.show_preferences, key), names=names(key)
            )
            for key, title in titles().items()
        ]
        commands = [*commands_of(self._window.menuBar()), *self.found(), *found]
        palette = CommandPalette(commands, self._window, self.made)
        palette.show()
        palette.search.setFocus()

    def show_shortcuts(self) -> None:
        about.show_shortcuts(self._window, self._window.menuBar())

    def show_documentation(self) -> None:
        """Show the documentation in one window, however often it is requested."""
        from workbench.ui.help.window import Documentation

        shown = self._window.findChild(Documentation) or Documentation(resource_path("docs"), self._window)
        shown.show()
        shown.raise_()
        shown.activateWindow()

    def show_preferences(self, key: str = "") -> None:
        """Show the dialog, with the focus on one setting."""
        from workbench.ui.shell.preferences import Preferences

        dialog = Preferences(self._session.link, self._window)
        dialog.open()
        if (setting := dialog.findChild(QWidget, key) if key else None) is not None:
            setting.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_theme(self, name: theme.Scheme) -> None:
        settings.choose("theme", name)
        settings.apply_now()

    def _tick_theme(self) -> None:
        for action in self.themes.actions():
            action.setChecked(action.data() == settings.scheme())

    def _enable(self) -> None:
        opened = self._session.model is not None
        wanting = (
            self.export,
            self._as_python,
            self._as_command,
            self.add_step,
            self.presentation.save,
            self.save_graph,
            self.presentation.present,
            self.filter,
            self.pictures,
            self.latency,
            self.layer_times,
            self.details,
            self._again,
            self.scan,
            self.sweep,
        )
        set_enabled((*wanting, *self.tabs.actions()), opened, self.tr("Open a model first."))
        for recent in self._recent[1:]:
            set_enabled((recent.menuAction(),), opened, self.tr("Open a model first."))
        set_enabled((self._cancel,), bool(self._jobs.running), self.tr("No job is running."))

    def _show_about(self) -> None:
        about.show_about(self._window, self._session.link.versions)

    def _show_model(self) -> None:
        if self._session.model is not None:
            about.show_model(self._window, self._session.model)

    def _cancel_job(self) -> None:
        if (running := self._jobs.newest) is not None:
            self._session.link.cancel(running.job)

    def copy_as_python(self) -> None:
        """Copy a script that opens this model and writes what an export would write."""
        self._copy(script.as_python, self.tr("Copied as a Python script that writes to {folder}"))

    def copy_as_command(self) -> None:
        """Copy the same for the shell of this machine."""
        self._copy(script.as_command, self.tr("Copied as a shell command that writes to {folder}"))

    def _copy(self, written: Callable[[script.Work], str], told: str) -> None:
        session, folder = self._session, settings.export_folder()
        if session.opened is not None:
            work = script.Work(session.opened, session.attached, session.recipe, folder, i18n.code())
            QGuiApplication.clipboard().setText(written(work))
            session.told.emit(told.format(folder=folder))

    def _toggle_full_screen(self) -> None:
        if self._window.isFullScreen():
            self._window.showNormal()
        else:
            self._window.showFullScreen()
