"""Loading of methods from this folder and other distributions, each separately (see core.plugins.discovery)."""

import functools
import importlib
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, get_args

from workbench.core.base.message import Message
from workbench.core.plugins.contain import with_user_errors
from workbench.core.plugins.discovery import Group, Loader, entry_points, load_all
from workbench.core.recipe.action import Family, MethodInfo
from workbench.graph.storage.edit import Edit

GROUP: Group = "workbench.methods"


def load_methods(registered: dict[str, Any]) -> None:
    """Fill `registered`, to which methods add themselves when their module is imported."""
    known = set(registered)

    def take(_: Any, loader: Loader) -> None:
        for name in registered.keys() - known:
            _check(registered[name])
            if loader.foreign:
                _contain(registered[name], loader.words)
        known.update(registered)

    load_all(registered, (*_own_files(), *entry_points(GROUP)), take)


def _own_files() -> Iterator[Loader]:
    for family in get_args(Family):
        package = importlib.import_module(f"workbench.methods.{family}")
        for module in pkgutil.iter_modules(package.__path__):
            load = functools.partial(importlib.import_module, f"{package.__name__}.{module.name}")
            yield Loader(
                Message("The method file {family}/{module}.py", family=family, module=module.name), load, foreign=False
            )


def _check(made: Any) -> None:
    """Raise if the description of a method cannot be shown or sent to the window."""
    info: MethodInfo = made.info()
    for name in ("title", "summary", "formula", "citation"):
        if not isinstance(getattr(info, name), str):
            raise TypeError(Message("{id}: '{name}' is not a string", id=made.id, name=name))
    pickle.dumps(info)


def _edits(apply: Callable[..., Any]) -> Callable[..., Edit]:
    """Wrap `apply` so that it raises TypeError unless it returns an Edit."""

    @functools.wraps(apply)
    def checked(*arguments: Any, **named: Any) -> Edit:
        edit = apply(*arguments, **named)
        if not isinstance(edit, Edit):
            raise TypeError(Message("apply gives an Edit, not a {type}", type=type(edit).__name__))
        return edit

    return checked


def _contain(made: Any, words: str) -> None:
    """Contain a plug-in's method: whatever it raises becomes one sentence that names it, and other layers are not
    affected."""
    for name in dir(made):
        call = getattr(made, name)
        if name == "apply":
            call = _edits(call)
        if not name.startswith("_") and callable(call) and not isinstance(call, type) and name != "info":
            setattr(made, name, with_user_errors(call, made.id, words, answers=name in ("accepts", "refuses")))
