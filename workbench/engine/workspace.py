"""An opened model with its data: the subject of every command. Immutable except for its caches."""

import logging
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.analysis.report import LayerChange
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.trust import NOBODY, Trust, with_places
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import DataSummary, EditView, GraphView, LayerFacts, LayerView, Levels
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.storing import DEFAULT, Storing
from workbench.data.choosing import fitting
from workbench.data.dataset import Dataset
from workbench.data.label_forms import read_alike
from workbench.data.matching import Given
from workbench.data.opening import open_dataset
from workbench.data.preprocessing import Rules
from workbench.engine.base import chance, evaluate
from workbench.engine.base.batches import calibrating, samples_at_once
from workbench.engine.base.cache import Cache, room
from workbench.engine.base.changes import change_of
from workbench.engine.base.evaluate import Evaluator, runner
from workbench.engine.base.measured import with_answer
from workbench.engine.base.store import Store, cache_folder
from workbench.engine.calibration.upstream import before, in_sequence
from workbench.engine.compile import compiler, conflicts, structure
from workbench.engine.integers import foreign
from workbench.engine.layer_figures import graph_view, stats
from workbench.engine.supervision.samples import split
from workbench.formats.opening import open_model
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import size_of
from workbench.graph.storage.edit import Edit
from workbench.methods.base.method import all_methods, untouched

log = logging.getLogger(__name__)
CALIBRATING = 512  # largest number of calibration samples
RECOVERIES = 4  # number of trained models that are kept
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Workspace:
    """An opened model with data.

    calibration  unlabelled samples for methods that need activations; `evaluator` measures
    training    samples that recovery may train on; None if only evaluation data was given
    set_aside   whether these were split off the evaluation data (see `separated`)
    recoveries  trained results of recipes, newest last
    trusted     paths whose code may run
    against     description of what models are compared with if there are no labels
    teachers    files of the teachers, if not the original model
    measuring   requested metrics and output
    cache       results by content; the least recently used are evicted
    count       number of samples requested; 0: all
    """

    model: Model
    data: Dataset | None = None
    calibration: Dataset | None = None
    calibration_words: str = ""
    evaluator: Evaluator | None = None
    training: Dataset | None = None
    set_aside: bool = False
    cache: Cache = field(default_factory=lambda: Cache(room()))
    recoveries: dict[Hashable, Any] = field(default_factory=dict)
    store: Store = field(default_factory=lambda: Store(cache_folder() / "statistics"))
    trusted: Trust = NOBODY
    against: str = Message("the original model's outputs")
    teachers: str = ""
    measuring: Measuring = AUTOMATIC
    count: int = 0

    @staticmethod
    def open(
        path: str,
        job: Job,
        trusted: Trust = NOBODY,
        without: frozenset[str] = frozenset(),
        raise_opset: bool = False,
        architecture: str = "",
    ) -> "Workspace":
        """Open a model. Raises UserError if it cannot be opened."""
        network, own = (architecture, architecture in trusted), path in trusted
        model = open_model(path, trusted=own, without=without, raise_opset=raise_opset, network=network, job=job)
        return Workspace(
            foreign.noted(model), cache=Cache(room(model.summary().parameters)), trusted=with_places(trusted, path)
        )

    def attach(
        self,
        path: str,
        job: Job,
        calibration: str = "",
        trusted: Trust = NOBODY,
        given: Given | None = None,
        measuring: Measuring = AUTOMATIC,
        count: int = 0,
        rules: Rules | None = None,
    ) -> "Workspace":
        """Return the same model with data, and the original measured on it. Raises UserError if the data does not fit,
        or no output can be measured.

        given       values of inputs that are the same for all samples
        measuring   requested metrics and output; otherwise they follow from outputs and labels
        count       number of samples of `path` to use, classes in proportion; 0: all
        rules       preprocessing; None: as the file beside the data says
        """
        self.model.require_network()
        inputs, given, near = self.model.summary().inputs, given or {}, self.model.source.path
        ends = 0.3, 0.5 if calibration else 0.3  # of the work, about
        data = open_dataset(path, inputs, path in trusted, job.part(0.0, ends[0]), given, count, rules, near)
        session = runtime.session(self.model)
        model = self.model.at(data.sizes(), data.alone)
        data, ((_, first), *beside), outputs = with_answer(session, data, measuring, trusted, model)
        if data.together > 1:
            model = self.model.at(data.sizes(), data.alone)
        samples = data
        if calibration:
            known = {**data.constants, **given}
            samples = open_dataset(calibration, inputs, calibration in trusted, job.part(*ends), known, near=near)
            samples = read_alike(samples.read_as(data), data)
        run, batch = runner(session), data.at_once(samples_at_once(model))
        job = job.part(ends[1], 1.0)
        evaluator = chance.noted(evaluate.prepare(data, run, job, batch, wanted=first, beside=beside, known=outputs))
        evaluator = foreign.noted_with_data(evaluator, model, run)
        samples = replace(samples, answer=evaluator.data.answer, labels=fitting(evaluator.metric, samples.labels))
        return replace(
            self,
            model=model,
            data=evaluator.data,
            calibration=samples,
            calibration_words=calibrating(samples.first(CALIBRATING), calibration),
            evaluator=evaluator,
            training=samples if calibration else None,
            set_aside=False,
            measuring=measuring,
            count=count,
            # Measured results belong to a metric.
            cache=self.cache if measuring == self.measuring else Cache(self.cache.budget),
            recoveries=self.recoveries if measuring == self.measuring else {},
        )

    def taught(self, teachers: str, job: Job) -> "Workspace":
        """Return the workspace that compares with these teachers (files separated by commas) if there are no labels."""
        from workbench.engine.supervision.teacher import answers_of

        evaluator = self.measurable()
        if evaluator.metric.labelled:
            return self
        run = answers_of(teachers, evaluator.data, job, self.trusted)
        original = runner(runtime.session(self.model))
        again = evaluate.taught(evaluator, original, run, job)
        return replace(self, evaluator=again, against=Message("the teachers' outputs"), teachers=teachers)

    def separated(self) -> "Workspace":
        """Return the workspace with part of its only data set split off for training."""
        evaluator = self.measurable()

        def make() -> Workspace:
            train, rest = split(evaluator.data, 0)
            left = evaluator.part(rest)
            return replace(self, data=left.data, evaluator=left, training=evaluator.data.subset(train), set_aside=True)

        return self.cache.get(("separated", evaluator.data.fingerprint, evaluator.data.classes, self.teachers), make)

    def ready(self, recipe: Recipe) -> "Workspace":
        """Return the workspace in which a recipe can be trained and measured. Without labels, a student is compared
        with its teachers. Raises UserError for an unsuitable teacher."""
        own = self._taught_for(recipe)
        apart = not recipe.recover or own.training is not None or own.evaluator is None
        return self._trusting(own if apart else own.separated())

    def measured(self, recipe: Recipe) -> "Workspace":
        """Return the workspace that measures a recipe in its current state: on samples that were not trained on."""
        trained = recipe.recover and self.recovery(recipe) is not None
        return self.ready(recipe) if trained else self._trusting(self._taught_for(recipe))

    def _trusting(self, found: "Workspace") -> "Workspace":
        """Return the workspace with the current trust: a cached one may be older than the consent."""
        return found if found.trusted == self.trusted else replace(found, trusted=self.trusted)

    def _taught_for(self, recipe: Recipe) -> "Workspace":
        given = (str(stage.params.get("teacher", "")).strip() for stage in reversed(recipe.recover))
        return self._taught_by(next(filter(None, given), ""))

    def _taught_by(self, teachers: str) -> "Workspace":
        evaluator = self.evaluator
        if evaluator is None or evaluator.metric.labelled or teachers in ("", self.teachers):
            return self
        key = ("taught", evaluator.data.fingerprint, evaluator.data.classes, teachers)
        return self.cache.get(key, lambda: self.taught(teachers, Job()))

    def recovery(self, recipe: Recipe) -> Any | None:
        """Return the training result of this recipe if it is cached (training.recover.Recovered), else None."""
        return self.recoveries.get(self._recovery_key(recipe)) if recipe.recover else None

    def remember(self, recipe: Recipe, recovered: T) -> T:
        """Keep the training result of a recipe; of earlier ones the newest are kept."""
        key = self._recovery_key(recipe)
        self.recoveries.pop(key, None)
        self.recoveries[key] = recovered
        while len(self.recoveries) > RECOVERIES:
            self.recoveries.pop(next(iter(self.recoveries)))
        return recovered

    def _recovery_key(self, recipe: Recipe) -> Hashable:
        own = self.ready(recipe)
        data = (own.training, own.calibration, own.data)
        return recipe.as_trained, *(part.fingerprint if part else "" for part in data)

    def data_summary(self) -> DataSummary | None:
        if self.data is None or self.evaluator is None:
            return None
        model = self.model.summary() if self.model.settled else None
        return DataSummary(
            self.data.path,
            self.data.samples,
            self.evaluator.metric.info,
            self.evaluator.metric.labelled,
            self.calibration_words,
            self.evaluator.baseline(),
            self.data.classes,
            self.data.fingerprint,
            (*self.data.notes, *self.data.answer.notes),
            model,
            self.evaluator.beside_original(),
            chance.doubt(self.evaluator) or "",
        )

    def measurable(self) -> Evaluator:
        """Return the evaluator. Raises UserError if there is no data."""
        if self.evaluator is None:
            raise UserError("There is no evaluation data.", "Attach a data set.")
        return self.evaluator

    def view(self, path: str) -> LayerView:
        """Return the figures of an original layer. Raises UserError for an unknown path."""
        layer = self.layer(path)

        def make() -> LayerView:
            known = self.statistics(layer)
            unavailable = {name: reason for name in all_methods() if (reason := self._unavailable(layer, name))}
            return LayerView(
                path,
                known.moments,
                known.histogram,
                known.spectrum,
                known.magnitudes,
                unavailable,
                known.outliers,
                known.failed,
            )

        return self.cache.get(("view", path, layer.fingerprint), make)

    def _unavailable(self, layer: Layer, name: str) -> str | None:
        """Return why a layer cannot have a method, or None. If that is unknown, it is not offered."""
        try:
            return all_methods()[name].accepts(layer) or compiler.structural_refusal(self.model, layer, (Action(name),))
        except Exception as error:  # must not prevent looking at the layer
            log.warning("%s: whether it can have %s: %s: %s", layer.path, name, type(error).__name__, error)
            return Message("Not known: the graph around the layer could not be analysed.")

    def statistics(self, layer: Layer) -> stats.Statistics:
        """Return the statistics of an original editable layer."""

        def read() -> stats.Statistics:
            found = stats.of(layer, lambda: self.model.weight(layer.path), self.store)
            self.model.release(layer.path)  # listing all layers must not keep all weights in memory
            return found

        return self.cache.get(stats.key(layer), read)

    def facts(self, path: str) -> LayerFacts:
        """Return the figures of an editable layer for the tree. Raises UserError for an unknown path."""
        known = self.statistics(self.layer(path))
        drawn = known.spectrum
        if drawn is None:
            return LayerFacts(path, known.moments.sparsity, None, None, None)
        return LayerFacts(path, known.moments.sparsity, drawn.stable_rank, drawn.rank_for(0.9), len(drawn.values))

    def edited(self, path: str, recipe: Recipe, job: Job) -> tuple[structure.Structure, Edit]:
        """Return the model after the structural steps of a recipe, and the edit of a layer in it, trained if the recipe
        was: zeros if the layer was removed or replaced."""
        layer, seed = self.layer(path), recipe.seed
        if (known := self.recovery(recipe)) is not None and path in known.compiled.model.sites:
            made = known.compiled
            return made.structure, made.edits.get(path) or untouched(made.model.weight(path))
        chosen = {**compiler.stacks(self.model, recipe)[0], layer.path: recipe.actions_for(path)}
        smaller = structure.build(self.model, chosen, self.calibration, seed, self.cache, job.part(0.0, 0.3))
        if path not in smaller.model.sites:  # its module was replaced, or left out
            return smaller, untouched(np.zeros(layer.shape, np.float32))
        stacks = compiler.editing(chosen)
        given = self.calibration, seed, self.cache.under(smaller.key), job.part(0.3, 1.0)
        if in_sequence(stacks.get(path, ())):
            left = {other: actions for other, actions in stacks.items() if other in smaller.model.sites}
            return smaller, compiler.edit_all(smaller.model, left, *given, until=path)[path]
        return smaller, compiler.edit(smaller.model, path, stacks.get(path, ()), *given, compiler.shares(stacks))

    def edit_view(self, path: str, recipe: Recipe, job: Job) -> EditView:
        """Return the figures of a layer after a recipe."""
        layer, actions, seed = self.layer(path), recipe.actions_for(path), recipe.seed
        editing = compiler.editing({**compiler.stacks(self.model, recipe)[0], path: actions})
        sharing, steps = compiler.shares(editing), editing.get(path, ())
        smaller, edited = self.edited(path, recipe, job)
        gone = path not in smaller.model.sites
        trained = self.recovery(recipe) is not None and not gone

        def make() -> EditView:
            weight = edited.weight
            edits = {path: edited} if not gone and (steps or trained or path not in smaller.notes) else {}
            result = compiler.Compiled(self.model, smaller, edits, {path: actions}).stored(recipe.storing)
            change = next(each for each in result.changes()[0] if each.path == path)
            view = self.view(path)
            drawn = change, stats.moments(weight), stats.histogram(weight, view.histogram.edges)
            if gone:
                return EditView(*drawn, None)
            return EditView(
                *drawn,
                stats.spectrum(smaller.model.layer(path), weight),
                conflicts.conflicts(layer, actions),
                self._levels(smaller, path, edited),
                stats.beyond(weight, view.outliers) if view.outliers is not None else 0,
                trained,
            )

        shared = *(sharing.get(action, ()) for action in actions), *before(editing, path)
        known = ("edit view", path, layer.fingerprint, actions, shared, seed, recipe.storing, self._calibrated())
        return make() if trained else self.cache.under(smaller.key).get(known, make)

    def _levels(self, smaller: structure.Structure, path: str, edited: Edit) -> Levels | None:
        """Return the levels of an edited layer, with its channels numbered as in the original."""
        axis = smaller.model.layer(path).out_axis
        found, kept = edited.encoding.levels(smaller.model.weight(path), axis), smaller.kept.get(path)
        if found is None or found.channel is None or kept is None:
            return found
        return replace(found, channel=int(kept[axis][found.channel]))

    def graph_view(self, recipe: Recipe | None, job: Job) -> GraphView:
        """Return the graph as opened or after a recipe. Raises UserError if the recipe does not fit."""
        self.model.require_network()
        if recipe is None:
            return self.cache.get(("graph view",), lambda: graph_view.of_model(self.model))
        return graph_view.of_compiled(self.compiled(recipe, job), recipe.storing)

    def compiled(self, recipe: Recipe, job: Job, timed: bool = True) -> compiler.Compiled:
        """Compile a recipe. `timed`: remove 8-bit activations that are slower. Raises UserError if it does not fit."""
        chosen, notes = compiler.stacks(self.model, recipe)
        made = compiler.compiled(self.model, chosen, notes, self.calibration, recipe.seed, self.cache, job)
        return self.finished(made, recipe, job) if timed else made.stored(recipe.storing)

    def finished(self, made: compiler.Compiled, recipe: Recipe, job: Job) -> compiler.Compiled:
        """Return the compiled model with the kernels and the storage that a recipe asks for."""
        return made.finished(recipe.storing_here, self.calibration, self.cache, job.silent())

    def shown(self, recipe: Recipe, job: Job) -> tuple[compiler.Compiled, bool | None]:
        """Return the compiled model to show for a recipe, the trained one if it is cached; and whether it was trained,
        None if it has no stages. Raises UserError if it does not fit."""
        known = self.recovery(recipe)
        result = self.compiled(recipe, job) if known is None else self.finished(known.compiled, recipe, job)
        return result, known is not None if recipe.recover else None

    def changes(
        self, edits: Mapping[str, Edit], chosen: structure.Stacks, storing: Storing = DEFAULT
    ) -> tuple[tuple[LayerChange, ...], int]:
        """Return a summary of each edit, and the exact bytes of the file that an export would write."""
        sized, change = size_of(self.model, edits, storing), change_of
        changes = (change(self.model, path, chosen[path], made, *sized.layers[path]) for path, made in edits.items())
        return tuple(changes), sized.file

    def _calibrated(self) -> str:
        return self.calibration.fingerprint if self.calibration else ""

    def layer(self, path: str) -> Layer:
        """Return the layer. Raises UserError for an unknown path."""
        try:
            return self.model.layer(path)
        except KeyError as error:
            raise UserError("The model has no layer '{path}'.", "Choose a layer from the list.", path=path) from error
