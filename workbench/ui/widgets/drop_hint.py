"""Files dropped on a widget, and the overlay over it while they are dragged."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workbench.ui.widgets import theme


class DropHint(QWidget):
    """Takes local files that are dropped on its parent, and says what may be dropped there while they are dragged.

    `dropped(paths)` is called with them. `words`: else what the window takes. `is_open`: whether files are taken now.
    The overlay is transparent to the mouse.
    """

    def __init__(
        self,
        parent: QWidget,
        dropped: Callable[[list[str]], object],
        words: str = "",
        is_open: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(parent)
        self._over, self._dropped, self._is_open = parent, dropped, is_open
        self._words = words or self.tr("Drop a model, data, a recipe or a sample")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.setAcceptDrops(True)
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event:
            case QDragEnterEvent() if _files(event) and self._is_open():
                event.acceptProposedAction()
                self._appear()
            case QDropEvent() if event.type() == QEvent.Type.Drop:
                self.hide()
                event.acceptProposedAction()
                self._dropped(_files(event))
            case _ if event.type() == QEvent.Type.DragLeave:
                self.hide()
            case _:
                return super().eventFilter(watched, event)
        return True

    def _appear(self) -> None:
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(colors.window)
        veil.setAlpha(215)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(colors.accent, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(16, 16, -16, -16), theme.RADIUS, theme.RADIUS)
        painter.setPen(colors.text)
        painter.setFont(theme.font(6))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)


def _files(event: QDropEvent) -> list[str]:
    return [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
