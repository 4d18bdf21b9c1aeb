"""Icons: single-colour line drawings in resources/icons, 24 units wide, coloured when they are drawn."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from workbench.core.base.resources import resource_path

SIZES = (16, 20, 24, 32)  # in logical pixels
DENSITIES = (1, 2, 3)  # an icon must be sharp on whichever screen its window is dragged to


@lru_cache(maxsize=512)
def icon(name: str, color: str, disabled: str, selected: str) -> QIcon:
    """Return the icon in these colours ('#rrggbb'), for all sizes and screens; `selected` is that in a selected row."""
    result = QIcon()
    modes = QIcon.Mode
    for mode, tint in ((modes.Normal, color), (modes.Disabled, disabled), (modes.Selected, selected)):
        for size in SIZES:
            for density in DENSITIES:
                result.addPixmap(pixmap(name, tint, size, density), mode)
    return result


def pixmap(name: str, color: str, size: int, density: float = 1.0) -> QPixmap:
    """Return one drawing, `size` logical pixels wide."""
    drawing = QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))
    result = QPixmap(round(size * density), round(size * density))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.render(painter, QRectF(0, 0, result.width(), result.height()))
    painter.end()
    result.setDevicePixelRatio(density)
    return result


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resource_path(f"icons/{name}.svg").read_text(encoding="utf-8")


def hexes(color: QColor) -> str:
    return color.name(QColor.NameFormat.HexRgb)
