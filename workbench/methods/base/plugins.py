"""Methods are loaded one file and one plug-in at a time; one that is broken is named and left out.

Entry points are asked distribution by distribution, because the metadata of one may be damaged.
"""

import functools
import importlib
import importlib.metadata
import logging
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, get_args

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.plain import plain
from workbench.core.recipe.action import Family, MethodInfo

log = logging.getLogger(__name__)
GROUP = "workbench.methods"
_left_out: list[str] = []
Loader = tuple[str, bool, Callable[[], object]]  # in words, whether it is of another distribution, how to load it


def load_all(registered: dict[str, Any]) -> None:
    """Fill `registered` with the methods of this folder and of all distributions."""
    for words, foreign, load in (*_own_files(), *_plugins()):
        before = dict(registered)
        try:
            load()
            for made in (made for name, made in registered.items() if name not in before):
                _check(made)
                if foreign:
                    _contain(made, words)
        except (Exception, SystemExit) as error:
            registered.clear()
            registered.update(before)
            _leave_out(words, error)


def left_out() -> tuple[str, ...]:
    """A sentence for each file or plug-in that could not be loaded."""
    return tuple(_left_out)


def _leave_out(words: str, error: BaseException) -> None:
    sentence = plain(f"{words} is left out: {_said(error)}.")
    if sentence not in _left_out:
        _left_out.append(sentence)
        log.warning("%s", sentence)  # the command line has it on standard error


def _own_files() -> Iterator[Loader]:
    for family in get_args(Family):
        package = importlib.import_module(f"workbench.methods.{family}")
        for module in pkgutil.iter_modules(package.__path__):
            yield (
                f"The method file {family}/{module.name}.py",
                False,
                functools.partial(importlib.import_module, f"{package.__name__}.{module.name}"),
            )


def _plugins() -> Iterator[Loader]:
    seen: set[str] = set()
    for distribution in importlib.metadata.distributions():
        name = "of an unknown name"
        try:
            name = distribution.metadata["Name"] or name
            points = distribution.entry_points.select(group=GROUP) if name not in seen else ()
            seen.add(name)
            yield from ((f"The plug-in {name} ({point.name} = {point.value})", True, point.load) for point in points)
        except Exception as error:  # damaged metadata of a distribution, perhaps one that is no plug-in at all
            text = _text(distribution)
            if text is None or GROUP in text:
                _leave_out(f"The plug-in {name}", error)


def _text(distribution: importlib.metadata.Distribution) -> str | None:
    try:
        return distribution.read_text("entry_points.txt") or ""
    except (OSError, ValueError):
        return None


def _check(made: Any) -> None:
    """Raises where the description of a method cannot be shown or sent to the window."""
    info: MethodInfo = made.info()
    for name in ("title", "summary", "formula", "citation"):
        if not isinstance(getattr(info, name), str):
            raise TypeError(f"{made.id}: its {name} is not a text")
    pickle.dumps(info)


def _contain(made: Any, words: str) -> None:
    """Whatever a method of somebody else raises is one sentence that names it; nobody else's layers suffer."""
    for name in dir(made):
        call = getattr(made, name)
        if not name.startswith("_") and callable(call) and not isinstance(call, type) and name != "info":
            setattr(made, name, _contained(call, made.id, words, answers=name in ("accepts", "refuses")))


def _contained(call: Callable[..., Any], method: str, words: str, answers: bool) -> Callable[..., Any]:
    @functools.wraps(call)
    def contained(*arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except (UserError, Cancelled, MemoryError):
            raise
        except Exception as error:
            sentence = plain(f"{method} failed: {_said(error)}.")
            if answers:  # why a layer cannot have it
                return sentence
            raise UserError(sentence, f"{words} is at fault: remove it, or tell its author.") from error

    return contained


def _said(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0].rstrip('.')}" if lines else type(error).__name__
