"""The two ways a verb ends early."""


class UserError(Exception):
    """Something the user can mend: one sentence saying what is wrong, one saying what to do about it."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what, mend)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what} {self.mend}".strip()


class Cancelled(Exception):
    """The user, or a newer request, asked the job to stop. Not a failure."""
