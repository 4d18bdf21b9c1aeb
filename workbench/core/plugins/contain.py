"""Containment of plug-in code: whatever it raises becomes one sentence that names the plug-in."""

import functools
from collections.abc import Callable
from typing import Any

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.message import Message
from workbench.core.base.plain import plain
from workbench.core.plugins.discovery import error_text, report_failure


def with_user_errors(call: Callable[..., Any], name: str, words: str, answers: bool = False) -> Callable[..., Any]:
    """Wrap `call` so that unexpected errors are raised as UserError; `name` is the id of the extension, `words` names
    its plug-in.

    answers     the function returns a reason why not, or None: return the error as the reason
    """

    @functools.wraps(call)
    def guarded(*arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except (UserError, Cancelled, MemoryError):
            raise
        except Exception as error:
            sentence = plain(Message("{name} failed: {said}.", name=name, said=error_text(error)))
            if answers:
                return sentence
            raise UserError(
                sentence, "{words} has a bug: remove it, or report it to its author.", words=words
            ) from error

    return guarded


def claims_safely(claims: Callable[..., bool], words: str) -> Callable[..., bool]:
    """Wrap `claims` so that an error is reported and counts as False: it must not prevent other files from being
    opened."""

    @functools.wraps(claims)
    def guarded(*arguments: Any) -> bool:
        try:
            return bool(claims(*arguments))
        except Exception as error:
            report_failure(words, error)
            return False

    return guarded
