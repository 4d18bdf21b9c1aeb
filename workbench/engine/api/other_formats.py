"""Export to a second format that can save (see formats.format): written next to the ONNX file, reopened and
compared."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx_ir as ir
import onnxruntime as ort

from workbench.core.base.errors import UserError
from workbench.core.base.files import reason
from workbench.core.base.job import Job
from workbench.core.base.message import Message, sentences
from workbench.core.base.quantities import metric_text
from workbench.engine.api.verification import LARGEST_RELATIVE_DIFFERENCE
from workbench.engine.base.evaluate import Evaluator, runner
from workbench.formats.finish import answers, relative_difference
from workbench.formats.format import Format, all_formats
from workbench.formats.weights.network import DTYPES
from workbench.graph.model.model import WEIGHTS_ONLY
from workbench.graph.onnx import runtime
from workbench.graph.prepare.origin import ORIGINS, TRANSPOSED, originals

HEAD = 4096  # bytes that tell a format
INTEGER = Message("Its activations are floats: only the ONNX file uses integer arithmetic.")
WEIGHTS = ("packed-safetensors", "safetensors")  # formats of weights without a network


def chosen(name: str, wanted: str, weights_only: bool = False) -> tuple[str, Format | None]:
    """Return the name of an export without a format's suffix, and the format: the one requested by name, or the one
    whose suffix `name` has; None for ONNX alone. Weights without a network are written packed unless another format is
    requested. Raises UserError for a format that is unknown or cannot save."""
    saving = {format.name: format for format in all_formats() if format.save is not None}
    if wanted and wanted != "onnx" and wanted not in saving:
        known = ["onnx", *saving]
        raise UserError(
            "There is no format '{wanted}' to write.", "The formats are: {known}.", wanted=wanted, known=known
        )
    longest = sorted(saving.values(), key=lambda each: -len(each.suffix))
    ending = next((each for each in longest if name.endswith(each.suffix)), None)
    format = saving.get(wanted) if wanted else ending
    if weights_only and format not in map(saving.get, WEIGHTS):
        format = saving[WEIGHTS[0]]
    if format is not None:
        name = name.removesuffix(format.suffix)
    return name.removesuffix(".onnx"), format


def write(
    format: Format,
    written: Path,
    plain: Callable[[], ir.Model],
    evaluator: Evaluator | None,
    job: Job,
    computed: bool = False,
) -> tuple[Path, str]:
    """Save the ONNX file `written` in this format next to it; return the new file, and a note for the report.

    `plain` returns the graph with floats for all weights, for formats that need them; `computed`: layers of the ONNX
    file use integer kernels, which that graph lacks. The new file is opened again and run on all samples, or on made-up
    inputs without data; if it holds weights alone, each is compared. Raises UserError if it cannot be written, cannot
    be opened by its own format, or gives other outputs or weights.
    """
    from workbench.formats.onnx_file import load_onnx

    path = written.with_name(written.stem + format.suffix)
    floats = plain() if format.plain else None
    graph = load_onnx(str(written), False, job.silent()).graph if floats is None else floats
    if floats is None:
        keep_marks(plain(), graph)
    reopened = _saved(format, graph, path, job)
    if floats is not None and reopened.graph.meta.get(WEIGHTS_ONLY):
        return path, _same_weights(floats, reopened, path)
    again, original = runtime.session(reopened), runtime.session(str(written) if floats is None else floats)
    feeds: Mapping[str, np.ndarray] = evaluator.data.least() if evaluator is not None else answers(original)[0]
    if not feeds:
        return path, Message("{name} was reopened but not run: no suitable inputs were found", name=path.name)
    compared = _compared(format, path, original, again, feeds)
    if reopened.graph.meta.get(WEIGHTS_ONLY):
        return path, Message(
            "{name} ({size:,} bytes) was reopened and decoded; the relative difference of its "
            "weights' products with synthetic inputs to the preview's is {difference:.2g}",
            **compared,
        )
    said = [
        Message(
            "{name} ({size:,} bytes) was reopened and run; the relative difference of its "
            "outputs to the ONNX file's is {difference:.2g}.",
            **compared,
        )
        if floats is None
        else Message(
            "{name} ({size:,} bytes) holds the compressed weights as floats. It was reopened and run; the relative "
            "difference of its outputs to the preview's with the same weights is {difference:.2g}.",
            **compared,
        )
    ]
    if evaluator is not None:
        value, _ = evaluator.measure(runner(again), job)
        said.append(_measured(evaluator, value))
    if computed and floats is not None:
        said.append(INTEGER)
    return path, sentences(*said, *_made_fixed(original, again))


def _saved(format: Format, graph: ir.Model, path: Path, job: Job) -> ir.Model:
    """Save a graph in this format, and return it as the format opens it again. Raises UserError if it cannot."""
    assert format.save is not None
    try:
        format.save(graph, path, job.silent())
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
    return format.load(str(path), False, job.silent()).graph


def _compared(
    format: Format,
    path: Path,
    original: ort.InferenceSession,
    again: ort.InferenceSession,
    feeds: Mapping[str, np.ndarray],
) -> dict[str, Any]:
    """Return name and size of the file, and the relative difference of its outputs to the original's. Raises UserError
    if that is more than rounding."""
    difference = relative_difference(runtime.run(original, feeds), runtime.run(again, feeds))
    if not difference <= LARGEST_RELATIVE_DIFFERENCE:
        raise UserError(
            "The {format} file does not match the ONNX file: the relative difference of its "
            "outputs is {difference:.3g}.",
            "No file was kept. Export as ONNX only, and report it to the author of the format.",
            format=format.name,
            difference=difference,
        )
    return {"name": path.name, "size": path.stat().st_size, "difference": difference}


def _measured(evaluator: Evaluator, value: float) -> Message:
    info = evaluator.metric.info
    return Message(
        "Its metric, measured on {n:,} samples: {metric} {value}.",
        n=len(evaluator.order),
        metric=info.title,
        value=metric_text(value, info),
    )


def _made_fixed(before: ort.InferenceSession, after: ort.InferenceSession) -> tuple[Message, ...]:
    """Return a note on sizes of inputs that are free in the ONNX file and fixed in the other."""
    fixed = [
        f"{new.name} {new.shape}"
        for old, new in zip(before.get_inputs(), after.get_inputs(), strict=False)
        if any(isinstance(b, int) and not isinstance(a, int) for a, b in zip(old.shape, new.shape, strict=False))
    ]
    return (Message("Sizes that torch could only export as fixed: {words}.", words=[*fixed]),) if fixed else ()


def beyond_forecast(written: int, forecast: int) -> tuple[Message, ...]:
    """Return a note if the size of a file of weights differs from the forecast, which is for the packed file."""
    if written == forecast:
        return ()
    return (
        Message(
            "The forecast of {forecast:,} bytes is of the same weights in a packed file; the written file has "
            "{written:,} bytes, because its format stores names, graph or numbers otherwise.",
            forecast=forecast,
            written=written,
        ),
    )


def keep_marks(source: ir.Model, graph: ir.Model) -> None:
    """Copy the marks of origin that a graph has in memory but its ONNX file lacks."""
    for key in (WEIGHTS_ONLY, DTYPES, TRANSPOSED, ORIGINS):
        if key in source.graph.meta:
            graph.graph.meta[key] = source.graph.meta[key]


def _same_weights(expected: ir.Model, found: ir.Model, path: Path) -> str:
    """Return a note on the weights of a file that holds nothing else. Raises UserError if a weight differs."""
    transposed, wanted = expected.graph.meta.get(TRANSPOSED, frozenset()), dict(originals(expected.graph))
    count = 0
    for name, value in found.graph.initializers.items():
        held = wanted.get(name)
        if held is None or value.const_value is None:
            continue
        array = value.const_value.numpy()
        if not np.array_equal(array.T if name in transposed else array, held.numpy(), equal_nan=True):
            raise UserError(
                "The weight {name} in {file} is not the one that was written.",
                "No file was kept. Export again, and report this recipe.",
                name=name,
                file=path.name,
            )
        count += 1
    return Message(
        "{name} ({size:,} bytes) was reopened; its {n} tensors are equal to the preview's",
        name=path.name,
        size=path.stat().st_size,
        n=count,
    )
