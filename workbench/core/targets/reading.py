"""Target files, read and checked, and where those of other distributions are found.

An entry point of `workbench.targets` names a package that has target files (*.yaml) in it, or a path, or several.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from reprlib import repr as brief
from types import ModuleType
from typing import Any

from workbench.core.base import yaml_file
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.plugins.discovery import Loader, entry_points, load_all
from workbench.core.targets.target import GRANULARITIES, NUMBERS, Rule, Scheme, Target

VERSION = 1
MEND = Message("See extending/targets.md in the documents.")
Check = Callable[[Any], bool]


@cache
def all_targets() -> dict[str, Target]:
    """The targets of other distributions, by id. One that is broken is left out (see core.plugins)."""
    registered: dict[str, Target] = {}

    def take(loaded: Any, loader: Loader) -> None:
        for path in _files(loaded):
            target = load_target(path)
            if target.id in registered:
                raise ValueError(f"the target {target.id} is there already")
            registered[target.id] = target

    load_all(registered, entry_points("workbench.targets"), take)
    return registered


def _files(loaded: Any) -> list[Path]:
    """The target files that an entry point names. Raises TypeError or ValueError where it names none."""
    if isinstance(loaded, ModuleType):
        found = [Path(str(each)) for each in resources.files(loaded).iterdir() if each.name.endswith(".yaml")]
    elif isinstance(loaded, str | Path):
        found = [Path(loaded)]
    elif isinstance(loaded, Iterable):
        found = [Path(each) for each in loaded]
    else:
        raise TypeError(f"the entry point names a {type(loaded).__name__}, not a package or a path")
    if not found:
        raise ValueError(Message("it has no target files (*.yaml)"))
    return sorted(found)


def load_target(path: Path) -> Target:
    """A target file. Raises UserError naming the file and the first thing that is not as it should be."""
    return target_of(yaml_file.read(path, Message("the target"), MEND), str(path))


def target_of(document: Any, name: str) -> Target:
    """The document of a target file. Raises UserError naming `name`."""
    read = _Keys(document, name, Message("the file"))
    read.take("version", lambda value: value == VERSION, Message("is not {version}", version=VERSION))
    rules = read.take("rules", _mapping, Message("is no mapping of operators"))
    target = Target(
        read.take(
            "target", lambda value: _text(value) and re.fullmatch(r"[a-z0-9][a-z0-9.-]*", value), Message("is no id")
        ),
        read.take("title", _text, Message("is not a text")),
        read.take("source", _text, Message("is not a text: where the rules were read")),
        {str(op): _rule(rule, name, Message("the rule of {op}", op=op)) for op, rule in rules.items()},
    )
    read.done()
    return target


def _rule(value: Any, name: str, where: str) -> Rule:
    read = _Keys(value, name, where)
    rule = Rule(
        _schemes(read, "weights"),
        _schemes(read, "activations"),
        read.take("inputs", _count, Message("is not a whole number from 1 on"), 1),
        read.take("outputs", _count, Message("is not a whole number from 1 on"), 1),
        read.take("note", _text, Message("is not a text"), ""),
    )
    read.done()
    return rule


def _schemes(read: "_Keys", key: str) -> tuple[Scheme, ...]:
    schemes = []
    for value in read.take(key, lambda value: isinstance(value, list), Message("is not a list"), []):
        inner = _Keys(value, read.name, Message("{where}, {key}", where=read.where, key=key))
        schemes.append(
            Scheme(
                tuple(inner.take("bits", _list_of(_width), Message("are no widths"))),
                inner.take(
                    "numbers",
                    NUMBERS.__contains__,
                    Message("are none of {numbers}", numbers=", ".join(NUMBERS)),
                    "integer",
                ),
                tuple(inner.take("granularity", _list_of(GRANULARITIES.__contains__), Message("is none"), ())),
                inner.take("symmetric", lambda value: isinstance(value, bool), Message("is not true or false"), None),
                tuple(inner.take("block", _list_of(_count), Message("is no list of sizes"), ())),
            )
        )
        inner.done()
    return tuple(schemes)


class _Keys:
    """The keys of a mapping, taken one by one; what is left at the end is unknown. Faults are UserErrors."""

    def __init__(self, value: Any, name: str, where: str) -> None:
        self.name, self.where = name, where
        if not _mapping(value):
            raise self._wrong(Message("it is not a mapping"))
        self._left = dict(value)

    def take(self, key: str, fits: Callable[[Any], Any], problem: str, default: Any = ...) -> Any:
        if key not in self._left:
            if default is ...:
                raise self._wrong(Message("'{key}' is missing", key=key))
            return default
        value = self._left.pop(key)
        if not fits(value):
            raise self._wrong(Message("'{key}' {problem} ({value})", key=key, problem=problem, value=brief(value)))
        return value

    def done(self) -> None:
        if self._left:
            raise self._wrong(Message("it has unknown keys: {left}", left=", ".join(map(str, self._left))))

    def _wrong(self, problem: str) -> UserError:
        return UserError(
            "{name} is not a valid target file, in {where}: {problem}.",
            MEND,
            name=self.name,
            where=self.where,
            problem=problem,
        )


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _width(value: Any) -> bool:
    return _count(value) and value <= 32


def _list_of(each: Check) -> Check:
    return lambda value: isinstance(value, list) and bool(value) and all(map(each, value))
