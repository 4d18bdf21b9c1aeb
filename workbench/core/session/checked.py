"""Values of a document that may come from anywhere, taken out one by one."""

from reprlib import repr as brief
from typing import Any, TypeVar

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message

T = TypeVar("T")


class Checked:
    """Takes a document apart; the first value that is not as it should be becomes a UserError that names the file.

    mend   what to do about it
    """

    def __init__(self, name: str, mend: str) -> None:
        self.name, self.mend = name, mend

    def mapping(self, value: Any, what: str) -> dict[str, Any]:
        return self.of_type(value, dict, Message("{subject} is not a mapping", subject=what))

    def list(self, value: Any, what: str) -> list[Any]:
        return self.of_type([] if value is None else value, list, Message("'{subject}' is not a list", subject=what))

    def text(self, value: Any, what: str) -> str:
        return self.of_type("" if value is None else value, str, Message("'{subject}' is not a string", subject=what))

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

    def of_type(self, value: Any, kind: type[T], problem: str) -> T:
        if not isinstance(value, kind):
            raise self.wrong(problem)
        return value

    def wrong(self, problem: str) -> UserError:
        return UserError("{name} is not a valid session: {problem}.", self.mend, name=self.name, problem=problem)
