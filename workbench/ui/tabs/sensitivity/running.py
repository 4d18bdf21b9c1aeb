"""Progress of a long measurement, with buttons that stop it, or go on without a cluster that is gone; and a notice of a
training beside it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from workbench.core.base.job import Progress
from workbench.core.base.quantities import duration
from workbench.ui.panels.beside_training import BesideTraining
from workbench.ui.session.training import Trainings
from workbench.ui.text.i18n import said, tr
from workbench.ui.text.waiting import here_tip, here_words
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided


class Running(QWidget):
    """'trying blocks.4.conv2 · 8 s left', a bar, Stop."""

    def __init__(self, stop_name: str, trainings: Trainings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = Elided(Qt.TextElideMode.ElideRight, self)
        self.bar = QProgressBar(self, textVisible=False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Progress"))
        self.stop = QPushButton(self.tr("Stop"), self)
        self.stop.setAccessibleName(stop_name)
        self.here = QPushButton(here_words(), self)
        self.here.setToolTip(here_tip())
        self.beside = BesideTraining(trainings, self)
        self.beside.show_while(True)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(self.text, 1)
        row.addWidget(self.bar, 1)
        row.addWidget(self.here)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addLayout(row)
        column.addWidget(self.beside)
        self.show_progress(Progress(""))

    def show_progress(self, progress: Progress) -> None:
        parts = [said(progress.text) or tr("waiting")]
        if progress.eta is not None:
            parts.append(tr("{time} left").format(time=duration(progress.eta)))
        self.text.show_text(" · ".join(parts))
        self.here.setVisible(progress.waiting)
        self.bar.setRange(0, 0 if progress.fraction is None else 1000)
        self.bar.setValue(round(1000 * (progress.fraction or 0)))
