"""First and second moments of layers' inputs over the calibration samples; of many layers in one run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from workbench.core.base.job import Job
from workbench.core.layer_data.layer import Layer
from workbench.data.dataset import Dataset
from workbench.engine.base.cache import Cache
from workbench.engine.calibration import im2col
from workbench.engine.calibration.taps import SHARE, TOGETHER, refuse_what_is_not_finite, runs
from workbench.engine.calibration.walk import Walk
from workbench.graph.model.model import Model
from workbench.graph.subgraph import cut

ROWS = 1 << 15  # rows that suffice, or this number per column; evenly from all samples
ROWS_A_COLUMN = 8
UNFOLDED = 1 << 28  # limit on the numbers in a layer's rows: those of a depthwise layer are as wide as all its groups
AT_ONCE, HELD = 8192, 1 << 22  # rows, and numbers, unfolded at a time
LARGEST = 1 << 28  # bytes of sums that are taken in one run
Moments = tuple[np.ndarray, np.ndarray]
Rows = tuple[str, str]


class InputSums:
    """Sums of x and x xᵀ over a layer's rows, batch by batch; `batches` is how many will come."""

    def __init__(self, layer: Layer, batches: int) -> None:
        import torch

        self.layer = layer
        columns = layer.matrix[1]
        self._second = torch.zeros(layer.groups, columns, columns, dtype=torch.float64)
        self._first = torch.zeros(layer.groups, columns, dtype=torch.float64)
        wide = layer.groups * columns
        rows = min(max(ROWS, ROWS_A_COLUMN * columns), max(UNFOLDED // wide, ROWS_A_COLUMN * columns))
        self._quota = -(-rows // batches)
        self._at_once = at_once(wide)
        self._rng = np.random.default_rng(0)
        self._waiting: list[np.ndarray] = []
        self._held = self._seen = 0

    def add(self, x: np.ndarray) -> None:
        """Add the operator's input of a batch."""
        available = im2col.count(self.layer, x)
        chosen = np.arange(available)
        if self._quota < available:
            chosen = np.sort(self._rng.choice(available, self._quota, replace=False))
        for start in range(0, len(chosen), self._at_once):
            part = im2col.unfold(self.layer, x, chosen[start : start + self._at_once])
            self._waiting.append(part)
            self._held += part.shape[1]
            if self._held >= self._at_once:
                self._sum()

    def _sum(self) -> None:
        """Add products of many rows at a time, as each sum costs as much as the size of the matrix."""
        import torch

        rows = torch.from_numpy(np.concatenate(self._waiting, axis=1))
        self._second += (rows.transpose(1, 2) @ rows).double()
        self._first += rows.sum(dim=1, dtype=torch.float64)
        self._seen += self._held
        self._waiting, self._held = [], 0

    def moments(self, path: str) -> Moments:
        """Return the means of x xᵀ [groups, columns, columns] and of x [groups, columns], float64. Raises UserError if
        they are not finite."""
        if self._waiting:
            self._sum()
        second = self._second.numpy()
        refuse_what_is_not_finite(path, second)
        return second / self._seen, self._first.numpy() / self._seen


def at_once(wide: int) -> int:
    """Return the number of rows unfolded at a time, each of `wide` numbers."""
    return max(1, min(AT_ONCE, HELD // max(wide, 1)))


def of_layers(
    model: Model,
    layers: Sequence[Layer],
    data: Dataset,
    samples: int,
    batch: int,
    job: Job,
    cache: Cache | None = None,
    walk: Walk | None = None,
) -> Mapping[str, InputSums]:
    """Return the sums of several layers by path, from one run over this many samples, which continues where the last
    one ended. Layers with the same rows share one."""
    received = {layer.path: rows_of(model, layer) for layer in layers}
    batches = -(-data.first(samples) // data.at_once(-(-batch // SHARE)))
    sums = {received[layer.path]: InputSums(layer, batches) for layer in layers}
    names = list(dict.fromkeys(name for name, _ in sums))
    for values in runs(model, names, data, samples, batch, job, cache, walk):
        for (name, _), each in sums.items():
            each.add(values[name])
    return {path: sums[rows] for path, rows in received.items()}


def rows_of(model: Model, layer: Layer) -> Rows:
    """Return the key of a layer's input rows: the value it receives, and how that is unfolded. Matrix products that
    read the same value along the same axis, as queries, keys and values do, have the same key."""
    alike = layer.op in ("MatMul", "Gemm")
    return received_value(model, layer), f"{layer.input_axis} {layer.matrix[1]}" if alike else layer.path


def as_product(layer: Layer) -> Layer:
    """Return the layer; for a table that is looked up and multiplied by, the layer of these products."""
    return replace(layer, op="MatMul", out_axis=0) if layer.op == "Embedding" and layer.also else layer


def received_value(model: Model, product: Layer) -> str:
    """Return the name of the value that a layer, or the product of a table, receives."""
    if model.layer(product.path).op == product.op:
        return cut.value_name(model, product.path)
    return cut.multiplied(model, product.path)


def together(model: Model, layers: Sequence[Layer]) -> list[Layer]:
    """Return the first of these layers that can be measured in one run: their sums take at most LARGEST bytes."""
    held: dict[Rows, int] = {}
    chosen: list[Layer] = []
    for layer in layers:
        columns = layer.matrix[1]
        held[rows_of(model, layer)] = 8 * layer.groups * columns * columns
        if chosen and (sum(held.values()) > LARGEST or len(held) > TOGETHER):
            break
        chosen.append(layer)
    return chosen
