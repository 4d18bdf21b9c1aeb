"""Saving of a graph as a torch.export program: with torch's operators, and weights as floats under the paths of their
layers. The file holds only tensors and torch operators, so that it opens without trust."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx_ir as ir

from workbench.core.base.errors import UserError
from workbench.core.base.files import write_atomically
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.formats.exporting.failure import first_line
from workbench.formats.finish import answers
from workbench.formats.torch_export import quiet
from workbench.graph.model.inventory import find_layers
from workbench.graph.model.model import Model, Source
from workbench.graph.onnx import runtime

OTHER = Message("Export as ONNX or safetensors.")


def save(graph: ir.Model, path: Path, job: Job) -> None:
    """Write NAME.pt2. Dynamic sizes of the graph stay dynamic where torch.export allows it. Raises UserError if an
    operator has no counterpart in torch, or the graph cannot be traced."""
    import torch

    from workbench.graph.torch.symbolic import Exportable, with_paths

    model = Model(graph, *find_layers(graph), Source(str(path), "onnx", 0))
    feeds = {name: torch.from_numpy(array) for name, array in _example(model).items()}
    try:
        view = Exportable(model)
    except UserError as error:
        raise UserError(Message("Cannot write {name}: {why}", name=path.name, why=error.what), OTHER) from error
    module = with_paths(view).eval().requires_grad_(False)
    inputs = tuple(feeds[spec.name] for spec in model.inputs)
    free = tuple(
        {axis: torch.export.Dim.AUTO for axis, size in enumerate(spec.shape) if size is None} for spec in model.inputs
    )
    job.report(Message("tracing the graph with torch"), 0.3)
    try:
        with quiet(), torch.no_grad():
            program = torch.export.export(module, inputs, dynamic_shapes=free)
    except Exception as error:  # whatever torch says of an operator or a size
        raise UserError(
            "torch cannot trace the graph for {name}: {reason}.", OTHER, name=path.name, reason=first_line(error)
        ) from error
    program.example_inputs = (tuple(given.clone() for given in inputs), {})  # tracing marks those that it was given
    write_atomically(path, lambda file: torch.export.save(program, file))


def _example(model: Model) -> Mapping[str, np.ndarray]:
    """Return inputs that the graph runs on, with two samples if it takes any number: torch specialises on size 1.
    Raises UserError if none are found."""
    session = runtime.session(model)
    feeds, _, why = answers(session)
    if not feeds:
        raise UserError("The graph cannot be traced by torch: {why}.", OTHER, why=why)
    many = {
        spec.name: np.concatenate([feeds[spec.name]] * 2)
        if spec.shape and spec.shape[0] is None and len(feeds[spec.name]) == 1
        else feeds[spec.name]
        for spec in model.inputs
    }
    try:
        runtime.run(session, many)
    except UserError:
        return feeds
    return many
