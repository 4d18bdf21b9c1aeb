"""Target files, read and checked: those that ship (resources/targets), and those of other distributions.

An entry point of `workbench.targets` names a package that contains target files (*.yaml), or one or several paths.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from reprlib import repr as brief
from types import ModuleType
from typing import Any

from workbench.core.analysis.plan import BY_RULE, Told
from workbench.core.base import system, yaml_file
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.resources import resource_path
from workbench.core.plugins.discovery import Loader, entry_points, load_all
from workbench.core.targets.target import (
    FALLBACKS,
    FORMATS,
    GRANULARITIES,
    NUMBERS,
    Energy,
    Rule,
    Scheme,
    Speed,
    Target,
)

VERSION = 1
MEND = Message("See extending/targets.md in the documentation.")
UNKNOWN_ENERGY = (
    Message("The energy use of this device is not known: the target states no figures, and no counter can be read."),
    Message("Choose a target that states energy figures, or limit MACs or bytes."),
)
Check = Callable[[Any], bool]


@cache
def all_targets() -> dict[str, Target]:
    """Return the targets that ship, then those of other distributions, by id. A broken one of the latter is left out
    (see core.plugins)."""
    registered = dict(shipped_targets())

    def take(loaded: Any, loader: Loader) -> None:
        for path in _files(loaded):
            target = load_target(path)
            if target.id in registered:
                raise ValueError(f"the target {target.id} is there already")
            registered[target.id] = target

    load_all(registered, entry_points("workbench.targets"), take)
    return registered


@cache
def shipped_targets() -> dict[str, Target]:
    """Return the targets that ship, by id, in alphabetical order."""
    targets = (load_target(path) for path in sorted(resource_path("targets").glob("*.yaml")))
    return {target.id: target for target in targets}


def find_target(name: str) -> Target:
    """Return the target with this id. Raises UserError, which lists the known targets, if there is none."""
    known = all_targets()
    if name not in known:
        raise UserError("There is no target '{name}'.", "The targets are: {known}.", name=name, known=[*known])
    return known[name]


def target_here() -> str:
    """Return the id of this machine's processor as a target; "" if it cannot be identified."""
    exact = system.adds_products_exactly()
    return "" if exact is None else "ort-cpu-vnni" if exact else "ort-cpu"


def energy_told(name: str) -> Told:
    """Return how the energy of a recipe for this target ("": this machine) is obtained: measured by the processor's
    counter if the target is this machine, else by rule from the target's figures. "": neither is available."""
    if name in ("", target_here()) and system.energy_counters() is not None:
        return "measured"
    target = all_targets().get(name)
    return BY_RULE if target is not None and target.energy is not None else ""


def _files(loaded: Any) -> list[Path]:
    """Return the target files that an entry point names. Raises TypeError or ValueError if it names none."""
    if isinstance(loaded, ModuleType):
        found = [Path(str(each)) for each in resources.files(loaded).iterdir() if each.name.endswith(".yaml")]
    elif isinstance(loaded, str | Path):
        found = [Path(loaded)]
    elif isinstance(loaded, Iterable):
        found = [Path(each) for each in loaded]
    else:
        raise TypeError(f"the entry point names an object of type {type(loaded).__name__}, not a package or a path")
    if not found:
        raise ValueError(Message("it has no target files (*.yaml)"))
    return sorted(found)


def load_target(path: Path) -> Target:
    """Load a target file. Raises UserError naming the file and the first fault in it."""
    return target_of(yaml_file.read(path, Message("the target"), MEND), str(path))


def target_of(document: Any, name: str) -> Target:
    """Build a target from the document of a target file. Raises UserError naming `name`."""
    read = _Keys(document, name, Message("the file"))
    read.take("version", lambda value: value == VERSION, Message("is not {version}", version=VERSION))
    rules = read.take("rules", _mapping, Message("is not a mapping of operators"))
    target = Target(
        read.take(
            "target",
            lambda value: _text(value) and re.fullmatch(r"[a-z0-9][a-z0-9.-]*", value),
            Message("is not a valid id"),
        ),
        read.take("title", _text, Message("is not a string")),
        read.take("source", _text, Message("is not a string that names the source of the rules")),
        {str(op): _rule(rule, name, Message("the rule of {op}", op=op)) for op, rule in rules.items()},
        read.take("fallback", FALLBACKS.__contains__, Message("is not one of {known}", known=[*FALLBACKS]), ""),
        tuple(read.take("notes", _list_of(_text), Message("is not a list of strings"), ())),
        _figures(read, "speed", lambda keys: Speed(_macs(keys), _figure(keys, "bytes"), _source(keys))),
        _figures(read, "energy", lambda keys: Energy(_macs(keys), _figure(keys, "byte"), _source(keys))),
    )
    read.done()
    return target


def _rule(value: Any, name: str, where: str) -> Rule:
    read = _Keys(value, name, where)
    true_or_false = Message("is not true or false")
    rule = Rule(
        _schemes(read, "weights"),
        _schemes(read, "activations"),
        read.take("inputs", _count, Message("is not a positive whole number"), 1),
        read.take("outputs", _count, Message("is not a positive whole number"), 1),
        read.take("note", _text, Message("is not a string"), ""),
        read.take("weight_only", _switch, true_or_false, True),
        read.take("levels", _width, Message("is not a bit width"), 0),
        read.take("unified", _switch, true_or_false, False),
        read.take("source", _text, Message("is not a string"), ""),
    )
    read.done()
    return rule


def _schemes(read: "_Keys", key: str) -> tuple[Scheme, ...] | None:
    """Read schemes; None if the key is missing: then it is unknown what is allowed."""
    given = read.take(key, lambda value: isinstance(value, list), Message("is not a list"), None)
    return None if given is None else tuple(_scheme(read, key, value) for value in given)


def _scheme(read: "_Keys", key: str, value: Any) -> Scheme:
    inner = _Keys(value, read.name, Message("{where}, {key}", where=read.where, key=key))
    known = Message("is not one of {numbers}", numbers=[*NUMBERS])
    scheme = Scheme(
        tuple(inner.take("bits", _list_of(_width), Message("is not a list of bit widths"))),
        inner.take("numbers", NUMBERS.__contains__, known, "integer"),
        tuple(
            inner.take(
                "granularity", _list_of(GRANULARITIES.__contains__), Message("is not a list of granularities"), ()
            )
        ),
        inner.take("symmetric", _switch, Message("is not true or false"), None),
        tuple(inner.take("block", _list_of(_count), Message("is not a list of sizes"), ())),
        tuple(inner.take("formats", _list_of(FORMATS.__contains__), Message("are not floating-point formats"), ())),
    )
    inner.done()
    if scheme.allows_nothing:
        raise inner.wrong(
            Message(
                "it allows nothing: no {numbers} of {bits} bits is one of {formats}",
                numbers=scheme.numbers,
                bits=[*map(str, scheme.bits)],
                formats=[*(scheme.formats or FORMATS)],
            )
        )
    return scheme


def _figures(read: "_Keys", key: str, made: Callable[["_Keys"], Any]) -> Any:
    """Read the figures of a roofline or of energy; None if the file has none."""
    given = read.take(key, _mapping, Message("is not a mapping"), None)
    if given is None:
        return None
    inner = _Keys(given, read.name, Message("{where}, {key}", where=read.where, key=key))
    result = made(inner)
    inner.done()
    return result


def _macs(keys: "_Keys") -> dict[str, float]:
    problem = Message("is not a mapping from types to positive numbers")
    given = keys.take("macs", lambda value: _mapping(value) and all(map(_positive, value.values())), problem)
    return {str(kind): float(figure) for kind, figure in given.items()}


def _figure(keys: "_Keys", key: str) -> float:
    return float(keys.take(key, _positive, Message("is not positive"), 0.0))


def _source(keys: "_Keys") -> str:
    return keys.take("source", _text, Message("is not a string"))


class _Keys:
    """Keys of a mapping, read one by one; those left at the end are unknown. Faults are UserErrors."""

    def __init__(self, value: Any, name: str, where: str) -> None:
        self.name, self.where = name, where
        if not _mapping(value):
            raise self.wrong(Message("it is not a mapping"))
        self._left = dict(value)

    def take(self, key: str, fits: Callable[[Any], Any], problem: str, default: Any = ...) -> Any:
        if key not in self._left:
            if default is ...:
                raise self.wrong(Message("'{key}' is missing", key=key))
            return default
        value = self._left.pop(key)
        if not fits(value):
            raise self.wrong(Message("'{key}' {problem} ({value})", key=key, problem=problem, value=brief(value)))
        return value

    def done(self) -> None:
        if self._left:
            raise self.wrong(Message("it has unknown keys: {left}", left=[*map(str, self._left)]))

    def wrong(self, problem: str) -> UserError:
        return UserError(
            "{name} is not a valid target file, in {where}: {problem}.",
            MEND,
            name=self.name,
            where=self.where,
            problem=problem,
        )


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _width(value: Any) -> bool:
    return _count(value) and value <= 32


def _list_of(each: Check) -> Check:
    return lambda value: isinstance(value, list) and bool(value) and all(map(each, value))
