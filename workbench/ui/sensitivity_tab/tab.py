"""Sensitivity: what every layer can bear, as a matrix."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui import theme
from workbench.ui.scans import Scans
from workbench.ui.sensitivity_tab.scan_page import ScanPage
from workbench.ui.session import Session


class SensitivityTab(QWidget):
    """Two pages; the switch is at the top."""

    def __init__(self, session: Session, scans: Scans, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scan_page = ScanPage(session, scans, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.DOUBLE, theme.DOUBLE, theme.DOUBLE)
        column.addWidget(self.scan_page)

    def scan(self) -> None:
        """Begin to measure what the controls say."""
        self.scan_page.start()
