"""Refusal of one text where several are wanted: Python would take "fc" for the names "f" and "c"."""

from collections.abc import Iterable


def several(given: Iterable[str]) -> tuple[str, ...]:
    """The texts as a tuple. Raises TypeError for a text alone."""
    if isinstance(given, str | bytes):
        raise TypeError(f"Several names are wanted, not one text: give ({given!r},).")
    return tuple(given)
