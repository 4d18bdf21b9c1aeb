"""Measurement of an edited model while the user drags: only the part after the edited layer is rerun.

The graph is cut before that layer. Values that cross the cut are computed once per batch and kept; the layer's weight
is an input of the suffix, so a new weight needs no new session. Everything runs in ONNX Runtime, the deployment
runtime.
"""

import dataclasses
import hashlib
from collections import ChainMap, OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import onnxruntime as ort

from workbench.core.analysis.report import Figure, LayerChange
from workbench.core.base.arguments import as_names
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.forecast import Forecast
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Prediction, Preview
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.storing import PLAIN
from workbench.data.dataset import Feeds
from workbench.engine.base.answers import AnswersOf, answers_key
from workbench.engine.base.evaluate import Evaluator, Run, runner
from workbench.engine.calibration.activation_cache import Crossings
from workbench.engine.compile import compiler
from workbench.engine.compile import forecast as compile_forecast
from workbench.engine.compile.left_out import not_taken
from workbench.engine.layer_figures import stats
from workbench.engine.preview import curvature
from workbench.engine.workspace import Workspace
from workbench.graph.encodings.dense import Dense
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.editor import joins
from workbench.graph.rewrite.rewrite import with_edits
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Static
from workbench.graph.storage.plan import WeightFacts
from workbench.graph.subgraph import cut

REMEMBERED = 4  # measured models, with their edits
READY = 4  # cuts whose sessions are kept in any case, each with a copy of the weights behind it, ...
ROOM = 512 << 20  # ... and as many as keep this many bytes of weights together


@dataclass
class SuffixRunner:
    """Runner of the part of a graph after one layer, for any weight and bias of it. Not thread-safe: one preview at a
    time.

    model      model with the other layers' effective weights
    crossings  cache of the values that cross the cut; `upstream` and the path form its key
    """

    model: Model
    path: str
    crossings: Crossings = field(default_factory=Crossings)
    upstream: Hashable = None

    def __post_init__(self) -> None:
        self.cut = cut.cut(self.model, self.path)
        self.suffix = runtime.session(self.cut.suffix)

    @cached_property
    def nbytes(self) -> int:
        """Bytes of the weights after the cut."""
        tensors = (value.const_value for value in self.cut.suffix.graph.initializers.values())
        return sum(tensor.nbytes for tensor in tensors if tensor is not None)

    @cached_property
    def prefix(self) -> ort.InferenceSession:
        assert self.cut.prefix is not None
        return runtime.session(self.cut.prefix)

    def run(self, edit: Edit, others: Mapping[str, Edit] | None = None) -> Run:
        """Return a function from feeds to outputs of the model with this edit of the layer; `others` are edits of
        layers after it."""
        if others or edit.compute is not None or (edit.bias is not None and self.cut.bias_input is None):
            return self._running(self._rebuilt({self.path: edit, **(others or {})}), {})
        layer = {self.cut.weight_input: edit.weight}
        if self.cut.bias_input is not None:
            bias = edit.bias if edit.bias is not None else self.model.bias(self.path)
            assert bias is not None
            layer[self.cut.bias_input] = bias.reshape(self.cut.bias_shape)
        return self._running(self.suffix, layer)

    def _running(self, session: ort.InferenceSession, layer: Mapping[str, np.ndarray]) -> Run:
        wanted = {value.name for value in session.get_inputs()}

        def run(feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
            known = ChainMap({**self.cross(feeds), **layer}, feeds)  # type: ignore[arg-type]
            return runtime.run(session, {name: known[name] for name in wanted})

        return run

    def _rebuilt(self, edits: Mapping[str, Edit]) -> ort.InferenceSession:
        """Return a session for the graph after the cut with these edits: for several, or for one that is more than a
        new weight and bias."""
        kept = cut.cut(self.model, self.path, keep_weight=True)
        return runtime.session(effective(dataclasses.replace(self.model, ir=kept.suffix), edits))

    def prepare(self, feeds: Mapping[str, np.ndarray]) -> None:
        """Precompute the values that cross the cut for these samples."""
        self.cross(feeds)

    def take(self, feeds: Mapping[str, np.ndarray], made: Mapping[str, np.ndarray]) -> None:
        """Keep the values that cross the cut for these samples, out of the computed ones."""
        self.crossings.get(self._place, _batch(feeds), lambda: {name: made[name] for name in self.cut.crossing})

    def follow(self, other: "SuffixRunner", batches: Iterable[Mapping[str, np.ndarray]]) -> None:
        """Precompute the values that cross the cut from those of an earlier cut of the same model, instead of from the
        start."""
        wanted = tuple(name for name in self.cut.crossing if name not in other.cut.crossing)
        session = runtime.session(cut.between(self.model, other.cut.crossing, wanted)) if wanted else None
        for feeds in batches:
            self.crossings.get(self._place, _batch(feeds), partial(self._from, other, session, feeds))

    def _from(
        self, other: "SuffixRunner", session: ort.InferenceSession | None, feeds: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        known = other.cross(feeds)
        made = _outputs(session, ChainMap(known, feeds)) if session is not None else {}  # type: ignore[arg-type]
        return {name: made[name] if name in made else known[name] for name in self.cut.crossing}

    def cross(self, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the values that cross the cut for these samples: computed once, kept while there is room."""
        if self.cut.prefix is None:
            return {}
        return self.crossings.get(self._place, _batch(feeds), lambda: _outputs(self.prefix, feeds))

    @property
    def _place(self) -> Hashable:
        return self.path, self.upstream, self.cut.crossing


def _outputs(session: ort.InferenceSession, known: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Compute all outputs, by name; `known` may hold more values than the inputs."""
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, runtime.run(session, runtime.read_by(session, known), names), strict=True))


def _batch(feeds: Mapping[str, np.ndarray]) -> Hashable:
    return feeds.key if isinstance(feeds, Feeds) else b"".join(hash_of(array) for array in feeds.values())


def hash_of(array: np.ndarray) -> bytes:
    """Return a hash of the contents, to recognise a batch."""
    return hashlib.blake2b(np.ascontiguousarray(array).data, digest_size=16).digest()


class Previewer:
    """Source of Previews of recipes in one workspace; remembers the layers recently in focus."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._crossings = Crossings()
        self.suffixes: OrderedDict[Hashable, SuffixRunner] = OrderedDict()
        self._measured: OrderedDict[Hashable, Mapping[str, Any]] = OrderedDict()

    def measure(self, recipe: Recipe, focus: Sequence[str], job: Job) -> Iterator[Preview]:
        """Yield the forecast size at once, then the exact size, then the metric batch by batch; the last Preview is
        complete.

        focus   the layers being edited: parts that do not depend on them are not rerun. Raises TypeError for a single
                path
        """
        focus = as_names(focus)
        workspace = self.workspace.measured(recipe)
        evaluator = workspace.evaluator
        metric = evaluator.metric.info if evaluator is not None else MetricInfo()
        if workspace.recovery(recipe) is None:
            yield dataclasses.replace(forecast(workspace, recipe), metric=metric)
        result, trained = workspace.shown(recipe, job.part(0.0, 0.5))
        changes, size = result.changes(recipe.storing)
        preview = dataclasses.replace(
            sized(result.model, changes, float(size)),
            metric=metric,
            predicted=None if trained else self.predicted(result),  # which is of a model that was not trained
            trained=trained,
        )
        if evaluator is None:
            yield dataclasses.replace(preview, complete=True)
            return
        yield preview
        if result.nothing:
            baseline = evaluator.baseline()
            zero = Figure(0.0, "measured", baseline.samples, 0.0, 0.0)
            yield dataclasses.replace(
                preview,
                value=baseline,
                baseline=baseline,
                change=zero,
                complete=True,
                beside=evaluator.beside_original(),
            )
            return
        key = frozenset(result.edits.items()), result.structure.key, evaluator
        if (known := self._measured.get(key)) is not None:
            yield dataclasses.replace(preview, **known)
            return
        run, answers = self.run(result, focus), AnswersOf(evaluator)
        for seen, rows in evaluator.stream_all(run, job.part(0.5, 1.0), answers.add):
            found = _figures(evaluator, seen, rows)
            if found["complete"]:
                self._remember(key, found)
                if not trained:  # a comparison need not run it again
                    workspace.cache.get(answers_key(recipe, evaluator), answers.in_order)
            yield dataclasses.replace(preview, **found)

    def _remember(self, key: Hashable, found: Mapping[str, Any]) -> None:
        """Cache the figures of a compiled model: two recipes may yield the same one, such as with a stage that was not
        trained yet."""
        self._measured[key] = found
        if len(self._measured) > REMEMBERED:
            self._measured.popitem(last=False)

    def forecast(self, name: str, recipe: Recipe, job: Job) -> Forecast:
        """Return the exact size and the predicted cost of a recipe, without running it."""
        try:
            result = self.workspace.compiled(recipe, job)
        except UserError as error:
            return Forecast(name, recipe, refused=error.message)
        if result.nothing:
            return Forecast(name, recipe, refused=Message("No layer of this model can have these steps."))
        changes, size = result.changes(recipe.storing)
        macs = sized(result.model, changes, float(size)).macs
        left = not_taken(self.workspace.model, recipe, result.chosen)
        return Forecast(name, recipe, size, macs, self.predicted(result), left=left)

    def predicted(self, result: compiler.Compiled) -> Prediction | None:
        """Return the predicted cost of the edits, once the predictor is available."""
        found = curvature.known(self.workspace)
        if found is None or result.original is not found.model:
            return None
        if result.model is result.original:
            return found.of(result.edits)
        # Edits of layers that lost channels before are of other shapes than what the predictor knows.
        return found.of_removal(result.structure.kept) if result.structure.only_smaller and not result.edits else None

    def prepare(self, recipe: Recipe, focus: Sequence[str], job: Job) -> None:
        """Precompute data for the first edit of these layers: their cut, and the values that cross it."""
        focus, evaluator = as_names(focus), self.workspace.evaluator
        behind = self._behind(self.workspace.compiled(recipe, job), focus) if evaluator is not None else None
        if evaluator is not None and behind is not None:
            for chosen in job.each(evaluator.batches(), Message("preparing")):
                behind.prepare(Feeds(evaluator.data, chosen))

    def prepare_all(self, recipe: Recipe, paths: Sequence[str], job: Job) -> None:
        """Precompute the same data for layers without steps, one by one: the model is run once for all of them, while
        less than half of the room is taken by values that cross cuts."""
        evaluator, result = self.workspace.evaluator, self.workspace.compiled(recipe, job)
        if evaluator is None:
            return
        runners = [
            self._behind(result, (path,))
            for path in job.each(as_names(paths), Message("preparing"))
            if path not in result.edits
        ]
        wanted = [each for each in runners if each is not None and each.cut.prefix is not None]
        if not wanted:
            return
        names = tuple(dict.fromkeys(name for each in wanted for name in each.cut.crossing))
        session = runtime.session(cut.ending_in(wanted[0].model, names))
        for chosen in job.each(evaluator.batches(), Message("preparing")):
            feeds = Feeds(evaluator.data, chosen)
            if self._crossings.used > self._crossings.budget // 2:
                return
            made = _outputs(session, feeds)
            for each in wanted:
                each.take(feeds, made)

    def run(self, result: compiler.Compiled, focus: Sequence[str]) -> Run:
        """Return the edited model as a function: from the first of the layers in focus on if it can be cut there, else
        whole."""
        model, edits = result.model, result.edits
        chosen = [path for path in as_names(focus) if path in edits]
        behind = self._behind(result, chosen)
        if behind is None:
            return runner(runtime.session(effective(model, edits)))
        return behind.run(edits[behind.path], {path: edits[path] for path in chosen if path != behind.path})

    def _behind(self, result: compiler.Compiled, focus: Sequence[str]) -> SuffixRunner | None:
        """Return the part from the layer in focus that precedes all others of them; None if there is none."""
        model, edits = result.model, result.edits
        first = next(
            (
                path
                for path in model.sites
                if path in focus and not cut.layers_before(model, path, [other for other in focus if other != path])
            ),
            None,
        )
        if first is None:
            return None
        others = {path: edited for path, edited in edits.items() if path not in focus}
        # Where a layer in focus decides which sums are computed in integers, no part of the graph is as in the whole.
        graph, sites = model.ir.graph, model.sites
        static = any(path in edits and isinstance(edits[path].compute, Static) for path in focus)
        if static and joins(graph, sites, edits) != joins(graph, sites, others):
            return None
        # By the edits themselves, compared by identity: the same actions make another edit when a layer that shares
        # the step joins or leaves.
        key = (first, frozenset(others.items()), result.structure.key)
        if key not in self.suffixes:
            upstream = (
                frozenset((path, edits[path]) for path in cut.layers_before(model, first, others)),
                result.structure.key,
            )
            try:
                self.suffixes[key] = SuffixRunner(effective(model, others), first, self._crossings, upstream)
            except UserError:
                return None
            while len(self.suffixes) > READY and sum(each.nbytes for each in self.suffixes.values()) > ROOM:
                self.suffixes.popitem(last=False)
        self.suffixes.move_to_end(key)
        return self.suffixes[key]


def _figures(evaluator: Evaluator, seen: np.ndarray, rows: tuple[np.ndarray, ...]) -> dict[str, Any]:
    """Return the fields of a Preview after these samples. The original's metric is known on all samples, so the edited
    model's is estimated as that plus the paired difference: the difference estimator of survey sampling (Cochran 1977,
    Sampling techniques, 7.9), whose error is that of the difference alone."""
    complete = len(seen) == evaluator.data.samples
    baseline, change, value = evaluator.baseline(), evaluator.change(seen, rows[0]), evaluator.figure(rows[0])
    if not complete:
        info = evaluator.metric.info
        middle, low, high = (
            float(np.clip(baseline.value + (part or 0.0), info.low, info.high))
            for part in (change.value, change.low, change.high)
        )
        value = Figure(middle, "estimated", len(seen), low, high)
    beside = evaluator.beside(seen, rows) if complete else ()
    return {"value": value, "baseline": baseline, "change": change, "complete": complete, "beside": beside}


def forecast(workspace: Workspace, recipe: Recipe) -> Preview:
    """Forecast the stored size of a recipe, at once: exact where it is known (compile.forecast)."""
    model, chosen = workspace.model, compiler.stacks(workspace.model, recipe)[0]
    facts = partial(_facts, workspace)
    known = compile_forecast.known(model, chosen, workspace.calibration, recipe.seed, workspace.cache, facts)
    changes, size = compile_forecast.forecast(model, chosen, recipe.storing, known)
    return sized(model, changes, float(size))


def _facts(workspace: Workspace, layer: Layer) -> WeightFacts | None:
    found = workspace.cache.peek(stats.key(layer))
    if found is None:
        return None
    drawn = found.spectrum
    return WeightFacts(drawn.values if drawn is not None else None, found.magnitudes, layer.count)


def sized(model: Model, changes: tuple[LayerChange, ...], size: float) -> Preview:
    """Return the totals of a model after these changes of its layers; `size` is that of the file in bytes."""
    summary = model.summary()
    by_path = {change.path: change for change in changes}
    parameters, macs = summary.parameters, summary.macs
    for layer in summary.layers:
        change = by_path.get(layer.path)
        if change is not None:
            parameters += change.parameters - layer.parameters
            if macs is not None and change.macs is not None and layer.macs is not None:
                macs += change.macs - layer.macs
    return Preview(changes, Figure(size, "forecast"), parameters, macs)


def effective(model: Model, edits: Mapping[str, Edit]) -> Model:
    """Return the model as an export would run it: effective weights and biases as plain floats, integer layers as
    stored."""
    return with_edits(
        model,
        {
            path: edit if edit.compute is not None else Edit(Dense(edit.weight), edit.bias)
            for path, edit in edits.items()
        },
        PLAIN,
    )
