"""Cell delegates: a bar behind the number that compares a layer with the largest, steps, names."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from workbench.ui.actions import families
from workbench.ui.tree.data.cells import first_number
from workbench.ui.tree.data.model import BAR_ROLE, COLOR_ROLE, GROUP_ROLE, NODE_ROLE, Index
from workbench.ui.widgets import colormaps, theme

MARGIN = 3
CHIP = 12
ROW = 24
SIGN = 12  # pixels of the sign of a family
AROUND = 2 * MARGIN + 2  # pixels beside a figure; slanted ones need one more

BAR, BAR_SELECTED = 70, 32  # opacity of 255: the figure on it stays readable


class NameDelegate(QStyledItemDelegate):
    """The name; at its right a small letter for coupled layers; at its left the colour of the row, if rows are
    coloured."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if (strength := index.data(COLOR_ROLE)) is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(option.palette.color(QPalette.ColorRole.Base), 1))
            painter.setBrush(colormaps.sample(strength))
            top = option.rect.top() + (option.rect.height() - CHIP) / 2
            painter.drawRoundedRect(QRectF(option.rect.left() + MARGIN, top, CHIP, CHIP), 2, 2)
            painter.restore()
        letter = index.data(GROUP_ROLE)
        if not letter:
            return
        painter.save()
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        selected = bool(cell.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.PlaceholderText
        painter.setPen(cell.palette.color(role))
        painter.setFont(cell.font)
        where = cell.rect.adjusted(0, 0, -2 * MARGIN, 0)
        painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, letter)
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Elide the name before the letter; a path loses its beginning, as its end distinguishes it."""
        super().initStyleOption(option, index)
        node = index.data(NODE_ROLE)
        if node is not None and node.layer is not None and node.name == node.path:
            option.textElideMode = Qt.TextElideMode.ElideLeft
        chip = 0
        if index.data(COLOR_ROLE) is not None:
            chip = CHIP + 2 * MARGIN
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationSize = QSize(CHIP, CHIP)  # reserves its space; nothing else is drawn there
        if letter := index.data(GROUP_ROLE):
            room = option.rect.width() - option.fontMetrics.horizontalAdvance(letter) - 5 * MARGIN - chip
            option.text = option.fontMetrics.elidedText(option.text, option.textElideMode, max(room, 0))


class StepsDelegate(QStyledItemDelegate):
    """Steps in words or, if these do not fit, the sign of each family with its number. A lock if the layer is left
    alone."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        node = index.data(NODE_ROLE)
        if node is not None and node.alone:
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.PlaceholderText
            option.icon = theme.icon("lock", option.palette.color(role))
            option.decorationSize = QSize(SIGN, SIGN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node = index.data(NODE_ROLE)
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        room = cell.rect.width() - 4 * MARGIN
        layer = node is not None and node.layer is not None and bool(node.actions)
        if not layer or cell.fontMetrics.horizontalAdvance(cell.text) <= room:
            super().paint(painter, option, index)
            return
        cell.text = ""
        style = cell.widget.style() if cell.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
        selected = bool(cell.state & QStyle.StateFlag.State_Selected)
        color = cell.palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        painter.save()
        painter.setFont(cell.font)
        painter.setPen(color)
        signs = [(action.family, first_number(action)) for action in node.actions]
        if signs_width(signs, cell) > room:
            signs = [(family, "") for family, _ in signs]
        x = cell.rect.left() + 2 * MARGIN
        for family, number in signs:
            place = QRect(x, cell.rect.center().y() - SIGN // 2 + 1, SIGN, SIGN)
            theme.icon(families.icon_name(family), color).paint(painter, place)
            x += SIGN + MARGIN
            width = cell.fontMetrics.horizontalAdvance(number)
            where = QRect(x, cell.rect.top(), width + 1, cell.rect.height())
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, number)
            x += width + 2 * MARGIN
        painter.restore()


def signs_width(signs: list[tuple[str, str]], cell: QStyleOptionViewItem) -> int:
    """Return the pixels of signs with their numbers."""
    return sum(SIGN + 3 * MARGIN + cell.fontMetrics.horizontalAdvance(number) for _, number in signs)


class BarDelegate(QStyledItemDelegate):
    """Filled: current. Outlined: before, if that differs."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        text, cell.text = cell.text, ""
        style = cell.widget.style() if cell.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
        painter.save()
        if (bar := index.data(BAR_ROLE)) is not None:
            self._draw_bar(painter, cell, *bar)
        selected = bool(cell.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        painter.setFont(cell.font)
        painter.setPen(cell.palette.color(role))
        painter.drawText(self.inner(cell.rect), cell.displayAlignment, text)
        painter.restore()

    @staticmethod
    def inner(cell: QRect) -> QRect:
        """Return the rectangle of the figure."""
        return cell.adjusted(MARGIN, 0, -MARGIN - 1, 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index).expandedTo(QSize(0, ROW))

    def _draw_bar(self, painter: QPainter, cell: QStyleOptionViewItem, filled: float, outlined: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = bool(cell.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Highlight
        accent = cell.palette.color(role)
        if outlined != filled:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(_faded(accent, 110))
            painter.drawRoundedRect(_extent(cell.rect, outlined).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_faded(accent, BAR_SELECTED if selected else BAR))
        painter.drawRoundedRect(_extent(cell.rect, filled), 2, 2)


def _extent(rect: QRect, fraction: float) -> QRectF:
    inner = QRectF(rect.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN))
    inner.setWidth(max(1.0, inner.width() * min(fraction, 1.0)))
    return inner


def _faded(color: QColor, alpha: int) -> QColor:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return faded
