"""Keeps the figures in step with the recipe: caches answers, requests missing ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workbench.core.ipc import messages
from workbench.core.recipe.recipe import Recipe
from workbench.ui.engine_client.client import Handlers
from workbench.ui.engine_client.coalesce import Latest
from workbench.ui.session.state import State
from workbench.ui.session.undo import Remembered
from workbench.ui.text.i18n import said

if TYPE_CHECKING:
    from workbench.core.layer_data.views import EditView, LayerView, Predictability, Preview

REST_MS = 250  # pause in editing after which the next edit is prepared
HEAVY = 1 << 23  # weights of a layer from which its steps are tried on request only
LARGEST = 8  # layers that are likely to be clicked because of their size
PATIENCE_MS = 1000  # far longer than most answers take: requests replaced too soon would never be answered
DEATHS_ALLOWED = 2  # an engine that dies twice while measuring one recipe will die a third time


class Refresher(QObject):
    """The background requests of a session: Inspect and Edit for the current layer, Measure for the recipe."""

    def __init__(self, session: State) -> None:
        super().__init__(session)
        self._session = session
        self._link = session.link
        self.online = False  # the engine process holds the model
        self.supplied = False  # and the data, if there is some: needed for measuring
        self._deaths = 0  # crashes of the engine while it measured this recipe
        self._views: dict[str, LayerView] = {}
        self._edits: Remembered[EditView] = Remembered(400)
        self._previews: Remembered[Preview] = Remembered(400)
        self._trained: set[Hashable] = set()  # recipes whose figures are those after training
        self._inspects = Latest(self._link, PATIENCE_MS, self)
        self.applies = Latest(self._link, PATIENCE_MS, self)
        self.measures = Latest(self._link, PATIENCE_MS, self)
        self.rest = QTimer(self, singleShot=True, interval=REST_MS)
        self.rest.timeout.connect(self._prepare)
        self._at, self._walking = "", 1  # the last current layer, and the direction of the walk to it
        self._given_up = False  # the user cancelled this recipe's measurement
        self._preparing = self._predicting = self._view_job = 0  # jobs
        self._viewing: list[str] = []  # layers whose views are wanted beside the current one's
        self._predicts = True
        session.recipe_changed.connect(self._on_recipe)
        self._link.cancelling.connect(self._on_cancelling)

    def forget(self) -> None:
        """Drop everything, as the model changed."""
        self.drop()
        self._views.clear()
        self.forget_measured()

    def forget_measured(self) -> None:
        """Drop results that depend on the data: metrics, edits (which may have been calibrated with it), and requests
        in progress. Views are kept."""
        self._predicts = True
        self._edits.clear()
        self._previews.clear()
        self._trained.clear()
        self.applies.drop()
        self.measures.drop()

    def forget_preview(self, recipe: Recipe) -> None:
        """Drop the figures of a recipe whose effect has changed in the engine, and requests in progress."""
        self._trained.add(recipe.in_effect)
        self._previews.forget(recipe.in_effect)
        self._edits.clear()  # training may change layers that have no steps
        self.applies.drop()
        self.measures.drop()

    def drop(self) -> None:
        """Stop requesting until the next refresh."""
        self.rest.stop()
        for requests in (self._inspects, self.applies, self.measures):
            requests.drop()
        for job in (self._preparing, self._predicting, self._view_job):
            self._link.abandon(job)
        self._view_job, self._viewing = 0, []

    def lost(self, by_itself: bool) -> bool:
        """Handle a new engine process. Returns whether measuring this recipe may be what kills it."""
        self.online = self.supplied = False
        self._deaths += by_itself and self._measuring
        self._predicts = not (by_itself and self._predicting in self._link.asked)  # this may be what kills it
        self._previews.forget_where(lambda preview: bool(preview.trained))  # it has to be resumed
        self.drop()
        return self._deaths >= DEATHS_ALLOWED

    def hold(self, recipes: Iterable[Recipe]) -> None:
        """Keep the figures of these recipes in the cache, so that they are shown at once."""
        self._previews.held = frozenset(recipe.in_effect for recipe in recipes)

    def view(self, path: str) -> LayerView | None:
        return self._views.get(path)

    def preview(self, recipe: Recipe) -> Preview | None:
        """Return the cached preview of a recipe, or None."""
        return self._previews.get(recipe.in_effect)

    def try_again(self) -> None:
        self._deaths, self._given_up = 0, False
        self.refresh()

    def refresh(self) -> None:
        self.refresh_layer()
        self.refresh_preview()

    def leave_layer(self) -> None:
        """Drop requests for the previous layer, as the user selected another."""
        self._inspects.drop()
        self.applies.drop()

    def refresh_and_predict(self) -> None:
        """Refresh for changed data, and prepare the predictor in the background."""
        self.refresh()
        model = self._session.model
        editable = model is not None and any(not layer.locked for layer in model.layers)
        if self._predicts and self._session.data is not None and editable:
            self._predicting = self._link.request(
                messages.Predict, Handlers(done=self._show_predictability, failed=self._session.mention, quiet=True)
            )

    def _show_predictability(self, known: Predictability) -> None:
        if known.obstacle:
            self._session.told.emit(said(known.obstacle))

    def refresh_layer(self) -> None:
        """Refresh the current layer before and after its steps."""
        path, recipe = self._session.current, self._session.recipe
        if not path:
            return
        self._note_walk(path)
        self.rest.start()
        if path not in self._views and self.online:
            self._inspects.submit(lambda: self._ask_view(path))
        known = self._edits.get((path, recipe.in_effect))
        trained = bool(recipe.recover) and recipe.in_effect in self._trained
        if known is not None or not (recipe.actions_for(path) or trained):
            self.applies.drop()
            self._session.show_edit(known)
            return
        shown = self._session.edit  # an edit with the same steps holds, whatever was done to other layers
        same = shown is not None and not trained and shown.change.actions == recipe.actions_for(path)
        self._session.show_edit(shown, current=same)
        if self._wanted:
            self.applies.submit(lambda: self._ask_edit(path, recipe))

    def _note_walk(self, path: str) -> None:
        """Note the direction in which the user walks through the layers."""
        paths = [layer.path for layer in self._session.model.layers] if self._session.model is not None else []
        if self._at in paths and path in paths and path != self._at:
            self._walking = 1 if paths.index(path) > paths.index(self._at) else -1
        self._at = path

    def refresh_preview(self) -> None:
        """Show the cached figures of the recipe at once, and request them unless they are complete."""
        recipe, focus = self._session.recipe, self._session.selection
        known = self._previews.get(recipe.in_effect)
        shown = known or self._untrained(recipe)
        self._session.show_preview(shown or self._session.preview, current=shown is not None)
        if known is not None and known.complete:
            self.measures.drop()
            self.rest.start()
        elif self._wanted:
            self.measures.submit(lambda: self._ask_preview(recipe, focus))

    def _untrained(self, recipe: Recipe) -> Preview | None:
        """Return the complete figures of a recipe without its stages, which hold until it is trained; None if a stage
        names a teacher and there are no labels, as the metric is then the agreement with that teacher."""
        if not recipe.recover or recipe.in_effect in self._trained:
            return None
        before = self._previews.get(replace(recipe, recover=()).in_effect)
        if before is None or not before.complete:
            return None
        labelled = before.metric is not None and before.metric.labelled
        taught = any(str(stage.params.get("teacher", "")).strip() for stage in recipe.recover)
        return None if taught and not labelled else replace(before, trained=False)

    def _prepare(self) -> None:
        """While nothing is edited, prepare the first edit of the selected layers, then that of likely next layers."""
        recipe, selection = self._session.recipe, self._session.selection

        def done(_: object) -> None:
            following, others = self._following()
            same = (recipe, selection) == (self._session.recipe, self._session.selection)
            if same and self._measured:
                layer = self._session.layer(self._session.current)
                if layer is not None and layer.count < HEAVY:
                    self._session.rested.emit()
                if following or others:
                    self._ask_prepare(following, lambda _: None, others)

        if self._wanted and self._measured and selection and self._session.data is not None:
            self._ask_prepare(selection, done)

    def _ask_prepare(
        self, focus: tuple[str, ...], done: Callable[[object], None], others: tuple[str, ...] = ()
    ) -> None:
        handlers = Handlers(done=done, failed=self._session.mention, quiet=True)
        recipe = self._session.recipe
        self._preparing = self._link.request(messages.Prepare, handlers, recipe=recipe, focus=focus, others=others)

    def _following(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the next editable layer in the direction of the user's walk, if any; and others that may be selected:
        the previous one, and the largest."""
        model, current = self._session.model, self._session.current
        layers = [layer for layer in model.layers if not layer.locked] if model is not None else []
        paths = [layer.path for layer in layers]
        if current not in paths:
            return (), ()
        ahead, behind = (
            tuple(paths[place : place + 1]) if (place := paths.index(current) + step) >= 0 else ()
            for step in (self._walking, -self._walking)
        )
        largest = [layer.path for layer in sorted(layers, key=lambda layer: -layer.bytes)[:LARGEST]]
        return ahead, tuple(path for path in dict.fromkeys((*behind, *largest)) if path not in (current, *ahead))

    @property
    def paused(self) -> bool:
        """Whether this recipe is not measured until the user asks for it: it was cancelled, or crashes the engine."""
        return self._given_up or self._deaths >= DEATHS_ALLOWED

    @property
    def _wanted(self) -> bool:
        return self.supplied and not self.paused

    @property
    def _measured(self) -> bool:
        """Return whether this recipe is completely measured. Until then nothing is prepared, as that would delay
        measuring."""
        known = self._previews.get(self._session.recipe.in_effect)
        return known is not None and known.complete

    @property
    def _measuring(self) -> bool:
        return bool(self.measures.job) and not self._measured

    def _on_recipe(self) -> None:
        self.try_again()

    def _on_cancelling(self, job: int) -> None:
        """Cancel the edit of the current layer, too, as the measurement waits for it."""
        if job == self.measures.job:
            self._given_up = True
            self.applies.drop()
            self.measures.forget_waiting()  # the newest recipe would be measured a moment later

    def _ask_view(self, path: str) -> int:
        def done(view: LayerView) -> None:
            self._views[path] = view
            self._session.show_view(view)
            self._inspects.answered()

        return self._link.request(
            messages.Inspect, Handlers(done=done, failed=self._session.mention, quiet=True), first=True, path=path
        )

    def want_views(self, paths: Iterable[str]) -> None:
        """Request views of these layers one after the other, so that a newly selected layer does not have to wait."""
        self._viewing = [path for path in paths if path not in self._views]
        if not self._view_job:
            self._next_view()

    def _next_view(self) -> None:
        self._view_job = 0
        if not self._viewing or not self.online:
            return
        path = self._viewing.pop(0)

        def done(view: LayerView) -> None:
            self._views[path] = view
            self._session.views_changed.emit()
            self._next_view()

        def failed(failure: messages.Failed) -> None:
            self._session.mention(failure)
            self._next_view()

        self._view_job = self._link.request(messages.Inspect, Handlers(done=done, failed=failed, quiet=True), path=path)

    def _ask_edit(self, path: str, recipe: Recipe) -> int:
        def done(edit: EditView) -> None:
            self._edits.put((path, recipe.in_effect), edit)
            self._session.show_edit(edit, current=recipe.in_effect == self._session.recipe.in_effect)
            self.applies.answered()

        def failed(failure: messages.Failed) -> None:
            self._session.mention(failure)
            self.applies.answered()

        return self._link.request(
            messages.Edit, Handlers(done=done, failed=failed, quiet=True), path=path, recipe=recipe
        )

    def _ask_preview(self, recipe: Recipe, focus: tuple[str, ...]) -> int:
        def updated(preview: Preview) -> None:
            # During a drag, results belong to a slightly older recipe: worth showing, and marked as such.
            self._previews.put(recipe.in_effect, preview)
            self._session.show_preview(preview, current=recipe.in_effect == self._session.recipe.in_effect)
            if preview.complete or preview.value is not None or self._session.data is None:
                self.measures.answered()
            if preview.complete:
                self.rest.start()

        def failed(failure: messages.Failed) -> None:
            self._session.mention(failure)
            self.measures.answered()

        handlers = Handlers(
            done=updated,
            updated=updated,
            failed=failed,
            stopped=self._session.preview_changed.emit,
            quiet=True,
            title=self.tr("Measuring"),
        )
        return self._link.request(messages.Measure, handlers, recipe=recipe, focus=focus)
