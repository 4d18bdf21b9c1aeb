"""Value of the goal bar: converted to a Goal, and stored for each model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Literal, get_args

from workbench.core.analysis.plan import FAMILIES, Goal
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.recipe.action import Family
from workbench.ui.base import settings

Limit = Literal["kB", "MB", "share", "drop", "macs", "latency", "memory", "energy", "none"]
LIMITS: tuple[Limit, ...] = get_args(Limit)
SCALES: Mapping[Limit, float] = {
    "kB": 1e3,
    "MB": 1e6,
    "share": 0.01,
    "macs": 1e6,
    "latency": 1.0,
    "memory": 1e6,
    "energy": 1.0,
}
KEY, MODELS = "plan", 30  # of the settings; models whose goals are remembered
MOST = 1e9  # of any amount


@dataclass(frozen=True)
class Wish:
    """Settings of the goal bar. `amounts` by limit, in the unit shown; only that of `limit` counts. `chosen`: the
    selected layers only. `retrain`: the search trains the best few recipes, too."""

    limit: Limit = "share"
    amounts: Mapping[Limit, float] = field(default_factory=dict)
    families: tuple[Family, ...] = FAMILIES
    chosen: bool = False
    samples: int = 0
    minutes: float = 0.0
    retrain: bool = False

    def amount(self, model: ModelSummary | None, points: bool) -> float:
        """Return the amount of the limit: the given one, else a suitable one for the model. `points`: the metric is a
        percentage."""
        if self.limit in self.amounts:
            return self.amounts[self.limit]
        size, macs = (model.bytes, model.macs or 0) if model is not None else (0, 0)
        given: dict[Limit, float] = {
            "kB": three(size / 4e3),
            "MB": three(size / 4e6),
            "drop": 1.0 if points else 0.01,
            "macs": three(macs / 2e6),
            "memory": three(size / 1e6),
            "latency": 1.0,
            "energy": three(macs / 1e9) or 1.0,
        }
        return given.get(self.limit, 25.0)

    def limited(self, limit: Limit, model: ModelSummary | None, points: bool) -> "Wish":
        """Return the wish with another limit; one of size keeps its meaning in the other unit."""
        sizes: dict[Limit, float] = {"kB": 1e3, "MB": 1e6, "share": model.bytes / 100 if model is not None else 0.0}
        amounts = self.amounts
        if limit in sizes and self.limit in sizes and sizes[limit] > 0 and self.limit in self.amounts:
            amounts = {**amounts, limit: three(self.amount(model, points) * sizes[self.limit] / sizes[limit])}
        return replace(self, limit=limit, amounts=amounts)

    def goal(self, model: ModelSummary | None, points: bool, layers: tuple[str, ...]) -> Goal:
        """Return the goal; `layers`: those that are selected."""
        plain = Goal(
            families=self.families,
            layers=layers if self.chosen else (),
            samples=self.samples,
            seconds=60 * self.minutes,
            retrain=self.retrain,
        )
        scale = (0.01 if points else 1.0) if self.limit == "drop" else SCALES.get(self.limit, 1.0)
        value = self.amount(model, points) * scale
        match self.limit:
            case "kB" | "MB":
                return replace(plain, max_bytes=round(value))
            case "share":
                return replace(plain, max_ratio=value)
            case "drop":
                return replace(plain, max_drop=value)
            case "macs":
                return replace(plain, max_macs=round(value))
            case "memory":
                return replace(plain, max_memory=round(value))
            case "latency":
                return replace(plain, max_latency=value)
            case "energy":
                return replace(plain, max_energy=value)
        return plain


def three(value: float) -> float:
    """Return the value with three significant digits."""
    return float(f"{value:.3g}")


# -- remembered --------------------------------------------------------------------------------------------------------


def recall(fingerprint: str) -> Wish:
    """Return the stored goal of the model with this fingerprint, validated, as anyone may write into the settings."""
    try:
        return _read(_known().get(fingerprint))
    except (TypeError, ValueError, AttributeError):
        return Wish()


def remember(fingerprint: str, wish: Wish) -> None:
    """Store a goal; those of the last models are kept, the newest last."""
    known = {key: value for key, value in _known().items() if key != fingerprint}
    known[fingerprint] = {**vars(wish), "amounts": dict(wish.amounts)}
    settings.store().setValue(KEY, json.dumps(dict(list(known.items())[-MODELS:])))


def _known() -> dict[str, Any]:
    try:
        found = json.loads(str(settings.store().value(KEY, "{}")))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(value: Any) -> Wish:
    if not isinstance(value, dict):
        return Wish()
    limit = value.get("limit")
    families = tuple(family for family in FAMILIES if family in value.get("families", ()))
    return Wish(
        limit if limit in LIMITS else "share",
        {key: _amount(number) for key, number in value.get("amounts", {}).items() if key in LIMITS},
        families or FAMILIES,
        value.get("chosen") is True,
        round(_amount(value.get("samples", 0))),
        _amount(value.get("minutes", 0)),
        value.get("retrain") is True,
    )


def _amount(value: Any) -> float:
    number = float(value)
    if not isfinite(number):
        raise ValueError(value)
    return min(max(number, 0.0), MOST)
