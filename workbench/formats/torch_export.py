"""torch models: exported once to the graph, with the module tree in its metadata."""

import io
import logging
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import onnx_ir as ir

from workbench.core.errors import UserError
from workbench.core.job import Job
from workbench.graph.model import Source

OPSET = 21


def load_pt2(file: Path, job: Job) -> tuple[ir.Model, Source]:
    """A torch.export program. Its weights are read without unpickling. Raises UserError when it cannot be read."""
    import torch
    job.report("reading the torch program", 0.1)
    with _quiet():
        try:
            program = torch.export.load(str(file))
        except Exception as error:
            raise UserError(f"{file} cannot be read as a torch.export program: {_first(error)}.",
                            "Save it again with torch.export.save of the installed torch.") from error
    return to_graph(program, (), str(file), "pt2", job)


def to_graph(model: Any, inputs: tuple, name: str, kind: str, job: Job) -> tuple[ir.Model, Source]:
    """Export a module with example inputs, or an exported program, to ONNX.

    A module's first dimension is made free where it can be. Raises UserError naming what torch could not export.
    """
    import torch
    job.report("exporting to ONNX", 0.2)
    attempts: list[dict[str, Any]] = [{}]
    if isinstance(model, torch.nn.Module):
        model = model.eval()
        batch = torch.export.Dim.DYNAMIC
        shapes = tuple({0: batch} if isinstance(value, torch.Tensor) and value.dim() else None for value in inputs)
        attempts.insert(0, {"dynamic_shapes": shapes})
    failure: Exception | None = None
    for options in attempts:
        job.check()
        with _quiet():
            try:
                program = torch.onnx.export(model, inputs, dynamo=True, opset_version=OPSET, verbose=False,
                                            optimize=True, **options)
                break
            except Exception as error:
                failure = error
    else:
        raise UserError(f"torch could not export {name} to ONNX: {_first(failure)}.",
                        "Simplify the module, or give an ONNX file.")
    assert program is not None
    proto = program.model_proto
    return ir.serde.deserialize_model(proto), Source(name, kind, proto.ByteSize())


class _quiet:
    """The exporter's prints, warnings and logs are not for the user."""

    def __enter__(self) -> None:
        self.parts: list[Any] = [warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO())]
        for part in self.parts:
            part.__enter__()
        warnings.simplefilter("ignore")
        self.disabled = logging.root.manager.disable
        logging.disable(logging.ERROR)

    def __exit__(self, *error: Any) -> None:
        logging.disable(self.disabled)
        for part in reversed(self.parts):
            part.__exit__(*error)


def _first(error: Exception | None) -> str:
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:300].rstrip(".")
