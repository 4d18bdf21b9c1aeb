"""Replace weights by the nearest of a few shared values (palettisation).

Han, Mao, Dally: Deep Compression. ICLR 2016, section 3. Lloyd 1982 for the iteration. Kim, Hooper, Gholami, Dong, Li,
Shen, Mahoney, Keutzer: SqueezeLLM, dense-and-sparse quantization. ICML 2024, section 4.1, for centroids that weight
each value by its Fisher information.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np

from workbench.core.base.job import Job
from workbench.core.base.message import Message
from workbench.core.layer_data.layer import Layer
from workbench.core.recipe.effect import Effect
from workbench.core.recipe.encodes import Encodes
from workbench.core.recipe.params import Expert, Help, Range, Unit
from workbench.graph.encodings.codebook import Codebook
from workbench.graph.encodings.encoding import Encoding
from workbench.graph.storage.edit import Edit
from workbench.graph.storage.plan import Plan
from workbench.methods.base.method import Context, Method, each_tensor, method
from workbench.methods.common import sensitivity as weighting

ITERATIONS = 100
LEAST = 1e-4  # of the mean sensitivity
Start = Literal["linear", "density"]


@method("quantize.codebook")
class CodebookQuantization(Method):
    title = "Codebook"
    summary = (
        "Palettisation: finds a few values by k-means and stores for each weight only an "
        "index. Zeros from pruning stay zero."
    )
    formula = "min over c, a:  Σᵢ sᵢ (wᵢ − c[aᵢ])²,   2ᵇ centroids,   sᵢ = 1, E[(∂L/∂wᵢ)²] or E[xᵢ²]"
    citation = "Han et al. 2016, Deep Compression, ICLR; Lloyd 1982; Kim et al. 2023, SqueezeLLM (sensitivity)"
    effects = (Effect("All weights of the layer share {levels} values.", "", {"levels": "1 << bits"}),)
    encodes = Encodes("bits", "codebook", "'tensor'", levels="0")

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[
            int,
            Range(1, 8, 1),
            Unit("bit"),
            Help("Bits per index: the codebook has 2^bits values. Packed, 3, 5, 6 and 7 bits take 4 or 8."),
        ] = 4
        start: Annotated[
            Start,
            Expert(),
            Help(
                "Initial centroids: evenly spaced over the range (linear), or over the quantiles of "
                "the weights (density)."
            ),
        ] = "linear"
        sensitivity: Annotated[weighting.Sensitivity, Expert()] = "none"

    def whole(self, params: Any) -> str:
        return Message("sensitivities are") if params.sensitivity != "none" else ""

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def refuses(self, layer: Layer, params: Params) -> str | None:
        return self.accepts(layer) or weighting.refusal(layer, params.sensitivity)

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.codebook(params.bits)

    def uses_data(self, params: Params) -> bool:
        return params.sensitivity != "none"

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        weights = weighting.of(context, params.sensitivity, job)

        def cluster(values: np.ndarray, out_axis: int) -> Encoding:
            centroids = kmeans(values, 2**params.bits, params.start, job, weights)
            edges = (centroids[1:] + centroids[:-1]) / 2
            indices = np.searchsorted(edges, values).astype(np.uint8)
            zeros = np.flatnonzero(centroids == 0)
            if len(zeros):
                indices[values == 0] = zeros[0]
            return Codebook(indices, centroids.astype(np.float32), params.bits)

        return Edit(each_tensor(edit.encoding, context.layer.out_axis, cluster), edit.bias, edit.note)


def kmeans(values: np.ndarray, count: int, start: Start, job: Job, weights: np.ndarray | None = None) -> np.ndarray:
    """Return at most `count` centroids of all values, ascending, by exact Lloyd iterations on the sorted values (prefix
    sums).

    If there are zeros, one centroid is fixed at zero, so that pruned weights stay zero. `weights` >= 0, shaped
    like the values, are the weights of the squared errors.
    """
    order = np.argsort(values, axis=None, kind="stable")
    flat = values.ravel()[order].astype(np.float64)
    mass = np.ones(len(flat)) if weights is None else _positive(weights.ravel()[order])
    zeros = bool((flat == 0).any())
    if zeros:
        flat, mass = flat[flat != 0], mass[flat != 0]
        count -= 1
    distinct = np.unique(flat)
    if len(distinct) <= count:
        centroids = distinct
    elif start == "linear":
        centroids = np.linspace(flat[0], flat[-1], count)
    elif weights is None:
        centroids = np.quantile(flat, (np.arange(count) + 0.5) / count)
    else:
        centroids = np.interp((np.arange(count) + 0.5) / count, (np.cumsum(mass) - mass / 2) / mass.sum(), flat)
    prefix, masses = (np.concatenate([[0.0], np.cumsum(part)]) for part in (flat * mass, mass))
    for _ in range(ITERATIONS if len(distinct) > count else 0):
        job.check()
        bounds = np.concatenate([[0], np.searchsorted(flat, (centroids[1:] + centroids[:-1]) / 2), [len(flat)]])
        total = masses[bounds[1:]] - masses[bounds[:-1]]
        sums = prefix[bounds[1:]] - prefix[bounds[:-1]]
        moved = np.where(total > 0, sums / np.where(total > 0, total, 1.0), centroids)
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return np.sort(np.append(centroids, 0.0)) if zeros else centroids


def _positive(weights: np.ndarray) -> np.ndarray:
    """Return the weights normalised to mean 1 and positive: a centroid among weights of zero would have no mean."""
    mean = float(weights.mean(dtype=np.float64))
    return np.maximum(weights / mean, LEAST).astype(np.float64) if mean > 0 else np.ones(len(weights))
