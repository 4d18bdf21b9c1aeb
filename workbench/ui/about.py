"""Who made this and on what it runs; what was done to the model at opening; where to begin."""

import html
import platform
from collections.abc import Mapping

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from workbench import __version__
from workbench.core.layer import ModelSummary
from workbench.core.quantities import amount, size


def tr(text: str) -> str:
    return QCoreApplication.translate("about", text)


def show_about(parent: QWidget, versions: Mapping[str, str]) -> QMessageBox:
    parts = {"PySide6": pyside_version, "Python": platform.python_version(), **versions}
    rows = "".join(f"<tr><td>{html.escape(name)}&nbsp;&nbsp;</td><td>{html.escape(version)}</td></tr>"
                   for name, version in parts.items())
    waiting = "" if versions else f"<p>{tr('The engine is still starting.')}</p>"
    return _show(parent, "about", tr("About"),
                 f"<h3>Model Compression Workbench {__version__}</h3><p>"
                 + tr("Open a trained model, look inside every layer, compress it with the mouse, export what you saw.")
                 + f"</p><table>{rows}</table>{waiting}<p>Apache-2.0</p>")


def show_model(parent: QWidget, model: ModelSummary) -> QMessageBox:
    """Path, format, inputs, what was prepared at opening, and what the user should know."""
    count = tr("{n} parameters").format(n=amount(model.parameters))
    head = (f"<h3>{html.escape(model.path)}</h3>"
            f"<p>{html.escape(model.format)}, opset {model.opset}, {size(model.bytes)}, {count}</p>")
    ends = "".join(f"<li>{html.escape(spec.name)}: {html.escape(spec.dtype)} "
                   f"[{', '.join('?' if n is None else str(n) for n in spec.shape)}]</li>"
                   for spec in (*model.inputs, *model.outputs))
    done = "".join(f"<li>{html.escape(step.title)}: {html.escape(step.detail)}</li>"
                   for step in model.preparations if step.applied)
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in model.notes)
    body = head + f"<p>{tr('Inputs and outputs')}</p><ul>{ends}</ul>"
    body += f"<p>{tr('Prepared at opening')}</p><ul>{done}</ul>" if done else ""
    body += f"<p>{tr('Notes')}</p><ul>{notes}</ul>" if notes else ""
    return _show(parent, "model", tr("Model"), body)


def show_guide(parent: QWidget) -> QMessageBox:
    steps = (
        tr("<b>Open</b> a model (Ctrl+O), then data to measure it with (Ctrl+D), or drop both on the window."),
        tr("<b>Choose</b> a layer on the left. The middle shows its weights and singular values."),
        tr("<b>Add a step</b> on the right: prune, quantise, factor or distil. Drag its slider, or the line in the "
           "plot."),
        tr("<b>Read</b> the bottom: size, accuracy with its interval, and how each figure is known. "
           "○ forecast, ◐ estimated from part of the samples, ● measured on all, ✓ verified in the written file."),
        tr("<b>Export</b> (Ctrl+E). The file is opened again and compared with what was shown."),
    )
    keys = tr("Ctrl+K finds every command. Ctrl+F filters the layers. Ctrl+Z takes a step back.")
    items = "".join(f"<li>{step}</li>" for step in steps)
    return _show(parent, "guide", tr("First steps"), f"<ol>{items}</ol><p>{keys}</p>")


def _show(parent: QWidget, name: str, title: str, text: str) -> QMessageBox:
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Close, parent)
    box.setObjectName(name)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
