"""Export of a plot: saved or copied as an image or as numbers; the same for every plot, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QPainter, QPixmap, QShortcut, QStatusTipEvent
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from workbench.core.base.errors import UserError
from workbench.core.base.files import write_bytes
from workbench.ui.base import dialogs
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import small

WIDTH = 1600  # pixels of a saved picture, whatever the window's size
DRAWN = QWidget.RenderFlag.DrawChildren


class PlotExport(QObject):
    """The menu of a plot, its button and its keys: Ctrl+C copies the numbers while the plot has the focus.

    numbers   the plot's numbers, as CSV
    whole     the widget to draw: the plot, or a copy of it with room for what is scrolled out of view
    page      the plot and its data as a standalone page (HTML); None: it has none
    """

    def __init__(
        self, panel: QWidget, title: QLabel, canvas: QWidget, numbers: Callable[[], str], whole: Callable[[], QWidget]
    ) -> None:
        super().__init__(panel)
        self._panel, self._title, self._numbers, self._whole = panel, title, numbers, whole
        self.page: Callable[[], str] | None = None
        self.button = small(
            panel,
            "…",
            self.tr("Save or copy: {plot}").format(plot=title.text()),
            self.tr("Save or copy the image or the numbers (Ctrl+C copies the numbers)"),
        )
        self.button.clicked.connect(lambda: self.popup(self.button.mapToGlobal(self.button.rect().bottomLeft())))
        canvas.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        canvas.customContextMenuRequested.connect(lambda at: self.popup(canvas.mapToGlobal(at)))
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), canvas)
        copy.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.activated.connect(self.copy)

    def menu(self) -> QMenu:
        menu = QMenu(self._panel)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Save image…"), self.ask_picture)
        menu.addAction(self.tr("Save numbers…"), self.ask_numbers)
        if self.page is not None:
            menu.addAction(self.tr("Save page…"), self.ask_page)
        menu.addSeparator()
        menu.addAction(theme.icon("copy"), self.tr("Copy image"), self.copy_picture)
        menu.addAction(self.tr("Copy numbers as CSV"), self.copy)
        return menu

    def popup(self, at: QPoint) -> None:
        self.menu().popup(at)

    def copy(self) -> None:
        """Copy the numbers. Not with an image in one QMimeData: one created in Python outlives the program, and crashes
        at exit."""
        QGuiApplication.clipboard().setText(self._numbers())
        self._tell(self.tr("Numbers copied: {plot}").format(plot=self._title.text()))

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.picture())
        self._tell(self.tr("Image copied: {plot}").format(plot=self._title.text()))

    def _tell(self, text: str) -> None:
        """Show a message in the status bar of the window around it."""
        QApplication.sendEvent(self._panel, QStatusTipEvent(text))

    def ask_picture(self) -> None:
        dialogs.choose_target(
            self._panel,
            self.tr("Save image"),
            self.tr("SVG image (*.svg);;PNG image (*.png)"),
            self.save,
            "plot.svg",
            "svg",
        )

    def ask_numbers(self) -> None:
        dialogs.choose_target(
            self._panel, self.tr("Save numbers"), self.tr("CSV table (*.csv)"), self.save, "plot.csv", "csv"
        )

    def ask_page(self) -> None:
        dialogs.choose_target(
            self._panel, self.tr("Save page"), self.tr("Page (*.html)"), self.save, "plot.html", "html"
        )

    def save(self, path: str) -> None:
        """Save as PNG, SVG, CSV or HTML, by the suffix; a failure is shown in a dialog."""
        contents: dict[str, Callable[[], bytes]] = {".svg": self.svg, ".csv": lambda: self._numbers().encode()}
        if (page := self.page) is not None:
            contents[".html"] = lambda: page().encode()
        try:
            write_bytes(Path(path), contents.get(Path(path).suffix.lower(), self.png)())
        except UserError as error:
            dialogs.complain(self._panel, self.tr("Cannot save the plot"), error.what, error.hint)
            return
        self._tell(self.tr("Saved as {path}").format(path=path))

    def picture(self) -> QPixmap:
        panel = self._whole()
        scale = max(WIDTH / max(panel.width(), 1), 1.0)
        picture = QPixmap(panel.size() * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(theme.colors().surface)
        panel.render(picture, QPoint(), renderFlags=DRAWN)
        return picture

    def png(self) -> bytes:
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.picture().save(buffer, "PNG")
        return bytes(content.data())

    def svg(self) -> bytes:
        panel, content = self._whole(), QByteArray()
        buffer = QBuffer(content)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(panel.size())
        generator.setViewBox(QRect(QPoint(), panel.size()))
        generator.setTitle(self._title.text())
        painter = QPainter(generator)
        panel.render(painter, QPoint(), renderFlags=DRAWN)
        painter.end()
        return bytes(content.data())
