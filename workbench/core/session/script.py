"""What was done in the window as a Python script, and as a command of a POSIX shell: both write the same file as its
export."""

import keyword
import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.base.language import ENGLISH
from workbench.core.recipe.action import Action
from workbench.core.recipe.recipe import Recipe
from workbench.core.recipe.recovery import Stage
from workbench.core.session.opened import Attached, Opened

END = "RECIPE"  # of the recipe in a command


@dataclass(frozen=True)
class Work:
    """A model as it was opened, its data, the recipe, and where the files are to go."""

    opened: Opened
    attached: Attached | None
    recipe: Recipe
    folder: str
    language: str = ENGLISH

    @property
    def trusted(self) -> tuple[str, ...]:
        """Paths whose code may run, as they are named in what is written, and as stages name them."""
        named = self.opened.trusted | (self.attached.trusted if self.attached is not None else frozenset())
        return tuple(sorted(named | set(map(_whole, named))))


def as_python(work: Work) -> str:
    """A script that needs only `workbench`."""
    opened, attached = work.opened, work.attached
    opening = [repr(_whole(opened.path))]
    if attached is not None:
        opening.append(f"data={_whole(attached.path)!r}")
        if attached.calibration:
            opening.append(f"calibration={_whole(attached.calibration)!r}")
    if work.trusted:
        opening.append(f"trusted={list(work.trusted)!r}")
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
        "print(report.files, *report.notes, sep='\\n')\n"
    )


def as_command(work: Work) -> str:
    """`workbench compress`, with the recipe on standard input."""
    opened, attached = work.opened, work.attached
    words = ["workbench", "compress", _whole(opened.path)]
    if attached is not None:
        words += ["--data", _whole(attached.path)]
        if attached.calibration:
            words += ["--calibration", _whole(attached.calibration)]
    for path in work.trusted:
        words += ["--trust-path", path]
    for each in opened.without:
        words += ["--without", each]
    if opened.raise_opset:
        words += ["--raise-opset"]
    if work.language != ENGLISH:
        words += ["--language", work.language]
    text, end = work.recipe.to_yaml(), END
    while end in text:
        end += "_"
    return f"{shlex.join([*words, '--out', _whole(work.folder), '--recipe', '-'])} <<'{end}'\n{text}{end}\n"


def _whole(path: str) -> str:
    return os.path.abspath(path)


def _recipe(recipe: Recipe) -> list[str]:
    """The arguments of `wb.Recipe`."""
    rows = {row.pattern: f"[{', '.join(map(_step, row.actions))}]" for row in recipe.rows}
    inner = "".join(f"        {pattern!r}: {steps},\n" for pattern, steps in rows.items())
    parts = [f"{{\n{inner}    }}" if rows else "{}"]
    if recipe.seed:
        parts.append(f"seed={recipe.seed}")
    if recipe.recover:
        parts.append(f"recover=[{', '.join(map(_stage, recipe.recover))}]")
    if recipe.sparse != "auto":
        parts.append(f"sparse={recipe.sparse!r}")
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
    """The arguments of a call, a line for each."""
    return "\n" + "".join(f"    {part},\n" for part in parts)
