"""Dialog that shows how data is read, and lets the user choose another reading."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QProgressBar, QSpinBox, QVBoxLayout, QWidget

from workbench.core.analysis.data_check import DataCheck
from workbench.core.base.plain import plain
from workbench.core.ipc import messages
from workbench.core.ipc.messages import Failed
from workbench.core.session.opened import Attached
from workbench.ui.base.pixels import image_of
from workbench.ui.data.readings import Readings
from workbench.ui.engine_client.client import Handlers
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import said
from workbench.ui.widgets.labels import Plain

MARGIN = 16  # pixels around the page
WIDTH = 640
PICTURE = 144  # pixels on a side
MOST_SAMPLES = 1 << 30


class DataDialog(QDialog):
    """Checks data for the open model (see engine.data_check) and attaches it with the chosen reading.

    `attach` gets the number of samples, after the preprocessing of the chosen reading was written beside the data.
    """

    def __init__(
        self,
        session: Session,
        wanted: Attached,
        attach: Callable[[int], object],
        found: DataCheck | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("data")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Check data"))
        self.setMinimumWidth(WIDTH)
        self._session, self._wanted, self._attach = session, wanted, attach
        self._found: DataCheck | None = None
        self._job = 0
        session.model_changed.connect(self.reject)  # the data was checked for another model
        self._make()
        self._lay_out()
        if found is None:
            self._ask()
        else:
            self._show(found)

    def _make(self) -> None:
        name = plain(Path(self._wanted.path).name)
        self.heading = Plain(self.tr("{name}: trying ways of reading it…").format(name=name), self, wordWrap=True)
        self.progress = QProgressBar(self, minimum=0, maximum=0, textVisible=False)
        self.progress.setAccessibleName(self.tr("Progress"))
        self.picture = Plain(self)
        self.picture.setFixedSize(PICTURE, PICTURE)
        self.picture.setAccessibleName(self.tr("One sample as the model gets it"))
        self.facts = Plain(self, wordWrap=True)
        self.doubts = Plain(self, wordWrap=True)
        self.readings = Readings(self)
        self.readings.chose.connect(self._on_chosen)
        self.effect = Plain(self, wordWrap=True)
        self.samples = QSpinBox(self, minimum=0, maximum=MOST_SAMPLES, singleStep=100, value=self._wanted.samples)
        self.samples.setSpecialValueText(self.tr("All"))
        self.samples.setAccessibleName(self.tr("Samples"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.accept_button = self.buttons.addButton(self.tr("Use"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setObjectName("primary")
        self.accept_button.setEnabled(False)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(8)
        for label in (self.heading, self.facts):
            words.addWidget(label)
        words.addStretch()
        top = QHBoxLayout()
        top.setSpacing(MARGIN)
        top.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(Plain(self.tr("Samples"), self))
        below.addWidget(self.samples)
        below.addStretch()
        below.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addLayout(top)
        for widget in (self.progress, self.doubts, self.readings, self.effect):
            layout.addWidget(widget)
        layout.addLayout(below)
        for widget in (self.picture, self.facts, self.doubts, self.readings, self.effect):
            widget.hide()

    def _ask(self) -> None:
        wanted = self._wanted
        title = self.tr("Checking {name}").format(name=Path(wanted.path).name)
        handlers = Handlers(done=self._show, failed=self._on_failed, title=title)
        self._job = self._session.link.request(
            messages.CheckData, handlers, path=wanted.path, trusted=wanted.trusted, measuring=wanted.measuring
        )

    def _show(self, found: DataCheck) -> None:
        self._job, self._found = 0, found
        self.progress.hide()
        name = plain(Path(found.path).name)
        text = (
            self.tr("{name} is read as the model needs it, as far as was measured.")
            if found.fine
            else self.tr("{name} is probably not read as the model needs it.")
            if found.doubts
            else self.tr("{name}: no labels, so nothing was measured.")
        )
        self.heading.setText(text.format(name=name))
        self._say(self.facts, "\n".join(map(said, (*found.facts, *([found.sample] if found.sample else [])))))
        self._say(self.doubts, "\n".join(map(said, found.doubts)))
        if found.picture is not None:
            self.picture.setPixmap(_pixmap(found))
            self.picture.show()
        self.readings.show_check(found)
        self.readings.setVisible(found.metric is not None)
        self._on_chosen(self.readings.chosen)
        self.accept_button.setFocus()

    def _say(self, label: Plain, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _on_chosen(self, row: int) -> None:
        """Show the effect of choosing this reading."""
        if self._found is None:
            return
        self.accept_button.setEnabled(row >= 0 and self._found.readings[row].value is not None)
        text = ""
        if row > 0:
            text = self.tr(
                "“Use” writes the preprocessing next to the data ({file}); all commands and the "
                "window read it from there."
            ).format(file=plain(Path(self._found.preprocessing).name))
        elif self._found.metric is not None:
            text = self.tr("Measured on {n} samples, the same for every reading.").format(n=self._found.samples)
        self._say(self.effect, text)

    def _on_failed(self, failure: Failed) -> None:
        self._job = 0
        self.progress.hide()
        self.heading.setText(said(failure.what))
        self._say(self.doubts, said(failure.hint))

    def accept(self) -> None:
        found, row = self._found, self.readings.chosen
        if found is None or row < 0:
            return
        samples = self.samples.value()
        if row == 0:
            self._attach(samples)
            super().accept()
            return
        handlers = Handlers(done=lambda _: self._settled(samples), failed=self._on_failed)
        self._session.link.request(
            messages.WritePreprocessing, handlers, path=found.path, yaml=found.readings[row].yaml
        )

    def _settled(self, samples: int) -> None:
        self._attach(samples)
        super().accept()

    def reject(self) -> None:
        if self._job:
            self._session.link.cancel(self._job)
        super().reject()


def _pixmap(found: DataCheck) -> QPixmap:
    pixels = found.picture
    assert pixels is not None
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
    return QPixmap.fromImage(image_of(pixels)).scaled(PICTURE, PICTURE, keep, smooth)
