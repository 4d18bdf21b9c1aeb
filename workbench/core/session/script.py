"""The work in the window as a Python script and as a POSIX shell command, both of which write the same files as its
export."""

import keyword
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.analysis.measured import AUTOMATIC, Measuring
from workbench.core.base import system
from workbench.core.base.language import ENGLISH
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.core.recipe.storing import DEFAULT
from workbench.core.session.opened import Attached, Opened

END = "RECIPE"  # of the recipe in a command
QUOTES = re.compile("['\u2018-\u201b]")  # of a text in PowerShell: it takes the typographic ones, too


@dataclass(frozen=True)
class Work:
    """A model with the settings it was opened with, its data, the recipe, and the destination of the files."""

    opened: Opened
    attached: Attached | None
    recipe: Recipe
    folder: str
    language: str = ENGLISH

    @property
    def trusted(self) -> tuple[str, ...]:
        """Paths whose code may run, as they are written in the script and in the stages."""
        named = self.opened.trusted | (self.attached.trusted if self.attached is not None else frozenset())
        return tuple(sorted(named | set(map(_whole, named))))


def as_python(work: Work) -> str:
    """Return a Python script that imports only `workbench`."""
    opened, attached = work.opened, work.attached
    opening = [repr(_whole(opened.path))]
    if attached is not None:
        opening.append(f"data={_whole(attached.path)!r}")
        if attached.calibration:
            opening.append(f"calibration={_whole(attached.calibration)!r}")
        if attached.samples:
            opening.append(f"samples={attached.samples}")
        if attached.measuring != AUTOMATIC:
            opening.append(f"metric={_measuring(attached.measuring)}")
    if work.trusted:
        opening.append(f"trusted={list(work.trusted)!r}")
    if opened.architecture:
        opening.append(f"architecture={opened.architecture!r}")
    if opened.raise_opset:
        opening.append("raise_opset=True")
    if opened.without:
        opening.append(f"without={list(opened.without)!r}")
    writing = ["recipe", repr(_whole(work.folder))]
    if work.language != ENGLISH:
        writing.append(f"language={work.language!r}")
    return (
        "import workbench as wb\n\n"
        f"model = wb.open({_lines(opening)})\n"
        f"recipe = wb.Recipe({_lines(_recipe(work.recipe))})\n"
        f"report = model.export({', '.join(writing)})\n"
        "print(report, *report.notes, sep='\\n')\n"
    )


def as_command(work: Work) -> str:
    """Return a call of `workbench compress`, with the recipe on standard input."""
    opened, attached = work.opened, work.attached
    words = ["workbench", "compress", _whole(opened.path)]
    if attached is not None:
        words += ["--data", _whole(attached.path)]
        if attached.calibration:
            words += ["--calibration", _whole(attached.calibration)]
        if attached.samples:
            words += ["--samples", str(attached.samples)]
        words += _measuring_words(attached.measuring)
    for path in work.trusted:
        words += ["--trust-path", path]
    for each in opened.without:
        words += ["--without", each]
    if opened.architecture:
        words += ["--architecture", opened.architecture]
    if opened.raise_opset:
        words += ["--raise-opset"]
    if work.language != ENGLISH:
        words += ["--language", work.language]
    words += ["--out", _whole(work.folder), "--recipe", "-"]
    return (_powershell if system.on_windows() else _posix)(words, work.recipe.to_yaml())


def _measuring(measuring: Measuring) -> str:
    """Return metrics, output and axis as Python; names alone where they suffice."""
    if measuring == Measuring(measuring.metrics):
        return repr(list(measuring.metrics))
    return f"wb.Measuring({measuring.metrics!r}, {measuring.output!r}, {measuring.axis!r})"


def _measuring_words(measuring: Measuring) -> list[str]:
    words = [word for name in measuring.metrics for word in ("--metric", name)]
    words += ["--output", measuring.output] if measuring.output else []
    return words + (["--batch-axis", str(measuring.axis)] if measuring.axis is not None else [])


def _posix(words: list[str], text: str) -> str:
    """Return a here-document: POSIX.1-2017, Shell Command Language, 2.7.4."""
    end = END
    while end in text:
        end += "_"
    return f"{shlex.join(words)} <<'{end}'\n{text}{end}\n"


def _powershell(words: list[str], text: str) -> str:
    """Return a here-string (PowerShell, about_Quoting_Rules), which ends at a line that begins with its mark: rows of a
    recipe are indented. In a pipe, Windows PowerShell would send ASCII."""
    quoted = " ".join(f"'{QUOTES.sub(lambda mark: mark[0] * 2, word)}'" for word in words[1:])
    return f"$OutputEncoding = [Text.UTF8Encoding]::new($false)\n@'\n{text}'@ | {words[0]} {quoted}\n"


def _whole(path: str) -> str:
    return os.path.abspath(path)


def _recipe(recipe: Recipe) -> list[str]:
    """Return the arguments of `wb.Recipe`."""
    rows = {row.pattern: f"[{', '.join(map(_step, row.actions))}]" for row in recipe.rows}
    inner = "".join(f"        {pattern!r}: {steps},\n" for pattern, steps in rows.items())
    parts = [f"{{\n{inner}    }}" if rows else "{}"]
    if recipe.seed:
        parts.append(f"seed={recipe.seed}")
    if recipe.recover:
        parts.append(f"recover=[{', '.join(map(_stage, recipe.recover))}]")
    if recipe.storing != DEFAULT:
        parts += [f"{key}={value!r}" for key, value in recipe.storing.as_dict.items()]
    if recipe.target:
        parts.append(f"target={recipe.target!r}")
    return parts


def _step(action: Action) -> str:
    return _call("step", action.method, action.params, ["off=True"] if action.off else [])


def _stage(stage: Stage) -> str:
    return _call("stage", stage.kind, stage.params, [])


def _call(function: str, name: str, params: Mapping[str, Any], more: list[str]) -> str:
    words = [repr(name), *more, *(f"{key}={value!r}" for key, value in params.items() if _usable(key))]
    if rest := {key: value for key, value in params.items() if not _usable(key)}:
        words.append(f"**{rest!r}")
    return f"wb.{function}({', '.join(words)})"


def _usable(key: str) -> bool:
    return key.isidentifier() and not keyword.iskeyword(key)


def _lines(parts: Iterable[str]) -> str:
    """Return the arguments of a call, one on each line."""
    return "\n" + "".join(f"    {part},\n" for part in parts)
