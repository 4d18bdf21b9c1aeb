"""A cache of functions of values that never change: models, edits, encodings."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


def weak_cache(function: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """Remember results by arguments for as long as the first argument is alive; the same object comes back each time.

    Arguments are positional. The first is compared as it defines equality, by identity for models; the others are
    hashable. A result must not refer to the first argument, or neither is ever freed.
    """
    known: WeakKeyDictionary[T, dict[Hashable, R]] = WeakKeyDictionary()

    @wraps(function)
    def cached(first: T, /, *others: P.args, **named: P.kwargs) -> R:
        assert not named, "arguments of a cached function are positional"
        results = known.setdefault(first, {})
        if others not in results:
            results[others] = function(first, *others, **named)
        return results[others]

    return cached
