"""Progress of the search, with its buttons."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from workbench.core.analysis.plan import Phase
from workbench.ui.plans.plans import Plans
from workbench.ui.text.i18n import listed, said, tr
from workbench.ui.text.waiting import here_tip, here_words
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided


class SearchProgress(QWidget):
    """'Racing candidates, 34 of 120', a bar, Pause and Stop; shown while a search runs. The remaining time is shown
    where all jobs show it: that of a phase next to it would differ."""

    def __init__(self, plans: Plans, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plans = plans
        self.text = Elided(Qt.TextElideMode.ElideRight, self)
        self.bar = QProgressBar(self, textVisible=False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Progress"))
        self.pause = QPushButton(self)
        self.pause.clicked.connect(lambda: plans.go_on_here() if plans.progress.waiting else plans.hold())
        self.stop = QPushButton(self.tr("Stop"), self)
        self.stop.setToolTip(self.tr("End with what was found so far; a second click ends at once"))
        self.stop.clicked.connect(plans.finish)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(self.text, 2)
        row.addWidget(self.bar, 1)
        row.addWidget(self.pause)
        row.addWidget(self.stop)
        self.refresh()

    def refresh(self) -> None:
        plans = self._plans
        self.setVisible(bool(plans.job))
        waiting = plans.progress.waiting
        self.pause.setText(here_words() if waiting else self.tr("Resume") if plans.paused else self.tr("Pause"))
        self.pause.setToolTip(here_tip() if waiting else self.tr("Wait between two trials; nothing is lost"))
        self.text.show_text(self.words())
        fraction = plans.progress.fraction
        self.bar.setRange(0, 0 if fraction is None and not plans.paused else 1000)
        self.bar.setValue(round(1000 * (fraction or 0)))

    def words(self) -> str:
        """Return the phase and its trials."""
        plans = self._plans
        front = plans.front
        if plans.progress.waiting:
            return said(plans.progress.text)
        if plans.paused:
            return self.tr("Paused")
        if plans.finishing:
            return self.tr("Finishing")
        if front is None or front.complete:
            return said(plans.progress.text) or tr("waiting")
        parts = [self._phases()[front.phase]]
        if front.total:
            parts.append(tr("{n} of {total}").format(n=f"{front.done:,}", total=f"{front.total:,}"))
        return listed(parts)

    def _phases(self) -> dict[Phase, str]:
        return {
            "predicting": self.tr("Predicting candidates"),
            "racing": self.tr("Racing candidates"),
            "measuring": self.tr("Measuring whole recipes"),
            "retraining": self.tr("Training the best"),
            "checking": self.tr("Checking on held-out samples"),
            "done": self.tr("Done"),
        }
