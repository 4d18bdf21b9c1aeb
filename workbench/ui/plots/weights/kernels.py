"""The kernels of a convolution as small images, in the order of their numbers or largest first."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from workbench.core.layer_data.layer_queries import WantKernels
from workbench.core.layer_data.pictures import Kernels
from workbench.ui.plots.axis import number
from workbench.ui.plots.base import PlotPanel
from workbench.ui.plots.scale import ColorScale
from workbench.ui.plots.weights.kernel_view import KernelView
from workbench.ui.text.i18n import titled
from workbench.ui.widgets import colormaps, theme
from workbench.ui.widgets.buttons import toggle

REST_MS = 120  # pause in resizing after which as many as fit are requested
SIDE = 30  # pixels of a picture
GAP = 4


class KernelCanvas(QWidget):
    """A grid of images. `paged(pages)` by the wheel and the Page keys; `hovered(index)`, −1 for none; `opened(index)`
    by a click, or Return.

    Arrows, Home and End go from image to image; Escape ends it.
    """

    paged = Signal(int)
    opened = Signal(int)
    hovered = Signal(int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[QImage] = []
        self._silent: list[bool] = []
        self._at = self._reading = -1  # what is read by mouse or keys; by keys
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def across(self) -> int:
        return max((self.width() - GAP) // (SIDE + GAP), 1)

    @property
    def room(self) -> int:
        """Number of images that fit."""
        return self.across * max((self.height() - GAP) // (SIDE + GAP), 1)

    def show_images(self, images: list[QImage], silent: list[bool]) -> None:
        self._images, self._silent = images, silent
        self._reading, self._at = (min(index, len(images) - 1) for index in (self._reading, self._at))
        self.update()

    def place(self, index: int) -> QRectF:
        row, column = divmod(index, self.across)
        return QRectF(GAP + column * (SIDE + GAP), GAP + row * (SIDE + GAP), SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.colors(), QPainter(self)
        painter.fillRect(self.rect(), colors.surface)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, image in enumerate(self._images):
            where = self.place(index)
            painter.drawImage(where, image)
            if self._silent[index]:
                painter.setPen(QPen(colors.bad, 1.5))
                painter.drawLine(where.topLeft(), where.bottomRight())
                painter.drawLine(where.topRight(), where.bottomLeft())
            if index == self._at:
                painter.setPen(QPen(colors.accent, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(where.adjusted(-1, -1, 1, 1))
        painter.end()

    @property
    def at(self) -> int:
        """The image under the mouse or chosen by keys; −1 for none."""
        return self._at

    def _look_at(self, index: int) -> None:
        if index != self._at:
            self._at = index
            self.hovered.emit(index)
            self.update()

    def index_at(self, where: QPointF) -> int:
        column, row = int(where.x() // (SIDE + GAP)), int(where.y() // (SIDE + GAP))
        index = row * self.across + column
        return index if column < self.across and 0 <= index < len(self._images) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._look_at(self.index_at(event.position()))

        shape = Qt.CursorShape.PointingHandCursor if self._at >= 0 else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self.opened.emit(index)

    def leaveEvent(self, event: object) -> None:
        self._look_at(self._reading)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._read(-1)
        super().focusOutEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.paged.emit(-1 if event.angleDelta().y() > 0 else 1)
        event.accept()

    def _read(self, index: int) -> None:
        self._reading = index
        self._look_at(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._images) - 1
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.across,
            Qt.Key.Key_Down: self.across,
            Qt.Key.Key_Home: -last,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in steps and self._images:
            start = self._reading if self._reading >= 0 else min(-steps[key], 0)  # the first key: the first picture
            self._read(min(max(start + steps[key], 0), last))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.paged.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._reading >= 0:
            self.opened.emit(self._reading)
        elif key == Qt.Key.Key_Escape and self._reading >= 0:
            self._read(-1)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class KernelGrid(PlotPanel):
    """Signal: `wanted(WantKernels)`: the images to draw; they come back by `show_picture`."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = KernelCanvas()
        super().__init__(self.tr("Kernels"), canvas, (), parent=parent)
        self.table.hide()
        self.grid = canvas
        self.before_button = toggle(
            self, self.tr("before"), self.tr("Original kernels"), self.tr("Kernels of the original model")
        )
        self.norm_button = toggle(
            self,
            self.tr("by norm"),
            self.tr("Largest kernels first"),
            self.tr("The kernels with the largest Frobenius norm first"),
        )
        self.scale = ColorScale(self.tr("weights"), self)
        policy = self.scale.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the room for kernels is the same for all of them
        self.scale.setSizePolicy(policy)
        self.column.addWidget(self.scale)
        self.rest = QTimer(self, singleShot=True, interval=REST_MS)
        self.rest.timeout.connect(self._on_rest)
        self._first = 0
        self.shown: Kernels | None = None
        self._asked: WantKernels | None = None
        for button in (self.before_button, self.norm_button):
            self.tools.addWidget(button)
        self.back, self.forward = self._pager("up", -1), self._pager("down", 1)
        self.before_button.toggled.connect(self.redraw)
        self.norm_button.toggled.connect(self._restart)
        canvas.paged.connect(self._page)
        canvas.hovered.connect(self._on_hovered)
        canvas.resized.connect(self.rest.start)
        canvas.opened.connect(self._open)
        self._closer: KernelView | None = None
        self._opened = -1
        self.show_sentence(self.tr("Drawing the kernels…"))

    def _pager(self, icon: str, pages: int) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(self.tr("Previous kernels") if pages < 0 else self.tr("Next kernels"))
        button.setToolTip(button.accessibleName())
        theme.set_icon(button, icon)
        button.clicked.connect(lambda: self._page(pages))
        self.tools.addWidget(button)
        return button

    def forget(self) -> None:
        """Start from the first kernel, as the layer changed."""
        self._first, self.shown, self._asked = 0, None, None
        if self._closer is not None:
            self._closer.close()
        self.show_sentence(self.tr("Drawing the kernels…"))

    def ask(self) -> None:
        self._asked = WantKernels(self._first, self.grid.room, self.norm_button.isChecked())
        self.wanted.emit(self._asked)

    def show_picture(self, wanted: WantKernels, picture: Kernels) -> None:
        if wanted == self._asked:
            self.shown = picture
            self.show_canvas()
            self.redraw()
            self._on_hovered(self.grid.at)
            if self._closer is not None and self._closer.isVisible():
                self._open(self._opened)

    def show_failure(self, wanted: WantKernels, sentence: str) -> None:
        if wanted == self._asked:
            self.shown = None
            self.show_sentence(sentence)

    def _turn(self, page: QWidget) -> None:
        super()._turn(page)
        self.table.hide()
        self.scale.setVisible(page is self.canvas)

    def _restart(self) -> None:
        self._first = 0
        self.ask()

    def _page(self, pages: int) -> None:
        if self.shown is None:
            return
        last = max(self.shown.total - 1, 0) // self.grid.room * self.grid.room
        first = min(max(self._first + pages * self.grid.room, 0), last)
        if first != self._first:
            self._first = first
            self.ask()

    def _on_rest(self) -> None:
        """Request images for the new size."""
        if self.shown is not None and self._asked is not None and self.grid.room != self._asked.count:
            self.ask()

    def redraw(self) -> None:
        picture = self.shown
        if picture is None:
            return
        edited = picture.after is not None and not self.before_button.isChecked()
        values = picture.after if edited and picture.after is not None else picture.before
        self.before_button.setVisible(picture.after is not None)
        self.back.setEnabled(self._first > 0)
        self.forward.setEnabled(self._first + len(picture.norms) < picture.total)
        silent = picture.silent if edited or picture.after is None else np.zeros(len(picture.silent), bool)
        self.grid.show_images(images_of(values, picture.largest or 1.0, theme.colors().grid), silent.tolist())
        self.scale.show_scale(colormaps.chosen(), picture.largest or 1.0)
        self.scale.setVisible(values.ndim == 3)

    @property
    def closer(self) -> KernelView:
        """View of a single kernel, created when one is opened."""
        if self._closer is None:
            self._closer = KernelView(self)
            self._closer.stepped.connect(lambda by: self._open(self._opened + by))
        return self._closer

    def _open(self, index: int) -> None:
        """Open a kernel of this page, enlarged."""
        picture = self.shown
        if picture is None or not 0 <= index < len(picture.norms):
            return
        self._opened = index
        after = picture.after[index] if picture.after is not None else None
        self.closer.show_kernel(self._words(picture, index), picture.before[index], after, picture.largest)
        self.closer.show()
        self.closer.raise_()

    def _on_hovered(self, index: int) -> None:
        picture = self.shown
        if picture is None:
            return
        if not 0 <= index < len(picture.norms):
            last = self._first + len(picture.norms)
            text = self.tr("{first} to {last} of {total} kernels").format(
                first=f"{self._first + 1:,}", last=f"{last:,}", total=f"{picture.total:,}"
            )
            if picture.silent.any():
                silent = int(picture.silent.sum())
                text += "  ·  " + self.tr("{count} of these all zero (×)").format(count=silent)
            self.readout.show_text(text)
            return
        self.readout.show_text(self._words(picture, index))

    def _words(self, picture: Kernels, index: int) -> str:
        """Return 'output 3, input 7: norm 0.31 → 0.28'."""
        output, within = (int(part) for part in picture.places[index])
        place = (
            self.tr("output {output}, in colour").format(output=output)
            if within < 0
            else self.tr("output {output}, input {input}").format(output=output, input=within)
        )
        text = titled(place, self.tr("norm {norm}").format(norm=number(float(picture.norms[index]))))
        if picture.after is not None:
            after = picture.after[index]
            text += " → " + (
                self.tr("removed") if np.isnan(after).all() else number(float(np.sqrt(np.nansum(np.square(after)))))
            )
        return text

    def to_csv(self) -> str:
        picture = self.shown
        if picture is None:
            return ""
        values = picture.before.reshape(len(picture.norms), -1)
        rows = ["output,input,norm," + ",".join(f"w{index}" for index in range(values.shape[1]))]
        rows += [
            f"{place[0]},{place[1]},{norm:.9g}," + ",".join(f"{value:.9g}" for value in row)
            for place, norm, row in zip(picture.places, picture.norms, values, strict=True)
        ]
        return "\n".join(rows) + "\n"


def images_of(values: np.ndarray, largest: float, nothing: QColor) -> list[QImage]:
    """Return [n, height, width(, 3)] as images: of colours if there are three, else by the colour map of data."""
    shares = np.clip((values / largest + 1) / 2, 0, 1)
    gone = np.isnan(shares)
    steps = np.rint(np.nan_to_num(shares) * 255).astype(np.uint8)
    if values.ndim == 3:
        pixels = colormaps.chosen().getLookupTable(nPts=256)[steps][..., :3].astype(np.uint8)
        gone = gone[..., None]
    else:
        pixels = steps
    pixels = np.where(gone, np.array([nothing.red(), nothing.green(), nothing.blue()], np.uint8), pixels)
    count, height, width = pixels.shape[:3]
    pixels = np.ascontiguousarray(pixels)
    return [
        QImage(pixels[index].tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        for index in range(count)
    ]
