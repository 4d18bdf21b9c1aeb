"""Arguments of functions: a list of names that must not be one text, and results remembered by arguments."""

from collections.abc import Callable, Hashable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


def as_names(given: Iterable[str]) -> tuple[str, ...]:
    """Return the texts as a tuple. Raises TypeError for a single text, which Python would iterate letter by letter."""
    if isinstance(given, str | bytes):
        raise TypeError(f"Several names are wanted, not one text: give ({given!r},).")
    return tuple(given)


def weak_cache(function: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """Remember results by arguments for as long as the first argument is alive; the same object comes back each time.

    The first argument is compared as it defines equality, by identity for models; the others are hashable. A result
    must not refer to the first argument, or neither is ever freed.
    """
    known: WeakKeyDictionary[T, dict[Hashable, R]] = WeakKeyDictionary()

    @wraps(function)
    def cached(first: T, /, *others: P.args, **named: P.kwargs) -> R:
        results, key = known.setdefault(first, {}), (others, tuple(named.items()))
        if key not in results:
            results[key] = function(first, *others, **named)
        return results[key]

    return cached
