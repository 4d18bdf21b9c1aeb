"""A weight matrix as three linked maps, before, after and their difference; zooming requests the detail."""

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.core.layer_data.layer_queries import WantTile
from workbench.core.layer_data.pictures import Tile
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.scale import ColorScale
from workbench.ui.plots.weights.heat_canvas import HeatCanvas, Place
from workbench.ui.text.i18n import listed, titled
from workbench.ui.widgets import colormaps, theme
from workbench.ui.widgets.buttons import small

REST_MS = 120  # pause in movement after which the detail is requested
DIVERGING = "CET-D1"  # blue, white, red: told apart by colour-blind eyes (Kovesi 2015, Good colour maps)


class HeatMaps(PlotPanel):
    """Signal: `wanted(WantTile)`: the part to draw; it comes back by `show_picture`."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = HeatCanvas()
        super().__init__(self.tr("Weight matrix"), canvas, (), parent=parent)
        self.table.hide()
        self.heat = canvas
        self._tool("+", self.tr("Zoom in"), lambda: canvas.zoom(2))
        self._tool("−", self.tr("Zoom out"), lambda: canvas.zoom(0.5))
        self._tool(self.tr("Show all"), self.tr("Show all weights"), canvas.show_all)
        self.scale = ColorScale(self.tr("before and after"), self)
        self.change_scale = ColorScale(self.tr("difference"), self)
        scales = QHBoxLayout()
        scales.setSpacing(theme.TRIPLE)
        scales.addWidget(self.scale)
        scales.addWidget(self.change_scale)
        scales.addStretch(1)
        self.column.addLayout(scales)
        self.tile: Tile | None = None
        self._asked: WantTile | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.ask)
        canvas.moved.connect(self._rest.start)
        canvas.hovered.connect(self._on_hovered)
        self._name_maps()
        self.show_sentence(self.tr("Drawing the weights…"))

    def _tool(self, text: str, name: str, verb: Callable[[], object]) -> None:
        button = small(self, text, name, name)
        button.clicked.connect(lambda: verb())
        self.tools.addWidget(button)

    def _name_maps(self) -> None:
        titles = (self.tr("before"), self.tr("after"), self.tr("difference"))
        for each, title in zip(self.heat.maps, titles, strict=True):
            each.setLabel("bottom", title)
            each.setAccessibleName(title)
        self.heat.maps[0].setLabel("left", self.tr("output channel"))

    def forget(self) -> None:
        """Show the whole matrix again, as the layer changed."""
        self.tile = self._asked = None
        self.heat.read(None)
        self.show_sentence(self.tr("Drawing the weights…"))

    def ask(self) -> None:
        """Request as many cells as there are pixels, for the part in view."""
        size = self.heat.maps[0].box.size()
        height, width = (max(round(side), 64) for side in (size.height(), size.width()))
        rows, columns = self.heat.part() if self.tile is not None else (None, None)
        self._asked = WantTile(height, width, rows, columns)
        self.wanted.emit(self._asked)

    def show_picture(self, wanted: WantTile, tile: Tile) -> None:
        if wanted != self._asked:
            return
        fresh = self.tile is None or self.tile.shape != tile.shape
        self.tile = tile
        self.show_canvas()
        self.subtitle.show_text(*self._meanings(tile))
        if fresh:
            self.heat.set_shape(tile.shape)
            self._rest.stop()
        self.redraw()
        self.heat.set_cells((tile.rows[0], tile.columns[0]), tile.block)

    def _turn(self, page: QWidget) -> None:
        super()._turn(page)
        self.table.hide()
        for scale in (self.scale, self.change_scale):
            scale.setVisible(page is self.canvas)

    def redraw(self) -> None:
        self.heat.dress()
        tile = self.tile
        if tile is None:
            return
        edited = tile.after is not None
        self.heat.show_maps(edited)
        self.change_scale.setVisible(edited)
        largest, change = tile.largest or 1.0, tile.change or 1.0
        pictures = (tile.before, tile.after, tile.after - tile.before if tile.after is not None else None)
        reaches = (largest, largest, change)
        maps = (colormaps.chosen(), colormaps.chosen(), pg.colormap.get(DIVERGING))
        where = QRectF(tile.columns[0], tile.rows[0], tile.columns[1] - tile.columns[0], tile.rows[1] - tile.rows[0])
        # The last block may have fewer weights than the others but is drawn equally large.
        where.setWidth(tile.block[1] * tile.before.shape[1])
        where.setHeight(tile.block[0] * tile.before.shape[0])
        for each, picture, reach, colors in zip(self.heat.maps, pictures, reaches, maps, strict=True):
            if picture is not None:
                each.image.setImage(picture, levels=(-reach, reach), lut=colors.getLookupTable(nPts=256))
                each.image.setRect(where)
        self.scale.show_scale(colormaps.chosen(), largest)
        self.change_scale.show_scale(pg.colormap.get(DIVERGING), change)

    # -- words -----------------------------------------------------------------------------------------------------

    def _on_hovered(self, at: Place | None) -> None:
        tile = self.tile
        if tile is None:
            return
        if at is None or not (tile.rows[0] <= at[0] < tile.rows[1] and tile.columns[0] <= at[1] < tile.columns[1]):
            self.readout.show_text(self._summary(tile))
            return
        row, column = (at[0] - tile.rows[0]) // tile.block[0], (at[1] - tile.columns[0]) // tile.block[1]
        text = titled(self._place(tile, row, column), number(float(tile.before[row, column])))
        if tile.after is not None:
            after = float(tile.after[row, column])
            text += f" → {self.tr('removed') if np.isnan(after) else number(after)}"
        self.readout.show_text(text)

    def _meanings(self, tile: Tile) -> tuple[str, ...]:
        """Return what rows and columns are, and the same in fewer words."""
        if not tile.kernel:
            return self.tr("rows: output channels; columns: inputs"), self.tr("outputs × inputs")
        kernel = " × ".join(str(size) for size in tile.kernel)
        return (
            self.tr("rows: output channels; columns: inputs × kernel {kernel}").format(kernel=kernel),
            self.tr("outputs × (inputs × {kernel})").format(kernel=kernel),
        )

    def _summary(self, tile: Tile) -> str:
        down, across = tile.block
        if (down, across) == (1, 1):
            text = self.tr("one cell per weight")
        else:
            text = self.tr("each cell is the mean of {down} × {across} weights; zoom in for single weights").format(
                down=down, across=across
            )
        return (
            self.tr("{rows} × {columns} weights").format(rows=f"{tile.shape[0]:,}", columns=f"{tile.shape[1]:,}")
            + "  ·  "
            + text
        )

    def _place(self, tile: Tile, row: int, column: int) -> str:
        """Return a cell in words: output, input, and kernel position."""
        first, left = tile.rows[0] + row * tile.block[0], tile.columns[0] + column * tile.block[1]
        if tile.block != (1, 1):
            return self.tr("mean of outputs {first} to {last}, columns {left} to {right}").format(
                first=first,
                last=min(first + tile.block[0], tile.rows[1]) - 1,
                left=left,
                right=min(left + tile.block[1], tile.columns[1]) - 1,
            )
        if not tile.kernel:
            return self.tr("output {output}, input {input}").format(output=first, input=left)
        inside = np.unravel_index(left % int(np.prod(tile.kernel)), tile.kernel)
        return self.tr("output {output}, input {input}, kernel {place}").format(
            output=first, input=left // int(np.prod(tile.kernel)), place=listed(str(int(at)) for at in inside)
        )

    def to_csv(self) -> str:
        """Return both matrices, one below the other; the first column and row are the positions of the cells."""
        tile = self.tile
        if tile is None:
            return ""
        first = range(tile.columns[0], tile.columns[1], tile.block[1])
        lines = []
        for name, values in (("before", tile.before), ("after", tile.after)):
            if values is not None:
                lines.append(f"{name}," + ",".join(map(str, first)))
                shape = ",".join(["%.6g"] * values.shape[1])
                lines += [
                    f"{tile.rows[0] + number * tile.block[0]}," + shape % tuple(row)
                    for number, row in enumerate(values.tolist())
                ]
        return "\n".join(lines) + "\n"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.tile is not None:
            self._rest.start()
