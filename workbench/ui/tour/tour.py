"""Guided tour: highlights the areas of the window one after the other, with a sentence on each and a task.

If there is a task, the area accepts the mouse, and a tick confirms it. Tasks are optional: Next goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QRegion
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.ui.tour.stops import Places, Start, stops_of
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain

if TYPE_CHECKING:
    from workbench.ui.session.session import Session

CARD_WIDTH = 336
GLIDE_MS = 180
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class Tour(QWidget):
    """Covers the window except for a hole over the current area; keys: right, left, Escape."""

    def __init__(self, window: QWidget, session: Session, space: Places, menu_bar: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self._window, self._space, self._stops = window, space, stops_of(space, menu_bar)
        self._session = session
        self.index = 0
        self.done: set[int] = set()  # stops whose task was done
        self._exports = 0
        self._start = self._now()
        self.hole = QRect()
        self._spoken_of: QWidget = window
        self._build()
        self._glide = QVariantAnimation(self, duration=GLIDE_MS)
        self._glide.valueChanged.connect(self._move_hole)
        session.model_changed.connect(self.finish)
        session.selection_changed.connect(self._on_deed)
        session.recipe_changed.connect(self._on_deed)
        session.exported.connect(self._on_exported)
        theme.signals.changed.connect(self._show_task)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self.go_to(0)

    def _build(self) -> None:
        self.card = QFrame(self)
        self.card.setObjectName("card")
        self.card.setFixedWidth(CARD_WIDTH)
        self.title, self.text, self.place = Plain(self.card), Plain(self.card, wordWrap=True), Plain(self.card)
        self.task = Plain(self.card, wordWrap=True)
        self.title.setFont(theme.font(2, QFont.Weight.DemiBold))
        self.task.setFont(theme.font(0, QFont.Weight.DemiBold))
        self.place.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.skip = QPushButton(self.tr("Skip"), self.card)
        self.back = QPushButton(self.tr("Back"), self.card)
        self.next = QPushButton(self.card)
        self.next.setObjectName("primary")
        self.skip.clicked.connect(self.finish)
        self.back.clicked.connect(lambda: self.go_to(self.index - 1))
        self.next.clicked.connect(self._go_on)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(self.place)
        row.addStretch()
        for button in (self.skip, self.back, self.next):
            button.installEventFilter(self)
            row.addWidget(button)
        column = QVBoxLayout(self.card)
        column.setContentsMargins(theme.DOUBLE, theme.DOUBLE, theme.DOUBLE, theme.DOUBLE)
        column.setSpacing(theme.UNIT)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addWidget(self.task)
        column.addSpacing(theme.UNIT)
        column.addLayout(row)

    def go_to(self, index: int) -> None:
        """Show a stop; nothing happens beyond the ends."""
        self.index = min(max(index, 0), len(self._stops) - 1)
        stop, last = self._stops[self.index], self.index == len(self._stops) - 1
        self._start = self._now()
        self.title.setText(stop.title)
        self.text.setText(stop.text)
        self._show_task()
        self.place.setText(self.tr("{n} of {total}").format(n=self.index + 1, total=len(self._stops)))
        self.back.setEnabled(self.index > 0)
        self.skip.setVisible(not last)
        self.next.setText(self.tr("Done") if last else self.tr("Next"))
        self.next.setFocus()
        self.setAccessibleName(stop.title)
        self.setAccessibleDescription(f"{stop.text} {stop.task}".strip())
        self._spoken_of.removeEventFilter(self)
        self._spoken_of = stop.target()
        for widget in (self._window, self._spoken_of):
            widget.installEventFilter(self)
        self._arrange(glide=theme.moves() and not self.hole.isNull())

    def _show_task(self) -> None:
        task, done = self._stops[self.index].task, self.index in self.done
        self.task.setVisible(bool(task))
        self.task.setText(f"✓ {task}" if done else task)
        palette = self.task.palette()
        color = theme.colors().good if done else theme.colors().accent
        palette.setColor(QPalette.ColorRole.WindowText, color)
        self.task.setPalette(palette)

    def _now(self) -> Start:
        return Start.of(self._session, self._exports)

    def _on_exported(self) -> None:
        self._exports += 1
        self._on_deed()

    def _on_deed(self) -> None:
        """Check whether the user has done the task of this stop."""
        stop = self._stops[self.index]
        if self.index not in self.done and stop.done is not None and stop.done(self._start, self._now()):
            self.done.add(self.index)
            self._show_task()
            self._arrange()

    def finish(self) -> None:
        """End the tour; the focus goes to the layers, where the work begins."""
        self._glide.stop()
        self.hide()
        self._space.tree.tree.setFocus()
        self.deleteLater()

    def _go_on(self) -> None:
        if self.index == len(self._stops) - 1:
            self.finish()
        else:
            self.go_to(self.index + 1)

    # -- places ----------------------------------------------------------------------------------------------------

    def _target(self) -> QRect:
        """Return the rectangle of the highlighted area; empty if it is hidden or floats in its own window."""
        widget = self._spoken_of
        if not widget.isVisible() or widget.window() is not self._window:
            return QRect()
        return QRect(widget.mapTo(self._window, QPoint(0, 0)), widget.size()).intersected(self.rect())

    def _arrange(self, glide: bool = False) -> None:
        hole = self._target()
        if glide:
            self._glide.stop()
            self._glide.setStartValue(self.hole)
            self._glide.setEndValue(hole)
            self._glide.start()
        else:
            self._move_hole(hole)
        # The text wraps to the fixed width, so the height is that for it and not the hint.
        inner = self.card.layout()
        assert inner is not None
        self.card.resize(CARD_WIDTH, inner.totalHeightForWidth(CARD_WIDTH))
        self.card.move(self._beside(hole))

    def _beside(self, hole: QRect) -> QPoint:
        """Return the position of the card where there is most room: right, left, below or above the hole; else in the
        middle."""
        width, height, gap = self.card.width(), self.card.height(), theme.DOUBLE
        middle = QRect(QPoint(0, 0), self.card.size())
        middle.moveCenter(self.rect().center() if hole.isNull() else hole.center())
        rooms = {
            (hole.right() + gap, middle.y()): self.width() - hole.right(),
            (hole.x() - gap - width, middle.y()): hole.x(),
            (middle.x(), hole.bottom() + gap): self.height() - hole.bottom(),
            (middle.x(), hole.y() - gap - height): hole.y(),
        }
        needed = {place: (width if index < 2 else height) + 2 * gap for index, place in enumerate(rooms)}
        fitting = [place for place, room in rooms.items() if not hole.isNull() and room >= needed[place]]
        x, y = max(fitting, key=lambda place: rooms[place]) if fitting else (middle.x(), middle.y())
        return QPoint(min(max(x, gap), self.width() - width - gap), min(max(y, gap), self.height() - height - gap))

    def _move_hole(self, hole: QRect) -> None:
        """Move the hole; with a task, the window below accepts the mouse there."""
        self.hole = hole
        if self._stops[self.index].task and not hole.isNull():
            self.setMask(QRegion(self.rect()) - QRegion(hole.adjusted(2, 2, -2, -2)))
        else:
            self.clearMask()
        self.update()

    # -- events ----------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self.skip, self.back, self.next):
            # A button would use the arrows to move the focus; here they turn pages.
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in ARROWS:
                self.keyPressEvent(event)
                return True
        elif event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.setGeometry(self._window.rect())
            self._glide.stop()
            self._arrange()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep the keyboard focus on the card, as widgets below the veil cannot be used."""
        buttons = [button for button in (self.skip, self.back, self.next) if button.isVisible() and button.isEnabled()]
        if not buttons:
            return False  # the tour is ending
        here = next((n for n, button in enumerate(buttons) if button.hasFocus()), -1)
        buttons[(here + (1 if forward else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Right | Qt.Key.Key_PageDown:
                self.go_to(self.index + 1)
            case Qt.Key.Key_Left | Qt.Key.Key_PageUp:
                self.go_to(self.index - 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._go_on()
            case Qt.Key.Key_Escape:
                self.finish()
            case _:
                event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor("#000000")
        veil.setAlpha(150 if colors.dark else 96)
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        path.addRect(QRectF(self.rect()))
        if not self.hole.isNull():
            path.addRoundedRect(QRectF(self.hole), theme.RADIUS, theme.RADIUS)
        painter.fillPath(path, veil)
        if not self.hole.isNull():
            painter.setPen(QPen(colors.accent, 2))
            painter.drawRoundedRect(QRectF(self.hole).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.end()
