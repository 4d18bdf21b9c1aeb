"""Attribution of changed predictions: layers reverted one at a time, the most responsible first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.ui.panels.beside_training import BesideTraining
from workbench.ui.tabs.compare.tables import RowsTable, Value
from workbench.ui.text.i18n import listed, said
from workbench.ui.tree.delegate import BarDelegate
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import label

if TYPE_CHECKING:
    from workbench.core.analysis.prediction_diff import Attribution, Suspect
    from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions


LOWEST = 150  # pixels: the sentence, the head of the table and three layers


class AttributionPanel(QWidget):
    """Signal: `layer_chosen` with the path of a layer."""

    layer_chosen = Signal(str)

    def __init__(self, findings: ChangedPredictions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings = findings
        self.beside = BesideTraining(findings.trainings, self)
        self.words = label("", self)
        self.cancel = QPushButton(self.tr("Stop"), self)
        self.cancel.clicked.connect(findings.stop)
        self.table = RowsTable(
            (self.tr("Layer"), self.tr("Fixed by this layer"), self.tr("Cumulative"), self.tr("Margin")),
            self.tr("Layers reverted"),
            self,
        )
        self.table.setItemDelegateForColumn(1, BarDelegate(self.table))
        self.table.setToolTip(
            self.tr(
                "Each layer was reverted to its original weights (and channels, together with the "
                "coupled layers) while all others kept their steps. Margin: gain of the originally "
                "predicted class's score over the next class."
            )
        )
        self.table.clicked.connect(lambda _: self._choose())
        self.table.activated.connect(lambda _: self._choose())
        self.setMinimumHeight(LOWEST)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addLayout(row)
        column.addWidget(self.beside)
        column.addWidget(self.table, 1)
        findings.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        attribution, attributing = self._findings.attribution, self._findings.attributing
        self.setVisible(attribution is not None or attributing or bool(self._findings.failure))
        self.cancel.setVisible(attributing)
        self.beside.show_while(attributing)
        self.table.setVisible(attribution is not None)
        self.words.setText(self._findings.failure or self._sentence(attribution, attributing))
        if attribution is not None:
            top = max(len(attribution.samples), 1)
            self.table.rows.show_rows(
                [self._row(suspect, top) for suspect in attribution.suspects],
                [suspect.path for suspect in attribution.suspects],
            )

    def _sentence(self, attribution: Attribution | None, attributing: bool) -> str:
        what = self._findings.attributed_for
        if attribution is None:
            return self.tr("{what}: reverting one layer at a time…").format(what=what)
        if attributing:
            return self.tr("{what}: {tried} of {layers} layers reverted…").format(
                what=what, tried=attribution.tried, layers=attribution.layers
            )
        first, n = attribution.suspects[0], len(attribution.samples)
        together = [suspect for suspect in attribution.suspects if suspect.together is not None]
        words = self.tr("{what}: reverting {layer} fixes {k} of {n}.").format(
            what=what, layer=self._name(first), k=first.restored, n=n
        )
        if not first.restored:
            words = self.tr("{what}: no single layer is responsible.").format(what=what)
        if len(together) > 1 and together[-1].together == n:
            words += " " + self.tr("The first {count} together fix all.").format(count=len(together))
        if any(suspect.note for suspect in attribution.suspects):
            words += " " + self.tr("* Weights reverted, channels not.")
        return words

    def _choose(self) -> None:
        if isinstance(path := self.table.chosen(), str):
            self.layer_chosen.emit(path)

    def _name(self, suspect: Suspect) -> str:
        """Return the name with the number of coupled layers that were reverted with it."""
        count = len(suspect.also)
        return self.tr("{layer} (+{n} coupled)").format(layer=suspect.path, n=count) if count else suspect.path

    def _tip(self, suspect: Suspect) -> str:
        """Return the tooltip: layers reverted with it, and what could not be reverted."""
        parts = [suspect.path]
        if suspect.also:
            parts.append(self.tr("Channels reverted together with {layers}.").format(layers=listed(suspect.also)))
        if suspect.note:
            parts.append(self.tr("Weights reverted, channels not. {why}").format(why=said(suspect.note)))
        return "\n".join(parts)

    def _row(self, suspect: Suspect, top: int) -> list[Value]:
        together = "" if suspect.together is None else f"{suspect.together} / {top}"
        more = (f" +{len(suspect.also)}" if suspect.also else "") + (" *" if suspect.note else "")
        return [
            Value(suspect.path + more, suspect.path, tip=self._tip(suspect)),
            Value(f"{suspect.restored} / {top}", suspect.restored, suspect.restored / top),
            Value(together, -1 if suspect.together is None else suspect.together),
            Value(f"{suspect.margin:+.3g}".replace("-", "−"), suspect.margin),
        ]
