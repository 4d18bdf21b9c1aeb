"""Entries that the palette finds: commands as plain values, and how well a typed text fits them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from workbench.ui.commands.actions import BROAD, names_of, needs_of
from workbench.ui.text.likeness import likeness

SEPARATOR = " › "
BEHIND = 2.0  # of the worth of a letter: more than what another name costs
MNEMONIC = re.compile(r"\(&\w\)")  # as Chinese menus have it: 文件(&F)


@dataclass(frozen=True)
class Command:
    """An entry of the palette: values alone, as menus may make their actions anew at any time.

    text    with the way to it: 'File › Open model…'
    run     does it
    beside  its shortcut, or what kind of thing it is
    usable  whether it can be done now
    needs   why not
    names   other names by which it is found
    listed  whether it is there before anything is typed
    broad   changes more than what is chosen: it comes behind what does the same for that alone
    """

    text: str
    run: Callable[[], object]
    beside: str = ""
    usable: bool = True
    needs: str = ""
    names: str = ""
    listed: bool = False
    broad: bool = False


@dataclass(frozen=True)
class Place:
    """An action of a menu, with the way to it; not usable where it, or a menu above it, is disabled."""

    text: str
    action: QAction
    usable: bool
    needs: str


def places(bar: QMenuBar | QMenu, path: str = "", usable: bool = True, needs: str = "") -> Iterator[Place]:
    """Every action of these menus. Menus that are filled when they open are filled."""
    if isinstance(bar, QMenu):
        bar.aboutToShow.emit()
    for action in bar.actions():
        text = MNEMONIC.sub("", action.text()).partition("\t")[0].replace("&", "")
        menu, able, why = action.menu(), usable and action.isEnabled(), needs or needs_of(action)
        if isinstance(menu, QMenu):
            yield from places(menu, f"{path}{text}{SEPARATOR}", able, why)
        elif menu is None and not action.isSeparator() and text:
            yield Place(f"{path}{text}", action, able, why)


def actions_of(bar: QMenuBar | QMenu, disabled: bool = False) -> Iterator[tuple[str, QAction]]:
    """Actions that can be triggered now, and the `disabled` ones, with the way to each."""
    return ((place.text, place.action) for place in places(bar) if place.usable or disabled)


def commands_of(bar: QMenuBar) -> list[Command]:
    """Commands of a menu bar, as values."""
    return [
        Command(
            place.text,
            partial(_trigger, bar, place.text),
            place.action.shortcut().toString(),
            place.usable,
            "" if place.usable else place.needs,
            names_of(place.action),
            place.usable,
            bool(place.action.property(BROAD)),
        )
        for place in places(bar)
    ]


def _trigger(bar: QMenuBar, wanted: str) -> None:
    """Looked for again: what stood there may have been made anew."""
    found = next((action for text, action in actions_of(bar) if text == wanted), None)
    if found is not None:
        found.trigger()


def score(typed: str, command: Command) -> float | None:
    """How well a command fits; None where it does not."""
    found = likeness(typed, command.text, command.names)
    return found if found is None or not command.broad else found - BEHIND
