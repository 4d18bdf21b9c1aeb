"""Changes that several kinds of files share: of bytes, of values in documents, of archives."""

import io
import random
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

INTEGERS = (-1, 0, 1, 2, 3, 7, 255, 65535, 2**31 - 1, 2**31, -(2**31), 2**32, 2**62, 2**63 - 1, -(2**63))
FLOATS = (0.0, -0.0, 1e-45, 1e-6, 0.5, 1.5, -1.0, 1e6, 3.5e38, 1e308, float("nan"), float("inf"), -float("inf"))
TEXTS = (
    "",
    " ",
    "x",
    "y",
    "*",
    "[",
    "a/b",
    "../../etc/passwd",
    "\u202eabc",
    "😀" * 20,
    "n" * 10_000,
    "a\nb\tc",
    "\x00",
    "null",
    "true",
    "-1",
    "1e3",
    "{0.__class__}",
    "%s%n",
    "onnx",
    "é" * 300,
    "ﬀ",
    "\x1b[31m",
    "'\"`$(id)",
)
# As a YAML or JSON value.
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"a": {"b": []}},
    *INTEGERS,
    10**400,
    *FLOATS,
    *TEXTS,
    [0] * 5000,
    ["x", 1, None],
    {str(n): n for n in range(300)},
)


def bytes_changed(chance: random.Random, content: bytes) -> bytes:
    """The same with a few bytes flipped, lost, doubled, or moved."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at, length = chance.randrange(len(data) + 1), chance.choice((1, 2, 8, 100, 1000))
        match chance.randrange(7):
            case 0 if data:
                data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
            case 1 if data:
                data[min(at, len(data) - 1)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                data[at:at] = chance.randbytes(min(length, 100))
            case 5:
                data[at : at + length] = bytes(len(data[at : at + length]))
            case 6:
                del data[max(at, 1) :]
    return bytes(data)


def value_changed(chance: random.Random, tree: Any, odd: tuple[Any, ...] = VALUES) -> Any:
    """A copy of a document in which one value, or one key, is another, is gone, or stands in another place."""
    places = list(_places(tree, ()))
    if not places:
        return chance.choice(odd)
    place = chance.choice(places)
    _, other = chance.choice(places)[-1], _at(tree, chance.choice(places))

    def changed(parent: Any, key: Any) -> None:
        match chance.randrange(8):
            case 0:
                del parent[key]
            case 1:
                parent[key] = other
            case 2 if isinstance(parent, dict):
                parent[chance.choice(TEXTS)] = parent.pop(key)
            case 3 if isinstance(parent, list):
                parent.insert(key, parent[key])
            case 4:
                parent[key] = [parent[key]]
            case 5 if isinstance(parent[key], int | float) and not isinstance(parent[key], bool):
                parent[key] = chance.choice(
                    (-parent[key], parent[key] * 1000, parent[key] + 1, float(parent[key]), str(parent[key]))
                )
            case _:
                parent[key] = chance.choice(odd)

    return _rebuilt(tree, place, changed)


def _places(tree: Any, here: tuple[Any, ...]):
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*here, key)
        yield from _places(value, (*here, key))


def _at(tree: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        tree = tree[key]
    return tree


def _rebuilt(tree: Any, place: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy with the place changed; what is not on the way there is shared."""
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    if len(place) == 1:
        change(copy, place[0])
    else:
        copy[place[0]] = _rebuilt(copy[place[0]], place[1:], change)
    return copy


def archive_changed(chance: random.Random, content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A zip with one member changed, lost, renamed, doubled, swapped with another, or made to unpack to 256 MB."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at, other = chance.randrange(len(members)), chance.randrange(len(members))
    name, body = members[at]
    match chance.choice(("change", "change", "change", "lose", "rename", "double", "swap", "bomb", "empty")):
        case "change":
            members[at] = name, change(name, body)
        case "lose":
            del members[at]
        case "rename":
            other_name = chance.choice(TEXTS)[:200] or "-"
            members[at] = chance.choice((f"../{name}", f"/{name}", name.upper(), other_name)), body
        case "double":
            members.append((name, chance.choice((body, members[other][1]))))
        case "swap":
            members[at], members[other] = (name, members[other][1]), (members[other][0], body)
        case "bomb":
            members[at] = name, body[:128] + bytes(1 << 28)
        case "empty":
            members[at] = name, b""
    made = io.BytesIO()
    packing = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(made, "w") as archive, warnings.catch_warnings(action="ignore"):  # a name twice is meant
        for name, body in members:
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED if len(body) > 1 << 20 else packing)
    return made.getvalue()
