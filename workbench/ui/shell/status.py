"""Status bar at the bottom of the window: the open file, the data, and the state of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from workbench.core.base.plain import plain
from workbench.core.ipc import process
from workbench.core.layer_data.layer import InputSpec, ModelSummary
from workbench.ui.engine_client.client import EngineLink
from workbench.ui.engine_client.jobs import JobStrip
from workbench.ui.session.session import Session
from workbench.ui.text.describe import format_words
from workbench.ui.text.i18n import counted
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import tooltip

if TYPE_CHECKING:
    from workbench.core.layer_data.views import DataSummary

ICON = 14
GAP = "\u2009"  # between icon and text, which a style sheet cannot set
LONGEST = 240  # pixels of a file's name


class Part(QToolButton):
    """A few muted words that can be clicked; elided if there is no room."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self.setFont(theme.font(-1))
        self.setIconSize(QSize(ICON, ICON))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.set_icon(self, icon, "muted")

    def say(self, words: tuple[str, ...], tip: str) -> None:
        text = plain(" · ".join(word for word in words if word))
        self.setText(GAP + text.replace("&", "&&"))  # a name, not a shortcut
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.setToolTip(tooltip(tip))

    def does(self, action: QAction) -> None:
        self.setAccessibleName(action.text())  # until there is more to say
        self.clicked.connect(action.trigger)


class StatusLine(QWidget):
    """The file and the data, at the left; messages replace them for a while."""

    def __init__(self, session: Session, details: QAction, open_data: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model, self.data = Part("info", self), Part("data", self)
        self.model.does(details)
        self.data.does(open_data)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # must never widen the window
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.UNIT, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.model)
        row.addWidget(self.data)
        row.addStretch(1)
        session.model_changed.connect(self._show)
        session.data_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        model, data = self._session.model, self._session.data
        for part in (self.model, self.data):
            part.setVisible(model is not None)
        if model is not None:
            self.model.say(self._of_model(model), self.tr("About this model (Ctrl+I)"))
            self.data.say(self._of_data(data), self.tr("Open other data (Ctrl+D)"))

    def _of_model(self, model: ModelSummary) -> tuple[str, ...]:
        inputs = (
            self.tr("input {shape}").format(shape=_shape(model.inputs[0]))
            if len(model.inputs) == 1
            else counted("{n} inputs", len(model.inputs), "{n} input")
        )
        return format_words(model.format), self.tr("opset {number}").format(number=model.opset), inputs

    def _of_data(self, data: DataSummary | None) -> tuple[str, ...]:
        if data is None:
            return (self.tr("No data: accuracy is not measured"),)
        name = self.data.fontMetrics().elidedText(Path(data.path).name, Qt.TextElideMode.ElideMiddle, LONGEST)
        return name, self.tr("with labels") if data.labelled else self.tr("without labels")


class EngineState(Part):
    """State of the engine at the right, replaced by the progress of a running job."""

    def __init__(self, link: EngineLink, strip: JobStrip, show_jobs: QAction, parent: QWidget | None = None) -> None:
        super().__init__("engine", parent)
        self._link = link
        self.does(show_jobs)
        strip.shown.connect(lambda shown: self.setVisible(not shown))
        link.ready.connect(self._show)
        link.lost.connect(lambda *_: self._show())
        link.gave_up.connect(lambda _: self._say(self.tr("The engine has stopped")))
        self._show()

    def _say(self, *words: str) -> None:
        self.say(words, self.tr("Jobs and log (Ctrl+Shift+J)"))

    def _show(self) -> None:
        if not self._link.is_ready:
            self._say(self.tr("The engine is starting"))
            return
        threads = process.threads()
        count = counted("{n} threads", threads, "{n} thread") if threads else self.tr("one thread per core")
        runtime = self._link.versions.get("onnxruntime", "")
        self._say(self.tr("Idle"), f"ONNX Runtime {runtime}" if runtime else "", count)


def _shape(spec: InputSpec) -> str:
    """Return the shape of one sample, without the batch dimension."""
    free_first = len(spec.shape) > 1 and spec.shape[0] is None
    return " × ".join("?" if size is None else str(size) for size in spec.shape[free_first:]) or spec.dtype
