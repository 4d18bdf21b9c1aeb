"""Command palette: commands, methods, layers and settings, found by typing."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.shell.palette.found import Command, score
from workbench.ui.text.fuzzy_match import without_scattered
from workbench.ui.tree.data.model import Index
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, tooltip
from workbench.ui.widgets.rows import WholeRows

WIDTH, HEIGHT, TOP, ROW = 680, 420, 64, 32
BESIDE_ROLE, USABLE_ROLE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class _Found(QSortFilterProxyModel):
    """Matches of the typed text, best first; commands in the order of the menus if nothing is typed."""

    def __init__(self, commands: Sequence[Command], parent: QObject) -> None:
        super().__init__(parent)
        self._commands = commands
        self._scores: dict[int, tuple[float, bool]] = {}
        self._typed = False

    def search(self, typed: str) -> None:
        self._typed = bool(typed.strip())
        known = {n: score(typed, each) for n, each in enumerate(self._commands) if self._typed or each.listed}
        found = without_scattered({n: value for n, value in known.items() if value is not None})
        # Usable commands come before disabled ones that match equally well.
        self._scores = {n: (value, self._commands[n].usable) for n, value in found.items()}
        self.invalidate()
        self.sort(0)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        return row in self._scores

    def lessThan(self, left: Index, right: Index) -> bool:
        first, second = self._scores[left.row()], self._scores[right.row()]
        return left.row() < right.row() if not self._typed or first == second else first > second


class _WithNote(QStyledItemDelegate):
    """At the right, muted: the shortcut, the kind, or why it cannot be done."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        room = option.rect.width() - self._note_width(option, index) - 3 * theme.UNIT
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideMiddle, room)
        if not index.data(USABLE_ROLE):
            muted = option.palette.color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.Text, muted)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.PlaceholderText
        painter.save()
        painter.setPen(option.palette.color(role))
        where: QRect = option.rect.adjusted(0, 0, -theme.UNIT - theme.HALF, 0)
        note = option.fontMetrics.elidedText(index.data(BESIDE_ROLE), Qt.TextElideMode.ElideRight, where.width() // 2)
        painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, note)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index).expandedTo(QSize(0, ROW))

    def _note_width(self, option: QStyleOptionViewItem, index: Index) -> int:
        return min(option.fontMetrics.horizontalAdvance(index.data(BESIDE_ROLE)), option.rect.width() // 2)


class CommandPalette(QDialog):
    """Typing, arrows, Return. Disabled commands are found, too, with their reason.

    `made`: returns further commands for what is typed, such as a step with a number.
    """

    def __init__(
        self, commands: Sequence[Command], parent: QWidget, made: Callable[[str], Sequence[Command]] = lambda _: ()
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Commands"))
        self._fixed, self._made = len(commands), made
        self._commands = list(commands)
        self._proxy = _Found(self._commands, self)
        self._source = QStandardItemModel(self)  # of texts only; the row number identifies the command
        self._append(self._commands)
        self._proxy.setSourceModel(self._source)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search commands, methods, layers, settings"))
        self.search.setAccessibleName(self.tr("Find a command"))
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.list = QListView(self)
        self.list.setModel(self._proxy)
        WholeRows(self.list)
        self.list.setItemDelegate(_WithNote(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.clicked.connect(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.nothing = Plain(self.tr("No matching command"), self)
        self.nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout.addWidget(self.nothing)
        self._filter("")
        self._place(parent)

    def _append(self, commands: Sequence[Command]) -> None:
        for command in commands:
            item = QStandardItem(command.text)
            item.setData(command.needs or command.beside, BESIDE_ROLE)
            item.setData(command.usable, USABLE_ROLE)
            item.setToolTip(tooltip(command.needs))
            self._source.appendRow(item)

    def _place(self, parent: QWidget) -> None:
        width = min(WIDTH, parent.width() - 40)
        self.resize(width, HEIGHT)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - width) // 2, corner.y() + TOP)

    def _filter(self, text: str) -> None:
        self._source.setRowCount(self._fixed)
        self._commands[self._fixed :] = made = self._made(text)
        self._proxy.search(text)
        self._append(made)
        self.list.setCurrentIndex(self._proxy.index(0, 0))
        self.nothing.setVisible(self._proxy.rowCount() == 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                QApplication.sendEvent(self.list, event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _run(self, index: Index) -> None:
        """Run an entry; one that cannot be run keeps the palette open, with its reason."""
        command = self._commands[self._proxy.mapToSource(index).row()] if index.isValid() else None
        if command is not None and not command.usable:
            return
        self.close()
        if command is not None:
            command.run()
