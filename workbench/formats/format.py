"""Formats. Ours register themselves, others come from entry points of `workbench.formats`, which name a Format;
`opening` asks them in turn."""

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
from workbench.core.plugins.contain import claiming, contained
from workbench.core.plugins.discovery import Loader, entry_points, load_all
from workbench.graph.model.model import Source


@dataclass(frozen=True)
class Loaded:
    """A graph as it was in the file, or as the exporter made it.

    notes  what the user should know
    file   an ONNX file that holds the same graph, which the runtime reads faster and with less memory
    """

    graph: ir.Model
    source: Source
    notes: tuple[str, ...] = ()
    file: Path | None = None

    def noting(self, *notes: str) -> "Loaded":
        """The same with notes in front."""
        return replace(self, notes=(*notes, *self.notes))

    def with_tokenizer(self, folder: str) -> "Loaded":
        """The same with the tokenizer of a folder, where it has one."""
        return replace(self, source=replace(self.source, tokenizer=folder))


@dataclass(frozen=True)
class Format:
    """One way to get a graph.

    claims  whether a path, of a file that begins with these bytes (b"" when there is no such file), is of this format
    load    (path, trusted, job) -> Loaded; raises UserError in one sentence that names the path
    order   formats are asked in this order, the one that takes what is left last
    suffix  with its dot: what a file that `save` writes ends with
    save    (graph, path, job): write the graph as a file that `load` opens again to the same outputs; None: it only
            opens. An export calls it with what it wrote as ONNX (see engine.api.other_formats)
    plain   an export calls `save` with the graph whose edited weights are floats in their places, under the names
            they were opened with, instead
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
    """Add a format. Raises ValueError where one of that name is there already."""
    if format.name in _registered:
        raise ValueError(f"the format {format.name} is there already")
    _registered[format.name] = format
    return format


@cache
def all_formats() -> tuple[Format, ...]:
    """Every format, in the order in which they are asked. None of them imports torch before it loads."""
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
    """A format of another distribution, whose faults name it. Raises TypeError or ValueError for what is none."""
    if not isinstance(format, Format):
        raise TypeError(f"the entry point names an object of type {type(format).__name__}, not a Format")
    if (format.save is not None) != bool(re.fullmatch(r"\.[\w.]+", format.suffix)):
        raise ValueError(f"the format {format.name} needs a suffix, such as .bin, where it has save, and none else")
    return replace(
        format,
        claims=claiming(format.claims, words),
        load=contained(format.load, format.name, words),
        save=format.save and contained(format.save, format.name, words),
        order=FOREIGN,
    )
