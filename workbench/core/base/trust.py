"""Whose code may run: paths that the user has named and said yes to, one by one.

Trust belongs to a path and is not inherited: a recipe or a session that comes with a trusted model may name a teacher
or samples whose code nobody has looked at.
"""

from workbench.core.base.message import Message

Trust = frozenset[str]
NOBODY: Trust = frozenset()
HOW = Message(
    "Confirm that you trust it (on the command line: --trust for files that you name there, --trust-path PATH for "
    "one that a recipe names)."
)
