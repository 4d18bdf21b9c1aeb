"""The only reader of YAML. Recipes and preprocessing files may come from anywhere, so limits are checked before the
document is built.

The document is first read as a stream of events, which takes no more memory than its text, and refused if it is too
long, too deeply nested, refers to itself, expands too much through aliases, or contains anything but plain values.
"""

import re
import stat
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message

LARGEST = 4 << 20  # characters of a document
MOST = 500_000  # values, with every alias written out
DEEPEST = 50  # mappings and lists in each other
LONGEST_NUMBER = 40  # characters
TEXT = "tag:yaml.org,2002:str"

# libyaml is ten times as fast, where PyYAML was built with it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """YAML as a recipe means it: keys are text as written (0.10 is a layer's path, not a number; on is a name, not
    true), 1e-3 is a number, and a duplicate key is an error, since one of the two values would be lost silently."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            problem = (
                Message("a key is not a string")
                if not isinstance(key, yaml.ScalarNode)
                else Message("the key '{key}' occurs twice", key=key.value[:100])
                if key.value in seen and key.value != "<<"
                else ""
            )
            if problem:
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


class Dumper(yaml.SafeDumper):
    """YAML writer that quotes every text that the loader, or another reader of YAML, would take for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True  # two rows with the same stack are written out twice, to be edited apart


for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false|True|False", list("tfTF")),
    ("int", r"[-+]?(0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    for _side in (_Loader, Dumper):
        _side.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def read(path: Path, what: str, hint: str) -> Any:
    """Read the document in a file; `what` describes it in words. Raises UserError naming the file, with `hint`."""
    try:
        size = path.stat().st_size if stat.S_ISREG(path.stat().st_mode) else None
        if size is None:
            raise UserError("Cannot read {subject} {path}: it is not a file.", hint, subject=what, path=path)
        if size > LARGEST:
            raise UserError(
                "Cannot read {subject} {path}: it is larger than {largest} MB.",
                hint,
                subject=what,
                path=path,
                largest=LARGEST >> 20,
            )
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or Message("it is not a text file (UTF-8)")
        raise UserError(
            "Cannot read {subject} {path}: {reason}.", hint, subject=what, path=path, reason=reason
        ) from error
    return parse(text, str(path), hint)


def parse(text: str, name: str, hint: str) -> Any:
    """Parse the document in a text: mappings with texts as keys, lists, texts, numbers, true, false and null.

    Raises UserError naming `name`, the line if known, and what is wrong there.
    """
    try:
        if len(text) > LARGEST:
            raise yaml.YAMLError(Message("it is larger than {largest} MB", largest=LARGEST >> 20))
        _measure(text)
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a number that is none after all
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        said = problem or (str(error) if type(error) is yaml.YAMLError else "")
        said = said if isinstance(said, Message) else said[:200]
        if mark and said:
            line = min(mark.line + 1, text.count("\n") + 1)  # not behind the end
            raise UserError(
                "{name} is not valid YAML, line {line}: {said}.", hint, name=name, line=line, said=said
            ) from error
        raise UserError(
            Message("{name} is not valid YAML: {said}.", name=name, said=said)
            if said
            else Message("{name} is not valid YAML.", name=name),
            hint,
        ) from error


class _Refused(yaml.error.MarkedYAMLError):
    def __init__(self, problem: str, event: yaml.Event) -> None:
        mark: Any = event.start_mark  # libyaml has another class of marks
        super().__init__(None, None, problem, mark)


def _measure(text: str) -> None:
    """Raise _Refused at the first construct that a document of plain values does not need."""
    open_: list[tuple[str | None, int]] = []  # anchors of what is open, and how many values there were before it
    weights: dict[str, int | None] = {}  # of each anchor the values it stands for; None while it is open
    count = 0
    for event in yaml.parse(text, _Base):
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor:
                weights[anchor] = count - before
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        count += 1
        if isinstance(event, yaml.AliasEvent):
            anchor = event.anchor or ""
            weight = weights.get(anchor, 0)
            if weight is None:
                raise _Refused(Message("'{anchor}' contains itself", anchor=anchor[:100]), event)
            count += weight
        else:
            _plain(event)
            if isinstance(event, yaml.CollectionStartEvent):
                open_.append((event.anchor, count - 1))
            if event.anchor:
                weights[event.anchor] = None if isinstance(event, yaml.CollectionStartEvent) else 1
        if count > MOST:
            raise _Refused(Message("it has more than {most:,} values (aliases included)", most=MOST), event)
        if len(open_) > DEEPEST:
            raise _Refused(Message("lists and mappings are nested more than {deepest} deep", deepest=DEEPEST), event)


def _plain(event: Any) -> None:
    if event.tag not in (None, "!", TEXT):
        raise _Refused(Message("the tag {tag} is not supported; use plain values only", tag=event.tag[:100]), event)
    if (
        isinstance(event, yaml.ScalarEvent)
        and not event.style
        and len(event.value) > LONGEST_NUMBER
        and event.value.strip("+-.0123456789eE") == ""
    ):
        raise _Refused(Message("a number has {n:,} characters", n=len(event.value)), event)
