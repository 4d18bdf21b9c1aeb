"""ONNX Runtime, the deployment runtime: every figure that is measured comes through here."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime as ort

from workbench.core.errors import UserError
from workbench.core.layer import InputSpec

if TYPE_CHECKING:
    from workbench.graph.model import Model

QUIET = 4       # only what is fatal; errors reach the user as sentences instead
NUMPY = {"float": np.float32, "float16": np.float16, "double": np.float64, "int64": np.int64, "int32": np.int32,
         "uint8": np.uint8, "int8": np.int8, "bool": np.bool_}


def session(source: "Model | bytes | str | Path", threads: int = 0, optimize: bool = True,
            optimized_to: Path | None = None) -> ort.InferenceSession:
    """Load a model, ONNX bytes, or a file. `threads` 0: one for each core; `optimized_to` writes the optimised graph.

    Raises UserError in one sentence when the runtime cannot load it.
    """
    options = ort.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = threads
    level = ort.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimize else level.ORT_DISABLE_ALL
    if optimized_to is not None:
        options.optimized_model_filepath = str(optimized_to)
        options.graph_optimization_level = level.ORT_ENABLE_BASIC     # beyond it, what is written runs only here
    if isinstance(source, Path):
        source = str(source)
    content = source if isinstance(source, bytes | str) else source.to_bytes()
    try:
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:      # the runtime raises a class of its own for each status code
        raise UserError(f"ONNX Runtime cannot load the model: {reason(error)}.",
                        "Check the file with the program that made it.") from error


def reason(error: Exception) -> str:
    """The first line of a runtime error, without codes and source locations."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return text.rpartition("] : ")[2].rstrip(". ")[:300] or type(error).__name__


def random_feeds(running: ort.InferenceSession, seed: int = 0, free: int = 1) -> dict[str, np.ndarray]:
    """Seeded inputs of the right types and shapes; `free` fills dimensions that are not fixed."""
    rng = np.random.default_rng(seed)
    feeds: dict[str, np.ndarray] = {}
    for value in running.get_inputs():
        shape = [size if isinstance(size, int) and size > 0 else free for size in value.shape]
        dtype = NUMPY.get(value.type.removeprefix("tensor(").removesuffix(")"))
        if dtype is None:
            raise UserError(f"The input {value.name} is of type {value.type}, which cannot be made up.",
                            "Attach a data set.")
        if np.issubdtype(dtype, np.floating):
            feeds[value.name] = rng.standard_normal(shape).astype(dtype)
        else:
            feeds[value.name] = rng.integers(0, 2, shape).astype(dtype)
    return feeds


def run(running: ort.InferenceSession, feeds: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """All outputs. Raises UserError in one sentence when the runtime cannot run it on these inputs."""
    try:
        return running.run(None, dict(feeds))
    except Exception as error:
        raise UserError(f"ONNX Runtime cannot run the model: {reason(error)}.",
                        "Check that the data fits the model's inputs.") from error


def specs(values: list) -> tuple[InputSpec, ...]:
    """Names, types and shapes of a session's inputs or outputs; None where a dimension is free."""
    return tuple(InputSpec(value.name, _dtype(value.type),
                           tuple(size if isinstance(size, int) and size > 0 else None for size in value.shape))
                 for value in values)


def _dtype(name: str) -> str:
    inner = name.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inner, inner)
