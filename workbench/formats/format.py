"""What a format is. Each registers itself; `opening` asks them in turn."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import onnx_ir as ir

from workbench.core.base.job import Job
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


@dataclass(frozen=True)
class Format:
    """One way to get a graph.

    claims  whether a path, of a file that begins with these bytes (b"" when there is no such file), is of this format
    load    (path, trusted, job) -> Loaded; raises UserError in one sentence that names the path
    order   formats are asked in this order, the one that takes what is left last
    """

    name: str
    claims: Callable[[str, bytes], bool]
    load: Callable[[str, bool, Job], Loaded]
    order: int = 0


_registered: list[Format] = []


def register(format: Format) -> Format:
    _registered.append(format)
    return format


@cache
def all_formats() -> tuple[Format, ...]:
    """Every format, in the order in which they are asked. None of them imports torch before it loads."""
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{__package__}.{module.name}")
    return tuple(sorted(_registered, key=lambda format: format.order))
