"""An opened model for scripts and notebooks: its layers, what recipes make of it, exports. Every call runs at once."""

from __future__ import annotations

import html
import tempfile
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.core.analysis.report import Figure, Report
from workbench.core.base.errors import UserError
from workbench.core.base.job import Job
from workbench.core.base.quantities import size
from workbench.core.base.trust import Trust
from workbench.core.layer_data.layer import Layer, ModelSummary
from workbench.core.layer_data.views import Histogram, Moments, Spectrum
from workbench.core.recipe.recipe import Recipe, load_recipe
from workbench.engine.workspace import Workspace

if TYPE_CHECKING:
    import onnx
    import torch

    from workbench.core.analysis.sensitivity import Scan

    Source = str | Path | onnx.ModelProto | torch.nn.Module
Data = str | Path | Mapping[str, np.ndarray]


def open(
    source: Source,
    data: Data | None = None,
    calibration: Data | None = None,
    *,
    example: Sequence[Any] | Mapping[str, Any] | None = None,
    trusted: bool | Collection[str] = False,
) -> Model:
    """Open a model, with data to measure on where some is given.

    source       a path as the command line takes it, an `onnx.ModelProto`, or a `torch.nn.Module` with `example` inputs
    data         a path, or arrays by input name with the labels as `y`; `calibration` likewise
    trusted      whether code of the files named here may run, or the paths whose code may run

    Raises UserError: one sentence that says what is wrong, and what to do.
    """
    if data is None and calibration is not None:
        raise UserError("There are calibration samples, and no data to measure on.", "Give `data`, too.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="workbench-")))
        named = {str(each) for each in (source, data, calibration) if isinstance(each, str | Path)}
        allowed = frozenset(named if trusted is True else trusted or ())
        workspace = _opened(source, folder, example, allowed)
        if data is not None:
            samples = _file(calibration, folder / "calibration.npz") if calibration is not None else ""
            workspace = workspace.attach(_file(data, folder / "data.npz"), Job(), samples, allowed)
        model = Model(workspace)
        weakref.finalize(model, stack.pop_all().close)  # large arrays are read from there when they are used
    return model


class Model:
    """A model that nobody changes: recipes make figures and files of it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @cached_property
    def summary(self) -> ModelSummary:
        """Names, sizes, inputs and outputs, and what was done to the graph at opening."""
        return self._workspace.model.summary()

    @cached_property
    def layers(self) -> Layers:
        """All layers in the model's order; by number or by path."""
        return Layers([LayerHandle(layer, self._workspace) for layer in self.summary.layers])

    def size(self, recipe: Recipe | str | Path) -> int:
        """Bytes of the file that an export of this recipe would have. Raises UserError when it does not fit."""
        result = self._workspace.compiled(_recipe(recipe), Job())
        return result.changes(_recipe(recipe).sparse)[1]

    def evaluate(self, recipe: Recipe | str | Path | None = None) -> Figure:
        """The metric on all samples, of the original or of what a recipe makes of it: measured by running it in ONNX
        Runtime, after its training stages where it has any. Raises UserError without data."""
        evaluator = self._workspace.measurable()
        if recipe is None:
            return evaluator.baseline()
        from workbench.engine.preview.previewer import Previewer

        asked = _recipe(recipe)
        if asked.recover:
            from workbench.engine.training.recover import recovered

            recovered(self._workspace, asked, Job())
        *_, last = Previewer(self._workspace).measure(asked, (), Job())
        assert last.value is not None
        return last.value

    def sensitivity(self, share: float = 1.0) -> Scan:
        """What each layer loses under each candidate step; of the candidates, the share that is predicted to lose least
        is measured. Raises UserError without data."""
        from workbench.core.analysis.sensitivity import Wanted
        from workbench.engine.analysis.sensitivity import scan

        return scan(self._workspace, Job(), Wanted(share=share))

    def search(
        self, *, max_drop: float | None = None, max_bytes: int | None = None, max_ratio: float | None = None
    ) -> Recipe:
        """The smallest recipe that loses at most `max_drop` (0..1) of the metric, or the best within these bytes, or
        within this share of the original's. Exactly one is given. Raises UserError when nothing reaches it."""
        if sum(limit is not None for limit in (max_drop, max_bytes, max_ratio)) != 1:
            raise UserError(
                "Nothing, or more than one thing, limits the search.",
                "Give exactly one of max_drop, max_bytes and max_ratio.",
            )
        from workbench.engine.analysis.search import Goal, search

        return search(self._workspace, self.sensitivity(), Goal(max_drop, max_bytes, max_ratio), Job())

    def export(self, recipe: Recipe | str | Path, folder: str | Path, name: str = "") -> Report:
        """Write NAME.onnx, its recipe and a report; the file is opened again and compared with the preview. Raises
        UserError when it cannot be written, or does not behave as previewed; nothing is written then."""
        from workbench.engine.api.export import export

        return export(self._workspace, _recipe(recipe), str(folder), Job(), name)

    def __repr__(self) -> str:
        summary = self.summary
        return (
            f"<Model {Path(summary.path).name}: {len(summary.layers)} layers, {summary.parameters:,} parameters, "
            f"{size(summary.bytes)}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{self.layers._repr_html_()}"


class Layers(Sequence["LayerHandle"]):
    """The layers of a model, by number or by path."""

    def __init__(self, handles: Sequence[LayerHandle]) -> None:
        self._handles = tuple(handles)
        self._by_path = {handle.path: handle for handle in self._handles}

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._by_path[key]
        return Layers(self._handles[key]) if isinstance(key, slice) else self._handles[key]

    def __len__(self) -> int:
        return len(self._handles)

    def __iter__(self) -> Iterator[LayerHandle]:
        return iter(self._handles)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._handles))

    def _repr_html_(self) -> str:
        """A table for notebooks."""
        rows = "".join(
            f"<tr><td>{html.escape(each.path)}</td><td>{html.escape(each.op)}</td>"
            f"<td>{' × '.join(map(str, each.shape))}</td><td>{each.layer.parameters:,}</td>"
            f"<td>{size(each.layer.bytes)}</td></tr>"
            for each in self._handles
        )
        head = "".join(f"<th>{title}</th>" for title in ("layer", "operator", "shape", "parameters", "size"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


class LayerHandle:
    """One layer with its weights and their statistics, read when they are asked for."""

    def __init__(self, layer: Layer, workspace: Workspace) -> None:
        self.layer, self._workspace = layer, workspace

    @property
    def path(self) -> str:
        return self.layer.path

    @property
    def op(self) -> str:
        return self.layer.op

    @property
    def shape(self) -> tuple[int, ...]:
        return self.layer.shape

    @cached_property
    def weight(self) -> np.ndarray:
        """float32, in the stored layout. Raises UserError for a layer that cannot be edited."""
        if self.layer.locked:
            raise UserError(
                "{path} cannot be edited: {locked}", "Choose another layer.", path=self.path, locked=self.layer.locked
            )
        return self._workspace.model.weight(self.path)

    @property
    def moments(self) -> Moments:
        """Mean, deviation, extremes and share of zeros."""
        return self._workspace.view(self.path).moments

    @property
    def histogram(self) -> Histogram:
        return self._workspace.view(self.path).histogram

    @property
    def spectrum(self) -> Spectrum | None:
        """Singular values of the unfolded weight; None for a weight that is not a matrix."""
        return self._workspace.view(self.path).spectrum

    def __repr__(self) -> str:
        return f"<{self.op} {self.path} {' × '.join(map(str, self.shape))}>"

    def _repr_html_(self) -> str:
        """The histogram of the weights as a small drawing, for notebooks."""
        counts = np.asarray(self.histogram.counts, dtype=np.float64)
        bars = counts / max(counts.max(initial=0.0), 1.0) * 60
        width = 320 / max(len(bars), 1)
        drawn = "".join(
            f'<rect x="{index * width:.1f}" y="{60 - bar:.1f}" width="{width:.2f}" height="{bar:.1f}"/>'
            for index, bar in enumerate(bars)
        )
        low, high = self.histogram.edges[0], self.histogram.edges[-1]
        return (
            f"<p>{html.escape(repr(self)[1:-1])}</p><svg width='320' height='76' fill='#4878a8'>{drawn}"
            f"<text x='0' y='74' font-size='11' fill='gray'>{low:.3g}</text>"
            f"<text x='320' y='74' font-size='11' text-anchor='end' fill='gray'>{high:.3g}</text></svg>"
        )


def _opened(source: Any, folder: Path, example: Any, trusted: Trust) -> Workspace:
    if isinstance(source, str | Path):
        return Workspace.open(str(source), Job(), trusted)
    if hasattr(source, "SerializeToString"):
        path = folder / "model.onnx"
        path.write_bytes(source.SerializeToString())
        return Workspace.open(str(path), Job(), trusted)
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
    loaded = export(source, args, kwargs, type(source).__name__, "torch", Job())
    return Workspace(finish(loaded, frozenset(), Job()), trusted=trusted)


def _file(data: Data, place: Path) -> str:
    """Where these samples are; arrays are written to `place`."""
    if isinstance(data, str | Path):
        return str(data)
    np.savez(place, **{name: np.asarray(values) for name, values in data.items()})  # type: ignore[arg-type]
    return str(place)


def _recipe(given: Recipe | str | Path) -> Recipe:
    return given if isinstance(given, Recipe) else load_recipe(Path(given))
