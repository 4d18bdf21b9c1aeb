"""The command palette: every action of the menus, found by typing."""

import re
from collections.abc import Iterator
from functools import lru_cache

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

from workbench.ui.tree.data.model import Index
from workbench.ui.widgets.labels import Plain

ACTION_ROLE = Qt.ItemDataRole.UserRole
NEXT, BEGINS, FAR = 2.0, 1.5, 20  # worth of a letter beside the one before, or at the start of a word; of a gap
SEPARATOR = " › "
MNEMONIC = re.compile(r"\(&\w\)")  # as Chinese menus have it: 文件(&F)
SHORTCUT_ROLE = Qt.ItemDataRole.UserRole + 1


def actions_of(bar: QMenuBar | QMenu, path: str = "", disabled: bool = False) -> Iterator[tuple[str, QAction]]:
    """Every action of these menus that can be triggered now, with the way to it: 'File › Open model…'.

    `disabled`: those that cannot, too. Menus that are filled when they open are filled.
    """
    if isinstance(bar, QMenu):
        bar.aboutToShow.emit()
    for action in bar.actions():
        text = MNEMONIC.sub("", action.text()).replace("&", "")
        menu = action.menu()
        if isinstance(menu, QMenu) and (action.isEnabled() or disabled):
            yield from actions_of(menu, f"{path}{text}{SEPARATOR}", disabled)
        elif menu is None and not action.isSeparator() and (action.isEnabled() or disabled) and text:
            yield f"{path}{text}", action


@lru_cache(maxsize=4096)
def likeness(typed: str, text: str) -> float | None:
    """Score of `text` for the typed words; None where they do not match.

    The letters of each typed word occur in their order: the better the closer together, and the more begin a word.
    """
    scores = [_best(word, text.casefold()) for word in typed.casefold().split()]
    known = [score for score in scores if score is not None]
    return sum(known) - len(text) / 1000 if len(known) == len(scores) else None


def _best(word: str, text: str) -> float | None:
    """Over all ways to find the letters of `word` in their order."""
    ways = {n: BEGINS if _begins_word(text, n) else 0.0 for n, letter in enumerate(text) if letter == word[0]}
    for letter in word[1:]:
        ways = {
            n: max(score + _gain(text, before, n) for before, score in ways.items() if before < n)
            for n in range(min(ways, default=len(text)) + 1, len(text))
            if text[n] == letter
        }
    return max(ways.values(), default=None)


def _gain(text: str, before: int, here: int) -> float:
    gap = here - before - 1
    return NEXT if gap == 0 else (BEGINS if _begins_word(text, here) else 0.0) - min(gap, FAR) / 10


def _begins_word(text: str, index: int) -> bool:
    return index == 0 or not text[index - 1].isalnum()


class _Found(QSortFilterProxyModel):
    """Matches of the typed text, best first; all commands in the order of the menus where nothing is typed."""

    typed = ""

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        return likeness(self.typed, self.sourceModel().index(row, 0, parent).data()) is not None

    def lessThan(self, left: Index, right: Index) -> bool:
        first, second = (likeness(self.typed, index.data()) or 0.0 for index in (left, right))
        if not self.typed.strip() or first == second:
            return left.row() < right.row()
        return first > second


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
        self._proxy = _Found(self)
        self._proxy.setSourceModel(model)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search commands"))
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
        self.nothing = Plain(self.tr("No matching command"), self)
        self.nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        layout.addWidget(self.nothing)
        self._filter("")
        self._place(parent)

    def _place(self, parent: QWidget) -> None:
        width = min(560, parent.width() - 40)
        self.resize(width, 400)
        self.move(
            parent.mapToGlobal(parent.rect().topLeft()).x() + (parent.width() - width) // 2,
            parent.mapToGlobal(parent.rect().topLeft()).y() + 64,
        )

    def _filter(self, text: str) -> None:
        self._proxy.typed = text
        self._proxy.invalidate()
        self._proxy.sort(0)
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
        action = index.data(ACTION_ROLE) if index.isValid() else None
        self.close()
        if action is not None:
            action.trigger()
