"""The layers of an opened model for scripts and notebooks: their weights and statistics, read on demand."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from workbench.core.base.errors import UserError
from workbench.core.base.quantities import size
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import Histogram, Moments, Spectrum
from workbench.engine.layer_figures.stats import Statistics
from workbench.engine.workspace import Workspace

ROUNDING = 1.2e-7  # of float32; what numpy's matrix_rank takes as well
WIDE, HIGH, TEXT = 320, 60, 16  # of a histogram in a notebook, CSS pixels


class Layers(Sequence["LayerHandle"]):
    """The layers in the model's order, accessed by number (`layers[0]`), slice, or path (`layers["head"]`)."""

    def __init__(self, handles: Sequence[LayerHandle]) -> None:
        self._handles = tuple(handles)
        self._by_path = {handle.path: handle for handle in self._handles}

    @overload
    def __getitem__(self, key: int | str) -> LayerHandle: ...
    @overload
    def __getitem__(self, key: slice) -> Layers: ...
    def __getitem__(self, key: int | str | slice) -> LayerHandle | Layers:
        if isinstance(key, str):
            if key not in self._by_path:
                paths = list(self._by_path)
                raise UserError(
                    "There is no layer '{path}'.",
                    "The layers are {paths}{more}.",
                    path=key,
                    paths=[*paths[:8]],
                    more=", …" if len(paths) > 8 else "",
                )
            return self._by_path[key]
        return Layers(self._handles[key]) if isinstance(key, slice) else self._handles[key]

    def __contains__(self, item: object) -> bool:
        return item in self._by_path if isinstance(item, str) else item in self._handles

    def __len__(self) -> int:
        return len(self._handles)

    def __iter__(self) -> Iterator[LayerHandle]:
        return iter(self._handles)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self._by_path)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._handles))

    def _repr_html_(self) -> str:
        """Return an HTML table for notebooks."""
        rows = "".join(
            f"<tr><td>{html.escape(each.path)}</td><td>{html.escape(each.op)}</td>"
            f"<td>{' × '.join(map(str, each.shape))}</td><td>{each.layer.parameters:,}</td>"
            f"<td>{size(each.layer.bytes)}</td></tr>"
            for each in self._handles
        )
        head = "".join(f"<th>{title}</th>" for title in ("layer", "operator", "shape", "parameters", "size"))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


class LayerHandle:
    """One layer. `layer` holds its facts: parameters, bytes, MACs, dtype, and why it cannot be edited (`locked`)."""

    def __init__(self, layer: Layer, workspace: Workspace) -> None:
        self.layer, self._workspace = layer, workspace

    @property
    def path(self) -> str:
        """Path in the module tree, which recipes use: "blocks.2.conv1"."""
        return self.layer.path

    @property
    def op(self) -> str:
        """ONNX operator: "Conv"."""
        return self.layer.op

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the weight, in the stored layout."""
        return self.layer.shape

    @cached_property
    def weight(self) -> np.ndarray:
        """Weight as float32, in the stored layout. Raises UserError for a layer that cannot be edited."""
        self._check()
        return self._workspace.model.weight(self.path)

    @property
    def moments(self) -> Moments:
        """Mean, deviation, extremes and fraction of zeros. Raises UserError for a layer that cannot be edited."""
        return self._statistics.moments

    @property
    def histogram(self) -> Histogram:
        """Histogram of all weights: `edges` [n+1], `counts` [n]. Raises UserError for a layer that cannot be edited."""
        return self._statistics.histogram

    @property
    def spectrum(self) -> Spectrum | None:
        """Singular values of the unfolded weight; None for a weight that is not a matrix. Raises UserError for a layer
        that cannot be edited."""
        return self._statistics.spectrum

    @property
    def rank(self) -> int | None:
        """Number of singular values above float32 rounding, as in numpy's matrix_rank; None without a spectrum."""
        spectrum = self.spectrum
        if spectrum is None:
            return None
        return int((spectrum.values > spectrum.values[0] * max(self.layer.matrix) * ROUNDING).sum())

    @property
    def _statistics(self) -> Statistics:
        """The workspace's statistics. Raises UserError for a layer that cannot be edited."""
        self._check()
        return self._workspace.statistics(self.layer)

    def _check(self) -> None:
        if self.layer.locked:
            raise UserError(
                "{path} cannot be edited: {locked}", "Choose another layer.", path=self.path, locked=self.layer.locked
            )

    def __repr__(self) -> str:
        return f"<{self.op} {self.path} {' × '.join(map(str, self.shape))}>"

    def _repr_html_(self) -> str:
        """Return a small drawing of the weights' histogram, for notebooks."""
        named = f"<p>{html.escape(repr(self)[1:-1])}</p>"
        if self.layer.locked:
            return f"{named}<p>Cannot be edited: {html.escape(self.layer.locked)}</p>"
        counts, edges = np.asarray(self.histogram.counts, dtype=np.float64), self.histogram.edges
        tall = counts / max(counts.max(initial=0.0), 1.0) * HIGH
        wide = WIDE / max(len(tall), 1)
        bars = "".join(
            f'<rect x="{index * wide:.1f}" y="{HIGH - bar:.1f}" width="{wide:.2f}" height="{bar:.1f}"/>'
            for index, bar in enumerate(tall)
        )
        label = f'y="{HIGH + TEXT - 2}" font-size="11" fill="gray"'
        return (
            f'{named}<svg width="{WIDE}" height="{HIGH + TEXT}" fill="#4878a8" role="img">'
            f"<title>Histogram of the weights</title>{bars}"
            f'<text x="0" {label}>{edges[0]:.3g}</text>'
            f'<text x="{WIDE}" text-anchor="end" {label}>{edges[-1]:.3g}</text></svg>'
        )
