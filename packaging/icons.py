"""Renders the icon in the sizes of the hicolor theme, into packaging/desktop/icons: `python packaging/icons.py`.

The pictures are checked in, so that building needs no Qt.
"""

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ROOT = Path(__file__).parents[1]


def rendered(size: int) -> QImage:
    """The icon, `size` pixels wide and high, with what is around it transparent."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(ROOT / "resources" / "workbench.svg")).render(painter)
    painter.end()
    return image


def main() -> int | str:
    for size in SIZES:
        target = ROOT / "packaging" / "desktop" / "icons" / f"{size}.png"
        if not rendered(size).save(str(target)):
            return f"Cannot write {target}."
    return 0


if __name__ == "__main__":
    sys.exit(main())
