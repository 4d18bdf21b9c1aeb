"""State of the window: what is open, selected and computed, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.core.analysis.report import Figure, LayerChange, Report
from workbench.core.base.quantities import MetricInfo
from workbench.core.base.trust import Trust
from workbench.core.ipc import messages
from workbench.core.layer_data.channel_groups import Couplings
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.recipe.action import Action, MethodInfo
from workbench.core.recipe.recipe import Recipe
from workbench.core.session.opened import Attached, Opened
from workbench.core.session.session_plan import Found
from workbench.core.targets.target import Target
from workbench.ui.engine_client.client import EngineLink, Handlers
from workbench.ui.engine_client.redraw_scheduler import RedrawScheduler
from workbench.ui.session.undo import ChangeRecipe, History

if TYPE_CHECKING:  # imports numpy, for which the first paint need not wait
    from workbench.core.layer_data.views import DataSummary, EditView, LayerView, Preview


class State(QObject):
    """Signals say *that* something changed; read the attribute.

    changes_changed    frozenset of the layer paths whose figures changed
    exported           the Report; export_failed: what, hint
    failed             title, what, hint: for a dialog
    told               one sentence for the status bar
    """

    model_changed = Signal()
    data_changed = Signal()
    methods_changed = Signal()
    targets_changed = Signal()
    recipe_changed = Signal()
    selection_changed = Signal()
    view_changed = Signal()
    views_changed = Signal()  # for another selected layer than the current one
    edit_changed = Signal()
    preview_changed = Signal()
    changes_changed = Signal(object)
    couplings_changed = Signal()
    exported = Signal(object)
    export_failed = Signal(str, str)
    failed = Signal(str, str, str)
    doubted = Signal(object)  # Attached: data that may be read in the wrong way, or does not fit
    told = Signal(str)
    rested = Signal()  # nothing is edited, all is measured, and the next edit of the selection is prepared

    def __init__(self, link: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self.turns = RedrawScheduler(self)
        self.model: ModelSummary | None = None
        self.opened: Opened | None = None
        self.data: DataSummary | None = None
        self.attached: Attached | None = None
        self.methods: dict[str, MethodInfo] = {}
        self.metrics: dict[str, MetricInfo] = {}
        self.targets: dict[str, Target] = {}
        self.recipe = Recipe()
        self.recipe_path = self.session_path = ""
        self._layers: dict[str, Layer] = {}
        self.selection: tuple[str, ...] = ()
        self.current = ""
        self.view: LayerView | None = None
        self.edit: EditView | None = None
        self.edit_is_current = True  # false while `edit` is that of an older recipe
        self.preview: Preview | None = None
        self.preview_is_current = False  # false while `preview` is that of an older recipe
        self.changes: dict[str, LayerChange] = {}
        self.found: Found | None = None  # result of the last search
        self._verified: tuple[Recipe, Report] | None = None  # the last export
        self.couplings = Couplings()
        self.history = History(self)
        self.undo_stack = self.history.stack

    @property
    def metric(self) -> MetricInfo:
        """Metric of the current recipe; without labels a student is compared with its teacher."""
        return (self.preview.metric if self.preview else None) or (self.data.metric if self.data else MetricInfo())

    @property
    def baseline(self) -> Figure | None:
        """Metric of the original model."""
        told = self.data if self.data is None or self.metric == self.data.metric else self.preview
        return told.baseline if told else None

    @property
    def target(self) -> Target | None:
        """Target device of the recipe; None if it names none, or one that is not installed."""
        return self.targets.get(self.recipe.target)

    @property
    def report(self) -> Report | None:
        """Report of the last export, if the recipe still has the same effect; a stage that was not trained yet has
        none."""
        if self._verified is None:
            return None
        exported, report = self._verified
        if self.recipe.in_effect == exported.in_effect:
            return report
        before = replace(self.recipe, recover=()).in_effect
        return report if before == exported.in_effect and not (self.preview and self.preview.trained) else None

    def layer(self, path: str) -> Layer | None:
        return self._layers.get(path)

    # -- the recipe and its undo list ----------------------------------------------------------------------------------

    def free(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the layers that the recipe does not leave alone; if it leaves all of them alone, all, as they were
        meant."""
        paths = tuple(paths)
        return tuple(path for path in paths if not self.recipe.leaves_alone(path)) or paths

    def leave_alone(self, paths: Iterable[str], alone: bool) -> None:
        """Leave layers alone, or lift that, as one undoable step."""
        paths = tuple(paths)
        assert self.model is not None
        if alone:
            self.change_recipe(self.recipe.leaving(paths), self.tr("leave alone"))
        else:
            layers = (layer.path for layer in self.model.layers)
            self.change_recipe(self.recipe.lifting(paths, layers), self.tr("edit again"))

    def set_actions(self, paths: Iterable[str], actions: tuple[Action, ...], text: str, finished: bool = True) -> None:
        """Give layers a stack of steps, as one undoable step; unfinished ones merge with the next. Of several layers,
        those that are left alone stay so."""
        self.change_recipe(self.recipe.with_actions(self.free(paths), actions), text, finished)

    def change_recipe(self, recipe: Recipe, text: str, finished: bool = True) -> None:
        if recipe != self.recipe:
            self.history.push(ChangeRecipe(self, self.recipe, recipe, text, self.history.gesture))
        if finished:
            self.history.gesture += 1

    def show_recipe(self, recipe: Recipe) -> None:
        """Set the recipe without a step on the undo stack; only for the command ChangeRecipe."""
        self.recipe = recipe
        if not self.history.jumping:
            self.recipe_changed.emit()

    # -- state of the engine -------------------------------------------------------------------------------------------

    def trust(self, paths: Trust, then: Callable[[], object]) -> None:
        """Register the user's consent to the code in these files; `then` follows when the engine knows."""
        assert self.opened is not None
        self.opened = replace(self.opened, trusted=self.opened.trusted | paths)
        self.link.request(messages.Trusted, Handlers(done=lambda _: then(), quiet=True), paths=paths)

    def take_report(self, recipe: Recipe, report: Report) -> None:
        """Store the report of an export of this recipe. The recipe was saved beside the model, so it is not unsaved
        work."""
        self._verified = recipe, report
        if recipe == self.recipe and report.files.get("recipe"):
            self.undo_stack.setClean()
        self.exported.emit(report)

    def take_data(self, attached: Attached, summary: DataSummary) -> None:
        """Store the data that the engine has attached."""
        if self.attached != attached:
            self._verified = None
        self.attached, self.data = attached, summary
        if summary.model is not None:  # its sizes are known now, and with them its MACs
            self.model = summary.model
        self.data_changed.emit()

    def lose_data(self) -> None:
        """Note that the engine no longer has the data."""
        self.data = self.attached = None
        self.data_changed.emit()

    # -- what was computed (called by the refresher) -------------------------------------------------------------------

    def show_view(self, view: LayerView) -> None:
        if view.path == self.current:
            self.view = view
            self.view_changed.emit()

    def show_edit(self, edit: EditView | None, current: bool = True) -> None:
        """Show the edit of a layer; None: the current layer has no steps. An edit of another layer only updates the
        figures."""
        if edit is not None:
            self._take_changes((edit.change,))
        fresh = edit is not self.edit or current != self.edit_is_current
        if fresh and (edit is None or edit.change.path == self.current):
            self.edit, self.edit_is_current = edit, current
            self.edit_changed.emit()

    def show_preview(self, preview: Preview | None, current: bool) -> None:
        if preview is not None and preview is not self.preview:
            self._take_changes(preview.changes)
        self.preview, self.preview_is_current = preview, current
        self.preview_changed.emit()

    def _take_changes(self, changes: tuple[LayerChange, ...]) -> None:
        fresh = {change.path: change for change in changes if self.changes.get(change.path) != change}
        if fresh:
            self.changes.update(fresh)
            self.changes_changed.emit(frozenset(fresh))

    def mention(self, failure: messages.Failed) -> None:
        """Report the failure of a background request in the status bar."""
        self.told.emit(f"{failure.what} {failure.hint}".strip())
