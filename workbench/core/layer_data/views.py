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
    """`edges` [n+1] in units of the weight, `counts` [n] of all weights, exact."""

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
    weights that are not zero; Tukey 1977, Exploratory data analysis). `farthest` are at most 200 of them, ascending."""

    low: float
    high: float
    count: int
    farthest: np.ndarray


@dataclass(frozen=True)
class Levels:
    """The levels that weights were rounded to, ascending, in units of the weight.

    channel     whose they are, where output channels (or groups) have their own: the one with the widest steps
    clipped     weights that lay more than half a step beyond the outermost level
    """

    values: np.ndarray
    channel: int | None = None
    clipped: int = 0


@dataclass(frozen=True)
class Noise:
    """Singular values above the noise edge, see methods.base.ranks and methods.base.vbmf.

    vbmf    the rank that empirical variational Bayes finds (EVBMF)
    edge    Marchenko and Pastur's: the largest singular value of noise as strong as the median says; `rank` values lie
            above it
    hard    number of values above Gavish and Donoho's threshold of least squared error
    """

    vbmf: int
    edge: float
    rank: int
    hard: int


@dataclass(frozen=True)
class Spectrum:
    """Singular values [min(rows, columns)], descending, of the weight unfolded as `unfolding` says.

    energy       [same] cumulative fraction of the squared singular values: energy[r-1] is what rank r keeps
    break_even   largest rank at which two factors have fewer weights than the layer; 0 when there is none
    stable_rank  |W|_F^2 / |W|_2^2
    computed     number of values computed; those behind them are a guess that has the remaining energy. 0: all
    noise        None where not all values are computed, or nobody asked
    """

    values: np.ndarray
    energy: np.ndarray
    unfolding: str
    break_even: int
    stable_rank: float
    computed: int = 0
    noise: Noise | None = None

    def rank_for(self, energy: float) -> int:
        """The smallest rank that keeps at least this fraction of the energy; the full rank where rounding hides it."""
        return min(int(np.searchsorted(self.energy, energy - 1e-12)) + 1, len(self.values))


@dataclass(frozen=True)
class LayerView:
    """One layer as it is: drawn once when it is selected.

    magnitudes   [1025] quantiles 0..1 of |w|: turns a sparsity into a threshold and back
    unavailable  method id -> why this layer cannot have it
    failed       why there are no singular values, where computing them failed
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
    """Statistics of a layer's weights for the tree. The rank that keeps 90 % of the energy is out of `full_rank`; both
    are None if the weight is not a matrix."""

    path: str
    zeros: float
    stable_rank: float | None
    rank_90: int | None
    full_rank: int | None


@dataclass(frozen=True)
class EditView:
    """The same layer after its actions: overlaid while the user drags. The histogram has the edges of the LayerView.

    conflicts   method id -> why it cannot be added to these actions
    outliers    counted by the fences of the LayerView
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
    made_up                 the sample is random, because there is no data
    load_before, load       of both files, each in a fresh process; None where that failed
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
    """Predicted cost of edits, without running them. See engine.preview.curvature.

    rise          of the loss against the original's own answers (KL divergence); or, where no gradients pass, the sum
                  of the layers' relative output errors
    correlation   of its ranks with those of how far the outputs moved, over `trials` candidates that were run; None:
                  not checked
    likely        drop of the metric by these candidates; None: too few were run
    """

    rise: float
    kind: PredictionKind
    correlation: float | None = None
    trials: int = 0
    likely: LikelyDrop | None = None


@dataclass(frozen=True)
class Predictability:
    """Which predictions are possible for a model, as the answer to a request for them.

    kind      the rise of the "loss", or the "output error" of the layers; None: there is no prediction
    obstacle  why it is not the loss, naming the operator in the way; "" where it is
    """

    kind: PredictionKind | None
    obstacle: str = ""


@dataclass(frozen=True)
class Preview:
    """The state of the edited model, sent again and again while it is being measured.

    size        of the file an export would write, bytes
    value       the metric of the edited graph, None until the first batch is through. Estimated: baseline + change
    baseline    the metric of the original on all samples
    change      the difference on the samples so far, with its paired interval
    predicted   what the edits will cost; None before the predictor is ready, and where layers were edited that lost
                channels
    trained     whether the recipe's recovery stages are in it; None: it has none
    complete    nothing more will come for this request
    metric      what `value` is; false without data
    beside      other metrics, once all samples were measured
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
    """A data set as attached. `metric` is what will be measured; `labelled` says whether against labels.

    fingerprint   of the samples and labels
    notes         sentences: which output is measured where that is not plain, and what is left out
    beside        other metrics that are measured, too
    model         as it is seen with this data, where that says for what sizes MACs are counted
    doubt         why the data may not be read as the model needs it; "" where nothing says so
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
    """A graph to be drawn: `onnx` is a model without the values of its large tensors, its nodes have unique names.

    nodes   layer path -> the names of the nodes that compute it, decoders of its weight among them
    boxes   name of a node that stands for a whole module -> the module's path; its layers' node is the box
    """

    onnx: bytes
    nodes: Mapping[str, tuple[str, ...]]
    boxes: Mapping[str, str] = field(default_factory=dict)
