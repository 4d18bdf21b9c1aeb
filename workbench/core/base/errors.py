"""Exceptions that end a command early: an error for the user to fix, or a cancellation."""

from typing import Any

from workbench.core.base.message import Joined, Message, sentences
from workbench.core.base.plain import plain


class UserError(Exception):
    """An error that the user can fix: one sentence says what is wrong, and one says what to do about it.

        UserError("There is no file {path}.", "Check the name.", path=path)

    Both are Messages, or templates that share their arguments (see Message). Text from elsewhere is passed as an
    argument, never as a template.
    """

    def __init__(self, what: str, hint: str = "", /, **arguments: Any) -> None:
        self.what, self.hint = _message(what, arguments), _message(hint, arguments)
        super().__init__(self.what, self.hint)

    @property
    def message(self) -> Joined:
        return sentences(self.what, self.hint)

    def __str__(self) -> str:
        return str(self.message)


def _message(text: str, arguments: dict[str, Any]) -> Message:
    if isinstance(text, Message):
        return text if text.arguments else Message(text, **arguments)
    return Message(plain(text), **arguments)


def behind(error: BaseException | None) -> UserError | None:
    """Return the UserError in an exception's chain of causes, if any: libraries wrap what their callbacks raise."""
    while error is not None and not isinstance(error, UserError):
        error = error.__cause__ or error.__context__
    return error


class Cancelled(Exception):
    """Raised when the user, or a newer request, stops the job. Not a failure."""
