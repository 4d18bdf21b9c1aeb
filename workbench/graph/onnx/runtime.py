"""ONNX Runtime, the deployment runtime: every measurement goes through here."""

import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx_ir as ir
import onnxruntime as ort

from workbench.core.base.errors import UserError
from workbench.core.ipc import process
from workbench.core.layer_data.layer import InputSpec
from workbench.core.layer_data.tokens import empty_cache
from workbench.graph.onnx import saving
from workbench.graph.onnx.refusals import cannot_load, cannot_run

# Limits of memory and seconds for a graph that was never run before: see `session`, `time_limit` and `run`.
LIMIT, PATIENCE = 3 << 28, 3.0
READ = 1 << 25  # bytes of weights processed per second on a slow machine, at least
QUIET = 4  # fatal messages only; errors reach the user as sentences
NUMPY = {
    "float": np.float32,
    "float32": np.float32,
    "float16": np.float16,
    "double": np.float64,
    "float64": np.float64,
    "int64": np.int64,
    "int32": np.int32,
    "int16": np.int16,
    "int8": np.int8,
    "uint64": np.uint64,
    "uint32": np.uint32,
    "uint16": np.uint16,
    "uint8": np.uint8,
    "bool": np.bool_,
    "string": np.str_,
}


class Graphed(Protocol):
    """Anything with a graph, and with inputs as plain values: a graph.model.model.Model."""

    @property
    def ir(self) -> ir.Model: ...

    @property
    def inputs(self) -> tuple[InputSpec, ...]: ...


def session(
    source: Graphed | ir.Model | bytes | str | Path,
    *,
    threads: int = 0,
    optimize: bool = True,
    spinning: bool = False,
    optimized_to: Path | None = None,
    fused_to: Path | None = None,
    bounded: bool = False,
    profile_to: Path | None = None,
) -> ort.InferenceSession:
    """Load a model, a graph, ONNX bytes, or a file, for the CPU. Raises UserError if the runtime cannot load it.

    threads       0: as many as the user allows, else one per core
    optimize      fold constants and fuse operators, as a deployment does
    spinning      threads keep spinning for a moment after a run, as by default; right for timing, but slows down other
                  sessions
    optimized_to  file to write the graph to after folding constants
    fused_to      file to write the fully optimised graph to, which runs only on this machine
    bounded       limit the values to `LIMIT` bytes together, and the folding of constants to a part of that
    profile_to    prefix of the file to which `end_profiling` writes the times of all nodes
    """
    options = ort.SessionOptions()
    options.log_severity_level = QUIET
    # Loads the graph that was checked: from a file's name or first bytes the runtime might infer another format.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    options.intra_op_num_threads = threads or process.threads()
    options.add_session_config_entry("session.force_spinning_stop", "0" if spinning else "1")
    if bounded:
        _bound(options)
    if profile_to is not None:
        options.enable_profiling, options.profile_file_prefix = True, str(profile_to)
    level = ort.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimize else level.ORT_DISABLE_ALL
    if optimized_to is not None:
        options.optimized_model_filepath = str(optimized_to)
        options.graph_optimization_level = level.ORT_ENABLE_BASIC
    if fused_to is not None:
        options.optimized_model_filepath = str(fused_to)
    if isinstance(source, str | Path):
        _nameable(str(source))
    if isinstance(source, bytes | str | Path):
        return _load(str(source) if isinstance(source, Path) else source, options)
    graph = source if isinstance(source, ir.Model) else source.ir
    if optimized_to is not None and not saving.is_large(graph):
        return _load(saving.to_bytes(graph), options)
    # The graph alone as bytes, and the tensors as they are in memory or in a mapped file: without protobuf's limit of
    # 2 GB, and without copying them into a message and out of it again. The runtime makes its own copy.
    bare, tensors = saving.without_values(graph)
    kinds = {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in tensors.items()}
    options.add_external_initializers(list(kinds), list(kinds.values()))
    return _load(bare, options)


def _nameable(path: str) -> None:
    """Raise UserError for a name that the runtime, which takes UTF-8, cannot open."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UserError(
            "ONNX Runtime cannot open {path}: its name is not valid Unicode.",
            "Rename the file or its folder, or use a UTF-8 locale.",
            path=path,
        ) from error


def _bound(options: ort.SessionOptions) -> None:
    """Allocate values from one arena with a limit, but not weights, whose size is that of the file."""
    _limited_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    options.add_session_config_entry("optimization.constant_folding_max_output_size_in_bytes", str(LIMIT // 16))


@cache
def _limited_arena() -> None:
    """Register the arena that bounded sessions share; the runtime allows one per process."""
    place = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
    ort.create_and_register_allocator(place, ort.OrtArenaCfg({"max_mem": LIMIT, "arena_extend_strategy": 1}))


def _load(content: bytes | str, options: ort.SessionOptions) -> ort.InferenceSession:
    try:
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has a class for each status code
        raise cannot_load(error) from error


def time_limit(weights: int) -> float:
    """Return the time limit in seconds for one sample, from the bytes of weights in the graph."""
    return PATIENCE + weights / READ


class MemoryExceeded(UserError):
    """Raised if a run needs more memory than its session may use."""


class TimeExceeded(MemoryExceeded):
    """Raised if a run exceeds its time limit."""


def run(
    running: ort.InferenceSession,
    feeds: Mapping[str, np.ndarray],
    names: Sequence[str] | None = None,
    seconds: float | None = None,
    once: bool = False,
) -> list[np.ndarray]:
    """Run these outputs, or all. `once`: return the memory of the run to the system, as no similar run follows.

    Raises UserError naming the input that does not fit or the operator that failed;
    MemoryExceeded if a bounded session exceeds its memory; TimeExceeded if it takes more than `seconds`.
    """
    options = ort.RunOptions()
    options.log_severity_level = QUIET
    if once or seconds is not None:
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    done = threading.Event()
    watch = threading.Thread(target=_stop, args=(options, seconds or 0.0, done), daemon=True)
    try:
        if seconds is not None:
            watch.start()
        return running.run(names, dict(feeds), options)
    except Exception as error:
        if options.terminate:
            raise TimeExceeded("A single run takes more than {seconds:.0f} seconds.", seconds=seconds) from error
        if "Available memory of" in str(error):
            raise MemoryExceeded("A single run needs more than {limit} MB of memory.", limit=LIMIT >> 20) from error
        raise cannot_run(error, specs(running.get_inputs()), feeds) from error
    finally:
        done.set()
        if watch.ident is not None:
            watch.join()


def _stop(options: ort.RunOptions, seconds: float, done: threading.Event) -> None:
    """End a run after these seconds; later if the machine is so busy that the process got less than half of them."""
    start = time.process_time()
    while not done.wait(seconds):
        if time.process_time() - start >= seconds / 2:
            options.terminate = True
            return


def read_by(running: ort.InferenceSession, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the inputs of a session from values that may hold more, such as the inputs of the whole graph. Inputs with
    a default value are those that have another."""
    optional = {value.name for value in running.get_overridable_initializers()}
    needed = {value.name: values[value.name] for value in running.get_inputs()}
    return needed | {name: values[name] for name in optional & set(values)}


def random_inputs(model: Graphed, seed: int = 0, free: int = 1) -> dict[str, np.ndarray]:
    """Return seeded random inputs for a model: see `random_feeds`."""
    return random_feeds(model.inputs, seed, free)


def random_feeds(
    inputs: Sequence[InputSpec] | Sequence[ort.NodeArg] | ort.InferenceSession,
    seed: int = 0,
    free: int = 1,
    only_last: bool = False,
    integers: int = 2,
) -> dict[str, np.ndarray]:
    """Return seeded random inputs of the right types and shapes: normal floats, integers below `integers`.

    Free dimensions are 1 if they are the first, or have the same name as the first; others are `free`, with `only_last`
    only the last ones. Raises UserError for inputs of other types.
    """
    rng = np.random.default_rng(seed)
    values = inputs.get_inputs() if isinstance(inputs, ort.InferenceSession) else inputs
    feeds: dict[str, np.ndarray] = {}
    for value, shape in zip(values, input_shapes(values, free, only_last), strict=True):
        kind = value.dtype if isinstance(value, InputSpec) else _dtype(value.type)
        default = getattr(value, "default", None)
        feeds[value.name] = default if default is not None else drawn(rng, value.name, kind, shape, integers)
    return feeds


def drawn(rng: np.random.Generator, name: str, kind: str, shape: Sequence[int], integers: int = 2) -> np.ndarray:
    """Return random values for an input of this type: normal floats, integers below `integers`, or these as texts.
    Raises UserError for other types."""
    dtype = NUMPY.get(kind)
    if dtype is None:
        raise UserError(
            "No synthetic values can be generated for the input {value} of type {kind}.",
            "Attach a data set.",
            value=name,
            kind=kind,
        )
    floats = np.issubdtype(dtype, np.floating)
    return np.asarray(rng.standard_normal(shape) if floats else rng.integers(0, integers, shape)).astype(dtype)


def input_shapes(
    inputs: Sequence[InputSpec] | Sequence[ort.NodeArg], free: int = 1, only_last: bool = False
) -> list[list[int]]:
    """Return the shapes that `random_feeds` uses, without creating data. Caches of decoders are empty."""
    symbols = {value.shape[0] for value in inputs if value.shape and isinstance(value.shape[0], str)}
    return [
        empty_cache(value.name, value.shape, getattr(value, "axes", ()))
        or [
            size
            if isinstance(size, int) and size > 0
            else 1
            if index == 0 or size in symbols or (only_last and index != len(value.shape) - 1)
            else free
            for index, size in enumerate(value.shape)
        ]
        for value in inputs
    ]


def specs(values: Sequence[ort.NodeArg]) -> tuple[InputSpec, ...]:
    """Return names, types and shapes of a session's inputs or outputs; None for a free dimension."""
    return tuple(
        InputSpec(
            value.name,
            _dtype(value.type),
            tuple(size if isinstance(size, int) and size > 0 else None for size in value.shape),
        )
        for value in values
    )


def _dtype(name: str) -> str:
    inner = name.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inner, inner)
