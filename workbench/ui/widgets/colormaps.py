"""The colour map of data that the user chose. Apart from the theme, because pyqtgraph takes long to import."""

import pyqtgraph as pg
from PySide6.QtGui import QColor

from workbench.ui.widgets import theme


def chosen() -> pg.ColorMap:
    return pg.colormap.get(theme.data_colors())


def sample(strength: float, name: str = "") -> QColor:
    """A colour of the map, 0..1; of the chosen one where none is named."""
    return pg.colormap.get(name or theme.data_colors()).map(min(max(strength, 0.0), 1.0), mode="qcolor")
