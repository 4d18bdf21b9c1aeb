"""Completions at the cursor: layers, methods, stages, parameters and their values."""

import re
from collections.abc import Iterable, Mapping

from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.params import Field
from workbench.core.recipe.recovery import STAGES

SECTIONS = ("layers:", "recover:", "export:", "target:", "seed:")
_INSIDE = re.compile(r"([\w.]+):\s*\{([^{}]*)$")  # the parameters of a step that is not closed
_WORD = re.compile(r"[\w.*-]*$")
_ROW = re.compile(r'^  ("?)([^":\[\]{}]*)$')


def word_before(text: str) -> str:
    """Return the part of a word before the cursor."""
    found = _WORD.search(text)
    return found[0] if found else ""


def candidates(before: str, methods: Mapping[str, MethodInfo], layers: Iterable[str]) -> list[str]:
    """Return all possible continuations of a text, whatever part of a word is typed already, in the order of the
    methods.

    before   the recipe up to the cursor
    """
    line = before.rpartition("\n")[2]
    section = _section(before)
    if (found := _INSIDE.search(line)) is not None:
        fields = _fields(found[1], methods)
        return _values(found[2], fields) if fields else []
    if section == "layers" and (row := _ROW.match(line)) is not None:
        return [f"{layer}" if row[1] else f'"{layer}"' for layer in ("*", *layers)]
    if re.search(r"(\[|,|-|\{)\s*\{?[\w.]*$", line) and line.strip():
        if section == "layers":
            return [f"{method}: {{" for method in methods]
        if section == "recover":
            return [f"{info.id}: {{" for info in STAGES]
    return list(SECTIONS) if re.fullmatch(r"\w*", line) else []


def _section(before: str) -> str:
    """Return the top-level key that the end of the text belongs to."""
    found = re.findall(r"^(\w+):", before, re.MULTILINE)
    return found[-1] if found else ""


def _fields(owner: str, methods: Mapping[str, MethodInfo]) -> tuple[Field, ...]:
    if owner in methods:
        return methods[owner].fields
    return next((info.fields for info in STAGES if info.id == owner), ())


def _values(inside: str, fields: tuple[Field, ...]) -> list[str]:
    """Return the names of the parameters that are not set yet; after a name, its possible values."""
    given = re.findall(r"(\w+):", inside)
    if (open_ := re.search(r"(\w+):\s*[\w.-]*$", inside)) is not None:
        field = next((field for field in fields if field.name == open_[1]), None)
        if field is None:
            return []
        return ["true", "false"] if field.kind == "bool" else list(field.choices)
    return [f"{field.name}: " for field in fields if field.name not in given]
