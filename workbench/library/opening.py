"""Opening of models and data for the library: paths, models in memory, arrays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.trust import Trust, with_places
from workbench.engine.workspace import Workspace
from workbench.library.model import Inputs, Metrics, Model, measuring
from workbench.library.place import Data, Place

if TYPE_CHECKING:
    import onnx
    import torch

    Source = str | Path | onnx.ModelProto | torch.nn.Module


def open(
    source: Source,
    data: Data | None = None,
    calibration: Data | None = None,
    *,
    example: Sequence[Any] | Mapping[str, Any] | None = None,
    inputs: Inputs | None = None,
    metric: Metrics = "",
    samples: int = 0,
    trusted: bool | Collection[str | Path] = False,
    raise_opset: bool = False,
    without: Collection[str] = (),
    architecture: str = "",
    job: Job | None = None,
) -> Model:
    """Open a model, with or without data to measure on.

    source       a path as the command line takes it, an `onnx.ModelProto`, or a `torch.nn.Module` with `example` inputs
    data         a path, or arrays by input name with the labels as `y`; `calibration` likewise
    inputs       constant values of inputs, by name
    metric       a metric's name or file.py:function, or several, of which the first is the main one; or a Measuring,
                 which may also name the output; by default it is chosen from outputs and labels
    samples      number of samples of the data to use, classes in proportion; 0: all
    trusted      whether code of the files named here may run, or the paths whose code may run
    raise_opset  convert a model of an older opset to 13 first
    without      preparation steps to leave out, by their ids: see `Model.summary.preparations`
    architecture the network of a file of weights: `file.py:function`, `timm:NAME`, or `transformers`
    job          reports progress, and can be cancelled: `wb.Job(lambda progress: print(progress.text))`

    Raises UserError, which says what is wrong and what to do.
    """
    job = job or Job()
    named = {str(each) for each in (source, data, calibration, architecture or None) if isinstance(each, str | Path)}
    named |= set(measuring(metric).metrics)
    allowed = with_places(frozenset(named) if trusted is True else frozenset(map(str, trusted or ())), *named)
    if data is None and calibration is not None:
        raise UserError("There are calibration samples, and no data to measure on.", "Give `data`, too.")
    place = Place()
    opening = job if data is None else job.part(0.0, 0.4)
    workspace = _opened(source, place, example, allowed, frozenset(without), raise_opset, architecture, opening)
    for each in workspace.model.preparations:
        if raise_opset and each.id == "opset" and not each.applied:
            raise UserError(
                "{path}: the opset is {detail}.",
                "Open it as it is.",
                path=workspace.model.source.path,
                detail=each.detail.rstrip("."),
            )
    model = Model(workspace, place, inputs)
    return (
        model
        if data is None
        else model.with_data(data, calibration, metric=metric, samples=samples, job=job.part(0.4, 1.0))
    )


def _opened(
    source: Any,
    place: Place,
    example: Any,
    trusted: Trust,
    without: frozenset[str],
    raise_opset: bool,
    architecture: str,
    job: Job,
) -> Workspace:
    if isinstance(source, str | Path):
        return Workspace.open(str(source), job, trusted, without, raise_opset, architecture)
    if hasattr(source, "SerializeToString"):
        path = place.file(".onnx")
        try:
            path.write_bytes(source.SerializeToString())
        except ValueError as error:
            raise UserError(
                "The model is too large for one message.", "Save it with external data, and open the file."
            ) from error
        return Workspace.open(str(path), job, trusted, without, raise_opset)
    if not hasattr(source, "state_dict"):
        raise UserError(
            "A {kind} is not a model.",
            "Give a path, an onnx.ModelProto, or a torch.nn.Module.",
            kind=type(source).__name__,
        )
    if example is None:
        raise UserError(
            "A torch module is opened by running it once.", "Give example inputs: open(module, example=(x,))."
        )
    from workbench.formats.finish import finish
    from workbench.formats.torch_export import export

    args, kwargs = ((), dict(example)) if isinstance(example, Mapping) else (tuple(example), {})
    loaded = export(source, args, kwargs, type(source).__name__, "torch", job.part(0.0, 0.5))
    return Workspace(finish(loaded, without, job.part(0.5, 1.0), raise_opset), trusted=trusted)
