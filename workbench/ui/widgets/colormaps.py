"""The colour map that the user chose for data. Separate from the theme, because pyqtgraph takes long to import."""

import pyqtgraph as pg
from PySide6.QtGui import QColor

from workbench.ui.widgets import theme


def chosen() -> pg.ColorMap:
    return pg.colormap.get(theme.data_colors())


def sample(strength: float, name: str = "") -> QColor:
    """Return a colour of the map, 0..1; of the chosen one if none is named."""
    return pg.colormap.get(name or theme.data_colors()).map(min(max(strength, 0.0), 1.0), mode="qcolor")
