"""The export report: figures before and after, and how each was obtained."""

import html
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from workbench.core.analysis.not_taken import Finding
from workbench.core.analysis.profile import Load
from workbench.core.base.plain import make_plain
from workbench.core.base.quantities import MetricInfo, metric_text, size, smaller
from workbench.core.recipe.action import Action
from workbench.core.recipe.recovery import Recovery

How = Literal["forecast", "estimated", "measured", "verified"]


@dataclass(frozen=True)
class Figure:
    """A number and how it was obtained.

    forecast   computed from the parameters or the edit without running anything
    estimated  measured on part of the samples; `low` and `high` bound it with 95 % confidence
    measured   on all `samples` of the data set, by running the edited graph
    verified   read from the exported file, or measured by running it
    """

    value: float
    how: How
    samples: int = 0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Beside:
    """A metric beside the main one: of the edited model, and of the original on the same samples.

    id       id of the metric
    output   name of the output that it is computed from
    """

    id: str
    metric: MetricInfo
    value: Figure
    baseline: Figure
    output: str = ""

    def to_json(self) -> dict[str, Any]:
        value = self.value
        return {"value": value.value, "ci_low": value.low, "ci_high": value.high, "original": self.baseline.value}


@dataclass(frozen=True)
class LayerChange:
    """Effect of a stack of steps on one layer. `exact` is false while the bytes are a method's forecast."""

    path: str
    actions: tuple[Action, ...]
    bytes_before: int
    bytes_after: int
    sqnr_db: float | None = None  # 10 log10(|W|^2 / |W - W'|^2); None: unchanged, or not computed yet
    parameters: int = 0
    macs: int | None = None
    zeros: float = 0.0  # fraction of the weights that are zero
    storage: str = ""  # in words: "int4 per channel, zeros as a bit mask"
    exact: bool = True
    note: str = ""  # what the user should know: "stored as 4-bit", "grew: above break-even rank"
    larger: str = ""  # why it takes as many bytes as before, or more; empty where it shrank

    def __post_init__(self) -> None:
        make_plain(self, "storage", "note", "larger")


@dataclass(frozen=True)
class Totals:
    """One side of a comparison; sizes in bytes, latency in milliseconds for one sample."""

    bytes: Figure
    parameters: int
    macs: int | None
    value: Figure | None = None
    latency_ms: Figure | None = None
    load: Load | None = None

    @property
    def bits_per_weight(self) -> float:
        """Bits of the file per parameter, including scales, biases and the graph."""
        return 8 * self.bytes.value / max(self.parameters, 1)


@dataclass(frozen=True)
class Verified:
    """The exported file, reopened: its metric, its agreement with the preview's predictions, and the largest
    difference.

    Without data it runs on random inputs: 0 samples, no metric, no agreement. `max_abs_diff` is None if no valid inputs
    were found. `change`: its metric less that of the original, on the same samples.
    """

    value: float | None
    agreement: float | None
    max_abs_diff: float | None
    samples: int
    change: Figure | None = None


@dataclass(frozen=True)
class Made:
    """When and where a report was made: local time with its zone (ISO 8601), version of the program, runtime,
    machine."""

    date: str
    version: str
    runtime: str
    machine: str


@dataclass(frozen=True)
class Breakdown:
    """Bytes of the exported file by purpose.

    layers     weights of edited layers, with their scales, tables and decoder calls
    decoders   decoder functions that those layers share
    tensors    other values: untouched weights, biases, parameters of norms, constants
    container  everything else: nodes, names, metadata
    """

    layers: int
    decoders: int
    tensors: int
    container: int


@dataclass(frozen=True)
class Corrupted:
    """Both models on the same corrupted samples.

    kind, strength   such as "noise", and 1 to 5; ("clean", 0): uncorrupted samples
    first, second    metric of each model
    drop             drop of the second against the first (positive: worse)
    lost             loss of robustness: that drop less the drop on clean samples; `low` and `high` are its paired 95 %
                     confidence interval
    """

    kind: str
    strength: int
    first: float
    second: float
    drop: float
    lost: float
    low: float
    high: float


@dataclass(frozen=True)
class Elsewhere:
    """Both models on another data set, to show how far the result on the attached data generalises.

    data             its file or folder
    first, second    metric of each model on `samples` of that data
    drop             drop of the second against the first on it; `low` and `high` are its paired 95 % confidence
                     interval
    lost             that drop less the one on the attached data, with its interval: a difference of two independent
                     means
    notes            how that data was read
    """

    data: str
    samples: int
    first: float
    second: float
    drop: float
    low: float
    high: float
    lost: float
    lost_low: float
    lost_high: float
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the value of `other_data` in `compare --other-data --json`."""
        return {**vars(self), "notes": list(self.notes)}


@dataclass(frozen=True)
class Robustness:
    """Metrics under corruptions. `rows`: clean samples first, then each kind from weak to strong; `elsewhere`: on
    another data set, if requested."""

    metric: MetricInfo
    samples: int
    rows: tuple[Corrupted, ...]
    elsewhere: Elsewhere | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of corruptions, in the order of the rows."""
        return tuple(dict.fromkeys(row.kind for row in self.rows if row.strength))

    def at(self, strength: int, kind: str = "") -> tuple[float, float] | None:
        """Return the metric of both models at a strength, 0 for clean samples: for this kind, or the mean over all
        kinds; None until all are known."""
        found = [
            row for row in self.rows if row.strength == strength and (not kind or not strength or row.kind == kind)
        ]
        if not found or (strength and not kind and len(found) < len(self.kinds)):
            return None
        return sum(row.first for row in found) / len(found), sum(row.second for row in found) / len(found)

    @property
    def lost(self) -> float:
        """Mean loss of robustness over all kinds and strengths."""
        corrupted = [row.lost for row in self.rows if row.strength]
        return sum(corrupted) / max(len(corrupted), 1)

    def to_json(self) -> dict[str, Any]:
        """Return the value of `corruptions` in `compare --corruptions --json`."""
        return {"samples": self.samples, "robustness_lost": self.lost, "rows": [{**vars(row)} for row in self.rows]}


@dataclass(frozen=True)
class Report:
    """A finished compression. `metric` describes `value`; `data` names the samples, and says whether they are labelled.

    target      title of the recipe's target device; "" for none
    beside      other metrics of the exported file
    id          id of the metric
    not_taken   steps that the target does not support, by its rules alone: nothing was run on it
    """

    metric: MetricInfo
    data: str
    before: Totals
    after: Totals
    forecast_bytes: int
    preview_value: float | None
    verified: Verified | None
    layers: tuple[LayerChange, ...]
    files: dict[str, str]
    notes: tuple[str, ...] = ()
    recovery: Recovery | None = None
    target: str = ""
    not_taken: tuple[Finding, ...] = ()
    id: str = ""
    beside: tuple[Beside, ...] = ()
    breakdown: Breakdown | None = None
    made: Made | None = None
    robustness: Robustness | None = None

    def __post_init__(self) -> None:
        make_plain(self, "data", "notes")

    @property
    def ratio(self) -> float:
        """How many times smaller the exported file is."""
        return self.before.bytes.value / self.after.bytes.value

    @property
    def _facts(self) -> list[tuple[str, str, str, str]]:
        """Rows of name, original, compressed, and how it was obtained."""
        old, new = self.before, self.after
        sizes = old.bytes.value, new.bytes.value
        rows = [("file", size(sizes[0]), size(sizes[1]), f"{smaller(*sizes)}; size of the written file")]
        if old.value and new.value:
            first, second = (metric_text(each.value, self.metric) for each in (old.value, new.value))
            how = "verified in the exported file" if self.verified else "measured, not verified"
            rows.append((self.metric.title, first, second, how))
        return rows

    def __str__(self) -> str:
        facts = [f"{name}: {old} -> {new}, {how}" for name, old, new, how in self._facts]
        return "\n".join([*facts, *(f"{kind}: {path}" for kind, path in self.files.items())])

    def _repr_html_(self) -> str:
        """Return an HTML table for notebooks, with the files below it."""
        lines = [("", "original", "compressed", ""), *self._facts]
        rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in line) for line in lines)
        files = "<br>".join(html.escape(f"{kind}: {path}") for kind, path in self.files.items())
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table><p>{files}</p>"

    def _metrics(self) -> dict[str, Any]:
        if self.before.value is None or self.after.value is None:
            return {}
        return metrics_json(
            Beside(self.id, self.metric, self.after.value, self.before.value).to_json(), self.id, self.beside
        )

    def to_json(self) -> dict[str, Any]:
        """Return the keys of `compress --json`, which are stable."""
        return {
            "before": _totals(self.before),
            "after": _totals(self.after),
            "ratio": self.ratio,
            "forecast_bytes": self.forecast_bytes,
            "preview_value": self.preview_value,
            "verified": None
            if self.verified is None
            else {
                "value": self.verified.value,
                "agreement": self.verified.agreement,
                "max_abs_diff": self.verified.max_abs_diff,
                "samples": self.verified.samples,
                "change": None if self.verified.change is None else _change(self.verified.change),
            },
            "layers": [_layer(layer) for layer in self.layers],
            "files": self.files,
            **self.metric.to_json(),
            "metrics": self._metrics(),
            "data": self.data,
            "notes": list(self.notes),
            "recovery": self.recovery.to_json() if self.recovery else None,
            "made": None if self.made is None else asdict(self.made),
            "breakdown": None if self.breakdown is None else asdict(self.breakdown),
            "corruptions": None if self.robustness is None else self.robustness.to_json(),
            "target": None
            if not self.target
            else {"title": self.target, "how": "by rule", "not_taken": [each.to_json() for each in self.not_taken]},
        }


def _change(change: Figure) -> dict[str, Any]:
    return {"value": change.value, "ci_low": change.low, "ci_high": change.high}


def metrics_json(own: dict[str, Any], id: str, beside: tuple[Beside, ...]) -> dict[str, Any]:
    """Return every metric by its id, with the output's name where several metrics share an id."""
    return by_output([*([(id, "", own)] if id else []), *((each.id, each.output, each.to_json()) for each in beside)])


def by_output(figures: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    """Return figures by metric id, given as (id, output, figure)."""
    found: dict[str, Any] = {}
    for id, output, figure in figures:
        found[f"{id}@{output}" if id in found else id] = figure
    return found


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "bytes": int(totals.bytes.value),
        "value": totals.value.value if totals.value else None,
        "parameters": totals.parameters,
        "macs": totals.macs,
        "latency_ms": totals.latency_ms.value if totals.latency_ms else None,
        "bits_per_weight": totals.bits_per_weight,
        "load": totals.load.to_json() if totals.load else None,
    }


def _layer(layer: LayerChange) -> dict[str, Any]:
    return {
        "path": layer.path,
        "actions": [action.step() for action in layer.actions],
        "bytes_before": layer.bytes_before,
        "bytes_after": layer.bytes_after,
        "sqnr_db": layer.sqnr_db,
        "storage": layer.storage,
        "note": layer.note,
    }
