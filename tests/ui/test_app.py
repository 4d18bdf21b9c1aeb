"""What the application tells the desktop."""

import pytest
from PySide6.QtGui import QIcon

from workbench.core.base.resources import resource_path
from workbench.ui.shell.app import ICON


@pytest.mark.parametrize("pixels", [16, 32, 128])
def test_the_icon_is_drawn_at_every_size(qapp, pixels):
    drawn = QIcon(str(resource_path(ICON))).pixmap(pixels, pixels).toImage()
    assert drawn.width() == pixels
    shades = {
        drawn.pixelColor(x, y).name()
        for x in range(pixels)
        for y in range(pixels)
        if drawn.pixelColor(x, y).alpha() == 255
    }
    assert "#2a5fcc" in shades and len(shades) > 3, "bars on a ground"
