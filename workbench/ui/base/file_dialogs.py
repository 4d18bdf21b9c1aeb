"""Qt's own file dialog, where the system has none: with the program's icons."""

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
    """A folder, or a file."""

    def icon(self, of: QAbstractFileIconProvider.IconType | QFileInfo) -> QIcon:
        if isinstance(of, QFileInfo):
            return theme.icon("open" if of.isDir() else "file")
        files = of is QAbstractFileIconProvider.IconType.File
        return theme.icon(
            "file" if files else "engine" if of is QAbstractFileIconProvider.IconType.Computer else "open"
        )


def file_dialog(parent: QWidget, title: str, start: str, filters: str = "") -> QFileDialog:
    """A dialog that was not opened yet; one of the system has no buttons of Qt, and keeps its own."""
    dialog = QFileDialog(parent, title, start, filters)
    buttons = [button for button in dialog.findChildren(QToolButton) if button.objectName() in BUTTONS]
    for button in buttons:
        theme.set_icon(button, BUTTONS[button.objectName()])
    if buttons:
        dialog.setIconProvider(_provider())
    return dialog


@cache
def _provider() -> Icons:
    """One that lives as long as the program: Qt does not own it."""
    return Icons()
