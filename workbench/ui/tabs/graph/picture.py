"""The whole graph as a file: SVG as it is, or a PNG of it."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from workbench.core.base.errors import UserError
from workbench.core.base.files import write_bytes
from workbench.ui.widgets import theme

FONTS = 'font-family="Inter, sans-serif"'  # as the bridge writes it
DENSITY = 2.0  # pixels of a PNG per unit of the graph, ...
MOST_PIXELS = 1 << 26  # ... and in total: a larger graph is scaled down


def save(svg: str, path: str) -> None:
    """Write the image, by the suffix. Raises UserError if there is none, or it cannot be written."""
    if not svg:
        raise UserError("The graph is not drawn yet.", "Open the Graph tab and wait for it.")
    write_bytes(Path(path), svg.encode() if path.lower().endswith(".svg") else _png(svg))


def _png(svg: str) -> bytes:
    # Qt takes a list of families for the name of one, and draws with a wider font that the boxes have no room for.
    drawing = QSvgRenderer(QByteArray(svg.replace(FONTS, f'font-family="{theme.FAMILY}"').encode()))
    size = drawing.defaultSize()
    if size.isEmpty():
        raise UserError("The graph cannot be drawn as PNG.", "Save it as SVG.")
    scale = min(DENSITY, (MOST_PIXELS / (size.width() * size.height())) ** 0.5)
    image = QImage(QSize(round(size.width() * scale), round(size.height() * scale)), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    drawing.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
