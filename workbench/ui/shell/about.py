"""Dialogs on the program, the model, first steps and shortcuts."""

import html
import platform
from collections.abc import Iterable, Mapping

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QMenuBar, QScrollArea, QVBoxLayout, QWidget

from workbench import __version__
from workbench.core.base.quantities import amount, size
from workbench.core.layer_data.layer import InputSpec, ModelSummary
from workbench.ui.shell.palette.found import SEPARATOR, actions_of
from workbench.ui.text.describe import format_words
from workbench.ui.text.i18n import said, tr
from workbench.ui.widgets import theme

WIDTH, MOST = 520, 560
STRONG = "<b style='font-weight: 600'>"  # the bundled font has this weight; a bolder one would be synthesised
NATIVE = QKeySequence.SequenceFormat.NativeText


class Page(QDialog):
    """A heading, selectable rich text, and a close button."""

    def __init__(self, parent: QWidget, name: str, title: str, text: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.body = QLabel(text.replace("<b>", STRONG), self, wordWrap=True)
        self.body.setTextFormat(Qt.TextFormat.RichText)
        self.body.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.body.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.setContentsMargins(0, 0, theme.UNIT, 0)
        scroll = QScrollArea(self)
        scroll.setAccessibleName(title)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.body)
        heading = QLabel(title, self)
        heading.setFont(theme.font(4, theme.font().Weight.DemiBold))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.TRIPLE, theme.TRIPLE, theme.DOUBLE, theme.DOUBLE)
        layout.setSpacing(theme.DOUBLE)
        layout.addWidget(heading)
        layout.addWidget(scroll)
        layout.addWidget(buttons)
        needed = self.body.heightForWidth(WIDTH - 2 * theme.TRIPLE - theme.UNIT)
        self.resize(WIDTH, min(needed + 130, MOST))
        self.open()


def show_about(parent: QWidget, versions: Mapping[str, str]) -> Page:
    parts = {"PySide6": pyside_version, "Python": platform.python_version(), **versions}
    rows = "".join(
        f"<tr><td>{html.escape(name)}&nbsp;&nbsp;&nbsp;</td><td>{html.escape(version)}</td></tr>"
        for name, version in parts.items()
    )
    waiting = "" if versions else f"<p>{tr('The engine is still starting.')}</p>"
    words = tr(
        "Open a trained model, inspect every layer, compress it interactively, and export exactly what you measured."
    )
    table = f"<table cellspacing='2' style='margin-top: 12px'>{rows}</table>"
    return Page(
        parent,
        "about",
        f"Model Compression Workbench {__version__}",
        f"<p>{words}</p>{table}{waiting}<p>{tr('Licence: Apache-2.0')}</p>",
    )


def show_model(parent: QWidget, model: ModelSummary) -> Page:
    """Show path, format, inputs, preparation steps, and remarks."""
    count = tr("{n} parameters").format(n=amount(model.parameters))
    body = (
        f"<p>{html.escape(model.path)}</p>"
        f"<p>{html.escape(format_words(model.format))}, opset {model.opset}, {size(model.bytes)}, {count}</p>"
    )
    body += _list(tr("Inputs"), map(_spec, model.inputs)) + _list(tr("Outputs"), map(_spec, model.outputs))
    applied = (step.detail or step.title for step in model.preparations if step.applied)
    body += _list(tr("Preparation"), map(said, applied))
    body += _list(tr("Notes"), map(said, model.notes))
    return Page(parent, "model", tr("This model"), body)


def show_guide(parent: QWidget) -> Page:
    steps = (
        tr("<b>Open</b> a model (Ctrl+O), then data to measure it with (Ctrl+D), or drop both on the window."),
        tr("<b>Select</b> a layer on the left. The middle shows its weights and singular values."),
        tr(
            "<b>Add a step</b> on the right: prune, quantise, factorise or distil. Drag its "
            "slider, or the line in the plot."
        ),
        tr(
            "<b>Read</b> the scoreboard at the bottom: size, accuracy with its interval, and how "
            "each figure was obtained: ○ forecast, ◐ estimated on part of the samples, ● "
            "measured on all, ✓ verified in the exported file."
        ),
        tr("<b>Export</b> (Ctrl+E). The file is reopened and compared with the preview."),
    )
    keys = tr("Ctrl+K finds every command. Ctrl+F filters the layers. Ctrl+Z undoes the last change.")
    items = "".join(f"<li style='margin-bottom: 8px'>{step}</li>" for step in steps)
    return Page(parent, "guide", tr("First steps"), f"<ol style='margin-left: -16px'>{items}</ol><p>{keys}</p>")


def show_shortcuts(parent: QWidget, bar: QMenuBar) -> Page:
    """Show the shortcuts of the menus and those of single areas of the window."""
    here = {
        tr("Layers"): ((tr("Select several layers"), "Ctrl+Up, Ctrl+Space"), (tr("Open or close a module"), "Return")),
        tr("Steps"): ((tr("Move the step up or down"), "Ctrl+Shift+Up, Ctrl+Shift+Down"),),
        tr("Plots"): (
            (tr("Move the line"), "Left, Right"),
            (tr("Move in large steps"), "Shift+Left, Shift+Right"),
            (tr("Switch between lines and values"), "Up, Down"),
            (tr("First or last value"), "Home, End"),
            (tr("Zoom in or out"), "+, -"),
            (tr("Show all again"), "0"),
        ),
        tr("Presentation"): (
            (tr("Next slide"), "Right, Space"),
            (tr("Previous slide"), "Left"),
            (tr("Close"), "Escape"),
        ),
    }
    parts: dict[str, list[tuple[str, str]]] = {}
    for text, action in actions_of(bar, disabled=True):
        if not action.shortcut().isEmpty():
            menu, _, name = text.partition(SEPARATOR)
            keys = QKeySequence.listToString(action.shortcuts(), NATIVE).replace("; ", ", ")
            parts.setdefault(menu, []).append((name, keys))
    body = "".join(_keys(title, rows) for title, rows in (*parts.items(), *here.items()))
    return Page(parent, "shortcuts", tr("Keyboard shortcuts"), f"<table width='100%' cellspacing='4'>{body}</table>")


def _keys(title: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(
        f"<tr><td>{html.escape(name)}</td><td align='right'>{html.escape(keys)}</td></tr>" for name, keys in rows
    )
    return f"<tr><td colspan='2'><b>{html.escape(title)}</b></td></tr>{lines}<tr><td>&nbsp;</td></tr>"


def _spec(spec: InputSpec) -> str:
    return f"{spec.name}: {spec.dtype} [{', '.join('?' if n is None else str(n) for n in spec.shape)}]"


def _list(title: str, items: Iterable[str]) -> str:
    rows = "".join(f"<li>{html.escape(item)}</li>" for item in items)
    return f"<p><b>{title}</b></p><ul style='margin-left: -24px'>{rows}</ul>" if rows else ""
