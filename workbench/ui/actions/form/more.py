"""The switch of all forms between the basic parameters and all of them; remembered."""

from PySide6.QtCore import QObject, Signal

from workbench.ui.base import settings


class _Switch(QObject):
    changed = Signal()


switch = _Switch()


def all_shown() -> bool:
    """Whether forms show what a method calls expert, too."""
    return settings.all_settings()


def show_all(wanted: bool) -> None:
    """Tell every form."""
    settings.choose("settings", settings.SETTINGS[wanted])
    switch.changed.emit()
