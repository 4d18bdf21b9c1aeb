"""Rows of a wide window, and lists that end with a whole row, whatever their height is."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHBoxLayout, QScrollArea, QSizePolicy, QWidget


def at_most(width: int, widget: QWidget) -> QHBoxLayout:
    """Return a row in which the widget grows to at most `width` pixels, so that figures stay near their labels."""
    widget.setMaximumWidth(width)
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(widget, 1)
    row.addStretch()
    return row


def set_column(scroll: QScrollArea, content: QWidget) -> None:
    """Show a column as wide as the scroll area, which has no frame."""
    scroll.setFrameShape(QScrollArea.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(content)


def activate(widget: QWidget) -> None:
    """Lay out a widget now, its children first, as Qt passes on a child's new size only with later events."""
    for child in widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if child.layout() is not None and not child.isHidden():
            activate(child)
    if (layout := widget.layout()) is not None:
        layout.activate()


class Fitting(QScrollArea):
    """A scroll area as high as its content, as long as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def setWidget(self, widget: QWidget) -> None:
        super().setWidget(widget)
        widget.installEventFilter(self)

    def sizeHint(self) -> QSize:
        inner = self.widget()
        if inner is None:
            return super().sizeHint()
        wide = self.viewport().width()
        return QSize(super().sizeHint().width(), max(inner.heightForWidth(wide), inner.minimumSizeHint().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # lines break elsewhere


TALL = 3  # lines of text, from which a row is left as it is


class WholeRows(QWidget):
    """Covers the row that the lower edge of a list cuts; a child of the list, which scrolls by whole rows. A row of
    pictures is left: a part of it says more than the gap.

    The margins of the viewport would do the same, but tables and trees set those themselves, for their headers.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.hide()
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:  # after whatever changed the rows
            self._cover()
        return super().eventFilter(watched, event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        QApplication.sendEvent(self._view.viewport(), event)

    def _cover(self) -> None:
        viewport, left = self._view.viewport(), self._view.frameWidth()  # with the names of the rows at the left
        inside = viewport.rect()
        row = self._view.visualRect(self._view.indexAt(QPoint(1, inside.bottom())))
        cut = row.isValid() and row.bottom() > inside.bottom() and row.top() > inside.top()
        cut = cut and row.height() < TALL * self._view.fontMetrics().lineSpacing()
        if cut:
            wide, high = viewport.x() + inside.width() - left, inside.bottom() - row.top() + 1
            self.setGeometry(QRect(left, viewport.y() + row.top(), wide, high))
        if cut != self.isVisible():
            self.setVisible(cut)
