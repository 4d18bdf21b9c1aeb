"""Find and load extensions one at a time: a broken one is reported and left out, the others are loaded.

Another distribution offers an extension by an entry point in one of the groups below
(https://packaging.python.org/specifications/entry-points). Distributions are read one by one, because the metadata of
one may be damaged. The current folder is not on the path of the program (see workbench.__main__), so nothing in it is
found here.
"""

import importlib.metadata
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar, get_args

from workbench.core.base.message import Message

log = logging.getLogger(__name__)
Group = Literal["workbench.methods", "workbench.metrics", "workbench.formats", "workbench.data", "workbench.targets"]
GROUPS = get_args(Group)
T = TypeVar("T")
_left_out: list[str] = []


@dataclass(frozen=True)
class Loader:
    """An extension that is not loaded yet. `words` name it in messages; `foreign`: from another distribution."""

    words: str
    load: Callable[[], Any]
    foreign: bool = True


def entry_points(group: Group) -> tuple[Loader, ...]:
    """Return a loader for each entry point of a group; unreadable metadata is reported like a broken plug-in."""
    return tuple(installed().get(group, ()))


@cache
def installed() -> dict[str, list[Loader]]:
    """Return the loaders of all groups, by group; the metadata of every distribution is read once."""
    found: dict[str, list[Loader]] = {}
    seen: set[str] = set()
    for distribution in importlib.metadata.distributions():
        name: str = Message("with an unknown name")
        try:
            name = distribution.metadata["Name"] or name
            points = distribution.entry_points if name not in seen else ()
            seen.add(name)
            for point in points:
                if point.group in GROUPS:
                    words = Message(
                        "The plug-in {name} ({point} = {target})", name=name, point=point.name, target=point.value
                    )
                    found.setdefault(point.group, []).append(Loader(words, point.load))
        except Exception as error:  # damaged metadata of a distribution, perhaps one that is no plug-in at all
            text = _text(distribution)
            if text is None or any(group in text for group in GROUPS):
                report_failure(Message("The plug-in {name}", name=name), error)
    return found


def load_all(registered: dict[str, T], loaders: Iterable[Loader], take: Callable[[Any, Loader], None]) -> None:
    """Load each, and let `take(loaded object, loader)` add it to `registered`.

    If either raises, `registered` is restored to its state before that loader, and the reason is reported (see
    `load_failures`).
    """
    for loader in loaders:
        before = dict(registered)
        try:
            take(loader.load(), loader)
        except (Exception, SystemExit) as error:
            registered.clear()
            registered.update(before)
            report_failure(loader.words, error)


def load_failures() -> tuple[str, ...]:
    """Return a sentence for each file or plug-in that could not be loaded."""
    return tuple(_left_out)


def report_failure(words: str, error: BaseException) -> None:
    """Report that the plug-in named by `words` was not loaded: once, in the log and in `load_failures`."""
    sentence = Message("{words} was not loaded: {said}.", words=words, said=error_text(error))
    if sentence not in _left_out:
        _left_out.append(sentence)
        log.warning("%s", sentence)  # the command line has it on standard error


def error_text(error: BaseException) -> str:
    """Return the type of an error and the first line of its text."""
    lines = str(error).strip().splitlines()
    return (
        Message("{kind}: {text}", kind=type(error).__name__, text=lines[0].rstrip("."))
        if lines
        else type(error).__name__
    )


def _text(distribution: importlib.metadata.Distribution) -> str | None:
    try:
        return distribution.read_text("entry_points.txt") or ""
    except (OSError, ValueError):
        return None
