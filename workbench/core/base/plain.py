"""Text from models, recipes and paths, made safe for a sentence: one line, no control sequences for terminals."""

import re
import unicodedata

LONGEST_WORD = 300  # characters without a space: a path, a name
LONGEST_NUMBER = 40  # digits
LONGEST = 3000  # characters of all
_STEERING = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]")
_SPACES = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_DIGITS = re.compile(rf"[0-9]{{{LONGEST_NUMBER + 1},}}")
_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_HIDDEN = ("Cc", "Cf", "Cs")  # controls, formats such as the direction of writing, halves of characters
_JOINERS = "\u200c\u200d"  # belong to scripts and emoji


class Plain(str):
    """Text that is already plain; `plain` returns it unchanged."""


def plain(text: str) -> str:
    """Return text on one line and short: terminal codes removed, other hidden characters spelled out, long numbers and
    words shortened. Printable, short text is returned unchanged."""
    if isinstance(text, Plain):
        return text
    if text.isprintable() and len(text) <= LONGEST_NUMBER:
        return text
    text = _SPACES.sub(" ", _STEERING.sub("", text))
    text = _DIGITS.sub(lambda found: f"{found[0][:8]}… ({len(found[0]):,} digits)", text)
    text = _WORD.sub(lambda found: shortened(found[0], LONGEST_WORD), text)
    return spelled(shortened(text, LONGEST))


def plain_lines(text: str) -> str:
    """Make each line of a text plain."""
    return "\n".join(map(plain, text.split("\n")))


def shortened(text: str, longest: int) -> str:
    """Return the beginning and the end of a longer text."""
    return text if len(text) <= longest else f"{text[: longest * 2 // 3]}…{text[1 - longest // 3 :]}"


def spelled(text: str) -> str:
    """Replace invisible characters, and those that change the direction of writing, by Python's escapes: \\u202e."""
    if text.isprintable():
        return text
    return "".join(
        sign.encode("unicode_escape", "surrogatepass").decode("ascii")
        if unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS
        else sign
        for sign in text
    )


def make_plain(value: object, *names: str) -> None:
    """Make these fields of a frozen dataclass plain, texts or tuples of texts; for `__post_init__`."""
    for name in names:
        found = getattr(value, name)
        object.__setattr__(value, name, tuple(map(plain, found)) if isinstance(found, tuple) else plain(found))


def finalize(value: object) -> object:
    """Make texts plain before Jinja escapes them (its `finalize` option); other values pass unchanged."""
    return plain(value) if type(value) is str else value
