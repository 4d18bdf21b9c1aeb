"""Commands on files and the recipe, as actions shared by menus, shortcuts and the palette."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow

from workbench.core.analysis.data_check import DataCheck
from workbench.core.analysis.measured import Measuring
from workbench.core.base.resources import DEMOS, demo_paths
from workbench.core.base.trust import Trust
from workbench.core.ipc import messages
from workbench.core.plugins.discovery import entry_points
from workbench.core.recognition import folders, foreign
from workbench.core.session.opened import Attached, Opened
from workbench.ui.base import dialogs, settings
from workbench.ui.base.files import DATA, MODELS, SAMPLES, SESSIONS, Chosen, is_sample, sort_out
from workbench.ui.commands.actions import new_action, set_enabled
from workbench.ui.commands.architecture_dialog import ArchitectureDialog
from workbench.ui.commands.measure_dialog import MeasureDialog
from workbench.ui.commands.session_commands import SessionCommands
from workbench.ui.data.dialog import DataDialog
from workbench.ui.data.own_sample import OwnSample
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import listed

Key = QKeySequence.StandardKey


class Commands(QObject):
    """Commands that first ask for a file, for consent, or about unsaved work."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self.sessions = SessionCommands(window, session)
        self.sessions.chosen.connect(self.open_path)
        self.open_model = new_action(self, self.tr("Open model…"), self.ask_model, Key.Open)
        self.open_folder = new_action(self, self.tr("Open model folder…"), self.ask_model_folder)
        self.open_data = new_action(self, self.tr("Open data…"), self.ask_data, "Ctrl+D")
        self.open_data_folder = new_action(self, self.tr("Open image folder…"), self.ask_data_folder, "Ctrl+Shift+D")
        self.check_data = new_action(self, self.tr("Check data…"), self.ask_check)
        self.own_sample = new_action(self, self.tr("Try own sample…"), self.ask_sample)
        self.choose_metric = new_action(self, self.tr("What is measured…"), self.ask_metric, "Ctrl+Shift+M")
        self.open_recipe = new_action(self, self.tr("Open recipe…"), self.ask_recipe, "Ctrl+Shift+O")
        self.save_recipe = new_action(self, self.tr("Save recipe"), self.save, Key.Save)
        self.save_recipe_as = new_action(self, self.tr("Save recipe as…"), self.save_as, "Ctrl+Shift+S")
        titles = (self.tr("Demo: convolutional network"), self.tr("Demo: vision transformer"))
        self.demos = [
            new_action(self, title, partial(self.open_demo, name)) for name, title in zip(DEMOS, titles, strict=True)
        ]
        self.undo = new_action(self, self.tr("Undo"), session.undo, Key.Undo)
        self.redo = new_action(self, self.tr("Redo"), session.redo)
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self._follow_undo_stack()
        session.model_changed.connect(self._on_model)
        session.data_changed.connect(self._on_data)
        session.failed.connect(self._complain)
        self._own: OwnSample | None = None  # created when needed
        self._used: set[str] = set()  # data that the user has checked and accepted
        session.doubted.connect(self._look_into)
        session.trainings.asks_trust.connect(lambda path, yes: dialogs.ask_trust(window, path, yes))
        session.trainings.asks_place.connect(lambda *about: dialogs.ask_place(window, *about))
        session.recipe_named.connect(lambda path: settings.remember(path, "recipes"))
        self._on_model()
        self._on_data()

    def _follow_undo_stack(self) -> None:
        stack = self._session.undo_stack
        set_enabled((self.undo,), False, self.tr("There is nothing to undo."))
        set_enabled((self.redo,), False, self.tr("There is nothing to redo."))
        stack.canUndoChanged.connect(self.undo.setEnabled)
        stack.canRedoChanged.connect(self.redo.setEnabled)
        stack.undoTextChanged.connect(self._name_undo)
        stack.redoTextChanged.connect(self._name_redo)

    def _name_undo(self, text: str) -> None:
        self.undo.setText(f"{self.tr('Undo')} {text}".strip())

    def _name_redo(self, text: str) -> None:
        self.redo.setText(f"{self.tr('Redo')} {text}".strip())

    def _complain(self, title: str, what: str, hint: str) -> None:
        dialogs.complain(self._window, title, what, hint)

    def _on_model(self) -> None:
        model = self._session.model
        wanting = (self.open_data, self.open_data_folder, self.open_recipe, self.save_recipe, self.save_recipe_as)
        set_enabled((*wanting, self.own_sample), model is not None, self.tr("Open a model first."))
        if model is not None:
            settings.remember(model.path)

    def _on_data(self) -> None:
        set_enabled((self.check_data, self.choose_metric), self._session.data is not None, self.tr("Open data first."))
        if (attached := self._session.attached) is not None:
            settings.remember(attached.path, "data")

    # -- opening ---------------------------------------------------------------------------------------------------

    def ask_model(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in (*MODELS, ".py", *SESSIONS))
        filters = self.tr("Models ({kinds});;All files (*)").format(kinds=kinds)
        dialogs.choose_file(self._window, self.tr("Open model"), filters, self.open_path, self._folder())

    def ask_model_folder(self) -> None:
        """Ask for a folder as model hubs have them: config.json, weights, tokenizer, or ONNX files."""
        dialogs.choose_folder(self._window, self.tr("Open model folder"), self.open_path, self._folder())

    def ask_data(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in (*DATA, ".txt", ".py"))
        filters = self.tr("Data ({kinds});;All files (*)").format(kinds=kinds)
        title = self.tr("Open data")
        dialogs.choose_file(self._window, title, filters, self.attach_path, self._folder())

    def ask_data_folder(self) -> None:
        dialogs.choose_folder(self._window, self.tr("Open images in class folders"), self.attach_path, self._folder())

    def ask_check(self) -> None:
        """Check whether the attached data is read as the model needs it."""
        if self._session.attached is not None:
            self._show_check(self._session.attached)

    def _look_into(self, wanted: Attached) -> None:
        """Check data that does not fit, or is near chance; shown if there is something to report."""

        def done(found: DataCheck) -> None:
            if found.best or (found.doubts and found.readings[0].value is not None):
                self._show_check(wanted, found)

        if wanted.path not in self._used:
            title = self.tr("Checking {name}").format(name=Path(wanted.path).name)
            self._session.link.request(
                messages.CheckData,
                Handlers(done=done, title=title, quiet=True),
                path=wanted.path,
                trusted=wanted.trusted,
                measuring=wanted.measuring,
            )

    def _show_check(self, wanted: Attached, found: DataCheck | None = None) -> None:
        def attach(samples: int) -> None:
            self._used.add(wanted.path)
            self._session.attach(**vars(replace(wanted, samples=samples)))

        DataDialog(self._session, wanted, attach, found, self._window).open()

    def ask_metric(self) -> None:
        """Ask for another metric or output for the attached data."""
        attached = self._session.attached
        if attached is None:
            return

        def chosen(measuring: Measuring) -> None:
            def measure(trusted: Trust) -> None:
                wanted = replace(attached, measuring=measuring, trusted=attached.trusted | trusted)
                self._session.attach(**vars(wanted))

            dialogs.with_trust_for_all(self._window, measuring.metrics, measure)

        MeasureDialog(self._session, chosen, self._window).open()

    def ask_recipe(self) -> None:
        filters = self.tr("Recipes (*.yaml *.yml);;All files (*)")
        dialogs.choose_file(self._window, self.tr("Open recipe"), filters, self._session.load_recipe, self._folder())

    def open_path(self, path: str, data: str = "", calibration: str = "", recipe: str = "", samples: int = 0) -> None:
        """Open a model, or a session, after the questions that this needs."""
        if Path(path).suffix.lower() in SESSIONS:
            self.keep_work_then(lambda: self.sessions.open_path(path))
            return
        if not entry_points("workbench.formats") and (refused := foreign.refusal(path)) is not None:
            dialogs.complain(self._window, self.tr("Cannot open this model"), refused.what, refused.hint)
            return

        def proceed(path: str, trusted: Trust, architecture: str = "") -> None:
            wanted = Opened(path, trusted, architecture=architecture)
            self._session.open_as(wanted, data, calibration, recipe, samples=samples)

        if weights := folders.weights_in(path):
            self.keep_work_then(lambda: self._ask_architecture(weights, proceed))
        else:
            self.keep_work_then(lambda: dialogs.with_trust(self._window, path, proceed))

    def _ask_architecture(self, weights: str, proceed: Callable[[str, Trust, str], object]) -> None:
        """Ask for the network of weights, and for consent to the code at that path; then call `proceed` with all
        three."""

        def chosen(architecture: str) -> None:
            if architecture == weights:  # the module that is pickled in the file
                dialogs.ask_trust(self._window, weights, lambda: proceed(weights, frozenset({weights}), ""))
            else:
                dialogs.with_trust(
                    self._window, architecture, lambda function, trusted: proceed(weights, trusted, function)
                )

        ArchitectureDialog(weights, chosen, self._window).open()

    def attach_path(self, path: str) -> None:
        dialogs.with_trust(self._window, path, lambda path, trusted: self._session.attach(path, trusted=trusted))

    def open_demo(self, name: str = DEMOS[0]) -> None:
        demo = demo_paths(name)
        self.open_path(demo.model, demo.data, demo.calibration)

    def open_dropped(self, paths: Iterable[str]) -> None:
        """Open files from a file manager: a model with its data and recipe, or data or a recipe for the open model."""
        chosen = sort_out(list(paths))
        if chosen.model:
            self.open_path(chosen.model, chosen.data, recipe=chosen.recipe)
            return
        if self._session.model is not None and (own := self._own_sample(chosen)):
            self.try_sample(own)
            return
        if self._session.model is None or not (chosen.data or chosen.recipe):
            names = listed(Path(path).name for path in paths)
            if self._session.model is not None:
                dialogs.complain(
                    self._window,
                    self.tr("Cannot open this"),
                    self.tr("Not a model, data, a recipe or a sample: {names}.").format(names=names),
                    self.tr("A sample is an image (.png, .jpg), an audio file (.wav) or an array (.npy)."),
                )
                return
            dialogs.complain(
                self._window,
                self.tr("Cannot open this"),
                self.tr("None of these files is a model: {names}.").format(names=names),
                self.tr("Data and recipes need a model. Open an ONNX or PyTorch model first."),
            )
            return
        if chosen.data:
            self.attach_path(chosen.data)
        if chosen.recipe:
            self._session.load_recipe(chosen.recipe)

    def _own_sample(self, chosen: Chosen) -> str:
        """Return a dropped file that is one sample of the open model; "" if there is none."""
        model = self._session.model
        rank = len(model.inputs[0].shape) if model is not None and model.inputs else 0
        return next((path for path in (*chosen.others, chosen.data) if path and is_sample(path, rank)), "")

    def ask_sample(self) -> None:
        """Ask for an image, a sound or an array to run through the original and the compressed model."""
        kinds = " ".join(f"*{suffix}" for suffix in (*SAMPLES, ".npy", ".npz"))
        filters = self.tr("Samples ({kinds});;All files (*)").format(kinds=kinds)
        dialogs.choose_file(self._window, self.tr("Try own sample"), filters, self.try_sample, self._folder())

    def try_sample(self, path: str) -> None:
        if self._own is None:
            self._own = OwnSample(self._session, self._window)
        self._own.show_file(path)

    def _folder(self) -> str:
        opened = self._session.opened
        return str(Path(opened.path).parent) if opened else settings.folder("models")

    # -- keeping ---------------------------------------------------------------------------------------------------

    def keep_work_then(self, proceed: Callable[[], None]) -> None:
        """Ask about unsaved work, if there is any, before something that would lose it.

        A recipe alone is saved as a recipe; with snapshots, or from a session, as a session.
        """
        if self._session.modified:
            whole = bool(self._session.session_path or self._session.snapshots.all)
            dialogs.ask_unsaved(self._window, self.sessions.save_then if whole else self._save_then, proceed, whole)
        else:
            proceed()

    def save(self) -> None:
        self._save_then(lambda: None)

    def save_as(self) -> None:
        self._ask_target(lambda: None)

    def _save_then(self, proceed: Callable[[], None]) -> None:
        if not self._session.recipe_path:
            self._ask_target(proceed)
        elif self._session.save_recipe(self._session.recipe_path):
            proceed()

    def _ask_target(self, proceed: Callable[[], None]) -> None:
        def chosen(path: str) -> None:
            if self._session.save_recipe(path):
                proceed()

        stem = Path(self._session.opened.path).stem if self._session.opened else "recipe"
        start = self._session.recipe_path or str(Path(self._folder()) / f"{stem}.yaml")
        title, filters = self.tr("Save recipe"), self.tr("Recipes (*.yaml)")
        dialogs.choose_target(self._window, title, filters, chosen, start, "yaml")
