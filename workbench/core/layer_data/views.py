"""Figures of a layer that the engine sends to the window, ready to draw. Arrays are numpy, float64 unless stated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from workbench.core.analysis.profile import Load
from workbench.core.analysis.report import Beside, Figure, LayerChange
from workbench.core.analysis.sensitivity import LikelyDrop
from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.layer import ModelSummary


@dataclass(frozen=True)
class Histogram:
    """Histogram of all weights, exact: `edges` [n+1] in units of the weight, `counts` [n]."""

    edges: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Moments:
    """Exact moments of all weights of a layer; sparsity is the fraction equal to zero."""

    mean: float
    std: float
    min: float
    max: float
    sparsity: float


@dataclass(frozen=True)
class Outliers:
    """Weights far outside the bulk: beyond low..high, Tukey's outer fences (quartiles -+ 3 interquartile ranges of the
    weights that are not zero; Tukey 1977, Exploratory data analysis). `farthest`: the most extreme, at most 200,
    ascending."""

    low: float
    high: float
    count: int
    farthest: np.ndarray


@dataclass(frozen=True)
class Levels:
    """Quantisation levels of the weights, ascending, in units of the weight.

    channel     the channel (or group) that they belong to, if scales differ: the one with the widest steps
    clipped     number of weights more than half a step beyond the outermost level
    """

    values: np.ndarray
    channel: int | None = None
    clipped: int = 0


@dataclass(frozen=True)
class Noise:
    """Singular values above the noise edge, see methods.base.ranks and methods.base.vbmf.

    vbmf    rank by empirical variational Bayes (EVBMF)
    edge    Marchenko-Pastur edge: the largest singular value of noise, whose strength is estimated from the median;
            `rank` values lie above it
    hard    number of values above Gavish and Donoho's optimal hard threshold
    """

    vbmf: int
    edge: float
    rank: int
    hard: int


@dataclass(frozen=True)
class Spectrum:
    """Singular values [min(rows, columns)], descending, of the weight unfolded as `unfolding` says.

    energy       [same] cumulative fraction of the squared singular values: energy[r-1] is the fraction that rank r
                 keeps
    break_even   largest rank at which two factors have fewer weights than the layer; 0 when there is none
    stable_rank  |W|_F^2 / |W|_2^2
    computed     number of values computed; the later ones are extrapolated to the remaining energy. 0: all
    noise        None where not all values are computed, or not requested
    """

    values: np.ndarray
    energy: np.ndarray
    unfolding: str
    break_even: int
    stable_rank: float
    computed: int = 0
    noise: Noise | None = None

    def rank_for(self, energy: float) -> int:
        """Return the smallest rank that keeps at least this fraction of the energy; the full rank if rounding prevents
        it."""
        return min(int(np.searchsorted(self.energy, energy - 1e-12)) + 1, len(self.values))


@dataclass(frozen=True)
class LayerView:
    """One original layer: drawn once when it is selected.

    magnitudes   [1025] quantiles 0..1 of |w|: to convert a sparsity to a threshold and back
    unavailable  method id -> why this layer cannot have it
    failed       why computing the singular values failed; empty if it did not
    """

    path: str
    moments: Moments
    histogram: Histogram
    spectrum: Spectrum | None
    magnitudes: np.ndarray
    unavailable: Mapping[str, str] = field(default_factory=dict)
    outliers: Outliers | None = None
    failed: str = ""


@dataclass(frozen=True)
class LayerFacts:
    """Statistics of a layer's weights for the tree. `full_rank` is the number of singular values, of which the rank
    keeps 90 % of the energy; both are None if the weight is not a matrix."""

    path: str
    zeros: float
    stable_rank: float | None
    rank_90: int | None
    full_rank: int | None


@dataclass(frozen=True)
class EditView:
    """One layer after its steps, overlaid while the user drags. The histogram has the edges of the LayerView.

    conflicts   method id -> why the method cannot be added to these steps
    outliers    counted with the fences of the LayerView
    trained     whether these are the weights after the recipe's training stages
    """

    change: LayerChange
    moments: Moments
    histogram: Histogram
    spectrum: Spectrum | None
    conflicts: Mapping[str, str] = field(default_factory=dict)
    levels: Levels | None = None
    outliers: int = 0
    trained: bool = False


@dataclass(frozen=True)
class Timing:
    """Latency and zipped size of the original and of the compressed model, measured on this machine.

    before_ms, after_ms     median milliseconds for one sample in ONNX Runtime, of `runs` each, in turns
    file                    bytes of the compressed model as one ONNX file, written to memory
    zipped_before, zipped   bytes of both files after deflating (zip)
    made_up                 whether the sample is random, for lack of data
    load_before, load       loading of both files, each in a fresh process; None if it failed
    """

    before_ms: float
    after_ms: float
    runs: int
    file: int
    zipped_before: int
    zipped: int
    made_up: bool
    load_before: Load | None = None
    load: Load | None = None


PredictionKind = Literal["loss", "output error"]


@dataclass(frozen=True)
class Prediction:
    """Cost of edits, predicted without running them. See engine.preview.curvature.

    rise          increase in the loss against the original's answers (KL divergence); or, where gradients cannot be
                  computed, the sum of the layers' relative output errors
    correlation   rank correlation with the measured divergence of the outputs, over `trials` candidates; None: not
                  checked
    likely        likely drop of the metric, by these candidates; None: too few were run
    """

    rise: float
    kind: PredictionKind
    correlation: float | None = None
    trials: int = 0
    likely: LikelyDrop | None = None


@dataclass(frozen=True)
class Predictability:
    """Kind of prediction that is possible for a model, as the answer to a request to prepare it.

    kind      increase in "loss", or "output error" of the layers; None: no prediction is possible
    obstacle  why the loss cannot be predicted, naming the operator responsible; "" if it can
    """

    kind: PredictionKind | None
    obstacle: str = ""


@dataclass(frozen=True)
class Preview:
    """State of the edited model, sent repeatedly while it is being measured.

    size        size of the file that an export would write, in bytes
    value       the metric of the edited graph, None until the first batch is done. Estimated: baseline + change
    baseline    the metric of the original on all samples
    change      difference from the original on the samples so far, with its paired interval
    predicted   predicted cost of the edits; None before the predictor is ready, and where edited layers lost channels
    trained     whether the recipe's recovery stages are included; None: it has none
    complete    whether this is the last answer to the request
    metric      metric of `value`; falsy without data
    beside      other metrics, once all samples are measured
    """

    changes: tuple[LayerChange, ...]
    size: Figure
    parameters: int
    macs: int | None
    value: Figure | None = None
    baseline: Figure | None = None
    change: Figure | None = None
    predicted: Prediction | None = None
    trained: bool | None = None
    complete: bool = False
    metric: MetricInfo = MetricInfo()  # noqa: RUF009  (it is a value)
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True)
class DataSummary:
    """A data set as attached. `metric` is the metric to measure; `labelled`: whether against labels.

    fingerprint   hash of the samples and labels
    notes         sentences: which output is measured where that is not obvious, and what is left out
    beside        other metrics to measure
    model         summary of the model with this data, if the data determines the sizes for which MACs are counted
    doubt         why the data may be read differently than the model expects; "" if there is no sign of it
    """

    path: str
    samples: int
    metric: MetricInfo
    labelled: bool
    calibration: str  # where calibration samples come from, in words
    baseline: Figure | None = None
    classes: tuple[str, ...] = ()
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    model: ModelSummary | None = None
    beside: tuple[Beside, ...] = ()
    doubt: str = ""


@dataclass(frozen=True)
class GraphView:
    """A graph to draw: `onnx` is a model without the values of its large tensors; its nodes have unique names.

    nodes   layer path -> names of the nodes that compute it, including decoders of its weight
    boxes   name of a node that stands for a collapsed module -> the module's path; its layers map to that node
    """

    onnx: bytes
    nodes: Mapping[str, tuple[str, ...]]
    boxes: Mapping[str, str] = field(default_factory=dict)
