"""Robustness page: the metric of original and recipe on corrupted samples by severity, and the loss of robustness."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QPushButton, QSpinBox, QVBoxLayout, QWidget

from workbench.core.analysis.report import Corrupted, Elsewhere, Figure, Robustness
from workbench.core.base.plain import plain
from workbench.core.base.trust import NOBODY, Trust
from workbench.core.ipc import messages
from workbench.core.recipe.recipe import Recipe
from workbench.ui.base import dialogs
from workbench.ui.base.files import DATA
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.engine_client.tracked_job import TrackedJob
from workbench.ui.session.session import Session
from workbench.ui.session.state import State
from workbench.ui.tabs.compare.robustness.plot import RobustnessPlot, kind_words
from workbench.ui.tabs.compare.tables import RowsTable, Value
from workbench.ui.tabs.sensitivity.running import Running
from workbench.ui.text import format
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.drop_hint import DropHint
from workbench.ui.widgets.labels import Plain, muted
from workbench.ui.widgets.rows import at_most

FEW, MOST = 500, 10_000_000  # samples: default, and maximum
WIDEST, NARROW = 760, 88  # pixels: of the table, and of a number beside buttons


class Corruptions(TrackedJob):
    """Measurement on corrupted samples, and on other data sets; kept until the model or data change, or it is measured
    again. `elsewhere`: by path, each with the recipe that it was measured with."""

    def __init__(self, session: State) -> None:
        super().__init__(session.link, session)
        self._session = session
        self.found: Robustness | None = None
        self.recipe = Recipe()
        self.elsewhere: dict[str, tuple[Elsewhere, Recipe]] = {}
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self.forget)

    def start(self, samples: int) -> None:
        """Measure the current recipe."""
        if self.job:
            return
        self.found, self.recipe = None, self._session.recipe
        self._ask(
            messages.Corrupt,
            self.tr("Measuring corrupted samples"),
            self._take,
            self._updated,
            self.tr("Stopped. Measured values are kept."),
            recipe=self.recipe,
            samples=samples,
        )

    def start_elsewhere(self, path: str, trusted: Trust = NOBODY) -> None:
        """Measure the current recipe on the data of this file or folder."""
        if self.job:
            return
        recipe = self._session.recipe

        def take(found: Robustness) -> None:
            if found.elsewhere is not None:
                self.elsewhere[path] = found.elsewhere, recipe

        self._ask(
            messages.Corrupt,
            self.tr("Measuring other data"),
            take,
            lambda _: None,
            self.tr("Stopped. Measured values are kept."),
            recipe=recipe,
            samples=0,
            other=path,
            trusted=trusted,
        )

    def forget(self) -> None:
        self.found, self.elsewhere = None, {}
        self._drop()

    def _take(self, found: Robustness) -> None:
        self.found = found

    def _updated(self, found: Robustness) -> None:
        self._take(found)
        self.changed.emit()


class RobustnessPage(QWidget):
    """A plot of one kind of corruption, or of the mean over all, above the table of all kinds and severities."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.corruptions = session, Corruptions(session)
        self.samples = QSpinBox(self, minimum=1, maximum=MOST, value=FEW)
        self.samples.setAccessibleName(self.tr("Samples"))
        self.samples.setMaximumWidth(NARROW)
        self.samples.setToolTip(self.tr("Both models run these samples once for each kind and strength"))
        self.start_button = QPushButton(self.tr("Measure"), self)
        self.start_button.setObjectName("primary")
        self.other_button = QPushButton(self.tr("Other data…"), self)
        self.other_button.setToolTip(
            self.tr(
                "Measure original and recipe on another data set: whether as much is lost there. A file or a folder of "
                "images can be dropped here, too."
            )
        )
        menu = QMenu(self.other_button)
        menu.addAction(self.tr("File…"), self.ask_other)
        menu.addAction(self.tr("Folder of images…"), self.ask_other_folder)
        self.other_button.setMenu(menu)
        self.drop_hint = DropHint(
            self,
            lambda files: self.measure_other(files[0]),
            self.tr("Drop another data set: a file or a folder of images"),
            lambda: self.other_button.isEnabled(),
        )
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(self.tr("Corruption"))
        self.kind.setToolTip(self.tr("The corruption that is drawn"))
        self.running = Running(self.tr("Stop measuring"), session.trainings, self)
        self.note = muted("", self)
        self.plot = RobustnessPlot(self)
        titles = (self.tr("Corruption"), self.tr("Strength"), self.tr("Original"), self.tr("Recipe"))
        self.table = RowsTable((*titles, self.tr("Drop"), self.tr("Robustness lost")), self.tr("Corruptions"), self)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        for widget in (Plain(self.tr("Samples"), self), self.samples, self.start_button, self.other_button):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.kind)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.UNIT)
        column.setSpacing(theme.UNIT)
        column.addLayout(row)
        column.addWidget(self.running)
        column.addWidget(self.note)
        column.addWidget(self.plot, 1)
        column.addLayout(at_most(WIDEST, self.table), 1)

    def _connect(self) -> None:
        session, corruptions = self._session, self.corruptions
        shown = session.turns.piece(self, self.refresh, Place.ELSEWHERE)
        for signal in (session.data_changed, session.recipe_changed, session.model_changed, corruptions.changed):
            signal.connect(shown.soon)
        progress = session.turns.piece(
            self.running, lambda: self.running.show_progress(corruptions.progress), Place.ELSEWHERE
        )
        corruptions.progressed.connect(progress.soon)
        theme.signals.changed.connect(self._draw)
        self.start_button.clicked.connect(self.start)
        self.running.stop.clicked.connect(corruptions.stop)
        self.kind.activated.connect(lambda _: self._draw())

    def start(self) -> None:
        self.corruptions.start(self.samples.value())

    def ask_other(self) -> None:
        """Choose a file of another data set."""
        kinds = " ".join(f"*{suffix}" for suffix in (*DATA, ".txt", ".py"))
        filters = self.tr("Data ({kinds});;All files (*)").format(kinds=kinds)
        dialogs.choose_file(self, self.tr("Other data"), filters, self.measure_other, self._folder())

    def ask_other_folder(self) -> None:
        """Choose a folder of images in class folders."""
        dialogs.choose_folder(self, self.tr("Other data"), self.measure_other, self._folder())

    def measure_other(self, path: str) -> None:
        """Measure on this file or folder, after the question that code needs."""
        dialogs.with_trust(self, path, self.corruptions.start_elsewhere)

    def _folder(self) -> str:
        attached = self._session.data
        return str(Path(attached.path).parent) if attached is not None else ""

    def refresh(self) -> None:
        """Show the results so far, and enable the buttons."""
        corruptions, session = self.corruptions, self._session
        found, running = corruptions.found, bool(corruptions.job)
        self.running.setVisible(running)
        for button in (self.start_button, self.other_button):
            button.setEnabled(not running and session.data is not None)
        self.note.setText(self._words())
        self.note.setVisible(bool(self.note.text()))
        kinds = ("", *(found.kinds if found is not None else ()))
        if [self.kind.itemData(place) for place in range(self.kind.count())] != list(kinds):
            chosen = self.kind.currentData()
            self.kind.clear()
            for kind in kinds:
                self.kind.addItem(kind_words(kind) if kind else self.tr("All corruptions (mean)"), kind)
            self.kind.setCurrentIndex(max(self.kind.findData(chosen), 0))
        self.kind.setVisible(found is not None)
        others = corruptions.elsewhere
        self.table.setVisible(found is not None or bool(others))
        rows = found.rows if found is not None else ()
        shown, keys = [self._row(row) for row in rows], [(row.kind, row.strength) for row in rows]
        between = [self._elsewhere(each) for each, _ in others.values()]  # after the clean samples
        self.table.rows.show_rows([*shown[:1], *between, *shown[1:]], [*keys[:1], *others, *keys[1:]])
        self._draw()

    def _draw(self) -> None:
        self.plot.show_kind(self.corruptions.found, self.kind.currentData() or "")
        if self._session.data is None:
            self.plot.show_sentence("")  # Measure cannot be pressed; the note says why

    def _words(self) -> str:
        corruptions = self.corruptions
        if self._session.data is None:
            return self.tr("Open a data set to measure on corrupted samples.")
        parts = [said(corruptions.failure)] if corruptions.failure else []
        if (found := corruptions.found) is not None:
            words = self.tr(
                "● measured on {n} samples, corrupted alike for both. Robustness lost: the drop less that on clean "
                "samples; on average {lost}."
            )
            parts.append(words.format(n=f"{found.samples:,}", lost=format.plain_loss(found.lost, found.metric)))
        measured = [corruptions.recipe] if found is not None else []
        measured += [recipe for _, recipe in corruptions.elsewhere.values()]
        if any(recipe.in_effect != self._session.recipe.in_effect for recipe in measured):
            parts.append(self.tr("The recipe has changed since."))
        return " ".join(parts)

    def _elsewhere(self, found: Elsewhere) -> list[Value]:
        """Return the row of another data set."""
        metric, samples = self._session.metric, found.samples
        drop, lost = (
            format.loss_text(value, metric) + format.margin_text(Figure(value, "measured", samples, low, high), metric)
            for value, low, high in ((found.drop, found.low, found.high), (found.lost, found.lost_low, found.lost_high))
        )
        name = self.tr("{name}, {n} samples").format(name=plain(Path(found.data).name), n=f"{samples:,}")
        return [
            Value(name, found.data, tip="\n".join((found.data, *map(said, found.notes)))),
            Value("–", 0),
            *(Value(format.value_text(value, metric), value) for value in (found.first, found.second)),
            Value(drop, found.drop),
            Value(lost, found.lost),
        ]

    def _row(self, row: Corrupted) -> list[Value]:
        found = self.corruptions.found
        assert found is not None
        metric = found.metric
        figure = Figure(row.lost, "measured", found.samples, row.low, row.high)
        lost = format.loss_text(row.lost, metric) + format.margin_text(figure, metric)
        return [
            Value(kind_words(row.kind), row.kind),
            Value(str(row.strength or "–"), row.strength),
            *(Value(format.value_text(value, metric), value) for value in (row.first, row.second)),
            Value(format.loss_text(row.drop, metric), row.drop),
            Value(lost if row.strength else "–", row.lost),
        ]
