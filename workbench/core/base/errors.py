"""The two ways a verb ends early."""

from workbench.core.base.plain import plain


class UserError(Exception):
    """Something the user can mend: one sentence saying what is wrong, one saying what to do about it.

    Names in them may come from anywhere; `plain` is for all of them.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        self.what, self.mend = plain(what), plain(mend)
        super().__init__(self.what, self.mend)

    def __str__(self) -> str:
        return f"{self.what} {self.mend}".strip()


def behind(error: BaseException | None) -> UserError | None:
    """The UserError that an exception hides: libraries wrap what is raised while they call us."""
    while error is not None and not isinstance(error, UserError):
        error = error.__cause__ or error.__context__
    return error


class Cancelled(Exception):
    """The user, or a newer request, asked the job to stop. Not a failure."""
