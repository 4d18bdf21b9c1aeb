"""Imports of the workspace, in pieces: all at once would block the window for half a second."""

import importlib
from collections.abc import Iterator

from workbench.ui.tabs.listing import TABS

# PySide makes a class when it is first asked for; pyqtgraph asks for all of them in one go.
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
    """One piece at a time."""
    for name in QT:
        module = importlib.import_module(name)
        for each in dir(module):
            getattr(module, each)
        yield
    for name in MODULES:
        importlib.import_module(name)
        yield
