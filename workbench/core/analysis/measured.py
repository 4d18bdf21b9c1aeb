"""Results of measuring a model, or two models on the same samples."""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from workbench.core.analysis.report import Beside, by_output, metrics_json
from workbench.core.base.plain import make_plain
from workbench.core.base.quantities import MetricInfo, metric_text


@dataclass(frozen=True)
class Measuring:
    """Choice of metrics, output and batch axis, as the user gives it.

    metrics   ids, or file.py:function, each perhaps with its output as "f1@logits"; the first decides, the others are
              shown beside it. (): it follows from outputs and labels
    output    name of an output, or several with commas, which are put together; "": the one that suits best
    axis      of the samples in it; None: found by running the model
    """

    metrics: tuple[str, ...] = ()
    output: str = ""
    axis: int | None = None

    @staticmethod
    def of(metric: str | Sequence[str] = (), output: str = "", axis: int | None = None) -> "Measuring":
        """Metrics in a list, or with commas in one text."""
        given = (metric,) if isinstance(metric, str) else metric
        names = (name.strip() for text in given for name in text.split(","))
        return Measuring(tuple(dict.fromkeys(name for name in names if name)), output.strip(), axis)


AUTOMATIC = Measuring()


@dataclass(frozen=True)
class Evaluation:
    """The metric of one model on all `samples`, measured by running it.

    low, high   95 % interval of the metric on all data like these, of which the samples are a random part
    output      name of the output that is measured
    id          of the metric; `beside` are others
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
        """The same sentence, for notebooks."""
        return f"<p>{html.escape(str(self))}</p>"

    def to_json(self) -> dict[str, Any]:
        """The keys of the command line's `evaluate --json`, without the seconds; `metrics` has every one by its id."""
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
    """One of two compared models; `macs` are None where they are unknown, `latency_ms` is of one sample."""

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

    difference      of the metric, second - first; `low` and `high` are its paired 95 % interval for data like these
    agreement       share of the samples (0..1) on which both decide alike
    lost, won       samples that the second answers worse, and better
    max_abs_diff    largest difference between the outputs
    metrics         every metric, the one that decides first
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
        """How many times smaller the second file is."""
        return self.first.bytes / self.second.bytes

    def to_json(self) -> dict[str, Any]:
        """The keys of the command line's `compare --json`."""
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
    """A layer of the first model and the one of the second that stands in its place.

    path, other    of both; "" on the side that has none
    kind           same weights, other weights in the same shape, another shape, only in the second, only in the first
    shape, other_shape, bytes, other_bytes  of the weight, and of weight and bias in the file; empty and 0 for none
    sqnr_db        10 log10(|W|^2 / |W - W'|^2) where both have one shape and other weights; None elsewhere
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
    """`layers` in the order of the first model, those that only the second has behind them. `operators`: of the graph,
    by name, how many nodes the first and the second have."""

    layers: tuple[LayerPair, ...]
    operators: tuple[tuple[str, int, int], ...]

    def count(self, kind: PairKind) -> int:
        return sum(pair.kind == kind for pair in self.layers)

    def to_json(self) -> dict[str, Any]:
        """The keys `layers` and `operators` of the command line's `compare --json`."""
        layers = [
            asdict(pair) | {"shape": list(pair.shape), "other_shape": list(pair.other_shape)} for pair in self.layers
        ]
        return {"layers": layers, "operators": {name: [first, second] for name, first, second in self.operators}}


@dataclass(frozen=True)
class FileComparison:
    """The open model and another file. `figures` of both on the attached samples; None, and `without` says why, where
    they cannot be measured. Sizes in bytes."""

    first: str
    second: str
    bytes: tuple[int, int]
    macs: tuple[int | None, int | None]
    diff: ModelDiff
    figures: Comparison | None = None
    without: str = ""

    def to_json(self) -> dict[str, Any]:
        """Every field, in plain values."""
        return {
            "a": {"path": self.first, "bytes": self.bytes[0], "macs": self.macs[0]},
            "b": {"path": self.second, "bytes": self.bytes[1], "macs": self.macs[1]},
            "diff": self.diff.to_json(),
            "figures": None if self.figures is None else self.figures.to_json(),
            "without": self.without,
        }
