"""Moving one of the cards of a column: dragged by the mouse, or by keys."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QApplication, QScrollArea, QToolTip, QWidget

from workbench.ui.text.i18n import tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Icon

UP, DOWN = "Ctrl+Shift+Up", "Ctrl+Shift+Down"
LINE, GRIP = 3, 12  # pixels
TIP = QPoint(16, 20)  # from the mouse to the words beside it
ENOUGH = 48  # pixels
EDGE = 24  # pixels that stay visible above and below the mouse


def native(keys: str) -> str:
    """Return keys as the system writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def with_keys(text: str, keys: str) -> str:
    """Return a tooltip that ends with the keys that do the same."""
    return tr("{text} ({keys})").format(text=text, keys=native(keys))


class Elsewhere(Protocol):
    """Something beside the column on which a card can be dropped."""

    def hover(self, index: int, where: QPoint) -> tuple[str, bool] | None:
        """Return what a drop at this point of the screen would do and that it may, or why it may not; None: nothing is
        there."""

    def drop(self, index: int, where: QPoint) -> None: ...

    def leave(self) -> None: ...


class Grip(Icon):
    """Dots in the left margin of a card, beside its head."""

    def __init__(self, card: QWidget, head: QWidget) -> None:
        super().__init__("drag", "muted", GRIP, card)
        self._head = head
        self.setToolTip(head.toolTip())
        head.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            around = self._head.geometry()
            self.move((around.x() - GRIP) // 2, around.center().y() - GRIP // 2)
        return False


class DropLine(QWidget):
    """Line where a card would go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.colors().accent)


class Reorder(QObject):
    """Signals:

    moved(index, to)    a card goes to another place
    refused(reason)     it cannot

    cards      the cards, in order
    refusal    returns why a card cannot go to another place, or ""
    """

    moved = Signal(int, int)
    refused = Signal(str)

    def __init__(
        self,
        scroll: QScrollArea,
        cards: Callable[[], Sequence[QWidget]],
        refusal: Callable[[int, int], str] = lambda index, to: "",
    ) -> None:
        super().__init__(scroll)
        self._scroll, self._cards, self._refusal = scroll, cards, refusal
        self.elsewhere: Elsewhere | None = None
        content, view = scroll.widget(), scroll.viewport()
        assert content is not None and view is not None  # the cards are in it
        self._content, self._view, self.line = content, view, DropLine(content)
        self._card: QWidget | None = None  # that the mouse holds
        self._handle: QWidget | None = None
        self._start, self._dragging, self._target = QPoint(), False, -1
        for keys, by in ((UP, -1), (DOWN, 1)):
            shortcut = QShortcut(QKeySequence(keys), scroll)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda by=by: self._step(by))

    @property
    def _everything(self) -> QCoreApplication:
        application = QCoreApplication.instance()
        assert application is not None
        return application

    def watch(self, *handles: QWidget) -> None:
        """Let the mouse drag a card by these parts of it."""
        for handle in handles:
            handle.setCursor(Qt.CursorShape.OpenHandCursor)
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            return self._dragging and self._on_key(event)
        if event.type() == QEvent.Type.Hide and watched is self._handle:
            self._cancel()
        if not isinstance(event, QMouseEvent) or not isinstance(watched, QWidget) or not watched.isEnabled():
            return False
        where, left = event.globalPosition().toPoint(), Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == left and not self._dragging:
            self._handle, self._start = watched, where
            self._card = next((card for card in self._cards() if card.isAncestorOf(watched)), None)
        elif watched is not self._handle or self._card is None:
            return False
        elif event.type() == QEvent.Type.MouseMove and event.buttons() & left:
            self._follow(where)
        elif event.type() == QEvent.Type.MouseButtonRelease and event.button() == left:
            self._drop(where)
        else:
            return False
        event.accept()
        return True

    def _on_key(self, event: QKeyEvent) -> bool:
        """Escape ends a drag without any effect."""
        if event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() == QEvent.Type.KeyPress:
            self._cancel()
        event.accept()
        return True

    def _step(self, by: int) -> None:
        """Move the card with the focus by one place."""
        focused, cards = QApplication.focusWidget(), self._cards()
        index = next((i for i, card in enumerate(cards) if focused is not None and card.isAncestorOf(focused)), -1)
        if index < 0 or not cards[index].isEnabled() or not 0 <= index + by < len(cards):
            return
        if reason := self._refusal(index, index + by):
            self.refused.emit(reason)
        else:
            self.moved.emit(index, index + by)

    # -- dragging --------------------------------------------------------------------------------------------------

    def _follow(self, where: QPoint) -> None:
        if not self._dragging:
            if (where - self._start).manhattanLength() < QApplication.startDragDistance():
                return
            self._dragging = True
            QApplication.setOverrideCursor(Qt.CursorShape.ClosedHandCursor)
            self._everything.installEventFilter(self)  # the focus, which gets Escape, may be anywhere
        words, shape = self._looked(where)
        QApplication.changeOverrideCursor(shape)
        QToolTip.showText(where + TIP, words, self._scroll)

    def _looked(self, where: QPoint) -> tuple[str, Qt.CursorShape]:
        """Mark what is below the mouse; return what to say about it, and the cursor."""
        index = self._index
        self._target, reason = self._place(where), ""
        if index >= 0 and self._target not in (-1, index):
            reason = self._refusal(index, self._target)
        self._show_line(index, bool(reason))
        if self.elsewhere is not None and self._target >= 0:
            self.elsewhere.leave()
        elif self.elsewhere is not None and index >= 0 and (found := self.elsewhere.hover(index, where)) is not None:
            return found[0], Qt.CursorShape.DragCopyCursor if found[1] else Qt.CursorShape.ForbiddenCursor
        return reason, Qt.CursorShape.ForbiddenCursor if reason else Qt.CursorShape.ClosedHandCursor

    @property
    def _index(self) -> int:
        cards = list(self._cards())
        return cards.index(self._card) if self._card in cards else -1  # -1: it was undone meanwhile

    def _place(self, where: QPoint) -> int:
        """Return the place that the card would have; -1 outside the column. The column scrolls along."""
        at = self._view.mapFromGlobal(where)
        if not self._view.rect().adjusted(-EDGE, -EDGE, EDGE, EDGE).contains(at):
            return -1
        inside = self._content.mapFromGlobal(where)
        self._scroll.ensureVisible(inside.x(), inside.y(), 0, EDGE)
        cards = [card for card in self._cards() if card is not self._card]
        return sum(self._passed(card.geometry(), inside.y()) for card in cards)

    def _passed(self, card: QRect, y: int) -> bool:
        """Return whether the mouse has gone over a card: a little way into a high one suffices, from either side."""
        assert self._card is not None
        far = min(card.height() // 2, ENOUGH)
        return y > (card.top() + far if card.top() > self._card.y() else card.bottom() - far)

    def _show_line(self, index: int, refused: bool) -> None:
        shown = index >= 0 and self._target not in (-1, index) and not refused
        if shown:
            cards = self._cards()
            box, gap = cards[self._target].geometry(), self._gap(cards)
            middle = box.top() - gap // 2 - 1 if self._target < index else box.bottom() + gap // 2 + 1
            self.line.setGeometry(QRect(box.left(), middle - LINE // 2, box.width(), LINE))
            self.line.raise_()
        self.line.setVisible(shown)

    def _gap(self, cards: Sequence[QWidget]) -> int:
        return cards[1].geometry().top() - cards[0].geometry().bottom() if len(cards) > 1 else 0

    def _drop(self, where: QPoint) -> None:
        index, dragged = self._index, self._dragging
        if not dragged or index < 0:
            self._cancel()
            return
        self._looked(where)
        target, elsewhere = self._target, self.elsewhere
        self._cancel()
        if target < 0:
            if elsewhere is not None:
                elsewhere.drop(index, where)
        elif target != index and (reason := self._refusal(index, target)):
            self.refused.emit(reason)
        elif target != index:
            self.moved.emit(index, target)

    def _cancel(self) -> None:
        self._card = self._handle = None
        if not self._dragging:
            return
        self._dragging = False
        self._everything.removeEventFilter(self)
        QApplication.restoreOverrideCursor()
        QToolTip.hideText()
        self.line.hide()
        if self.elsewhere is not None:
            self.elsewhere.leave()
