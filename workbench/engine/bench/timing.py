"""Latency of a compressed model relative to the original, and zipped sizes of both, without writing a file."""

import os
import zlib
from pathlib import Path

from workbench.core.analysis.profile import Load
from workbench.core.base.errors import UserError
from workbench.core.base.files import reason
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.views import Timing
from workbench.core.recipe.recipe import Recipe
from workbench.engine.base.evaluate import runner
from workbench.engine.bench import latency, loading
from workbench.engine.bench.feeding import feeds_near
from workbench.engine.workspace import Workspace
from workbench.graph.model.model import Model
from workbench.graph.onnx import runtime
from workbench.graph.rewrite.rewrite import with_edits

PART = 1 << 22  # bytes that are zipped between two looks whether the job was cancelled


def timed(workspace: Workspace, recipe: Recipe, job: Job) -> Timing:
    """Time the trained model if it is cached, else the recipe's model.

    Raises UserError if the recipe does not fit, no sample can be made up, or the file would exceed 2 GB.
    """
    result, _ = workspace.shown(recipe, job.part(0.0, 0.4))
    compressed = with_edits(result.model, result.edits, recipe.storing)
    made_up = workspace.data is None
    feeds = runtime.random_inputs(workspace.model) if workspace.data is None else workspace.data.least()
    runs = [runner(runtime.session(model, spinning=True)) for model in (workspace.model, compressed)]
    before, after = latency.paired_latency_ms(runs[0], runs[1], feeds, job.part(0.4, 0.65))
    written = compressed.to_bytes()
    loads = _loads(workspace, compressed, recipe.storing.batch, job.part(0.65, 0.7))
    return Timing(
        before,
        after,
        latency.COUNTED,
        len(written),
        zipped(_original(workspace.model), job.part(0.7, 0.85), Message("compressing the original with zip")),
        zipped(written, job.part(0.85, 1.0), Message("compressing the compressed model with zip")),
        made_up,
        *loads,
    )


def _loads(workspace: Workspace, compressed: Model, batch: int, job: Job) -> tuple[Load | None, Load | None]:
    """Measure both files, once each in a fresh process."""
    feeds, batch = feeds_near(workspace, batch)
    try:
        return loading.loads((workspace.model, compressed), feeds, batch, job, times=1)
    except (UserError, OSError):
        return None, None


def zipped(content: bytes, job: Job, text: str) -> int:
    """Return the bytes after deflating, as a zip archive stores them at its default level."""
    packer, size = zlib.compressobj(6, wbits=-15), 0
    for start in job.each(range(0, len(content), PART), text):
        size += len(packer.compress(content[start : start + PART]))
    return size + len(packer.flush())


def _original(model: Model) -> bytes:
    """Return the file as opened if it is ONNX; else the graph made from it."""
    path = Path(model.source.path)
    if path.suffix == ".onnx" and os.path.isfile(path) and path.stat().st_size == model.source.bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise UserError(
                "Cannot read {path}: {reason}.", "Open the model again.", path=path, reason=reason(error)
            ) from error
    return model.to_bytes()
