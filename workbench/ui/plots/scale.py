"""Colour scale of an image: a strip with its ends."""

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.ui.plots.axis import number
from workbench.ui.text.i18n import titled
from workbench.ui.widgets import theme

STRIP = 72


class ColorScale(QWidget):
    """Colour scale from −reach to reach, with a caption."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._caption, self._ends = caption, ("", "")
        self._map: pg.ColorMap | None = None
        self.setFont(theme.font(-1))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_scale(self, colors: pg.ColorMap, reach: float) -> None:
        self._map, self._ends = colors, (f"−{number(reach)}", number(reach))
        self.setAccessibleName(titled(self._caption, " … ".join(self._ends)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        words = sum(metrics.horizontalAdvance(text) for text in (self._caption, *self._ends))
        return QSize(round(words) + STRIP + 3 * theme.UNIT, round(metrics.height()) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._map is None:
            return
        painter = QPainter(self)
        painter.setPen(theme.colors().muted)
        metrics, left, height = QFontMetricsF(self.font()), 0.0, float(self.height())
        for index, text in enumerate((self._caption, self._ends[0], None, self._ends[1])):
            if text is None:
                strip = QRectF(left, height * 0.2, STRIP, height * 0.6)
                painter.fillRect(strip, self._gradient(strip))
                left += STRIP + theme.HALF
                continue
            width = metrics.horizontalAdvance(text) + 1
            painter.drawText(QRectF(left, 0, width, height), Qt.AlignmentFlag.AlignVCenter, text)
            left += width + (theme.UNIT if index == 0 else theme.HALF)
        painter.end()

    def _gradient(self, strip: QRectF) -> QLinearGradient:
        assert self._map is not None
        gradient = QLinearGradient(strip.topLeft(), strip.topRight())
        for step in range(9):
            gradient.setColorAt(step / 8, self._map.map(step / 8, mode="qcolor"))
        return gradient
