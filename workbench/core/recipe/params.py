"""A method's parameters, declared once as an annotated frozen dataclass.

The form, the validation, the YAML, the command line and the tooltips are derived from the annotations:

    @dataclass(frozen=True)
    class Params:
        bits: Annotated[int, Range(2, 8), Unit("bit"), Help("Bits per weight.")] = 4
        granularity: Annotated[Literal["tensor", "channel"], Help("Which weights share a scale.")] = "channel"
"""

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message

P = TypeVar("P")
Plot = Literal["histogram", "range", "spectrum"]


@dataclass(frozen=True)
class Range:
    """Inclusive bounds; `log` asks for a logarithmic slider."""

    low: float
    high: float | None = None
    step: float | None = None
    log: bool = False


@dataclass(frozen=True)
class Unit:
    text: str


@dataclass(frozen=True)
class Help:
    text: str


@dataclass(frozen=True)
class OneOf:
    """Group of fields of which exactly one has a value while the others are None: 'sparsity or threshold'."""

    group: str


@dataclass(frozen=True)
class When:
    """Condition: the field matters only while another field has one of these values."""

    field: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Drag:
    """Marks a field that can be dragged as a line in this plot of the layer.

    `range` is also in the histogram: the ends of the levels.
    """

    plot: Plot


@dataclass(frozen=True)
class Expert:
    """Marks a field that is rarely changed: a form shows it under More settings, unless it differs from its default."""


@dataclass(frozen=True)
class Field:
    """One parameter, described in plain values so that it can cross a process boundary and become JSON."""

    name: str
    kind: Literal["int", "float", "bool", "choice", "text"]
    default: Any
    help: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    group: str = ""  # members of a group exclude each other
    when: tuple[str, tuple[Any, ...]] | None = None
    drag: Plot | None = None
    expert: bool = False


def fields_of(params: type) -> tuple[Field, ...]:
    """Return the schema of an annotated dataclass, in the order of declaration."""
    return _fields_of(params)


@functools.cache
def _fields_of(params: Any) -> tuple[Field, ...]:
    hints = typing.get_type_hints(params, include_extras=True)
    return tuple(_field(f.name, hints[f.name], f.default) for f in dataclasses.fields(params))


def _field(name: str, hint: Any, default: Any) -> Field:
    base, *notes = typing.get_args(hint) if typing.get_origin(hint) is typing.Annotated else (hint,)
    kind, choices = _kind(name, base)
    if default is dataclasses.MISSING:
        raise TypeError(f"parameter {name}: a parameter has a default, so that a form and a bare method name work")
    known: dict[str, Any] = {}
    for note in notes:
        match note:
            case Range():
                known |= {"low": note.low, "high": note.high, "step": note.step, "log": note.log}
            case Unit():
                known["unit"] = note.text
            case Help():
                known["help"] = note.text
            case OneOf():
                known["group"] = note.group
            case When():
                known["when"] = (note.field, note.values)
            case Drag():
                known["drag"] = note.plot
            case Expert():
                known["expert"] = True
    return Field(name, kind, default, choices=choices, **known)


def _kind(name: str, hint: Any) -> tuple[Literal["int", "float", "bool", "choice", "text"], tuple[str, ...]]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is Literal:
        return "choice", typing.get_args(hint)
    for kind, python in (("bool", bool), ("int", int), ("float", float), ("text", str)):
        if hint is python:
            return kind, ()  # type: ignore[return-value]
    raise TypeError(f"parameter {name}: a parameter is an int, float, bool, str or Literal, not {hint}")


def parse(params: type[P], given: Mapping[str, Any], owner: str = "") -> P:
    """Build and validate parameters from plain values. Raises UserError naming the parameter and its allowed values."""
    return params(**check(fields_of(params), given, owner))


def check(schema: tuple[Field, ...], given: Mapping[str, Any], owner: str = "") -> dict[str, Any]:
    """Validate values for these fields; fields that they exclude are None. Raises UserError as `parse` does."""
    fields = {f.name: f for f in schema}
    where = f"{owner}: " if owner else ""
    for name in given:
        if name not in fields:
            raise UserError(
                "{where}unknown parameter '{name}'.",
                "The parameters are: {fields}.",
                where=where,
                name=name,
                fields=[*fields] or Message("none"),
            )
    values = {name: _value(where, fields[name], value) for name, value in given.items()}
    for group in {f.group for f in fields.values() if f.group}:
        members = [f.name for f in fields.values() if f.group == group]
        chosen = [name for name in members if values.get(name) is not None]
        if len(chosen) > 1:
            raise UserError(
                "{where}{chosen} cannot be combined.",
                "Give exactly one of them.",
                where=where,
                chosen=" and ".join(chosen),
            )
        if chosen:
            values |= {name: None for name in members if name != chosen[0]}
        elif all(values.get(name, fields[name].default) is None for name in members):
            raise UserError(
                "{where}one of {members} is required.", "Give exactly one of them.", where=where, members=[*members]
            )
    return values


def _value(where: str, field: Field, value: Any) -> Any:
    if value is None and (field.default is None or field.group):
        return None
    wrong = UserError(
        "{where}{field} has the invalid value {value}.",
        "It must be {kind}.",
        where=where,
        field=field.name,
        value=repr(value),
        kind=describe(field),
    )
    match field.kind:
        case "bool":
            if not isinstance(value, bool):
                raise wrong
        case "choice":
            value = spelled(field, value)
            if value not in field.choices:
                raise wrong
        case "text":
            if not isinstance(value, str):
                raise wrong
        case _:
            if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
                raise wrong
            if field.kind == "int" and value != int(value):
                raise wrong
            value = int(value) if field.kind == "int" else float(value)
            if (field.low is not None and value < field.low) or (field.high is not None and value > field.high):
                raise wrong
    return value


def spelled(field: Field, value: Any) -> Any:
    """Convert a number to a choice written as text: 32 to "32"; any other value is returned unchanged."""
    if field.kind != "choice" or isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        return value
    return next((choice for choice in field.choices if _number(choice) == value), value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond every float
        return False


def describe(field: Field) -> Message:
    """Describe the values that a field accepts: 'a whole number from 2 to 8 bit'."""
    if field.kind == "choice":
        return Message("one of {choices}", choices=field.choices)
    if field.kind in ("bool", "text"):
        return Message("true or false") if field.kind == "bool" else Message("a string")
    number = Message("a whole number") if field.kind == "int" else Message("a number")
    if field.low is not None and field.high is not None:
        number = Message("{number} from {low:g} to {high:g}", number=number, low=field.low, high=field.high)
    elif field.low is not None:
        number = Message("{number}, at least {low:g}", number=number, low=field.low)
    elif field.high is not None:
        number = Message("{number}, at most {high:g}", number=number, high=field.high)
    return Message("{number} {unit}", number=number, unit=Message(field.unit)) if field.unit else number


def plain(params: Any) -> dict[str, Any]:
    """Return the parameters as plain values, without those that are None, as in an Action or a recipe."""
    return {f.name: getattr(params, f.name) for f in dataclasses.fields(params) if getattr(params, f.name) is not None}
