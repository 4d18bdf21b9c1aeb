"""The two ways a command ends early: with an error for the user, or cancelled."""

from typing import Any

from workbench.core.base.message import Joined, Message, sentences
from workbench.core.base.plain import plain


class UserError(Exception):
    """Something the user can put right: one sentence saying what is wrong, one saying what to do about it.

        UserError("There is no file {path}.", "Check the name.", path=path)

    Both are templates, which share their arguments (see Message), or Messages. A text that comes from elsewhere is an
    argument, never a template.
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
    """The UserError that an exception hides: libraries wrap what is raised while they call us."""
    while error is not None and not isinstance(error, UserError):
        error = error.__cause__ or error.__context__
    return error


class Cancelled(Exception):
    """The user, or a newer request, asked the job to stop. Not a failure."""
