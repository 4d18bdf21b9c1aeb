"""Snapshots: their recipes, and their measured figures."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.core.analysis.report import Figure, Report, Totals
from workbench.core.base import quantities
from workbench.core.session.snapshot import NOTE, Snapshot, unused
from workbench.core.session.undo_list import SnapshotStep
from workbench.ui.session.state import State
from workbench.ui.session.timings import Timings
from workbench.ui.session.undo import Command
from workbench.ui.text import format
from workbench.ui.text.i18n import listed

if TYPE_CHECKING:
    from workbench.core.layer_data.views import Preview


class Snapshots(QObject):
    """The snapshots of a session, oldest first; names are unique.

    Taking one is not in the undo list: undoing must not remove a snapshot. Renaming, notes and deleting are.
    """

    changed = Signal()

    def __init__(self, session: State, timings: Timings) -> None:
        super().__init__(session)
        self._session, self._timings = session, timings
        self.all: tuple[Snapshot, ...] = ()
        self.unsaved = False
        self._reports: dict[Hashable, Report] = {}
        session.preview_changed.connect(self._on_preview)
        session.exported.connect(self._on_exported)
        session.data_changed.connect(self._reports.clear)  # their figures belong to the previous data
        self._timings.changed.connect(self._on_timing)

    # -- what is known ---------------------------------------------------------------------------------------------

    def before(self) -> Snapshot:
        """Return the model as opened."""
        session = self._session
        assert session.model is not None
        model, data = session.model, session.data
        timing = self._timings.current
        latency = (
            Figure(timing.before_ms, "measured")
            if timing is not None
            else next((report.before.latency_ms for report in reversed(self._reports.values())), None)
        )
        totals = Totals(self._original_size(), model.parameters, model.macs, session.baseline, latency)
        return Snapshot(
            self.tr("Original"),
            replace(session.recipe, rows=(), recover=()),
            totals,
            None,
            session.metric,
            data.fingerprint if data else "",
        )

    def _original_size(self) -> Figure:
        """Return the size of the opened file. Written without steps, it would differ by the texts of its writer."""
        assert self._session.model is not None
        return Figure(float(self._session.model.bytes), "verified")

    def now(self) -> Snapshot:
        """Return the current recipe with its figures so far."""
        session = self._session
        data, preview = session.data, session.preview
        state = Snapshot(self.tr("Now"), session.recipe, metric=session.metric, data=data.fingerprint if data else "")
        return self._known(state, preview if session.preview_is_current else None)

    def suggestion(self) -> str:
        """Return a suggested name for the current state, from its figures."""
        totals, session = self.now().totals, self._session
        assert session.model is not None
        if totals is None or not (session.recipe.rows or session.recipe.recover):
            return self._unused(self.tr("Snapshot"))
        times = quantities.ratio_digits(session.model.bytes / totals.bytes.value)
        parts = [self.tr("{times}x smaller").format(times=times)]
        if totals.value is not None and session.data is not None:
            parts.append(format.value_text(totals.value.value, session.metric))
        return self._unused(listed(parts))

    def find(self, name: str) -> Snapshot | None:
        return next((each for each in self.all if each.name == name), None)

    def of(self, recipe_of: Hashable) -> tuple[str, ...]:
        """Return the names of those with this recipe, by its key."""
        return tuple(each.name for each in self.all if each.recipe.in_effect == recipe_of)

    # -- commands ------------------------------------------------------------------------------------------------------

    def add(self, name: str) -> Snapshot:
        """Keep the current state; a name in use gets a number."""
        made = self.now().named(self._unused(name.strip() or self.tr("Snapshot")))
        self._put((*self.all, made))
        return made

    def rename(self, name: str, new: str) -> None:
        old, new = self.find(name), new.strip()
        if old is not None and new and new != name:
            self._push(old, old.named(self._unused(new)), self.tr("Rename {name}").format(name=name))

    def write_note(self, name: str, note: str) -> None:
        """Set the user's note on a snapshot; "" for none."""
        old, note = self.find(name), note.strip()[:NOTE]
        if old is not None and note != old.note:
            self._push(old, replace(old, note=note), self.tr("Note on {name}").format(name=name))

    def remove(self, name: str) -> None:
        old = self.find(name)
        if old is not None:
            self._push(old, None, self.tr("Delete {name}").format(name=name))

    def restore(self, name: str) -> None:
        """Make its recipe the current one, as one undoable step."""
        if (wanted := self.find(name)) is not None:
            self._session.change_recipe(wanted.recipe, self.tr("Restore {name}").format(name=name))

    def take(self, snapshots: tuple[Snapshot, ...], saved: bool = True) -> None:
        """Replace all snapshots by these."""
        self._reports.clear()
        self.all, self.unsaved = snapshots, not saved
        self.changed.emit()

    def saved(self) -> None:
        self.unsaved = False
        self.changed.emit()

    def replace(self, old: Snapshot | None, new: Snapshot | None, place: int) -> None:
        """Replace a snapshot without a step on the undo list; only for the command Replace."""
        here = list(self.all)
        found = next((i for i, each in enumerate(here) if old is not None and each.name == old.name), None)
        if old is None and new is not None:
            here.insert(place, new.named(self._unused(new.name)))
        elif found is not None and new is None:
            del here[found]
        elif found is not None and new is not None:
            here[found] = replace(here[found], name=new.name, note=new.note)
        self._put(tuple(here))

    # -- inside ----------------------------------------------------------------------------------------------------

    def _known(self, state: Snapshot, preview: Preview | None) -> Snapshot:
        """Return the state with its best figures: those of its file, else those of the preview."""
        report = self._reports.get(state.recipe.in_effect)
        if preview is None:
            return self._timed(replace(state, totals=report.after)) if report else state
        size = self._original_size() if state.recipe.changes_nothing else preview.size
        totals = report.after if report else Totals(size, preview.parameters, preview.macs, preview.value)
        return self._timed(replace(state, totals=totals, change=preview.change, trained=preview.trained))

    def _timed(self, state: Snapshot) -> Snapshot:
        """Return the state with the latency measured on request, which belongs to this file size and this machine."""
        timing = self._timings.of(state.recipe)
        if timing is None or state.totals is None:
            return state
        return replace(state, totals=replace(state.totals, latency_ms=Figure(timing.after_ms, "measured")))

    def _on_timing(self) -> None:
        self._refresh(tuple(self._timed(each) for each in self.all))

    def _on_preview(self) -> None:
        """Complete a snapshot that was taken during its measurement."""
        session = self._session
        preview, data = session.preview, session.data
        if preview is None or not session.preview_is_current or not preview.complete:
            return
        key, print_ = session.recipe.in_effect, data.fingerprint if data else ""
        fresh = tuple(
            self._known(replace(each, metric=session.metric, data=print_), preview)
            if each.recipe.in_effect == key
            else each
            for each in self.all
        )
        self._refresh(fresh)

    def _refresh(self, fresh: tuple[Snapshot, ...]) -> None:
        """Update the figures of unchanged states, which does not count as unsaved work."""
        if fresh != self.all:
            self.all = fresh
            self.changed.emit()

    def _on_exported(self, report: Report) -> None:
        self._reports[self._session.recipe.in_effect] = report
        self._on_preview()
        self.changed.emit()

    def _unused(self, name: str) -> str:
        return unused(name, {each.name for each in self.all} | {self.tr("Original"), self.tr("Now")})

    def _push(self, old: Snapshot, new: Snapshot | None, text: str) -> None:
        self._session.history.push(Replace(self, SnapshotStep(text, old, new, self.all.index(old))))

    def _put(self, snapshots: tuple[Snapshot, ...]) -> None:
        self.all = snapshots
        self.unsaved = True
        self.changed.emit()


class Replace(Command):
    """Undoable command that renames a snapshot, writes a note on it, or deletes it."""

    def __init__(self, snapshots: Snapshots, step: SnapshotStep) -> None:
        super().__init__(step.text)
        self._snapshots, self._step = snapshots, step

    @property
    def step(self) -> SnapshotStep:
        return self._step

    def go(self, forward: bool) -> None:
        step = self._step
        old, new = (step.old, step.new) if forward else (step.new, step.old)
        self._snapshots.replace(old, new, step.place)
