"""Check of a refusal: a UserError that says in one or two sentences what is wrong, and what to do."""

from collections.abc import Callable
from typing import Any

from workbench.core.base.errors import UserError

LONGEST = 600  # characters of a sentence that is shown to a user


def sentence(text: str) -> bool:
    """Return whether the text starts, ends and looks like a message for users."""
    return bool(text) and text.isprintable() and text[-1] in ".?!)" and len(text) <= LONGEST


def refused(call: Callable[[], Any], *named: str) -> UserError:
    """Return the UserError that a call raises; it has to be a sentence that contains all of `named`. Raises
    AssertionError otherwise."""
    try:
        call()
    except UserError as error:
        assert sentence(error.what), f"{error.what!r} is not a sentence"
        assert error.hint, f"{error.what!r} does not say what to do"
        missing = [each for each in named if each not in error.what]
        assert not missing, f"{error.what!r} does not name {', '.join(missing)}"
        return error
    raise AssertionError(f"it was not refused{f' (of {chr(44).join(named)})' if named else ''}")
