"""Export to a second format that can save (see formats.format): written next to the ONNX file, reopened and compared
with it."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.files import reason
from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.engine.base.evaluate import Evaluator
from workbench.formats.finish import answers, relative_difference
from workbench.formats.format import Format, all_formats
from workbench.graph.onnx import runtime

LARGEST_RELATIVE_DIFFERENCE = 1e-2  # of the outputs; see engine.api.export
HEAD = 4096  # bytes that tell a format


def chosen(name: str, wanted: str) -> tuple[str, Format | None]:
    """The name of an export without a format's suffix, and the format: the one that is wanted by its name, or the one
    whose suffix `name` has; None for ONNX alone. Raises UserError for one that is unknown or cannot save."""
    saving = {format.name: format for format in all_formats() if format.save is not None}
    if wanted and wanted != "onnx" and wanted not in saving:
        known = ", ".join(["onnx", *saving])
        raise UserError(
            "There is no format '{wanted}' to write.", "The formats are: {known}.", wanted=wanted, known=known
        )
    ending = next((each for each in saving.values() if name.endswith(each.suffix)), None)
    format = saving.get(wanted) if wanted else ending
    if format is not None:
        name = name.removesuffix(format.suffix)
    return name, format


def write(format: Format, written: Path, evaluator: Evaluator | None, job: Job) -> tuple[Path, str]:
    """Save the ONNX file `written` in this format next to it; returns the new file, and a note for the report.

    The new file is opened again and run on samples, or on made-up inputs without data. Raises UserError where it cannot
    be written, is not opened by its own format, or gives other outputs.
    """
    from workbench.formats.onnx_file import load_onnx

    path = written.with_name(written.stem + format.suffix)
    assert format.save is not None
    try:
        format.save(load_onnx(str(written), False, job.silent()).graph, path, job.silent())
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise UserError(
            "The format {format} wrote no file {name}: {reason}.",
            "Report it to its author.",
            format=format.name,
            name=path.name,
            reason=reason(error),
        ) from error
    if not format.claims(str(path), head):
        raise UserError(
            "The format {format} cannot open the file it wrote.", "Report it to its author.", format=format.name
        )
    again = runtime.session(format.load(str(path), False, job.silent()).graph)
    original = runtime.session(str(written))
    feeds: Mapping[str, np.ndarray] = evaluator.data.least() if evaluator is not None else answers(original)[0]
    if not feeds:
        return path, Message("{name} was reopened but not run: no suitable inputs were found", name=path.name)
    difference = relative_difference(runtime.run(original, feeds), runtime.run(again, feeds))
    if not difference <= LARGEST_RELATIVE_DIFFERENCE:
        raise UserError(
            "The {format} file does not match the ONNX file: the relative difference of its "
            "outputs is {difference:.3g}.",
            "No file was kept. Export as ONNX only, and report it to the author of the format.",
            format=format.name,
            difference=difference,
        )
    return path, (
        Message(
            "{name} ({size:,} bytes) was reopened and run; the relative difference of its "
            "outputs to the ONNX file's is {difference:.2g}",
            name=path.name,
            size=path.stat().st_size,
            difference=difference,
        )
    )
