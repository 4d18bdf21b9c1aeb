"""Sensitivity tab: drops per layer and candidate as a matrix, sweeps of one parameter as a curve."""

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.ui.session.scans import Scans
from workbench.ui.session.session import Session
from workbench.ui.session.sweeps import Sweeps
from workbench.ui.tabs.sensitivity.scan_page import ScanPage
from workbench.ui.tabs.sensitivity.sweep_page import SweepPage
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle


class SensitivityTab(QWidget):
    """Two pages; the switch is at the top."""

    def __init__(self, session: Session, scans: Scans, sweeps: Sweeps, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages = QStackedWidget(self)
        self.scan_page = ScanPage(session, scans, self.pages)
        self.sweep_page = SweepPage(session, sweeps, self.pages)
        self.switch = QButtonGroup(self)
        head = QHBoxLayout()
        head.setSpacing(theme.UNIT)
        for index, (page, title) in enumerate(
            ((self.scan_page, self.tr("Layers × candidates")), (self.sweep_page, self.tr("One parameter")))
        ):
            self.pages.addWidget(page)
            button = toggle(self, title)
            self.switch.addButton(button, index)
            head.addWidget(button)
        head.addStretch(1)
        self.switch.button(0).setChecked(True)
        self.switch.idClicked.connect(self.pages.setCurrentIndex)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.DOUBLE)
        column.setSpacing(theme.UNIT)
        column.addLayout(head)
        column.addWidget(self.pages, 1)

    def scan(self) -> None:
        """Start the scan that the controls of the matrix describe."""
        self._turn(0)
        self.scan_page.start()

    def sweep(self) -> None:
        """Start the sweep that the form of the curve describes."""
        self._turn(1)
        self.sweep_page.start()

    def _turn(self, index: int) -> None:
        self.switch.button(index).setChecked(True)
        self.pages.setCurrentIndex(index)
