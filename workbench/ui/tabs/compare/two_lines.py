"""Cells with two lines: a figure, and in small print how it was obtained."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.ui.tabs.compare.snapshots_model import NOTE_ROLE, SURE_ROLE
from workbench.ui.widgets import theme

SIDE = theme.UNIT


class TwoLines(QStyledItemDelegate):
    """Cells with two lines; uncertain figures are muted and in italics, as on the scoreboard."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        text, cell.text = cell.text, ""
        style = cell.widget.style() if cell.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
        note, sure = str(index.data(NOTE_ROLE) or ""), bool(index.data(SURE_ROLE))
        selected = bool(cell.state & QStyle.StateFlag.State_Selected)
        inner = cell.rect.adjusted(SIDE, 0, -SIDE, 0)
        first = theme.font(weight=cell.font.weight(), italic=not sure)
        second = theme.font(-1)
        painter.save()
        upper, lower = self._lines(cell, note)
        for font, words, where, strong in ((first, text, upper, sure), (second, note, lower, False)):
            painter.setFont(font)
            role = (
                QPalette.ColorRole.HighlightedText
                if selected
                else QPalette.ColorRole.Text
                if strong
                else QPalette.ColorRole.PlaceholderText
            )
            painter.setPen(cell.palette.color(role))
            rect = QRect(inner.left(), where[0], inner.width(), where[1])
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(rect, cell.displayAlignment, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        note = QFontMetrics(theme.font(-1)).horizontalAdvance(str(index.data(NOTE_ROLE) or ""))
        width = max(cell.fontMetrics.horizontalAdvance(cell.text), note) + 2 * SIDE + 2
        return QSize(width, sum(self._heights(cell)) + theme.UNIT)

    def _lines(self, cell: QStyleOptionViewItem, note: str) -> tuple[tuple[int, int], tuple[int, int]]:
        first, second = self._heights(cell)
        used = first + (second if note else 0)
        top = cell.rect.top() + (cell.rect.height() - used) // 2
        return (top, first), (top + first, second)

    def _heights(self, cell: QStyleOptionViewItem) -> tuple[int, int]:
        return cell.fontMetrics.height(), QFontMetrics(theme.font(-1)).height()
