"""Replace weights by the nearest of a few shared values (palettisation).

Han, Mao, Dally: Deep Compression. ICLR 2016, section 3. Lloyd 1982 for the iteration.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from workbench.core.job import Job
from workbench.core.layer import Layer
from workbench.core.params import Help, Range, Unit
from workbench.graph.edit import Edit
from workbench.graph.encoding import Codebook, Encoding
from workbench.graph.plan import Plan
from workbench.methods.method import Context, Method, each_tensor, method

ITERATIONS = 100
Start = Literal["linear", "density"]


@method("quantize.codebook")
class CodebookQuantization(Method):
    title = "Codebook"
    summary = ("Finds a few values by k-means and stores for each weight only which of them it is. Zeros that pruning "
               "made stay zero.")
    formula = "min over c, a:  Σᵢ (wᵢ − c[aᵢ])²,   2ᵇ centroids"
    citation = "Han et al. 2016, Deep Compression, ICLR; Lloyd 1982"

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[int, Range(1, 8, 1), Unit("bit"),
                        Help("2 to this power values; 3, 5, 6 and 7 bits are stored in 4 or 8.")] = 4
        start: Annotated[Start, Help("Centroids start evenly over the range, or evenly over the weights.")] = "linear"

    def accepts(self, layer: Layer) -> str | None:
        return layer.locked or None

    def forecast(self, layer: Layer, plan: Plan, params: Params) -> Plan:
        return plan.codebook(params.bits)

    def apply(self, context: Context, edit: Edit, params: Params, job: Job) -> Edit:
        def cluster(values: np.ndarray, out_axis: int) -> Encoding:
            centroids = kmeans(values, 2**params.bits, params.start, job)
            edges = (centroids[1:] + centroids[:-1]) / 2
            indices = np.searchsorted(edges, values).astype(np.uint8)
            zeros = np.flatnonzero(centroids == 0)
            if len(zeros):
                indices[values == 0] = zeros[0]
            return Codebook(indices, centroids.astype(np.float32), params.bits)

        return Edit(each_tensor(edit.encoding, context.layer.out_axis, cluster), edit.bias, edit.note)


def kmeans(values: np.ndarray, count: int, start: Start, job: Job) -> np.ndarray:
    """At most `count` ascending centroids of all values, exact Lloyd steps on the sorted values (sums by prefix).

    When zeros are there, one centroid is zero and stays it: pruned weights keep their place.
    """
    flat = np.sort(values.ravel().astype(np.float64))
    zeros = bool((flat == 0).any())
    if zeros:
        flat = flat[flat != 0]
        count -= 1
    distinct = np.unique(flat)
    if len(distinct) <= count:
        centroids = distinct
    elif start == "linear":
        centroids = np.linspace(flat[0], flat[-1], count)
    else:
        centroids = np.quantile(flat, (np.arange(count) + 0.5) / count)
    prefix = np.concatenate([[0.0], np.cumsum(flat)])
    for _ in range(ITERATIONS if len(distinct) > count else 0):
        job.check()
        bounds = np.concatenate([[0], np.searchsorted(flat, (centroids[1:] + centroids[:-1]) / 2), [len(flat)]])
        members = np.diff(bounds)
        sums = prefix[bounds[1:]] - prefix[bounds[:-1]]
        moved = np.where(members > 0, sums / np.maximum(members, 1), centroids)
        if np.array_equal(moved, centroids):
            break
        centroids = moved
    return np.sort(np.append(centroids, 0.0)) if zeros else centroids
