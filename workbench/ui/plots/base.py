"""What every plot has: a title, a read-out under the mouse, a sentence when there is nothing to draw, a way to save."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QGuiApplication, QPainter, QPalette, QPixmap, QResizeEvent
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.ui import theme
from workbench.ui.plots.table import FigureTable

HEAD = 28
SAVED_WIDTH = 1600      # pixels of a saved picture, whatever the window's size


class ElidedLabel(QLabel):
    """One line that is cut with … where it does not fit; the tooltip has all of it."""

    def __init__(self, text: str = "", parent: QWidget | None = None,
                 mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.full = ""
        self.show_text(text)

    def show_text(self, text: str) -> None:
        self.full = text
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self.full, self._mode, max(self.width(), 1))
        self.setText(shown)
        self.setToolTip(self.full if shown != self.full else "")

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())


def toggle(parent: QWidget, text: str, name: str, tip: str) -> QToolButton:
    """A button above a plot that stays down."""
    button = QToolButton(parent)
    button.setObjectName("toggle")
    button.setText(text)
    button.setCheckable(True)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    return button


class PlotPanel(QWidget):
    """Title, canvas, a line that says what is under the mouse, a table. Subclasses fill them and answer `to_csv`.

    The canvas is a canvas.Canvas, or another widget that draws.
    """

    def __init__(self, title: str, canvas: Any, captions: Sequence[str], corner: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self.title = QLabel(title, self)
        self.title.setFont(theme.font(0, QFont.Weight.DemiBold))
        self.subtitle = ElidedLabel(parent=self, mode=Qt.TextElideMode.ElideMiddle)
        self.subtitle.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(theme.HALF)
        self.readout = ElidedLabel(parent=self)
        self.readout.setFont(theme.font(-1))
        self.readout.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.empty = QLabel(self)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.pages = QStackedWidget(self)
        self.pages.addWidget(canvas)
        self.pages.addWidget(self.empty)
        self.table = FigureTable(captions, corner, self)
        head = QHBoxLayout()
        head.setSpacing(theme.UNIT)
        head.addWidget(self.title)
        self.title.setMinimumHeight(HEAD)       # with or without tools, plots beside each other begin at one height
        head.addWidget(self.subtitle, 1)
        head.addLayout(self.tools)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.HALF)
        self.column.addLayout(head)
        self.column.addWidget(self.pages, 1)
        self.column.addWidget(self.readout)
        self.column.addWidget(self.table)
        self.setMinimumSize(280, 220)
        canvas.setAccessibleName(title)
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        canvas.customContextMenuRequested.connect(self._show_menu)
        theme.signals.changed.connect(self.redraw)

    def redraw(self) -> None:
        """Draw again what is shown, in the colours of the theme."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:      # on another screen: pens count its pixels
            self.redraw()
        return super().event(event)

    def to_csv(self) -> str:
        """The numbers behind the curves."""
        return ""

    def show_sentence(self, text: str) -> None:
        """Nothing to draw, and why."""
        self.empty.setText(text)
        self._turn(self.empty)

    def show_canvas(self) -> None:
        self._turn(self.canvas)

    def _turn(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        drawn = page is self.canvas
        for widget in (self.readout, self.table, *self.findChildren(QToolButton)):
            widget.setVisible(drawn)

    # -- saving ----------------------------------------------------------------------------------------------------

    def save(self, path: str) -> None:
        """As PNG or SVG, by the suffix."""
        if Path(path).suffix.lower() == ".svg":
            self._save_svg(path)
        else:
            self._picture().save(path)

    def build_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(self.tr("Save picture…"), self._ask_and_save)
        menu.addAction(theme.icon("copy"), self.tr("Copy picture"),
                       lambda: QGuiApplication.clipboard().setPixmap(self._picture()))
        menu.addAction(self.tr("Copy numbers as CSV"), lambda: QGuiApplication.clipboard().setText(self.to_csv()))
        return menu

    def _show_menu(self, where: QPoint) -> None:
        self.build_menu().popup(self.canvas.mapToGlobal(where))

    def _ask_and_save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("Save picture"), "plot.svg",
                                              self.tr("Pictures (*.svg *.png)"))
        if path:
            self.save(path)

    def _picture(self) -> QPixmap:
        scale = max(SAVED_WIDTH / max(self.width(), 1), 1.0)
        picture = QPixmap(self.size() * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(theme.colors().surface)
        self.render(picture, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        return picture

    def _save_svg(self, path: str) -> None:
        generator = QSvgGenerator()
        generator.setFileName(path)
        generator.setSize(self.size())
        generator.setViewBox(QRect(QPoint(), self.size()))
        generator.setTitle(self.title.text())
        painter = QPainter(generator)
        self.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        painter.end()
