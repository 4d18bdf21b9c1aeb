"""Conversion of pixel arrays to images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    import numpy as np


def image_of(pixels: np.ndarray) -> QImage:
    """Return an image of uint8 pixels, [height, width] or [height, width, 3], with its own copy of them."""
    height, width = pixels.shape[:2]
    grey = pixels.ndim == 2
    form = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    return QImage(pixels.tobytes(), width, height, width * (1 if grey else 3), form).copy()
