"""Design of a presentation: names, colours, logo, cost figures and speaker notes, read from a file of the user's.

The file is YAML (see resources/docs/presentation.md). All of it is optional and untrusted: its size is checked before
it is parsed, and a logo is a PNG or JPEG image of limited size beside it.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QImageReader

from workbench.core.base import yaml_file
from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.plain import plain_lines
from workbench.core.base.trust import NOBODY, unasked_place, with_places
from workbench.ui.base import settings
from workbench.ui.widgets import schemes
from workbench.ui.widgets.schemes import Colors, contrast, mix

KEY = "presentation"  # key of the settings: the last chosen file
TEXTS = ("title", "organisation")
COLORS = ("accent", "background", "text")
SAVINGS = ("copies", "price_per_gb", "runs", "joules_per_run", "price_per_kwh")
NOTES = ("cover", "weights", "tradeoff", "steps", "savings", "examples", "costs", "numbers")
LONGEST = 4_000  # characters of a text
LARGEST = 1e15  # of any figure
LOGO_SIDE = 4096  # pixels
LOGO_BYTES = 8 << 20
READABLE = 4.5  # contrast of text on the background, as WCAG 2.2 AA has it
HINT = Message("See presentation.md in the documentation.")


@dataclass(frozen=True)
class Savings:
    """Usage of the model, as the user states it; zero if not stated. Money is in `currency`.

    copies          delivered in a year
    price_per_gb    of delivering them
    runs            in a year
    joules_per_run  of the original, measured by the user
    price_per_kwh   of electricity
    """

    currency: str = ""
    copies: float = 0.0
    price_per_gb: float = 0.0
    runs: float = 0.0
    joules_per_run: float = 0.0
    price_per_kwh: float = 0.0


@dataclass(frozen=True)
class Design:
    """The user's design of a presentation; fields are empty if not stated. `notes`: by the key of a slide."""

    title: str = ""
    organisation: str = ""
    colors: tuple[tuple[str, str], ...] = ()
    logo: QImage | None = field(default=None, compare=False)
    savings: Savings = Savings()
    notes: tuple[tuple[str, str], ...] = ()

    def dress(self, colors: Colors) -> Colors:
        """Return the colours with those of the design replaced. With a background, a presentation looks the same in
        light and dark themes."""
        given = {name: QColor(value) for name, value in self.colors}
        dressed = colors
        if "background" in given:  # lines, signs and what is not given are those of the scheme that it is nearer to
            bright = contrast(given["background"], schemes.DARK.surface) > contrast(
                given["background"], schemes.LIGHT.surface
            )
            dressed = schemes.LIGHT if bright else schemes.DARK
        if "accent" in given:
            dressed = replace(dressed, accent=given["accent"], after=given["accent"])
        if "background" in given:
            dressed = replace(dressed, surface=given["background"])
        if "text" in given:
            dressed = replace(dressed, text=given["text"])
        if {"background", "text"} & set(given):
            muted = mix(dressed.surface, dressed.text, 0.3)
            faint = mix(dressed.surface, dressed.text, 0.8)
            dressed = replace(dressed, muted=muted, forecast=muted, before=faint)
        return dressed

    def note(self, key: str) -> str:
        """Return the speaker's note on this slide."""
        return dict(self.notes).get(key, "")


def read(path: Path) -> Design:
    """Return the design in a file. Raises UserError naming the file and the first error in it."""
    document = _Document(yaml_file.read(path, Message("the presentation design"), HINT), path.name)
    texts = {key: document.text(key) for key in TEXTS}
    colors, savings, notes = document.inner("colors"), document.inner("savings"), document.inner("notes")
    design = Design(
        texts["title"],
        texts["organisation"],
        tuple((key, color) for key in COLORS if (color := colors.color(key))),
        _logo(path, document),
        Savings(savings.text("currency"), *(savings.figure(key) for key in SAVINGS)),
        tuple((key, text) for key in NOTES if (text := notes.text(key))),
    )
    for each in (document, colors, savings, notes):
        each.done()
    given = dict(design.colors)
    if len(given) > 1 and "background" in given and "text" in given:
        ratio = contrast(QColor(given["text"]), QColor(given["background"]))
        if ratio < READABLE:
            raise document.wrong(
                Message(
                    "text on this background has a contrast of {ratio:.1f}:1; at least 4.5:1 is needed", ratio=ratio
                )
            )
    return design


def remembered() -> Design:
    """Return the design in the last chosen file; an empty one if there is none, or if it can no longer be read."""
    path = chosen()
    try:
        return read(Path(path)) if path else Design()
    except UserError:
        return Design()


def chosen() -> str:
    """Return the design file; "" if none was chosen."""
    return str(settings.store().value(KEY, "") or "")


def choose(path: str) -> None:
    """Store a design file; "" removes it. Raises UserError if it is not one."""
    if path:
        read(Path(path))
    settings.choose(KEY, path)


def png(image: QImage) -> bytes:
    """Return an image as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _logo(path: Path, document: "_Document") -> QImage | None:
    name = document.text("logo")
    if not name:
        return None
    file, away = path.parent / name, unasked_place(name, with_places(NOBODY, str(path)))
    if away or Path(name).is_absolute() or ".." in Path(name).parts or file.is_symlink() or not file.is_file():
        raise document.wrong(Message("'{name}' is not an image next to this file", name=name))
    if file.stat().st_size > LOGO_BYTES:
        raise document.wrong(Message("the logo is larger than {most} MB", most=LOGO_BYTES >> 20))
    reader = QImageReader(str(file))
    reader.setDecideFormatFromContent(True)
    size: QSize = reader.size()
    if bytes(reader.format().data()) not in (b"png", b"jpeg") or not size.isValid():
        raise document.wrong(Message("the logo is neither a PNG nor a JPEG image"))
    if max(size.width(), size.height()) > LOGO_SIDE:
        raise document.wrong(Message("the logo is wider or higher than {most} pixels", most=LOGO_SIDE))
    image = reader.read()
    if image.isNull():
        raise document.wrong(Message("the logo is damaged"))
    return image


class _Document:
    """Reads the keys of a mapping one by one; the remaining ones are unknown."""

    def __init__(self, value: Any, name: str) -> None:
        self._name = name
        self._left: dict[str, Any] = {}
        if value is not None and not isinstance(value, dict):
            raise self.wrong(Message("it is not a mapping"))
        self._left = dict(value or {})

    def inner(self, key: str) -> "_Document":
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(Message("'{key}' is not a mapping", key=key))
        return _Document(value, self._name)

    def text(self, key: str) -> str:
        value = self._left.pop(key, None)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > LONGEST:
            raise self.wrong(Message("'{key}' is not a text of at most {most:,} characters", key=key, most=LONGEST))
        return plain_lines(value).strip()

    def color(self, key: str) -> str:
        value = self.text(key)
        if value and not re.fullmatch("#[0-9a-fA-F]{6}", value):
            raise self.wrong(Message("'{key}' is not a colour such as #2a5fcc", key=key))
        return value

    def figure(self, key: str) -> float:
        value = self._left.pop(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST:
            raise self.wrong(Message("'{key}' is not a number from 0 to {most:.0e}", key=key, most=LARGEST))
        return float(value)

    def done(self) -> None:
        if self._left:
            keys = [str(key) for key in list(self._left)[:5]]
            raise self.wrong(Message("it has unknown keys: {left}", left=keys))

    def wrong(self, problem: str) -> UserError:
        return UserError(
            "{name} is not a valid presentation design: {problem}.", HINT, name=self._name, problem=problem
        )
