"""Notice beside a measurement that a training runs at the same time, with a button that pauses it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.ui.session.training import Trainings
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import label


class BesideTraining(QWidget):
    """'Training goes on beside this; each takes longer.' and Pause training; shown while both run."""

    def __init__(self, trainings: Trainings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trainings, self._working = trainings, False
        self.words = label("", self, -1)
        self.hold = QPushButton(self)
        self.hold.clicked.connect(trainings.hold)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(self.hold)
        trainings.changed.connect(self._refresh)
        self._refresh()

    def show_while(self, working: bool) -> None:
        """Show the notice while something is being measured."""
        self._working = working
        self._refresh()

    def _refresh(self) -> None:
        trainings = self._trainings
        name = self.tr("Sweeping temperatures") if trainings.trying else self.tr("Training")
        words = (
            self.tr("{job} is paused.")
            if trainings.paused
            else self.tr("{job} runs at the same time, so both take longer.")
        )
        self.words.setText(words.format(job=name))
        self.hold.setText(self.tr("Resume training") if trainings.paused else self.tr("Pause training"))
        self.setVisible(self._working and bool(trainings.job))
