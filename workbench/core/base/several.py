"""Lists of names: refusal of a single text, which Python would iterate letter by letter, and short listings in
sentences."""

from collections.abc import Iterable

from workbench.core.base.message import AND, Joined, Message


def as_names(given: Iterable[str]) -> tuple[str, ...]:
    """Return the texts as a tuple. Raises TypeError for a single text."""
    if isinstance(given, str | bytes):
        raise TypeError(f"Several names are wanted, not one text: give ({given!r},).")
    return tuple(given)


def short_list(paths: Iterable[str]) -> str:
    """List names in a sentence, at most three."""
    first, *rest = paths
    if len(rest) > 2:
        return Message("{first}, {second} and {more} more", first=first, second=rest[0], more=len(rest) - 1)
    return Joined((Joined((first, *rest[:-1])), rest[-1]), AND) if rest else first
