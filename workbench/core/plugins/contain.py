"""Whatever code of a plug-in raises becomes one sentence that names the plug-in."""

import functools
from collections.abc import Callable
from typing import Any

from workbench.core.base.errors import Cancelled, UserError
from workbench.core.base.message import Message
from workbench.core.base.plain import plain
from workbench.core.plugins.discovery import leave_out, said


def contained(call: Callable[..., Any], name: str, words: str, answers: bool = False) -> Callable[..., Any]:
    """`call`, with unexpected errors raised as UserError; `name` is the id of what failed, `words` its plug-in.

    answers     the function answers with a sentence why not, or None: the error is that answer
    """

    @functools.wraps(call)
    def guarded(*arguments: Any, **named: Any) -> Any:
        try:
            return call(*arguments, **named)
        except (UserError, Cancelled, MemoryError):
            raise
        except Exception as error:
            sentence = plain(Message("{name} failed: {said}.", name=name, said=said(error)))
            if answers:
                return sentence
            raise UserError(
                sentence, "{words} has a bug: remove it, or report it to its author.", words=words
            ) from error

    return guarded


def claiming(claims: Callable[..., bool], words: str) -> Callable[..., bool]:
    """`claims`, where an error means no and is reported: it must not keep anybody from opening other files."""

    @functools.wraps(claims)
    def guarded(*arguments: Any) -> bool:
        try:
            return bool(claims(*arguments))
        except Exception as error:
            leave_out(words, error)
            return False

    return guarded
