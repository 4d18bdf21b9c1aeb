"""Consent of the user, path by path: code that may run, and other computers that may be asked for files.

Trust belongs to a path and is not inherited: a recipe or a session that comes with a trusted model may name a teacher
or samples whose code nobody has looked at. Nor is a path looked up that a file names on another computer (see
`system.network_place`) before the user named that computer, or agreed.
"""

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.system import network_place

Trust = frozenset[str]
NOBODY: Trust = frozenset()
HOW = Message(
    "Confirm that you trust it (on the command line: --trust for files that you name there, --trust-path PATH for "
    "one that a recipe names)."
)


def with_places(trusted: Trust, *paths: str) -> Trust:
    """And the computers of these paths, which the user has named."""
    return trusted | {place for path in paths if (place := network_place(path))}


def unasked_place(path: str, trusted: Trust) -> str:
    """The other computer that looking up a path would ask without the user's yes; "" where there is none."""
    place = network_place(path)
    return "" if trusted & {path, place} else place


def check_place(path: str, trusted: Trust = NOBODY, hint: str = "") -> None:
    """Raise UserError where a path that a file names must not be looked up."""
    if place := unasked_place(path, trusted):
        raise UserError(
            Message("{path} is on another computer: looking it up would sign in to {place}.", path=path, place=place),
            hint
            or Message(
                "Copy it to this computer, or allow it (on the command line: --trust-path {place}).", place=place
            ),
        )
