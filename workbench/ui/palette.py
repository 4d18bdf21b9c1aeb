"""The command palette: every action of the menus, found by typing."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QRect, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListView,
    QMenu,
    QMenuBar,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.tree.model import Index

ACTION_ROLE = Qt.ItemDataRole.UserRole
SHORTCUT_ROLE = Qt.ItemDataRole.UserRole + 1


def actions_of(bar: QMenuBar | QMenu, path: str = "") -> Iterator[tuple[str, QAction]]:
    """Every action of these menus that can be triggered now, with the way to it: 'File › Open model…'."""
    for action in bar.actions():
        text = action.text().replace("&", "")
        menu = action.menu()
        if isinstance(menu, QMenu):
            yield from actions_of(menu, f"{path}{text} › ")
        elif not action.isSeparator() and action.isEnabled() and text:
            yield f"{path}{text}", action


class _Words(QSortFilterProxyModel):
    """Every word that was typed occurs somewhere."""

    words: tuple[str, ...] = ()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        text = self.sourceModel().index(row, 0, parent).data().casefold()
        return all(word in text for word in self.words)


class _WithShortcut(QStyledItemDelegate):
    """The shortcut at the right, muted."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.PlaceholderText
        painter.save()
        painter.setPen(option.palette.color(role))
        where: QRect = option.rect.adjusted(0, 0, -12, 0)
        painter.drawText(where, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data(SHORTCUT_ROLE))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return super().sizeHint(option, index).expandedTo(QSize(0, 32))


class CommandPalette(QDialog):
    """Type, choose with the arrows, Return."""

    def __init__(self, bar: QMenuBar, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Commands"))
        model = QStandardItemModel(self)
        for text, action in actions_of(bar):
            item = QStandardItem(text)
            item.setData(action, ACTION_ROLE)
            item.setData(action.shortcut().toString(), SHORTCUT_ROLE)
            model.appendRow(item)
        self._proxy = _Words(self)
        self._proxy.setSourceModel(model)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("What do you want to do?"))
        self.search.setAccessibleName(self.tr("Find a command"))
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.list = QListView(self)
        self.list.setModel(self._proxy)
        self.list.setItemDelegate(_WithShortcut(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.clicked.connect(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self._filter("")
        self._place(parent)

    def _place(self, parent: QWidget) -> None:
        width = min(560, parent.width() - 40)
        self.resize(width, 400)
        self.move(parent.mapToGlobal(parent.rect().topLeft()).x() + (parent.width() - width) // 2,
                  parent.mapToGlobal(parent.rect().topLeft()).y() + 64)

    def _filter(self, text: str) -> None:
        self._proxy.words = tuple(text.casefold().split())
        self._proxy.invalidate()
        self.list.setCurrentIndex(self._proxy.index(0, 0))

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
        action = index.data(ACTION_ROLE) if index.isValid() else None
        self.close()
        if action is not None:
            action.trigger()
