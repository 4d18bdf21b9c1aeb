"""A model with selected samples as one value, so that another process can use them without opening any file.

It is written and read by this program alone; equal keys mean equal content.
"""

import hashlib
import pickle
from dataclasses import dataclass, replace

import numpy as np
import onnx

from workbench.core.base.errors import UserError
from workbench.core.base.quantities import size
from workbench.data.dataset import Dataset
from workbench.engine.base.evaluate import Evaluator
from workbench.engine.base.originals import Originals
from workbench.engine.base.store import RUNTIME
from workbench.engine.calibration.layer_context import SAMPLES
from workbench.engine.workspace import Workspace
from workbench.formats.onnx_file import from_graph
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model
from workbench.graph.onnx import shapes
from workbench.methods.base.method import all_methods

ROOM = 1 << 30  # bytes of samples that are sent


@dataclass(frozen=True, eq=False)
class Cargo:
    """A packed workspace. `blob` holds everything that `opened` needs."""

    key: str
    blob: bytes


def packed(workspace: Workspace, chosen: np.ndarray) -> Cargo:
    """Pack the model, the chosen evaluation samples in this order, the original's answers to them, and the calibration
    samples.

    Raises UserError for a model of more than 2 GB, for samples larger than ROOM, and for metrics of other distributions
    that cannot be sent.
    """
    model, calibration = workspace.model, workspace.calibration
    evaluator = _in_memory(workspace.measurable(), chosen)
    values = {
        "model": model.to_bytes(),
        "source": model.source,
        "sizes": model.ir.graph.meta.get(shapes.SIZES),
        "alone": model.ir.graph.meta.get(shapes.ALONE, False),
        "evaluator": evaluator,
        "calibration": None if calibration is None else _read(calibration, np.arange(calibration.first(SAMPLES))),
        "teachers": workspace.teachers,
        "measuring": workspace.measuring,
    }
    try:
        blob = pickle.dumps(values, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UserError("This data and its metric cannot be sent to another process.", "Use one process.") from error
    return Cargo(hashlib.sha256(blob).hexdigest()[:32], blob)


def _in_memory(evaluator: Evaluator, chosen: np.ndarray) -> Evaluator:
    """Return an evaluator of the main metric alone, on these samples."""
    measure = evaluator.measures[0].part(chosen)
    if measure.original is not None:
        values = measure.original[np.arange(len(chosen))]
        measure = replace(measure, original=Originals(values, _known))
    return Evaluator(_read(evaluator.data, chosen), (measure,), np.arange(len(chosen)), evaluator.batch)


def _known(_: np.ndarray) -> np.ndarray:
    raise AssertionError("all of them are kept")


def _read(data: Dataset, chosen: np.ndarray) -> Dataset:
    few = data.subset(chosen)
    needed = sum(int(np.prod(column.shape, dtype=np.int64)) * column.dtype.itemsize for column in few.inputs.values())
    if needed > ROOM:
        raise UserError(
            "The samples take {needed}, more than the {room} that are sent to another process.",
            "Use fewer samples, or one process.",
            needed=size(needed),
            room=size(ROOM),
        )
    return replace(few, inputs={name: np.asarray(column[:]) for name, column in few.inputs.items()})


def opened(blob: bytes) -> Workspace:
    """Return the same workspace, with empty caches. It is not prepared again, since that was done before packing."""
    values = pickle.loads(blob)
    graph, notes = from_graph(onnx.load_from_string(values["model"]), None, values["source"].path)
    if values["sizes"] is not None:
        shapes.settled(graph, values["sizes"], values["alone"])
    layers, sites = find_layers(graph)
    evaluator = values["evaluator"]
    return Workspace(
        Model(graph, layers, sites, values["source"], (), notes),
        evaluator.data,
        values["calibration"],
        evaluator=evaluator,
        teachers=values["teachers"],
        measuring=values["measuring"],
    )


def surroundings() -> tuple[str, str, tuple[str, ...]]:
    """Return the conditions for equal results: versions, and the available methods."""
    return *RUNTIME, tuple(sorted(all_methods()))
