"""Results of measuring one model, or of comparing two on the same samples."""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from workbench.core.analysis.report import Beside, by_output, metrics_json
from workbench.core.base.plain import make_plain
from workbench.core.base.quantities import MetricInfo, metric_text


@dataclass(frozen=True)
class Measuring:
    """The user's choice of metrics, output and batch axis.

    metrics   ids, or file.py:function, each optionally with its output, as "f1@logits"; the first is the main metric,
              the others are shown beside it. (): chosen from outputs and labels
    output    name of an output, or several separated by commas, which are concatenated; "": the best match
    axis      batch axis of the output; None: found by running the model
    """

    metrics: tuple[str, ...] = ()
    output: str = ""
    axis: int | None = None

    @staticmethod
    def of(metric: str | Sequence[str] = (), output: str = "", axis: int | None = None) -> "Measuring":
        """Create the choice from a list of metrics, or from one text that separates them by commas."""
        given = (metric,) if isinstance(metric, str) else metric
        names = (name.strip() for text in given for name in text.split(","))
        return Measuring(tuple(dict.fromkeys(name for name in names if name)), output.strip(), axis)


AUTOMATIC = Measuring()


@dataclass(frozen=True)
class Evaluation:
    """The metric of one model on all `samples`, measured by running it.

    low, high   95 % confidence interval of the metric, with the samples taken as a random draw from their population
    output      name of the measured output
    id          id of the metric; `beside` holds the other metrics
    """

    metric: MetricInfo
    value: float
    low: float
    high: float
    samples: int
    output: str
    notes: tuple[str, ...] = ()
    id: str = ""
    beside: tuple[Beside, ...] = ()

    def __post_init__(self) -> None:
        make_plain(self, "notes")

    def __str__(self) -> str:
        value, low, high = (metric_text(each, self.metric) for each in (self.value, self.low, self.high))
        samples = "1 sample" if self.samples == 1 else f"{self.samples:,} samples"
        return f"{self.metric}: {value}, measured on {samples} (95 % interval: {low} to {high})"

    def _repr_html_(self) -> str:
        """Return the same sentence as HTML, for notebooks."""
        return f"<p>{html.escape(str(self))}</p>"

    def to_json(self) -> dict[str, Any]:
        """Return the keys of `evaluate --json` without the seconds; `metrics` holds every metric by its id."""
        return {
            **self.metric.to_json(),
            "value": self.value,
            "ci_low": self.low,
            "ci_high": self.high,
            "samples": self.samples,
            "output": self.output,
            "notes": list(self.notes),
            "metrics": metrics_json(
                {"value": self.value, "ci_low": self.low, "ci_high": self.high}, self.id, self.beside
            ),
        }


@dataclass(frozen=True)
class Side:
    """One of two compared models. `macs` is None where unknown; `latency_ms` is for one sample."""

    path: str
    bytes: int
    parameters: int
    macs: int | None
    value: float
    latency_ms: float


@dataclass(frozen=True)
class Compared:
    """One metric of two models: id, output, both values, and second - first with its paired 95 % interval."""

    id: str
    metric: MetricInfo
    output: str
    first: float
    second: float
    difference: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        return {
            **self.metric.to_json(),
            "output": self.output,
            "a": self.first,
            "b": self.second,
            "difference": {"value": self.difference, "ci_low": self.low, "ci_high": self.high},
        }


@dataclass(frozen=True)
class Comparison:
    """Two models on the same samples.

    difference      metric of the second - metric of the first; `low` and `high` are its paired 95 % confidence interval
    agreement       share of the samples (0..1) with the same prediction from both
    lost, won       number of samples that the second answers worse, and better
    max_abs_diff    largest difference between the outputs
    metrics         every metric, the main one first
    """

    metric: MetricInfo
    samples: int
    first: Side
    second: Side
    difference: float
    low: float
    high: float
    agreement: float
    lost: int
    won: int
    max_abs_diff: float
    metrics: tuple[Compared, ...] = ()

    @property
    def ratio(self) -> float:
        """How many times smaller the second file is than the first."""
        return self.first.bytes / self.second.bytes

    def to_json(self) -> dict[str, Any]:
        """Return the keys of `compare --json`."""
        return {
            **self.metric.to_json(),
            "samples": self.samples,
            "a": vars(self.first).copy(),
            "b": vars(self.second).copy(),
            "difference": {"value": self.difference, "ci_low": self.low, "ci_high": self.high},
            "agreement": self.agreement,
            "lost": self.lost,
            "won": self.won,
            "max_abs_diff": self.max_abs_diff,
            "ratio": self.ratio,
            "metrics": by_output((each.id, each.output, each.to_json()) for each in self.metrics),
        }


PairKind = Literal["same", "weights", "shape", "added", "removed"]


@dataclass(frozen=True)
class LayerPair:
    """A layer of the first model and its counterpart in the second.

    path, other    paths of the layer and its counterpart; "" where one is missing
    kind           same weights, other weights in the same shape, another shape, only in the second, only in the first
    shape, other_shape, bytes, other_bytes  shape of the weight; bytes of weight and bias in the file; empty and 0 where
                                            the layer is missing
    sqnr_db        10 log10(|W|^2 / |W - W'|^2) where shapes are equal and weights differ; else None
    """

    path: str
    other: str
    op: str
    kind: PairKind
    shape: tuple[int, ...] = ()
    other_shape: tuple[int, ...] = ()
    bytes: int = 0
    other_bytes: int = 0
    sqnr_db: float | None = None


@dataclass(frozen=True)
class ModelDiff:
    """Differences of two models, layer by layer.

    layers      in the order of the first model, followed by those that only the second has
    operators   name of an operator -> number of nodes in the first graph and in the second
    """

    layers: tuple[LayerPair, ...]
    operators: tuple[tuple[str, int, int], ...]

    def count(self, kind: PairKind) -> int:
        return sum(pair.kind == kind for pair in self.layers)

    def to_json(self) -> dict[str, Any]:
        """Return the keys `layers` and `operators` of `compare --json`."""
        layers = [
            asdict(pair) | {"shape": list(pair.shape), "other_shape": list(pair.other_shape)} for pair in self.layers
        ]
        return {"layers": layers, "operators": {name: [first, second] for name, first, second in self.operators}}


@dataclass(frozen=True)
class FileComparison:
    """Comparison of the open model with another file. `figures`: both on the attached samples; None where they cannot
    be measured, with the reason in `without`. Sizes in bytes."""

    first: str
    second: str
    bytes: tuple[int, int]
    macs: tuple[int | None, int | None]
    diff: ModelDiff
    figures: Comparison | None = None
    without: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return every field as plain values."""
        return {
            "a": {"path": self.first, "bytes": self.bytes[0], "macs": self.macs[0]},
            "b": {"path": self.second, "bytes": self.bytes[1], "macs": self.macs[1]},
            "diff": self.diff.to_json(),
            "figures": None if self.figures is None else self.figures.to_json(),
            "without": self.without,
        }
