"""Conversion of a loaded graph to a Model: prepare it, verify in the runtime that its outputs are unchanged, find its
layers."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx_ir as ir
import onnxruntime as ort

from workbench.core.base import system
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.message import AND, CLAUSE, Joined, Message, short_list
from workbench.core.layer_data.layer import Preparation
from workbench.formats.format import Loaded
from workbench.graph.model import demand
from workbench.graph.model.hidden_weights import random_operators
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import OPEN, WEIGHTS_ONLY, Model
from workbench.graph.onnx import aside, mapped, runtime, saving, shapes
from workbench.graph.prepare import passes, raise_opset, widen

# The prepared graph computes the same in another order; float32 rounding stays far below this share of the outputs.
TOLERANCE = 1e-4
# A converted operator does the same arithmetic in the same order.
CONVERTED = 1e-5
# Half floats have 11 digits in binary, and each operator rounds to them.
ROUNDED = 3e-2
NARROW = (np.dtype(np.float16), np.dtype(np.float64))
FLOAT32, TITLE = "float32", Message("Converted to float32")  # the preparation that converts other floats
# Smaller outputs are compared as if they had this size: a sigmoid near zero is rounded to about 1e-7, whatever it is.
SMALLEST = 1e-3
# Sizes tried for dimensions that the graph leaves free, until one runs; and how large an input may get by that.
SIZES = (32, 64, 224, 512, 576, 16, 8, 2, 1)
LARGEST_INPUT = 1 << 22
# From this many bytes of tensors on, opening does not read them all.
HEAVY = 1 << 30
LOOPS = {"Loop", "Scan"}
MINUTE = 60.0  # for a file that is being written: its graph was run before
EXACT = frozenset(identifier for identifier, _, _ in passes.STEPS if identifier not in ("format", "metadata"))

log = logging.getLogger(__name__)
Outputs = list[np.ndarray]
Feeds = dict[str, np.ndarray]


def finish(loaded: Loaded, without: frozenset[str], job: Job, raise_opset: bool = False) -> Model:
    """Make a Model of a loaded graph. `without` names preparation steps to leave out; `raise_opset` requests the
    optional one. Raises UserError when the runtime cannot run the graph, naming the file."""
    path = loaded.source.path
    if loaded.graph.graph.meta.get(WEIGHTS_ONLY):
        return _weights(loaded, job)
    if (size := saving.tensor_bytes(loaded.graph)) > HEAVY:
        demand.check(loaded.graph, path)
        return _unread(loaded, without, size, job)
    job.report(Message("loading in ONNX Runtime"), 0.4)
    loaded, needed = _runnable(loaded, without)
    system.give_memory_back()  # of the message that the graph was read from
    feeds, expected, note = _original(loaded, demand.check(loaded.graph, path))
    system.give_memory_back()  # of the runtime's copy of the weights
    notes = [*loaded.notes, *([note] if note else [])]
    job.report(Message("preparing the graph"), 0.6)
    graph, raising = _raise_opset(loaded.graph, raise_opset, feeds, expected)
    graph, feeds, expected, widening = _widen(graph, without, feeds, expected)
    prepared, steps, said = _prepare(graph, without, feeds, expected, path)
    job.report(Message("finding layers"), 0.9)
    system.give_memory_back()
    assumed = _assumed(prepared, feeds)
    layers, sites = find_layers(prepared)
    mapped.release(prepared.graph)
    job.report(Message("opened"), 1.0)
    notes += [
        Message("{step}: {detail}.", step=step.title, detail=step.detail)
        for step in raising
        if raise_opset and not step.applied
    ]
    widening = (*needed, *widening)
    notes += [Message("{step}: {detail}.", step=step.title, detail=step.detail) for step in widening]
    done = (*raising, *widening, *steps)
    return Model(prepared, layers, sites, loaded.source, done, tuple(notes + said + assumed))


def _assumed(graph: ir.Model, feeds: Feeds) -> list[str]:
    """Set the dynamic dimensions other than the batch to those of the sample that was run, and return notes on them."""
    known = graph.graph.initializers
    inputs = [value for value in graph.graph.inputs if value.name not in known and value.name in feeds]
    free = [
        value
        for value in inputs
        if value.shape is None or any(not isinstance(size, int) or size < 1 for size in value.shape[1:])
    ]
    shapes.settled(graph, {str(value.name): feeds[str(value.name)].shape for value in inputs})
    if not free:
        return []
    words = [f"{value.name} {list(feeds[str(value.name)].shape)}" for value in free]
    return [Message("{open} {words}; attaching data sets the real sizes.", open=OPEN, words=words)]


def _raise_opset(
    graph: ir.Model, chosen: bool, feeds: Feeds, expected: Outputs
) -> tuple[ir.Model, tuple[Preparation, ...]]:
    """Return an older graph at a newer opset if requested and its outputs are unchanged; else the graph itself, with
    the reason."""
    old, new = raise_opset.opset_of(graph), raise_opset.TARGET
    if old >= new:
        return graph, ()
    detail, made = (
        Message("off: opset {new} or later allows 8-bit activations with per-channel weight scales", new=new),
        graph,
    )
    if chosen:
        try:
            made = raise_opset.raised(graph)
            difference = relative_difference(expected, runtime.run(runtime.session(made), feeds)) if feeds else np.inf
            detail = Message("opset {old} -> {new}; outputs in ONNX Runtime are identical", old=old, new=new)
            if difference > CONVERTED:
                detail = (
                    Message("kept at {old}: the outputs could not be compared", old=old)
                    if not feeds
                    else Message(
                        "kept at {old}: the outputs changed by {difference:.1g} (relative)",
                        old=old,
                        difference=difference,
                    )
                )
                made = graph
        except UserError as error:
            detail, made = Message("kept at {old}. {why}", old=old, why=error.what), graph
    return made, (Preparation("opset", Message("Opset raised"), detail, made is not graph, True),)


def _runnable(loaded: Loaded, without: frozenset[str]) -> tuple[Loaded, tuple[Preparation, ...]]:
    """Return a graph of float16, bfloat16 or double weights in float32 where ONNX Runtime runs it in no other type, as
    it does on CPUs; else the graph itself."""
    kinds = _other_floats(loaded.graph)
    if not kinds or FLOAT32 in without or _loads(loaded.file or loaded.graph):
        return loaded, ()
    try:
        made = widen.widened(loaded.graph, kinds)
    except Exception as error:  # an untrusted graph
        log.info("conversion to float32: %s: %s", type(error).__name__, error)
        return loaded, ()
    if made is None or not _loads(made):
        return loaded, ()
    detail = Message("ONNX Runtime does not run the original here, so the outputs were not compared")
    steps = Preparation(FLOAT32, TITLE, Joined([_now_float32(loaded.graph, kinds), detail], CLAUSE), True)
    return replace(loaded, graph=made, file=None), (steps,)


def _other_floats(graph: ir.Model) -> tuple[ir.DataType, ...]:
    try:
        return widen.types_of_weights(graph)
    except Exception as error:  # an untrusted graph
        log.info("types of weights: %s: %s", type(error).__name__, error)
        return ()


def _loads(graph: ir.Model | Path) -> bool:
    try:
        runtime.session(graph, bounded=True)
    except UserError:
        return False
    return True


def _widen(
    graph: ir.Model, without: frozenset[str], feeds: Feeds, expected: Outputs
) -> tuple[ir.Model, Feeds, Outputs, tuple[Preparation, ...]]:
    """Return a graph of float16 or double weights in float32, with inputs and its outputs in that type, if they are
    about those of the original; else the graph itself, with the reason."""
    kinds = _other_floats(graph)
    if not kinds:
        return graph, feeds, expected, ()

    def kept(why: str) -> tuple[ir.Model, Feeds, Outputs, tuple[Preparation, ...]]:
        return graph, feeds, expected, (Preparation(FLOAT32, TITLE, why, False),)

    if FLOAT32 in without:
        return kept(Message("turned off at opening"))
    try:
        made = widen.widened(graph, kinds)
        if made is None:
            return kept(Message("skipped: some of its numbers are beyond float32"))
        wide = {name: array.astype(np.float32) if array.dtype in NARROW else array for name, array in feeds.items()}
        running = runtime.session(made, bounded=True)
        found = runtime.run(running, wide) if feeds else []
    except Exception as error:  # an operator that takes the other type alone, or an inconsistent file
        log.info("conversion to float32: %s: %s", type(error).__name__, error)
        return kept(Message("skipped: ONNX Runtime does not run the model in float32"))
    difference = _difference_of_numbers(expected, found)
    if difference > ROUNDED:
        return kept(Message("skipped: it changed the outputs by {difference:.1g} (relative)", difference=difference))
    apart = Message("outputs differ by {difference:.1g} (relative)", difference=difference)
    detail = Joined([_now_float32(graph, kinds), apart if feeds else ""], CLAUSE)
    return made, wide, found, (Preparation(FLOAT32, TITLE, detail, True),)


def _now_float32(graph: ir.Model, kinds: Sequence[ir.DataType]) -> Message:
    """Say what the conversion changes in an exported file."""
    ends = [value.name or "" for value in (*graph.graph.inputs, *graph.graph.outputs) if value.dtype in kinds]
    return Message(
        "what was {types} is float32, also in an exported file{ends}{again}",
        types=Joined([str(kind).lower() for kind in kinds], AND),
        ends=Message(", with its inputs and outputs {names}", names=short_list(ends)) if ends else "",
        again="" if ir.DataType.DOUBLE in kinds else Message("; FP16 stores weights in 16 bits again"),
    )


def _difference_of_numbers(first: Outputs, second: Outputs) -> float:
    """Return the relative difference of the outputs that are floats; of all where none is: on ties between rounded
    scores, classes differ."""
    pairs = list(zip(_arrays(first), _arrays(second), strict=True))
    if any(a.shape != b.shape for a, b in pairs):
        return float("inf")
    floats = [(a, b) for a, b in pairs if a.dtype.kind == "f"] or pairs
    return relative_difference([a for a, _ in floats], [b for _, b in floats])


def _weights(loaded: Loaded, job: Job) -> Model:
    """Make a Model of weights without a network: there is nothing to prepare or to run."""
    job.report(Message("finding layers"), 0.9)
    layers, sites = find_layers(loaded.graph)
    job.report(Message("opened"), 1.0)
    layers = tuple(replace(layer, macs=None) for layer in layers)
    return Model(loaded.graph, layers, sites, loaded.source, (), loaded.notes)


def _unread(loaded: Loaded, without: frozenset[str], size: int, job: Job) -> Model:
    """Make a Model without running it and without the steps that read all weights: weights that are not shown stay on
    disk."""
    job.report(Message("preparing the graph"), 0.6)
    prepared, steps = passes.prepare(loaded.graph, without | {"batchnorm"})
    layers, sites = find_layers(prepared)
    job.report(Message("opened"), 1.0)
    note = Message(
        "Preparation at opening was not verified, because it would read {size:.1f} GB of "
        "weights. Exports are verified.",
        size=size / 1e9,
    )
    return Model(prepared, layers, sites, loaded.source, steps, (*loaded.notes, note))


def _original(loaded: Loaded, allowed: int) -> tuple[Feeds, Outputs, str]:
    """Return the outputs of the graph for random inputs; none, with a reason, if it accepts no inputs. `allowed`: bytes
    that one sample may take. Raises UserError for a graph that takes more, for a loop that does not end soon, or for
    unsupported operators; a graph without loops always terminates, and is opened."""
    try:
        running = runtime.session(loaded.file or loaded.graph, bounded=True)
        seconds = runtime.time_limit(saving.tensor_bytes(loaded.graph))
    except UserError as error:
        raise UserError("{path}: {subject}", error.hint, path=loaded.source.path, subject=error.what) from error
    operators = {node.op_type for node in ir.traversal.RecursiveGraphIterator(loaded.graph.graph)}
    try:
        feeds, expected, why = answers(running, aside.default_values(loaded.graph), seconds)
    except runtime.MemoryExceeded as error:
        if operators & LOOPS or (allowed <= runtime.LIMIT and not isinstance(error, runtime.TimeExceeded)):
            raise never_ends(loaded.source.path, error) from error
        feeds, expected, why = {}, [], error.what
    if random := random_operators(loaded.graph):
        return (
            {},
            [],
            Message(
                "Preparation at opening could not be verified: {random} makes the outputs random.", random=[*random]
            ),
        )
    return (feeds, expected, Message("Preparation at opening could not be verified: {why}", why=why) if why else "")


def never_ends(path: str, error: runtime.MemoryExceeded) -> UserError:
    """Return the error for a graph that cannot be run to its end."""
    return UserError(
        "{path}: {subject}",
        "This is many times the file's size. Export it with smaller sizes and fewer repetitions.",
        path=path,
        subject=error.what,
    )


def _prepare(
    graph: ir.Model, without: frozenset[str], feeds: Feeds, expected: Outputs, path: str
) -> tuple[ir.Model, tuple[Preparation, ...], list[str]]:
    """Prepare with as many steps as keep the outputs unchanged, and note the steps left out for that reason."""
    notes: list[str] = []
    for extra, name in (
        (frozenset[str](), Message("Folding BatchNorm")),
        (frozenset({"batchnorm"}), Message("Preparation")),
        (EXACT, Message("Saving and reloading")),
    ):
        prepared, steps = passes.prepare(graph, without | extra)
        seconds = 2 * runtime.time_limit(saving.tensor_bytes(graph))  # it was known to end
        try:
            running = runtime.session(prepared, bounded=True)
            got = runtime.run(running, feeds, seconds=seconds) if feeds else []
            difference = relative_difference(expected, got) if feeds else 0.0
        except UserError:
            difference = float("inf")
        if difference <= TOLERANCE:
            return prepared, steps, notes
        notes.append(
            Message(
                "{name} was skipped: it changed the outputs by {difference:.1g} (relative).",
                name=name,
                difference=difference,
            )
        )
    raise UserError(
        "{path} gives different outputs after it is saved and loaded again.", "Check it with onnx.checker.", path=path
    )


def answers(
    running: ort.InferenceSession, known: Mapping[str, np.ndarray] | None = None, seconds: float = MINUTE
) -> tuple[Feeds, Outputs, str]:
    """Return the first random inputs that a session accepts, and its outputs; else nothing, with the reason. Inputs in
    `known` are used unchanged, those that have a default value, too. Raises MemoryExceeded, or TimeExceeded if one run
    takes more than `seconds`."""
    why = Message("no inputs were found that it accepts")
    optional = {value.name for value in running.get_overridable_initializers()}
    for feeds in _candidates(running.get_inputs()):
        if isinstance(feeds, str):
            return {}, [], feeds
        feeds |= {name: array for name, array in (known or {}).items() if name in optional or name in feeds}
        try:
            return feeds, runtime.run(running, feeds, seconds=seconds), ""
        except runtime.MemoryExceeded:
            raise
        except UserError as error:
            why = error.what
    return {}, [], why


def _candidates(inputs: Sequence[ort.NodeArg]) -> Iterator[Feeds | str]:
    """Yield inputs with several sizes of their dynamic dimensions: all of them, or only the last of each. At last all
    integers are zero: they may be indices, such as the edges of a graph, of which a single node is there."""
    numbers = any("int" in value.type for value in inputs)
    for integers, only_last in [(2, False), (2, True)] + [(1, False)] * numbers:
        for size in SIZES:
            shapes = runtime.input_shapes(inputs, size, only_last)
            if sum(math.prod(shape) for shape in shapes) > LARGEST_INPUT:
                continue
            try:
                yield runtime.random_feeds(inputs, free=size, only_last=only_last, integers=integers)
            except UserError as error:
                yield error.what
                return


def relative_difference(first: Outputs, second: Outputs) -> float:
    """Return the largest difference of any output, relative to the largest magnitude in it (at least `SMALLEST`);
    infinite if shapes differ."""
    first, second = _arrays(first), _arrays(second)
    if len(first) != len(second):
        return float("inf")
    return max((_relative(np.asarray(a), np.asarray(b)) for a, b in zip(first, second, strict=True)), default=0.0)


def _arrays(outputs: Sequence[Any]) -> Outputs:
    """Flatten outputs that are sequences or maps to their arrays."""
    found: Outputs = []
    for value in outputs:
        if isinstance(value, dict):
            found += [np.asarray(list(value)), *_arrays(list(value.values()))]
        else:
            found += _arrays(value) if isinstance(value, list) else [np.asarray(value)]
    return found


def _relative(a: np.ndarray, b: np.ndarray) -> float:
    if a.shape != b.shape:
        return float("inf")
    if a.dtype.kind not in "fiub":
        return 0.0 if np.array_equal(a, b) else float("inf")
    a, b = a.astype(np.float64), b.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    scale = max(float(np.abs(a[np.isfinite(a)]).max(initial=0.0)), SMALLEST)
    with np.errstate(invalid="ignore"):
        return float(np.where(same, 0.0, np.abs(a - b)).max(initial=0.0) / scale)
