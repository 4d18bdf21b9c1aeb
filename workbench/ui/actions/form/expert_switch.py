"""Switch of all forms between the basic parameters and all of them; stored in the settings."""

from PySide6.QtCore import QObject, Signal

from workbench.ui.base import settings


class _Switch(QObject):
    changed = Signal()


switch = _Switch()


def all_shown() -> bool:
    """Return whether forms show expert parameters, too."""
    return settings.all_settings()


def show_all(wanted: bool) -> None:
    """Switch all forms."""
    settings.choose("settings", settings.SETTINGS[wanted])
    switch.changed.emit()
