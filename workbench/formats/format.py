"""Formats of models. Built-in ones register themselves, others come from entry points of `workbench.formats`, which
name a Format; `opening` tries them in order."""

import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import onnx_ir as ir

from workbench.core.base.job import Job
from workbench.core.plugins.contain import claims_safely, with_user_errors
from workbench.core.plugins.discovery import Loader, entry_points, load_all
from workbench.graph.model.model import Source


@dataclass(frozen=True)
class Loaded:
    """A graph as stored in the file, or as exported.

    notes  sentences for the user
    file   an ONNX file that holds the same graph, which the runtime reads faster and with less memory
    """

    graph: ir.Model
    source: Source
    notes: tuple[str, ...] = ()
    file: Path | None = None

    def noting(self, *notes: str) -> "Loaded":
        """Return the same with notes put first."""
        return replace(self, notes=(*notes, *self.notes))

    def with_tokenizer(self, folder: str) -> "Loaded":
        """Return the same with the tokenizer of a folder, if it has one."""
        return replace(self, source=replace(self.source, tokenizer=folder))


@dataclass(frozen=True)
class Format:
    """A format of models: a way to read, and possibly to write, a graph.

    claims  (path, first bytes of the file, b"" if there is none) -> whether the path is of this format
    load    (path, trusted, job) -> Loaded; raises UserError in one sentence that names the path
    order   formats are tried in this order; the fallback is last
    suffix  suffix, with its dot, of files that `save` writes
    save    (graph, path, job): write the graph as a file that `load` opens again with the same outputs; None: it only
            opens. An export calls it with the ONNX graph that it wrote (see engine.api.other_formats)
    plain   an export calls `save` instead with the graph that holds edited weights as floats, under their original
            names
    """

    name: str
    claims: Callable[[str, bytes], bool]
    load: Callable[[str, bool, Job], Loaded]
    order: int = 0
    suffix: str = ""
    save: Callable[[ir.Model, Path, Job], None] | None = None
    plain: bool = False


FOREIGN = 3  # the order of formats of other distributions: behind ours, before those that only refuse
_registered: dict[str, Format] = {}


def register(format: Format) -> Format:
    """Add a format. Raises ValueError if its name is taken."""
    if format.name in _registered:
        raise ValueError(f"the format {format.name} is there already")
    _registered[format.name] = format
    return format


@cache
def all_formats() -> tuple[Format, ...]:
    """Return every format, in order of precedence. None of them imports torch before it loads."""
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{__package__}.{module.name}")
    known = dict(_registered)

    def take(loaded: Any, loader: Loader) -> None:
        format = contain(loaded, loader.words)
        if format.name in known:
            raise ValueError(f"the format {format.name} is there already")
        known[format.name] = format

    load_all(known, entry_points("workbench.formats"), take)
    return tuple(sorted(known.values(), key=lambda format: format.order))


def contain(format: Any, words: str) -> Format:
    """Wrap a format of another distribution so that its failures name it. Raises TypeError or ValueError if it is not a
    valid format."""
    if not isinstance(format, Format):
        raise TypeError(f"the entry point names an object of type {type(format).__name__}, not a Format")
    if (format.save is not None) != bool(re.fullmatch(r"\.[\w.]+", format.suffix)):
        raise ValueError(f"the format {format.name} needs a suffix, such as .bin, where it has save, and none else")
    return replace(
        format,
        claims=claims_safely(format.claims, words),
        load=with_user_errors(format.load, format.name, words),
        save=format.save and with_user_errors(format.save, format.name, words),
        order=FOREIGN,
    )
