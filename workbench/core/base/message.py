"""Messages as values: a template with named arguments, whose text is English.

The template is the key of the catalogues (resources/translations), as in gettext and Qt; a language is chosen where a
message is shown, not where it is made. Files keep the English text alone.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Self

from workbench.core.base.plain import Plain, plain

COMMA, CLAUSE, AND, SENTENCE = (
    ", ",
    "; ",
    " and ",
    " ",
)  # what stands between the parts of a message; keys of the catalogues but " "
FULL_STOP = "。"  # of scripts that put no space behind it
_PLACE = re.compile(r"\{\{|\}\}|\{(\w+)(?:![rs])?(:[^{}]*)?\}")
_NUMBERS = (bool, int, float)


class Message(Plain):
    """A translatable English text. It compares equal to its English text and can be pickled.

        Message("{layer} loses {n:,} channels", one="{layer} loses {n} channel", layer="stem", n=12)

    `one` is the English singular, for `n=1`; a catalogue has one entry for both. An argument is a number, a name (never
    translated), a Message, or a list of those. Anything else is converted by str(), as is (), the shape of a scalar.
    Arguments are made plain, so they may come from anywhere; a template without arguments is used verbatim, including
    braces.
    """

    template: str
    one: str
    arguments: Mapping[str, Any]

    def __new__(cls, template: str, /, one: str = "", **arguments: Any) -> Self:
        if isinstance(template, Message):
            if not arguments:
                return template  # type: ignore[return-value]
            one, template = one or template.one, template.template
        return cls._made(
            template, one, {name: _argument(arguments[name]) for name in places(template, one) & {*arguments}}
        )

    @classmethod
    def _made(cls, template: str, one: str, arguments: Mapping[str, Any]) -> Self:
        made = super().__new__(cls, _filled(template, one, arguments, str))
        made.template, made.one, made.arguments = template, one, arguments
        return made

    def __str__(self) -> Self:
        return self  # so that `str(error)` of what was raised with one has it still

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._made, (self.template, self.one, self.arguments)

    def rendered(self, tr: Callable[[str], str]) -> str:
        """Return the text, with templates translated by `tr`."""
        return _filled(self.template, self.one, self.arguments, tr)

    def renamed(self, old: str, new: str) -> "Message":
        """Return the message for another place: `old` within the names among its arguments is replaced by `new`."""
        names = {name: value.replace(old, new) for name, value in self.arguments.items() if type(value) is str}
        return Message._made(self.template, self.one, {**self.arguments, **names})


class Joined(Message):
    """Several texts joined by a separator, which is translated, too."""

    def __new__(cls, parts: Iterable[object], gap: str = COMMA) -> Self:
        return cls._made(gap, "", {"parts": tuple(part for each in parts if (part := plain(str(each))))})

    @classmethod
    def _made(cls, template: str, one: str, arguments: Mapping[str, Any]) -> Self:
        made = str.__new__(cls, template.join(arguments["parts"]))
        made.template, made.one, made.arguments = template, one, arguments
        return made

    def rendered(self, tr: Callable[[str], str]) -> str:
        said = [_rendered(part, tr) for part in self.arguments["parts"]]
        if self.template != SENTENCE:
            return tr(self.template).join(map(str, said))
        return "".join(text if text.endswith(FULL_STOP) else f"{text} " for text in map(str, said)).strip()


def to_data(text: Any) -> Any:
    """Convert a message to mappings, lists, texts and numbers, for files that only this program reads."""
    if isinstance(text, Joined):
        return {"gap": text.template, "parts": [to_data(part) for part in text.arguments["parts"]]}
    if isinstance(text, Message):
        arguments = {name: to_data(value) for name, value in text.arguments.items()}
        return {"template": text.template, "one": text.one, "arguments": arguments}
    return text


def from_data(data: Any) -> Any:
    """Convert the result of `to_data` back. Raises KeyError or TypeError for any other mapping."""
    if not isinstance(data, Mapping):
        return data
    if "parts" in data:
        return Joined(map(from_data, data["parts"]), data["gap"])
    arguments = {name: from_data(value) for name, value in data["arguments"].items()}
    return Message(data["template"], data["one"], **arguments)


def sentences(*parts: str) -> Joined:
    """Join sentences; empty ones are left out."""
    return Joined(parts, SENTENCE)


def short_list(names: Iterable[str]) -> str:
    """List names in a sentence, at most three."""
    first, *rest = names
    if len(rest) > 2:
        return Message("{first}, {second} and {more} more", first=first, second=rest[0], more=len(rest) - 1)
    return Joined((Joined((first, *rest[:-1])), rest[-1]), AND) if rest else first


@cache
def places(*templates: str) -> frozenset[str]:
    """Return the names of the placeholders in templates."""
    return frozenset(found[1] for template in templates for found in _PLACE.finditer(template) if found[1])


def placeholders(template: str) -> list[str]:
    """Return the placeholders of a template as written, with formats; a translation has the same ones."""
    return sorted(found[0] for found in _PLACE.finditer(template) if found[1])


def _filled(template: str, one: str, arguments: Mapping[str, Any], tr: Callable[[str], str]) -> str:
    words = tr(template)
    if words == template and one and arguments.get("n") == 1:
        words = one
    return words.format(**{name: _rendered(value, tr) for name, value in arguments.items()}) if arguments else words


def _rendered(value: Any, tr: Callable[[str], str]) -> Any:
    return value.rendered(tr) if isinstance(value, Message) else value


def _argument(value: object) -> Any:
    """Convert an argument to the form that a message keeps: picklable and immutable."""
    if isinstance(value, (Message, *_NUMBERS)):
        return value
    if isinstance(value, list | tuple) and value != () and all(isinstance(part, str) for part in value):
        return Joined(value)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a number of numpy
        return value.item()
    return plain(str(value))
