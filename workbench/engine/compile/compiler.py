"""Compilation of a recipe to edits: check it against the model, remove channels, then run each layer's stack of
steps."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from workbench.core.analysis.report import LayerChange
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.action import Action, in_order
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.rows import check_rows
from workbench.core.recipe.storing import DEFAULT, Sides, Storing
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.base.changes import change_of, removal_of
from workbench.engine.base.evaluate import Evaluator
from workbench.engine.calibration import layer_context
from workbench.engine.calibration.layer_context import LayerContext
from workbench.engine.calibration.upstream import Sequence, Upstream
from workbench.engine.compile import kernels, structure
from workbench.engine.compile.conflicts import conflict
from workbench.engine.compile.left_out import UNTOUCHED, Left, notes_on, refuse_without_effect
from workbench.engine.compile.structure import Stacks, Structure, structural
from workbench.engine.integers import faster, settle
from workbench.formats.weights.saving import packed_bytes
from workbench.graph.model.model import Model
from workbench.graph.rewrite import rewrite, slim
from workbench.graph.rewrite.size import Size
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.kernels import Packed
from workbench.methods.base.method import StructuralMethod, find, untouched

OTHER = Message("Choose another method.")
APART = Message("Remove one of the two steps.")
Sharing = Mapping[Action, tuple[str, ...]]
NONE: Sharing = MappingProxyType({})
Before = tuple[Hashable, ...]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A compiled recipe: edits of the layers of a model from which channels may have been removed first.

    chosen   the steps of every layer that has any
    notes    what could not be applied to a layer, and remarks on the whole
    """

    original: Model
    structure: Structure
    edits: Mapping[str, Edit]
    chosen: Stacks
    notes: tuple[str, ...] = ()

    @property
    def model(self) -> Model:
        """The model that the edits belong to."""
        return self.structure.model

    @property
    def nothing(self) -> bool:
        """Whether the original is unchanged."""
        return not self.edits and self.model is self.original

    def without(self, left_out: settle.Settled) -> "Compiled":
        """Return the same without levels of activations that the runtime does not support, with a note on them."""
        said = left_out.notes(self.model, self.edits)
        return replace(self, edits=left_out.of(self.edits), notes=self.notes + said) if said else self

    def finished(self, storing: Storing, data: Dataset | None, cache: Cache, job: Job) -> "Compiled":
        """Return the result of `stored`, with 8-bit activations only where they are no slower on this machine, unless
        all are requested, and a note on the others."""
        cache = cache.under(self.structure.key)
        if storing.integers == "all":
            made = self.stored(storing)
        else:
            found = faster.choice(self.model, self.edits, data, storing.batch, cache, job)
            notes = self.notes + found.notes(self.model, self.edits, storing.batch)
            made = replace(self, edits=found.of(self.edits), notes=notes).stored(storing)
        told = kernels.outliers(made.model, made.edits, data, cache, job)
        return replace(made, notes=made.notes + told) if told else made

    def stored(self, storing: Storing) -> "Compiled":
        """Return the same with a kernel for each layer that is stored for one, and a note on them; small tensors are
        stored in 16 or 8 bits if the recipe says so."""
        edits = kernels.stored(self.model, self.edits, storing)
        said = kernels.notes(edits, storing)
        made = replace(self, edits=edits, notes=self.notes + said) if said else self
        return made.with_short(storing.sides) if storing.sides != "float32" and not self.nothing else made

    def with_short(self, sides: Sides) -> "Compiled":
        """Return the same with scales, biases and parameters of norms as half floats or integers, and a note on
        them."""
        if sides != "float16":
            note = Message(
                "Biases, parameters of norms and other small tensors are rounded to {bits} bits with a scale, scales "
                "of weights to 16 bits.",
                bits=sides.removeprefix("int"),
            )
        else:
            note = Message("Scales, biases, parameters of norms and other small tensors are rounded to 16 bits.")
        return replace(
            self,
            structure=replace(self.structure, model=slim.short_model(self.model, sides)),
            edits={path: slim.short_edit(edit, sides) for path, edit in self.edits.items()},
            notes=self.notes if note in self.notes else (*self.notes, note),
        )

    def settled(self, data: Dataset | None, evaluator: Evaluator | None, job: Job) -> "Compiled":
        """Return the same without unsupported levels, determined for exactly these edits: on calibration samples, and
        then on those that the file is measured on, where predictions count too. Raises UserError."""
        if data is None or all(isinstance(edited.compute, Packed | None) for edited in self.edits.values()):
            return self
        found = self.without(settle.exactly(self.model, self.edits, data, job))
        if evaluator is None:
            return found
        same = settle.deciding(evaluator)
        return found.without(
            settle.search(self.model, found.edits, evaluator.data, job, samples=settle.MEASURED, same=same)
        )

    @property
    def edited(self) -> tuple[str, ...]:
        """The layers of the original that are not what they were."""
        after = {layer.path: layer.fingerprint for layer in self.model.layers}
        every = self.original.layers
        return tuple(each.path for each in every if each.path in self.edits or after.get(each.path) != each.fingerprint)

    def changes(self, storing: Storing = DEFAULT) -> tuple[tuple[LayerChange, ...], int]:
        """Return a summary of every layer that changes, and the exact bytes of the file that an export would write."""
        return self.summary(rewrite.size_of(self.model, self.edits, storing), storing)

    def summary(self, size: Size, storing: Storing = DEFAULT) -> tuple[tuple[LayerChange, ...], int]:
        """Return the same for known bytes; for weights without a network those of the packed file."""
        after = {layer.path: layer for layer in self.model.layers}
        found = []
        for layer in self.original.layers:
            path, note = layer.path, self.structure.notes.get(layer.path, "")
            actions = self.chosen.get(path, ())
            if path in self.edits:
                found.append(
                    change_of(self.model, path, actions, self.edits[path], *size.layers[path], before=layer, note=note)
                )
            elif path in after and (actions or note or after[path].shape != layer.shape):
                left = after[path]
                found.append(
                    LayerChange(path, actions, layer.bytes, left.bytes, None, left.parameters, left.macs, note=note)
                )
            elif path not in after:
                found.append(removal_of(layer, actions, note))
        if not self.model.weights_only or self.nothing:
            return tuple(found), size.file
        return tuple(found), packed_bytes(rewrite.with_edits(self.model, self.edits, storing).ir)


def compiled(
    model: Model, chosen: Stacks, notes: tuple[str, ...], data: Dataset | None, seed: int, cache: Cache, job: Job
) -> Compiled:
    """Run both stages: remove channels, then make the edits of the remaining model, without levels that the runtime
    does not support.

    Raises UserError.
    """
    smaller = structure.build(model, chosen, data, seed, cache, job.part(0.0, 0.3))
    left = {path: actions for path, actions in editing(chosen).items() if path in smaller.model.sites}
    edits = edit_all(smaller.model, left, data, seed, cache.under(smaller.key), job.part(0.3, 1.0))
    left_out = settle.settled(smaller.model, edits, data, cache.under(smaller.key), job)
    return Compiled(model, smaller, edits, chosen, notes + smaller.remarks).without(left_out)


def editing(chosen: Stacks) -> dict[str, tuple[Action, ...]]:
    """Return the stacks without structural steps."""
    left = {path: tuple(action for action in actions if not structural(action)) for path, actions in chosen.items()}
    return {path: actions for path, actions in left.items() if actions}


def stacks(model: Model, recipe: Recipe) -> tuple[dict[str, tuple[Action, ...]], tuple[str, ...]]:
    """Return the steps of every layer that has any, and notes on layers that a glob could not be applied to.

    Raises UserError for an unknown method or parameter, a row that matches no layer, or a row that names a layer
    which cannot have the method; layers matched by a glob are instead left unchanged, with a note.
    """
    paths = [layer.path for layer in model.layers]
    if recipe.rows and not paths:
        raise UserError(
            "The model has no layers that can be edited.",
            "Convolutions, MatMul, Gemm, embeddings and recurrent operators with stored weights can.",
        )
    for row in recipe.rows:
        for action in row.actions:
            if not action.off:
                find(action)
    check_rows(recipe, paths)
    named = {row.pattern for row in recipe.rows}
    chosen: dict[str, tuple[Action, ...]] = {}
    left: list[Left] = []
    for layer in model.layers:
        actions = recipe.actions_for(layer.path)
        if layer.path not in named:
            actions, notes = structure.possible(model, layer, actions)
            left += notes
        refused = stack_refusal(model, layer, actions)
        reason = refused or conflict(layer, actions)  # plans are of layers that can have each step alone
        if reason and layer.path in named:
            raise UserError("{path}: {reason}", OTHER if refused else APART, path=layer.path, reason=reason)
        if reason:
            left.append(Left(layer.path, UNTOUCHED, reason))
        elif actions:
            chosen[layer.path] = actions
    return chosen, notes_on(left, frozenset(paths))


def effective_stacks(model: Model, recipe: Recipe) -> tuple[dict[str, tuple[Action, ...]], tuple[str, ...]]:
    """Return the same as `stacks`; raises UserError also if the recipe has steps, and no layer can have any of them."""
    chosen, notes = stacks(model, recipe)
    asked = any(row.actions for row in recipe.in_effect.rows) and not recipe.recover
    refuse_without_effect(asked, chosen, notes)
    return chosen, notes


def refusal(model: Model, layer: Layer, action: Action) -> str | None:
    """Return why a layer cannot have a step, or None."""
    chosen, params = find(action)
    reason = chosen.refuses(layer, params)
    if not reason and model.opset < chosen.opset(params):
        return chosen.older(params, model.opset)
    return reason


def stack_refusal(model: Model, layer: Layer, actions: tuple[Action, ...]) -> str | None:
    """Return why the layer cannot have one of the steps at this position of the model, or None."""
    reasons = (refusal(model, layer, action) for action in actions)
    return next(filter(None, reasons), None) or structural_refusal(model, layer, actions)


def possible_steps(model: Model, paths: Iterable[str], stack: tuple[Action, ...]) -> dict[str, tuple[Action, ...]]:
    """Return for each layer that can have any of the steps those that it can have."""
    steps = {
        path: tuple(action for action in stack if not stack_refusal(model, model.layer(path), (action,)))
        for path in paths
    }
    return {path: actions for path, actions in steps.items() if actions}


def structural_refusal(model: Model, layer: Layer, actions: tuple[Action, ...]) -> str | None:
    """Return why the layer cannot have a structural step of the stack at this position of the model, or None."""
    if layer.locked:
        return None
    if model.weights_only:
        return next(filter(None, map(_needs_a_network, actions)), None)
    return next(filter(None, (structure.refusal(model, layer.path, action) for action in actions)), None)


def _needs_a_network(action: Action) -> str | None:
    """Return why weights without a network cannot have a step, or None."""
    chosen, params = find(action)
    if isinstance(chosen, StructuralMethod) or chosen.uses_data(params):
        return Message("This step needs the network, but the file holds only weights: open it with its architecture.")
    if chosen.encodes is not None and chosen.encodes.activations:
        return Message(
            "This step quantises activations, but the file holds only weights: open it with its architecture."
        )
    return None


def edit(
    model: Model,
    path: str,
    actions: tuple[Action, ...],
    data: Dataset | None,
    seed: int,
    cache: Cache,
    job: Job,
    sharing: Sharing = NONE,
    start: Edit | None = None,
    upstream: Upstream | None = None,
) -> Edit:
    """Run a stack of steps on one layer. Results are cached by step, so changing the last step keeps the others.

    `sharing`: the layers that share each step, for methods that choose among the weights of all of them. `start`: the
    edit from which the stack starts, if not the original weight; the cache then holds results for this start alone.
    `upstream`: for calibration in sequence.
    """
    layer, steps = model.layer(path), in_order(actions)
    before = () if upstream is None else upstream.key
    whole = key_of_all(layer, steps, data, seed, sharing, before) if steps else None
    if (known := cache.peek(whole)) is not None:
        return cache.get(whole, lambda: known)
    reason = conflict(layer, actions)
    if reason:
        raise UserError("{path}: {reason}", APART, path=path, reason=reason)
    result = untouched(model.weight(path)) if start is None else start
    done: tuple[Action, ...] = ()
    for index, action in enumerate(steps):
        chosen, params = find(action)
        reason = refusal(model, layer, action)
        if reason:
            raise UserError("{path}: {reason}", OTHER, path=path, reason=reason)
        done += (action,)
        peers, samples = dependence(path, action, sharing, data)
        beside = (sharing or {}).get(action, ())
        context = LayerContext(model, path, data, seed, cache, peers, beside, upstream=upstream)
        key = edit_key(layer, done, seed, peers, samples, before)
        part = job.part(index / len(steps), (index + 1) / len(steps))
        result = cache.get(key, partial(chosen.apply, context, result, params, part))
    return result


def dependence(path: str, action: Action, sharing: Sharing, data: Dataset | None) -> tuple[tuple[str, ...], str]:
    """Return the dependencies of a step's edit and note besides its own stack: the layers that share it, and the
    samples."""
    chosen, params = find(action)
    peers = sharing.get(action, (path,)) if chosen.shared(params) else ()
    return peers, data.fingerprint if data and chosen.looks_at_data(params) else ""


def edit_key(
    layer: Layer, done: tuple[Action, ...], seed: int, peers: tuple[str, ...], samples: str, before: Before = ()
) -> Hashable:
    """Return the key of the edit by the steps `done`; peers and samples are those of the last one."""
    return "edit", layer.fingerprint, layer.path, done, seed, peers, samples, *before


def key_of_all(
    layer: Layer,
    actions: tuple[Action, ...],
    data: Dataset | None,
    seed: int,
    sharing: Sharing = NONE,
    before: Before = (),
) -> Hashable:
    """Return the key of the edit by a whole stack; `before` as of upstream.before."""
    done = in_order(actions)
    return edit_key(layer, done, seed, *dependence(layer.path, done[-1], sharing, data), before)


def shares(chosen: Stacks) -> Sharing:
    """Return the layers that have each step."""
    found: dict[Action, tuple[str, ...]] = {}
    for path, actions in chosen.items():
        for action in actions:
            found[action] = (*found.get(action, ()), path)
    return found


def edit_all(
    model: Model,
    chosen: Stacks,
    data: Dataset | None,
    seed: int,
    cache: Cache,
    job: Job,
    starts: Mapping[str, Edit] = MappingProxyType({}),
    until: str = "",
) -> dict[str, Edit]:
    """Return the edits of all layers with steps, or of those up to the layer `until`; `starts` as in `edit`."""
    edits: dict[str, Edit] = {}
    sharing, sequence = shares(chosen), Sequence(model, chosen)
    for index, (path, actions) in enumerate(chosen.items()):
        part = job.part(index / len(chosen), (index + 1) / len(chosen))
        part.report(Message("editing {path}", path=path), 0.0)
        upstream = sequence.at(path, edits)
        edits[path] = edit(model, path, actions, data, seed, cache, part, sharing, starts.get(path), upstream)
        model.release(path)
        if path == until:
            break
    sequence.end()
    if data is not None:
        layer_context.release(data, cache)
    return edits
