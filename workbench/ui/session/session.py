"""State of the window with its commands. Widgets show the state and call these methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.analysis.report import Report
from workbench.core.base.errors import UserError
from workbench.core.base.plain import plain, shortened
from workbench.core.base.quantities import MetricInfo
from workbench.core.base.trust import NOBODY, Trust
from workbench.core.ipc import messages
from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.recipe import Recipe, load_recipe
from workbench.core.session.opened import Attached, Opened
from workbench.core.session.snapshot import Snapshot
from workbench.core.session.undo_list import UndoList
from workbench.core.targets.check import check
from workbench.core.targets.target import Target
from workbench.ui.engine_client.client import EngineLink, Handlers
from workbench.ui.session.reconnect import Reconnection
from workbench.ui.session.snapshots import Replace, Snapshots
from workbench.ui.session.state import State
from workbench.ui.session.sync import Refresher
from workbench.ui.session.timings import LayerTimes, Timings
from workbench.ui.session.training import Trainings
from workbench.ui.text import i18n
from workbench.ui.text.i18n import listed

if TYPE_CHECKING:  # imports numpy, for which the first paint need not wait
    from workbench.core.layer_data.views import DataSummary, LayerView, Preview

LISTED, LONGEST_ROW = 10, 100  # rows of a recipe that are named where they match no layer, characters of each


class Session(State):
    """State and commands of the window: open, select, undo, save, export.

    recipe_named   path of a recipe that was loaded or saved
    """

    recipe_named = Signal(str)

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(link, parent)
        self._asked = 0  # models
        self.refresher = Refresher(self)
        self.timings, self.layer_times = Timings(self), LayerTimes(self)
        self.snapshots = Snapshots(self, self.timings)
        self.snapshots.changed.connect(lambda: self.refresher.hold(each.recipe for each in self.snapshots.all))
        self.trainings = Trainings(self)
        self.trainings.trained.connect(self.measure_anew)
        link.ready.connect(self._on_ready)
        link.gave_up.connect(self.told)
        link.gave_up.connect(lambda _: self.refresher.lost(by_itself=True))
        self.reconnection = Reconnection(self, self.refresher)
        if link.is_ready:
            self._on_ready()

    # -- opening ---------------------------------------------------------------------------------------------------

    def open(
        self,
        path: str,
        trusted: Trust = NOBODY,
        data: str = "",
        calibration: str = "",
        recipe: str = "",
        then: Callable[[], object] | None = None,
        samples: int = 0,
    ) -> int:
        """Request a model, then its data and recipe; `then` follows. The open model stays if this fails."""
        return self.open_as(Opened(path, trusted), data, calibration, recipe, then, samples)

    def open_as(
        self,
        wanted: Opened,
        data: str = "",
        calibration: str = "",
        recipe: str = "",
        then: Callable[[], object] | None = None,
        samples: int = 0,
    ) -> int:
        """Request a model that is prepared in another way than by default."""
        newest = self._newest()

        def done(summary: ModelSummary) -> None:
            self._take_model(wanted, summary)
            if not newest():  # data and recipe do not belong to the next model
                return
            if recipe:
                self.load_recipe(recipe)
            if data:
                self.attach(data, calibration, wanted.trusted, samples)
            if then is not None:
                then()

        return self._ask_model(wanted, done, self.tr("Cannot open this model"))

    def reopen(self, wanted: Opened) -> int:
        """Open the same model with other preparations; the data and the recipe stay."""
        attached, recipe = self.attached, self.recipe
        kept, newest = self.snapshots.all, self._newest()

        def done(summary: ModelSummary) -> None:
            self._take_model(wanted, summary)
            if not newest():
                return
            self.change_recipe(recipe, self.tr("keep recipe"))
            self.snapshots.take(tuple(each.without_figures() for each in kept), saved=not kept)
            if attached is not None:
                self.attach(**vars(attached))

        return self._ask_model(wanted, done, self.tr("Cannot reopen the model with these options"))

    def _ask_model(self, wanted: Opened, done: Callable[[ModelSummary], None], complaint: str) -> int:
        title = self.tr("Opening {name}").format(name=Path(wanted.path).name)
        handlers = Handlers(done=done, failed=self._complaint(complaint), title=title)
        return self.link.request(messages.Open, handlers, **vars(wanted))

    def _newest(self) -> Callable[[], bool]:
        """Return a function that tells whether no other model was requested since."""
        self._asked += 1
        number = self._asked
        return lambda: number == self._asked

    def attach(
        self,
        path: str,
        calibration: str = "",
        trusted: Trust = NOBODY,
        samples: int = 0,
        measuring: Measuring = AUTOMATIC,
    ) -> int:
        """Request data, or this many samples of it, and the metrics. The attached data stays if this fails."""
        wanted = Attached(path, calibration, trusted, samples, measuring)

        def updated(summary: DataSummary) -> None:
            self.take_data(wanted, summary)

        def done(summary: DataSummary) -> None:
            updated(summary)
            self.refresher.forget_measured()
            self.refresher.refresh_and_predict()
            if summary.doubt:
                self.doubted.emit(wanted)

        def failed(failure: messages.Failed) -> None:
            self.failed.emit(self.tr("Cannot use this data"), failure.what, failure.hint)
            self.doubted.emit(wanted)

        title = self.tr("Measuring the original on {name}").format(name=Path(path).name)
        handlers = Handlers(done=done, updated=updated, failed=failed, title=title)
        return self.link.request(messages.Attach, handlers, **vars(wanted))

    def _take_model(self, opened: Opened, summary: ModelSummary) -> None:
        self.refresher.forget()
        self.refresher.online = self.refresher.supplied = True
        self.reconnection.given_up = False
        self.history.clear()
        self.model, self.opened, self.data, self.attached = summary, opened, None, None
        self._layers = {layer.path: layer for layer in summary.layers}
        self.selection, self.current, self.view, self.edit = (), "", None, None
        self.preview, self.preview_is_current, self.changes = None, False, {}
        self.couplings, self.found, self._verified = Couplings(), None, None
        self.recipe, self.recipe_path, self.session_path = Recipe(), "", ""
        self.snapshots.take(())
        self.model_changed.emit()
        self.data_changed.emit()
        self.recipe_changed.emit()
        self.couplings_changed.emit()
        for signal in (self.selection_changed, self.view_changed, self.edit_changed):
            signal.emit()  # nothing is selected yet; a model without a layer that can be edited leaves it at that
        free = [layer for layer in summary.layers if not layer.locked]
        self.select([max(free, key=lambda layer: layer.bytes).path] if free else ())  # where most is to be saved
        self._ask_couplings()

    def _ask_couplings(self) -> None:
        """Request the couplings, which take a moment in a large model."""
        opened = self.opened

        def done(found: Couplings) -> None:
            if self.opened is opened:
                self.couplings = found
                self.couplings_changed.emit()

        self.link.request(messages.Coupled, Handlers(done=done, failed=self.mention, quiet=True))

    # -- selecting and editing -------------------------------------------------------------------------------------

    def select(self, paths: Iterable[str], current: str = "") -> None:
        """Select layers; `current` is the one that is drawn."""
        paths = tuple(dict.fromkeys(paths))
        current = current if current in paths else next(iter(paths), "")
        if (paths, current) == (self.selection, self.current):
            return
        moved, self.selection, self.current = current != self.current, paths, current
        if moved:
            self.refresher.leave_layer()
            self.view, self.edit = self.refresher.view(current), None
        self.selection_changed.emit()
        if moved:
            self.view_changed.emit()
            self.edit_changed.emit()
            self.refresher.refresh_layer()

    def choose_target(self, name: str) -> None:
        """Set the target device of the recipe, by its id, as one undoable step; "" for none."""
        target = self.targets.get(name)
        text = self.tr("target {title}").format(title=target.title) if target else self.tr("no target")
        self.change_recipe(replace(self.recipe, target=name), text)
        if target is not None and self.model is not None:
            found = check(self.model.layers, self.recipe, self.methods, target)
            text = self.tr("Steps of this recipe that {title} does not support, by its rules: {count}")
            self.told.emit(text.format(title=target.title, count=len(found)))

    def undo(self) -> None:
        self.history.undo()

    def redo(self) -> None:
        self.history.redo()

    def go_to(self, step: int) -> None:
        """Go to the state after step `step` of the undo list."""
        self.history.go_to(step, self)

    # -- files -----------------------------------------------------------------------------------------------------

    @property
    def modified(self) -> bool:
        """Return whether there is unsaved work."""
        return not self.undo_stack.isClean() or self.snapshots.unsaved

    def begin_with(self, kept: UndoList, snapshots: tuple[Snapshot, ...]) -> None:
        """Start with the work of a session file and its undo list; it counts as unsaved until `mark_saved`."""
        self.history.begin_with(kept, partial(Replace, self.snapshots), self)
        self.snapshots.take(snapshots, saved=not snapshots)

    def mark_saved(self, path: str) -> None:
        """Note that everything is in this session file."""
        self.session_path = path
        self.undo_stack.setClean()
        self.snapshots.saved()

    def load_recipe(self, path: str) -> bool:
        """Load a recipe as one undoable change; emits `failed` if it cannot be read."""
        try:
            recipe = load_recipe(Path(path))
        except UserError as error:
            self.failed.emit(self.tr("Cannot use this recipe"), error.what, error.hint)
            return False
        self.change_recipe(recipe, self.tr("load recipe"))
        self.recipe_path = path
        self.recipe_named.emit(path)
        paths = [layer.path for layer in self.model.layers] if self.model else []
        unmatched = [row.pattern for row in recipe.rows if not any(row.matches(p) for p in paths)]
        if unmatched:
            named = [shortened(plain(row), LONGEST_ROW) for row in unmatched[:LISTED]]
            rows = listed((*named, "…" if len(unmatched) > LISTED else ""))
            self.told.emit(self.tr("These rows of the recipe match no layer: {rows}").format(rows=rows))
        return True

    def save_recipe(self, path: str) -> bool:
        try:
            self.history.standing(self.recipe).save(Path(path))
        except UserError as error:
            self.failed.emit(self.tr("Cannot save the recipe"), error.what, error.hint)
            return False
        self.recipe_path = path
        self.recipe_named.emit(path)
        self.undo_stack.setClean()
        self.told.emit(self.tr("Recipe saved as {path}").format(path=path))
        return True

    @property
    def measuring_paused(self) -> bool:
        """Whether this recipe is not measured until `measure_again`."""
        return self.refresher.paused or self.reconnection.given_up

    def known_preview(self, recipe: Recipe) -> Preview | None:
        """Return the cached figures of a recipe, or None."""
        return self.refresher.preview(recipe)

    def views(self) -> dict[str, LayerView]:
        """Return the known views of the selected layers; missing ones are requested and announced by
        `views_changed`."""
        known = {path: self.refresher.view(path) for path in self.selection}
        self.refresher.want_views(self.selection)
        return {path: view for path, view in known.items() if view is not None}

    def measure_again(self) -> None:
        """Resume a measurement that was cancelled, or that crashed the engine; or first open the model again."""
        if self.reconnection.given_up:
            self.reconnection.begin()
        else:
            self.refresher.try_again()

    def measure_anew(self, recipe: Recipe) -> None:
        """Drop the measurements of this recipe, which was trained."""
        self.refresher.forget_preview(recipe)
        self.refresher.refresh()

    def export(self, folder: str, name: str, format: str = "") -> int:
        """Write, reopen and verify: emits `exported` with the Report, or `export_failed`. `format`: a second format to
        write (see formats.format)."""

        recipe = self.recipe

        def done(report: Report) -> None:
            self.take_report(recipe, report)

        def failed(failure: messages.Failed) -> None:
            self.export_failed.emit(failure.what, failure.hint)

        def stopped() -> None:
            self.export_failed.emit(self.tr("The export was cancelled; nothing was written."), "")

        title = self.tr("Exporting {name}").format(name=name)
        handlers = Handlers(done=done, failed=failed, stopped=stopped, title=title)
        kept, language = self.trainings.result is not None, i18n.code()
        return self.link.request(
            messages.Export,
            handlers,
            recipe=recipe,
            folder=folder,
            name=name,
            language=language,
            kept=kept,
            format=format,
        )

    def _complaint(self, title: str) -> Callable[[messages.Failed], None]:
        return lambda failure: self.failed.emit(title, failure.what, failure.hint)

    # -- the engine's life -----------------------------------------------------------------------------------------

    def _on_ready(self) -> None:
        def done(methods: tuple[MethodInfo, ...]) -> None:
            self.methods = {method.id: method for method in methods}
            self.methods_changed.emit()

        def known(targets: tuple[Target, ...] | None) -> None:
            self.targets = {target.id: target for target in targets or ()}
            self.targets_changed.emit()

        self.link.request(messages.Methods, Handlers(done, self.told.emit, self.mention, quiet=True))

        def measures(metrics: tuple[tuple[str, MetricInfo], ...] | None) -> None:
            self.metrics = dict(metrics or ())

        self.link.request(messages.Metrics, Handlers(done=measures, failed=self.mention, quiet=True))
        self.link.request(messages.Targets, Handlers(done=known, failed=self.mention, quiet=True))
