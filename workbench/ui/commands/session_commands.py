"""Session files: saving, opening with everything that belongs to them, and recovery after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from workbench.core.analysis.measured import AUTOMATIC
from workbench.core.base.errors import UserError
from workbench.core.base.files import file_and_function
from workbench.core.base.trust import Trust
from workbench.core.session.opened import Opened
from workbench.core.session.session_file import SUFFIX, Reference, SavedSession, load_session
from workbench.core.session.undo_list import UndoList
from workbench.ui.base import dialogs, settings
from workbench.ui.base.files import DATA, MODELS
from workbench.ui.base.session_lock import SessionLock
from workbench.ui.commands import layout
from workbench.ui.commands.actions import new_action, set_enabled
from workbench.ui.session.session import Session

Then = Callable[[], object]


class SessionCommands(QObject):
    """Open and save, with the questions that this needs. `chosen`: the user wants this file opened."""

    chosen = Signal(str)

    def __init__(self, window: QMainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self._lock: SessionLock | None = None  # of the session file that is open
        self.open = new_action(self, self.tr("Open session…"), self.ask_open, "Ctrl+Alt+O")
        self.save = new_action(self, self.tr("Save session"), lambda: self.save_then(lambda: None), "Ctrl+Alt+S")
        self.save_as = new_action(
            self, self.tr("Save session as…"), lambda: self._ask_target(lambda: None), "Ctrl+Alt+Shift+S"
        )
        session.model_changed.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        if not self._session.session_path:
            self.release()
        set_enabled((self.save, self.save_as), self._session.model is not None, self.tr("Open a model first."))

    # -- saving ----------------------------------------------------------------------------------------------------

    @property
    def filters(self) -> str:
        return self.tr("Sessions (*{suffix})").format(suffix=SUFFIX)

    def gather(self) -> SavedSession | None:
        """Return the session as it is now; None if nothing is open."""
        session = self._session
        if session.model is None or session.opened is None:
            return None
        attached, print_ = session.attached, session.data.fingerprint if session.data else ""
        recipe = session.history.standing(session.recipe)
        return SavedSession(
            Reference(_whole(session.opened.path), session.model.fingerprint),
            recipe,
            session.opened.without,
            Reference(_whole(attached.path), print_) if attached else None,
            Reference(_whole(attached.calibration)) if attached and attached.calibration else None,
            session.snapshots.all,
            layout.layout_of(self._window, session),
            session.history.to_keep(recipe),
            session.opened.raise_opset,
            attached.samples if attached else 0,
            attached.measuring if attached else AUTOMATIC,
            session.found,
            session.opened.architecture,
        )

    def save_then(self, proceed: Then) -> None:
        if self._session.session_path:
            self._save(self._session.session_path, proceed)
        else:
            self._ask_target(proceed)

    def _ask_target(self, proceed: Then) -> None:
        session = self._session
        if session.opened is None:
            return
        start = session.session_path or str(Path(session.opened.path).with_suffix(SUFFIX))
        dialogs.choose_target(
            self._window,
            self.tr("Save session"),
            self.filters,
            lambda path: self._save(path, proceed),
            start,
            SUFFIX[1:],
        )

    def _save(self, path: str, proceed: Then) -> None:
        lock = self._lock_of(path)
        if lock.take() or self._session.session_path == path:  # the user was asked when opening it anyway
            self._write(path, lock, proceed)
            return
        dialogs.ask_way_out(
            self._window,
            "in use",
            self.tr("Session open in another window"),
            self.tr("{path} is open in another window. What was saved there would be lost.").format(path=path),
            "",
            (
                (self.tr("Save as…"), lambda: self._ask_target(proceed)),
                (self.tr("Replace"), lambda: self._write(path, lock, proceed)),
            ),
        )

    def _write(self, path: str, lock: SessionLock, proceed: Then) -> None:
        gathered = self.gather()
        if gathered is None:
            return
        try:
            gathered.save(Path(path))
        except UserError as error:
            self._session.failed.emit(self.tr("Cannot save the session"), error.what, error.hint)
            return
        self._mine(path, lock)
        self._session.told.emit(self.tr("Session saved as {path}").format(path=path))
        proceed()

    # -- one window a file ------------------------------------------------------------------------------------------

    def _lock_of(self, path: str) -> SessionLock:
        wanted = SessionLock(path)
        return self._lock if self._lock is not None and self._lock.path == wanted.path else wanted

    def _mine(self, path: str, lock: SessionLock) -> None:
        """Bind the open work to this file."""
        if lock is not self._lock:
            self.release()
            self._lock = lock
        lock.take()  # opening the previous model has released it
        self._session.mark_saved(path)
        settings.remember(path)

    def release(self) -> None:
        """Release the session file, so that other windows may open it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    # -- opening ---------------------------------------------------------------------------------------------------

    def ask_open(self) -> None:
        start = str(Path(self._session.opened.path).parent) if self._session.opened else ""
        dialogs.choose_file(self._window, self.tr("Open session"), self.filters, self.chosen.emit, start)

    def open_path(self, path: str) -> None:
        """Read a session, find its files, open them; asks if it is open in another window. On failure the open work
        stays."""
        lock = self._lock_of(path)
        if lock.take():
            self._open(path, lambda: self._mine(path, lock))
            return
        dialogs.ask_way_out(
            self._window,
            "in use",
            self.tr("Session open in another window"),
            self.tr(
                "{path} is open in another window. Whichever window saves last overwrites the other's work."
            ).format(path=path),
            self.tr("A copy keeps both; choose its name when you save it."),
            (
                (self.tr("Open a copy"), lambda: self._open(path, lambda: None)),
                (self.tr("Open anyway"), lambda: self._open(path, lambda: self._mine(path, lock))),
            ),
        )

    def _open(self, path: str, then: Then) -> None:
        try:
            saved = load_session(Path(path))
        except UserError as error:
            self._session.failed.emit(self.tr("Cannot open this session"), error.what, error.hint)
            return
        self.resume(saved, Path(path).parent, then)

    def resume(self, saved: SavedSession, folder: Path, then: Then) -> None:
        """Show the work of a session; `then` follows when the model is open and the recipe is restored."""

        def opened(path: str, trusted: Trust) -> None:
            wanted = Opened(path, trusted, saved.without, saved.raise_opset, saved.architecture)
            self._session.open_as(wanted, then=lambda: self._compare(saved, folder, then))

        self._found(
            saved.model,
            folder,
            self.tr("model"),
            self._kinds(MODELS),
            lambda path: dialogs.with_trust(self._window, path, opened),
        )

    def _compare(self, saved: SavedSession, folder: Path, then: Then) -> None:
        """Check whether it is the model that the session was saved with."""
        model = self._session.model
        assert model is not None
        if saved.model.fingerprint in ("", model.fingerprint):
            self._take(saved, folder, then, same=True)
            return
        dialogs.ask_way_out(
            self._window,
            "changed",
            self.tr("The model has changed"),
            self.tr("{name} has changed since this session was saved: its layers or weights are different.").format(
                name=Path(model.path).name
            ),
            self.tr("The recipe can still be used, but the figures of the snapshots no longer apply."),
            (
                (self.tr("Use this model"), lambda: self._take(saved, folder, then, same=False)),
                (
                    self.tr("Locate another…"),
                    lambda: self._locate(
                        self.tr("model"),
                        self._kinds(MODELS),
                        lambda path: self.resume(_moved(saved, path), folder, then),
                    ),
                ),
            ),
        )

    def _take(self, saved: SavedSession, folder: Path, then: Then, same: bool) -> None:
        self._session.turns.spread(self._taking(saved, folder, then, same))

    def _taking(self, saved: SavedSession, folder: Path, then: Then, same: bool) -> Iterator[None]:
        """Load in parts, so that the window stays responsive."""
        session = self._session
        kept, snapshots = saved.history or UndoList(saved.recipe), saved.snapshots
        if not same:
            kept, snapshots = kept.without_figures(), tuple(each.without_figures() for each in snapshots)
        session.found = saved.found if same else None  # it is restored with its data
        session.begin_with(kept, snapshots)
        yield
        layout.apply(self._window, session, saved.layout)
        yield
        then()
        if saved.data is not None:
            self._attach(saved, folder)

    def _attach(self, saved: SavedSession, folder: Path) -> None:
        assert saved.data is not None
        if saved.calibration is not None:
            self._allowed(saved.calibration, folder, lambda path: self._attach_with(saved, folder, path))
        else:
            self._attach_with(saved, folder, "")

    def _attach_with(self, saved: SavedSession, folder: Path, calibration: str) -> None:
        assert saved.data is not None

        def opened(path: str, trusted: Trust) -> None:  # each file separately: one may name code, another not
            def with_calibration(chosen: str, also: Trust) -> None:
                def measured(more: Trust) -> None:
                    self._session.attach(path, chosen, trusted | also | more, saved.samples, saved.measuring)

                own = [metric for metric in saved.measuring.metrics if file_and_function(metric)[1]]
                dialogs.with_trust_for_all(self._window, own, measured)

            dialogs.with_trust(self._window, calibration, with_calibration)

        self._found(
            saved.data,
            folder,
            self.tr("data"),
            self._kinds(DATA),
            lambda path: dialogs.with_trust(self._window, path, opened),
        )

    def _found(
        self, reference: Reference, folder: Path, what: str, filters: str, proceed: Callable[[str], object]
    ) -> None:
        """Call `proceed` with the current place of a file; a missing file can be located by the user."""

        def looked(path: str) -> None:
            if path:
                proceed(path)
            else:
                self._ask_for(reference, what, filters, proceed)

        self._allowed(reference, folder, looked)

    def _allowed(self, reference: Reference, folder: Path, proceed: Callable[[str], object]) -> None:
        """Call `proceed` with the place of a file, "" if it is missing; the user is asked before another computer is
        accessed."""
        if (path := reference.find(folder)) or not (place := reference.away(folder)):
            proceed(path)
            return
        dialogs.ask_place(
            self._window, reference.path, place, lambda: proceed(reference.find(folder, frozenset({place})))
        )

    def _ask_for(self, reference: Reference, what: str, filters: str, proceed: Callable[[str], object]) -> None:
        dialogs.ask_way_out(
            self._window,
            "missing",
            self.tr("File not found"),
            self.tr("The {what} {name} of this session was not found in {folder}.").format(
                what=what, name=Path(reference.path).name, folder=Path(reference.path).parent
            ),
            self.tr("If it was moved or renamed, locate it."),
            ((self.tr("Locate…"), lambda: self._locate(what, filters, proceed)),),
        )

    def _locate(self, what: str, filters: str, proceed: Callable[[str], object]) -> None:
        dialogs.choose_file(self._window, self.tr("Locate the {what}").format(what=what), filters, proceed)

    def _kinds(self, suffixes: tuple[str, ...]) -> str:
        kinds = " ".join(f"*{suffix}" for suffix in (*suffixes, ".py"))
        return self.tr("Files ({kinds});;All files (*)").format(kinds=kinds)


def _moved(saved: SavedSession, path: str) -> SavedSession:
    return replace(saved, model=Reference(path, saved.model.fingerprint))


def _whole(path: str) -> str:
    """Return an absolute path; also for `file.py:function`."""
    return str(Path(path).absolute())
