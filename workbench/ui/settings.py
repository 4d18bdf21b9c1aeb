"""What is remembered between starts: layout, theme, recent files."""

from PySide6.QtCore import QSettings

from workbench.ui.theme import Scheme

RECENT = 8
LAYOUT_VERSION = 1


def store() -> QSettings:
    """The user's settings, as a plain file on every system."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "compression-workbench", "workbench")


def recent() -> list[str]:
    """Paths of models opened lately, the newest first."""
    value = store().value("recent", [])
    if isinstance(value, str):          # QSettings turns lists of one into texts
        return [value] if value else []
    return [str(path) for path in value] if isinstance(value, list) else []


def remember(path: str) -> None:
    paths = [path, *(known for known in recent() if known != path)]
    store().setValue("recent", paths[:RECENT])


def scheme() -> Scheme:
    """The theme that was chosen."""
    match store().value("theme"):
        case "light":
            return "light"
        case "dark":
            return "dark"
    return "system"


def set_scheme(name: Scheme) -> None:
    store().setValue("theme", name)
