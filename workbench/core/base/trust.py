"""The user's consent, path by path: code that may run, and other computers that may be contacted for files.

Trust belongs to a path and is not inherited: a recipe or a session that comes with a trusted model may name a teacher
or samples whose code nobody has reviewed. A path on another computer that a file names (see `system.network_place`) is
not looked up either, before the user has named that computer or agreed.
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
    """Extend trust to the computers of these paths, which the user has named."""
    return trusted | {place for path in paths if (place := network_place(path))}


def unasked_place(path: str, trusted: Trust) -> str:
    """Return the computer that looking up a path would contact without the user's consent; "" if none."""
    place = network_place(path)
    return "" if trusted & {path, place} else place


def check_place(path: str, trusted: Trust = NOBODY, hint: str = "") -> None:
    """Raise UserError if a path that a file names must not be looked up."""
    if place := unasked_place(path, trusted):
        raise UserError(
            Message("{path} is on another computer: looking it up would sign in to {place}.", path=path, place=place),
            hint
            or Message(
                "Copy it to this computer, or allow it (on the command line: --trust-path {place}).", place=place
            ),
        )
