"""Compare tab: snapshots, and the predictions that the current recipe changed, sample by sample."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from workbench.ui.commands.snapshot_commands import SnapshotCommands
from workbench.ui.session.session import Session
from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions
from workbench.ui.tabs.compare.classes import ClassesPage
from workbench.ui.tabs.compare.confusion import ConfusionPage
from workbench.ui.tabs.compare.robustness.page import RobustnessPage
from workbench.ui.tabs.compare.samples import SamplesPage
from workbench.ui.tabs.compare.snapshots_page import SnapshotsPage
from workbench.ui.text.i18n import listed
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle
from workbench.ui.widgets.labels import muted

NARROWEST = 240


class CompareTab(QWidget):
    """Five pages. Predictions are requested while one of their three pages is visible, corrupted samples by a
    button."""

    def __init__(self, session: Session, commands: SnapshotCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.findings = ChangedPredictions(session, self)
        self.states = SnapshotsPage(session, commands, self)
        self.confusion = ConfusionPage(self)
        self.classes = ClassesPage(self)
        self.samples = SamplesPage(self.findings, self)
        self.robustness = RobustnessPage(session, self)
        self.pages = QStackedWidget(self)
        self.buttons: dict[QWidget, QToolButton] = {}
        titles = {
            self.states: self.tr("Snapshots"),
            self.confusion: self.tr("Confusion"),
            self.classes: self.tr("Classes"),
            self.samples: self.tr("Samples"),
            self.robustness: self.tr("Corruptions"),
        }
        self._group = QButtonGroup(self)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, 0)
        bar.setSpacing(theme.UNIT)
        for page, title in titles.items():
            button = toggle(self, title)
            button.clicked.connect(lambda _=False, page=page: self.show_page(page))
            self._group.addButton(button)
            self.buttons[page] = button
            self.pages.addWidget(page)
            bar.addWidget(button)
        bar.addStretch(1)
        self.state = muted("", self)
        self.state.setContentsMargins(theme.DOUBLE, theme.HALF, theme.DOUBLE, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addLayout(bar)
        column.addWidget(self.state)
        column.addWidget(self.pages, 1)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumWidth(NARROWEST)
        self._connect()
        self.show_page(self.states)

    def _connect(self) -> None:
        self.confusion.chosen.connect(self._look_at_cell)
        self.classes.chosen.connect(self._look_at_class)
        self.classes.attribution_asked.connect(self._attribute_class)
        self.samples.suspects.layer_chosen.connect(lambda path: self._session.select([path]))
        self.findings.changed.connect(self.refresh)
        self._session.data_changed.connect(self.refresh)

    def show_page(self, page: QWidget) -> None:
        self.buttons[page].setChecked(True)
        self.pages.setCurrentWidget(page)
        self._watch()

    def refresh(self) -> None:
        """Show the last comparison, marked as outdated while the current recipe is being compared."""
        if not self.isVisible():
            return
        changes = self.findings.changes
        classes = bool(changes and changes.classes)
        for page in (self.confusion, self.classes):
            self.buttons[page].setEnabled(classes or changes is None)
        if changes is not None and not classes and self.pages.currentWidget() in (self.confusion, self.classes):
            self.show_page(self.samples)
        self.confusion.show_changes(changes if classes else None)
        self.classes.show_changes(changes if classes else None)
        self.samples.show_changes(changes)
        self.state.setText(self._words())
        self.state.setVisible(self._of_predictions and bool(self.state.text()))
        for widget in (self.confusion.map, self.classes.table, self.samples.list):
            widget.setEnabled(self.findings.current)

    def _words(self) -> str:
        changes, findings = self.findings.changes, self.findings
        if self._session.data is None:
            return self.tr("Open a data set to compare predictions.")
        if findings.failure and not findings.current:
            return findings.failure
        if not findings.current or changes is None:
            return self.tr("Comparing predictions…")
        words = self.tr("● measured on {n} samples, recipe against original").format(n=f"{changes.samples:,}")
        if changes.trained is not None:
            words = listed((words, self.tr("trained") if changes.trained else self.tr("before training")))
        return words

    @property
    def _of_predictions(self) -> bool:
        return self.pages.currentWidget() in (self.confusion, self.classes, self.samples)

    def _watch(self) -> None:
        self.findings.watch(self.isVisible() and self._of_predictions)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.findings.watch(False)

    # -- from one page to another ----------------------------------------------------------------------------------

    def _look_at_cell(self, truth: int, decision: int) -> None:
        self.samples.look_at(truth, decision)
        self.show_page(self.samples)
        self.samples.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _look_at_class(self, name: str) -> None:
        assert self.findings.changes is not None
        self.samples.look_at(self.findings.changes.classes.index(name))
        self.show_page(self.samples)

    def _attribute_class(self, name: str) -> None:
        self._look_at_class(name)
        self.samples.list.clearSelection()
        self.samples.ask()
