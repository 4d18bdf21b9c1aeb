"""Checked access to the values of an untrusted document."""

from collections.abc import Sized
from reprlib import repr as brief
from typing import Any, TypeVar

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message

T = TypeVar("T", bound=Sized)
MOST = 20_000  # entries of a list or mapping, unless less is said


class Checked:
    """Reader of a document's values; the first invalid value raises a UserError that names the file.

    hint   what to do about it
    """

    def __init__(self, name: str, hint: str) -> None:
        self.name, self.hint = name, hint

    def mapping(self, value: Any, what: str, most: int = MOST) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(Message("{subject} is not a mapping", subject=what))
        return self._few(value, what, most)

    def list(self, value: Any, what: str, most: int = MOST) -> list[Any]:
        value = [] if value is None else value
        if not isinstance(value, list):
            raise self.wrong(Message("'{subject}' is not a list", subject=what))
        return self._few(value, what, most)

    def text(self, value: Any, what: str) -> str:
        value = "" if value is None else value
        if not isinstance(value, str):
            raise self.wrong(Message("'{subject}' is not a string", subject=what))
        return value

    def texts(self, value: Any, what: str) -> tuple[str, ...]:
        return tuple(self.text(each, what) for each in self.list(value, what))

    def number(self, value: Any, what: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e300 < value < 1e300:
            raise self.wrong(Message("'{subject}' is not a number", subject=what))
        return float(value)

    def count(self, value: Any, what: str, below: int = 1 << 63) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
            raise self.wrong(
                Message("'{subject}' is not a whole number below {below}", subject=what, below=below)
                if below < 1 << 63
                else Message("'{subject}' is not a whole number", subject=what)
            )
        return value

    def one_of(self, value: Any, allowed: tuple[Any, ...], what: str) -> Any:
        if not any(value is each or (isinstance(each, str) and value == each) for each in allowed):
            raise self.wrong(Message("'{subject}' is {value}", subject=what, value=brief(value)))
        return value

    def _few(self, value: T, what: str, most: int) -> T:
        if len(value) > most:
            raise self.wrong(Message("'{subject}' has more than {most} entries", subject=what, most=most))
        return value

    def wrong(self, problem: str) -> UserError:
        return UserError("{name} is not a valid session: {problem}.", self.hint, name=self.name, problem=problem)
