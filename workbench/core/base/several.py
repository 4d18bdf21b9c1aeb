"""Several names: refusal of one text in their place, which Python would take letter by letter; and a few in words."""

from collections.abc import Iterable

from workbench.core.base.message import AND, Joined, Message


def several(given: Iterable[str]) -> tuple[str, ...]:
    """The texts as a tuple. Raises TypeError for a text alone."""
    if isinstance(given, str | bytes):
        raise TypeError(f"Several names are wanted, not one text: give ({given!r},).")
    return tuple(given)


def few(paths: Iterable[str]) -> str:
    """Names in a sentence: three at most."""
    first, *rest = paths
    if len(rest) > 2:
        return Message("{first}, {second} and {more} more", first=first, second=rest[0], more=len(rest) - 1)
    return Joined((Joined((first, *rest[:-1])), rest[-1]), AND) if rest else first
