"""Entries of the palette: commands as plain values, and how well a typed text matches them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from workbench.ui.commands.actions import BROAD, names_of, needs_of
from workbench.ui.text.fuzzy_match import likeness
from workbench.ui.text.i18n import english

SEPARATOR = " › "
BEHIND = 2.0  # in scores of a letter: more than the penalty of another name
MNEMONIC = re.compile(r"\(&\w\)")  # as in Chinese menus: 文件(&F)


@dataclass(frozen=True)
class Command:
    """An entry of the palette: values only, as menus may recreate their actions at any time.

    text    with its menu path: 'File › Open model…'
    run     executes it
    beside  its shortcut, or its kind
    usable  whether it can be done now
    needs   why not
    names   other names under which it is found
    listed  whether it is listed before anything is typed
    behind  taken from its score: of one that affects more than the selection, after the same one for the selection
    """

    text: str
    run: Callable[[], object]
    beside: str = ""
    usable: bool = True
    needs: str = ""
    names: str = ""
    listed: bool = False
    behind: float = 0.0


@dataclass(frozen=True)
class Place:
    """An action of a menu, with its menu path; not usable if it, or a menu above it, is disabled."""

    text: str
    action: QAction
    usable: bool
    needs: str


def places(bar: QMenuBar | QMenu, path: str = "", usable: bool = True, needs: str = "") -> Iterator[Place]:
    """Yield every action of these menus. Menus that are filled when they open are filled."""
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
    """Yield the actions that can be triggered now, and the `disabled` ones, with their menu paths."""
    return ((place.text, place.action) for place in places(bar) if place.usable or disabled)


def commands_of(bar: QMenuBar) -> list[Command]:
    """Return the commands of a menu bar, as values."""
    return [
        Command(
            place.text,
            partial(_trigger, bar, place.text),
            place.action.shortcut().toString(),
            place.usable,
            "" if place.usable else place.needs,
            " ".join((names_of(place.action), *map(english, place.text.split(SEPARATOR)))).strip(),
            place.usable,
            BEHIND if place.action.property(BROAD) else 0.0,
        )
        for place in places(bar)
    ]


def _trigger(bar: QMenuBar, wanted: str) -> None:
    """Trigger an action by its path, as it may have been recreated."""
    found = next((action for text, action in actions_of(bar) if text == wanted), None)
    if found is not None:
        found.trigger()


def score(typed: str, command: Command) -> float | None:
    """Return how well a command matches; None if it does not."""
    found = likeness(typed, command.text, command.names)
    return None if found is None else found - command.behind
