"""Qt's own file dialog, for systems without one, with the program's icons."""

from functools import cache

from PySide6.QtCore import QFileInfo
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

from workbench.ui.widgets import theme

BUTTONS = {  # object names of Qt's own buttons
    "backButton": "left",
    "forwardButton": "right",
    "toParentButton": "up",
    "newFolderButton": "add",
    "listModeButton": "list",
    "detailModeButton": "table",
}


class Icons(QAbstractFileIconProvider):
    """Icons of folders and files."""

    def icon(self, of: QAbstractFileIconProvider.IconType | QFileInfo) -> QIcon:
        if isinstance(of, QFileInfo):
            return theme.icon("open" if of.isDir() else "file")
        files = of is QAbstractFileIconProvider.IconType.File
        return theme.icon(
            "file" if files else "engine" if of is QAbstractFileIconProvider.IconType.Computer else "open"
        )


def file_dialog(parent: QWidget, title: str, start: str, filters: str = "") -> QFileDialog:
    """Return a dialog that is not open yet; a native one has no Qt buttons, and keeps its own."""
    dialog = QFileDialog(parent, title, start, filters)
    buttons = [button for button in dialog.findChildren(QToolButton) if button.objectName() in BUTTONS]
    for button in buttons:
        theme.set_icon(button, BUTTONS[button.objectName()])
    if buttons:
        dialog.setIconProvider(_provider())
    return dialog


@cache
def _provider() -> Icons:
    """Return the icon provider, which lives as long as the program, as Qt does not own it."""
    return Icons()
