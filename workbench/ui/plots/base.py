"""Base of all plots: title, readout under the mouse, empty state, export."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from workbench.ui.plots.plot_export import PlotExport
from workbench.ui.plots.table import FigureTable
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Elided, Plain

HEAD = 28
SMALLEST = (280, 150)  # pixels


class Readout(Elided):
    """Readout of a plot; `said` announces it to screen readers."""

    said = Signal(str)

    def show_text(self, text: str, *shorter: str) -> None:
        super().show_text(text, *shorter)
        self.said.emit(text)


class PlotPanel(QWidget):
    """Title, canvas, readout, table. Subclasses fill them and implement `to_csv`.

    The canvas is a canvas.Canvas, or another widget that draws.
    """

    def __init__(
        self, title: str, canvas: Any, captions: Sequence[str], corner: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self.title = Plain(title, self)
        self.title.setFont(theme.font(0, QFont.Weight.DemiBold))
        self.subtitle = Elided(Qt.TextElideMode.ElideMiddle, self)
        self.subtitle.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(theme.HALF)
        self.readout = Readout(Qt.TextElideMode.ElideRight, self)
        self.readout.said.connect(canvas.setAccessibleDescription)
        self.readout.setFont(theme.font(-1))
        self.readout.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty = Plain(self)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.pages = QStackedWidget(self)
        self._turned_to: QWidget | None = None  # as the subclass asked, which is not yet the case
        self.pages.addWidget(canvas)
        self.pages.addWidget(self.empty)
        self.table = FigureTable(captions, corner, self)
        head = QHBoxLayout()
        head.setSpacing(theme.UNIT)
        head.addWidget(self.title)
        self.title.setMinimumHeight(HEAD)  # with or without tools, adjacent plots begin at the same height
        head.addWidget(self.subtitle, 1)
        head.addLayout(self.tools)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.HALF)
        self.column.addLayout(head)
        self.column.addWidget(self.pages, 1)
        self.column.addWidget(self.readout)
        self.column.addWidget(self.table)
        self.setMinimumSize(*SMALLEST)
        canvas.setAccessibleName(title)
        self.keeper = PlotExport(self, self.title, canvas, self.to_csv, self.whole)
        head.addWidget(self.keeper.button)
        theme.signals.changed.connect(self.redraw)

    def redraw(self) -> None:
        """Draw again, in the colours of the theme."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:  # on another screen: pens count its pixels
            self.redraw()
        return super().event(event)

    def to_csv(self) -> str:
        """Return the numbers behind the curves."""
        return ""

    def whole(self) -> "PlotPanel":
        """Return the widget to export: this, or a copy with room for what is scrolled out of view."""
        return self

    def save(self, path: str) -> None:
        """Save as PNG, SVG, CSV or HTML, by the suffix."""
        self.keeper.save(path)

    def show_sentence(self, text: str) -> None:
        """Show a sentence in place of the plot."""
        self.empty.setText(text)
        self._turn(self.empty)

    def show_canvas(self) -> None:
        self._turn(self.canvas)

    def _turn(self, page: QWidget) -> None:
        if page is self._turned_to:
            return
        self._turned_to = page
        self.pages.setCurrentWidget(page)
        drawn = page is self.canvas
        for widget in (self.readout, self.table, *self.findChildren(QToolButton)):
            widget.setVisible(drawn)
