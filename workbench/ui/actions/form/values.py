"""Logic of forms, without widgets: which values apply, and the positions of sliders."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.recipe.params import Field, spelled
from workbench.ui.text.describe import name_words
from workbench.ui.text.i18n import tr

FINE = 1000  # steps of a slider whose field names none
LARGEST_INT = 2**31 - 1
SIGNIFICANT = 4  # digits shown of a float without a step

KINDS = {"int": int, "float": float, "bool": bool, "text": str}
Limits = Mapping[str, tuple[float, float]]


def effective(fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field's value: the given one, else its default; members of a group that were not chosen are None."""
    values = {field.name: spelled(field, given.get(field.name, field.default)) for field in fields}
    for group in dict.fromkeys(field.group for field in fields if field.group):
        chosen = chosen_in(members(fields, group), given)
        values |= {field.name: None for field in members(fields, group) if field.name != chosen}
    return values


def members(fields: tuple[Field, ...], group: str) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.group == group)


def chosen_in(group: tuple[Field, ...], given: Mapping[str, Any]) -> str:
    """Return the member that has a value: the given one, else the one with a default, else the first."""
    for field in group:
        if given.get(field.name) is not None:
            return field.name
    return next((field.name for field in group if field.default is not None), group[0].name)


def rivals(fields: tuple[Field, ...], name: str) -> tuple[str, ...]:
    """Return the fields that lose their value when this one gets one."""
    group = next((field.group for field in fields if field.name == name), "")
    return tuple(field.name for field in fields if group and field.group == group and field.name != name)


def starting(fields: tuple[Field, ...], limits: Limits) -> dict[str, Any]:
    """Return parameters of a new step: the first at its default explicitly, the others omitted."""
    for name, value in effective(fields, {}).items():
        if value is not None:
            return {name: _within(value, limits.get(name, (-math.inf, math.inf)))}
    return {}


def carried(given: Mapping[str, Any], fields: tuple[Field, ...], limits: Limits) -> dict[str, Any]:
    """Return the parameters of one method that another one has, too: a sparsity stays a sparsity."""
    kept: dict[str, Any] = {}
    for field in fields:
        value = spelled(field, given.get(field.name))
        fits = value in field.choices if field.kind == "choice" else type(value) is KINDS[field.kind]
        if fits and not any(name in kept for name in rivals(fields, field.name)):
            low, high = bounds(field, limits)
            kept[field.name] = _within(value, (low, math.inf if high is None else high))
    return kept or starting(fields, limits)


def _within(value: Any, ends: tuple[float, float]) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return type(value)(min(max(value, ends[0]), ends[1]))


def applies(field: Field, values: Mapping[str, Any]) -> bool:
    """Return whether the field matters, given the others."""
    return field.when is None or values.get(field.when[0]) in field.when[1]


def dragged(fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, tuple[Field, Any]]:
    """Return the fields that are lines in a plot, by plot, with their values: the first of each plot."""
    values = effective(fields, given)
    found: dict[str, tuple[Field, Any]] = {}
    for field in fields:
        if field.drag and values[field.name] is not None and applies(field, values):
            found.setdefault(field.drag, (field, values[field.name]))
    return found


def offered(fields: tuple[Field, ...], given: Mapping[str, Any]) -> dict[str, tuple[Field, Any]]:
    """Return the fields for the end of the quantisation range that do not apply yet; dragging the line enables them."""
    values = effective(fields, given)
    return {
        field.drag: (field, values[field.name])
        for field in fields
        if field.drag == "range" and not applies(field, values)
    }


def name_text(name: str) -> str:
    """Return the parameter's name in the user's language."""
    return tr(name_words(name))


def edit_text(title: str, name: str) -> str:
    """Return the text of a changed parameter in the undo list: 'Magnitude: sparsity'."""
    return tr("{title}: {field}").format(title=title, field=name_text(name).lower())


def value_text(field: Field, value: Any) -> str:
    """Return 0.5, 4 bit, yes."""
    if isinstance(value, bool):
        return tr("yes" if value else "no")
    if isinstance(value, str):
        return tr(value)
    number = f"{value:,}" if isinstance(value, int) else f"{value:.{SIGNIFICANT}g}"
    return f"{number} {tr(field.unit)}".strip()


@dataclass(frozen=True)
class Scale:
    """Maps a number between `low` and `high` to one of `steps` + 1 slider positions."""

    low: float
    high: float
    steps: int
    log: bool
    whole: bool

    def position(self, value: float) -> int:
        value = min(max(value, self.low), self.high)
        if self.high <= self.low:
            return 0
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return round(share * self.steps)

    def value(self, position: int) -> float:
        share = position / self.steps if self.steps else 0.0
        if self.log:
            value = self.low * (self.high / self.low) ** share
            value = float(f"{value:.3g}")  # precision of a slider
        else:
            value = round(self.low + share * (self.high - self.low), 10)
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else value


def bounds(field: Field, limits: Limits) -> tuple[float, float | None]:
    """Return the bounds of the field, within those of the layer."""
    low, high = limits.get(field.name, (-math.inf, math.inf))
    low = max(low, field.low if field.low is not None else -math.inf)
    high = min(high, field.high if field.high is not None else math.inf)
    if low == -math.inf:
        low = -LARGEST_INT if field.kind == "int" else -1e9
    return low, None if high == math.inf else max(high, low)


def scale(field: Field, limits: Limits) -> Scale | None:
    """Return the scale of a slider; None for a field without an upper bound, which gets no slider."""
    low, high = bounds(field, limits)
    if high is None:
        return None
    whole = field.kind == "int"
    log = field.log and low > 0 and high > low
    span = high - low
    if log or (not field.step and not whole):
        steps = FINE if not whole else min(FINE, max(round(span), 1))
    else:
        steps = max(round(span / (field.step or 1)), 1)
    return Scale(low, high, steps, log, whole)
