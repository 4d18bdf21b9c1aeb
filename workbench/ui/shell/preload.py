"""Imports of the workspace, in pieces: all at once would block the window for half a second."""

import importlib
from collections.abc import Iterator

from workbench.ui.tabs.listing import TABS

# PySide creates a class when it is first accessed; pyqtgraph accesses all of them at once.
QT = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets")
MODULES = (
    "numpy",
    "PySide6.QtTest",
    "pyqtgraph",
    "workbench.ui.plots",
    "workbench.ui.actions",
    *(spec.module for spec in TABS),
    "workbench.ui.shell.main_layout",
)


def preload() -> Iterator[None]:
    """Import one piece per step."""
    for name in QT:
        module = importlib.import_module(name)
        for each in dir(module):
            getattr(module, each)
        yield
    for name in MODULES:
        importlib.import_module(name)
        yield
