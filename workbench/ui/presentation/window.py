"""Presentation mode: full screen, slides by keyboard and mouse, figures that follow the session."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from workbench.ui.presentation import design
from workbench.ui.presentation.deck import Page, pages_of, paint
from workbench.ui.presentation.live import LiveSlider, handle_of
from workbench.ui.presentation.notes import Notes
from workbench.ui.presentation.slides import MARGINS, SMALL
from workbench.ui.presentation.story import Story, story_of
from workbench.ui.session.session import Session
from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions
from workbench.ui.text.i18n import listed, titled
from workbench.ui.widgets import schemes, theme
from workbench.ui.widgets.labels import Plain

NEXT = (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_PageDown, Qt.Key.Key_Return)
SHEET = """
#presentation > QLabel {{ color: {muted}; }}
#live QLabel {{ color: {text}; }}
#live QSlider::groove:horizontal {{ background: {before}; }}
#live QSlider::sub-page:horizontal {{ background: {accent}; }}
#live QSlider::handle:horizontal {{ border-color: {accent}; background: {surface}; }}
"""  # not of the notes, which look like the program
BACK = (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Backspace, Qt.Key.Key_PageUp)


class Presentation(QWidget):
    """Signal: `finished` when it is left. Right, space and a click go on; left goes back; N shows the notes; Escape
    leaves."""

    finished = Signal()

    def __init__(self, session: Session, findings: ChangedPredictions, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("presentation")
        self.setWindowTitle(self.tr("Presentation"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._session, self._findings = session, findings
        self._design = design.remembered()
        self._story = self._told()
        self.index = 0
        self.notes: Notes | None = None
        handle = handle_of(session)
        self.live = LiveSlider(session, handle, self) if handle is not None else None
        self.place = Plain(self)
        self.hint = Plain(
            self.tr("Space or click: next. Left arrow: back. N: notes. Escape: close."), self
        )  # until one of them
        for signal in (session.preview_changed, session.recipe_changed, session.data_changed, findings.changed):
            signal.connect(self.follow)
        findings.watch(bool(session.recipe.rows))
        session.model_changed.connect(self.close)
        theme.signals.changed.connect(self._dress)
        self._take_colors()
        self.go_to(0)

    @property
    def story(self) -> Story:
        return self._story

    @property
    def pages(self) -> tuple[Page, ...]:
        """Return the slides of this story."""
        return pages_of(self._story)

    def go_to(self, index: int) -> None:
        """Show a slide; nothing happens beyond the ends."""
        pages = self.pages
        self.index = min(max(index, 0), len(pages) - 1)
        page = pages[self.index]
        self.hint.setVisible(self.index == 0)
        self.place.setText(f"{self.index + 1} / {len(pages)}")
        if self.live is not None:
            self.live.setVisible(page.live)
        if self.notes is not None:
            self.notes.show_note(page.key, self._story)
        self.setAccessibleName(self.tr("Slide {n} of {total}").format(n=self.index + 1, total=len(pages)))
        self.setAccessibleDescription(
            "\n".join(titled(each.caption, listed((each.before, each.after))) for each in self._story.numbers)
        )
        self._arrange()
        self.update()

    def follow(self) -> None:
        if self._session.model is None:
            return
        shown = self.pages[self.index].key
        self._story = self._told()
        keys = [page.key for page in self.pages]
        if keys[min(self.index, len(keys) - 1)] != shown or self.place.text() != f"{self.index + 1} / {len(keys)}":
            self.go_to(keys.index(shown) if shown in keys else self.index)  # a slide before it was added or removed
        if self.live is not None:
            try:
                self.live.show_value()
            except (IndexError, KeyError):  # the step that it drags was undone
                self.live.hide()
                self.live = None
        self.update()

    def _told(self) -> Story:
        """Return the current story; findings of an earlier recipe are used until there are newer ones."""
        return story_of(self._session, self._design, self._findings.changes if self._session.recipe.rows else None)

    def show_notes(self) -> None:
        """Open the notes in a separate window, for the speaker's screen; the same key closes it."""
        if self.notes is not None:
            self.notes.close()
            return
        self.notes = Notes(self)
        self.notes.closed.connect(self._on_notes_closed)
        self.notes.show_note(self.pages[self.index].key, self._story)
        self.notes.show()
        self.activateWindow()

    def _on_notes_closed(self) -> None:
        self.notes = None

    def _take_colors(self) -> None:
        """Give the slider and the words beside the slides the colours of the design, as the slides have."""
        colors = self._design.dress(theme.colors())
        self.setStyleSheet(SHEET.format(**{name: getattr(colors, name).name() for name in schemes.NAMES}))

    def _dress(self) -> None:
        self._take_colors()
        self._arrange()  # a new style sheet resets the fonts of labels
        self.update()

    def _arrange(self) -> None:
        unit = min(self.height(), self.width() * 9 / 16) / 50
        font = theme.font()
        font.setPixelSize(max(13, round(1.2 * unit)))
        self.place.setFont(font)
        self.place.adjustSize()
        self.place.move(
            self.width() - self.place.width() - theme.DOUBLE, self.height() - self.place.height() - theme.UNIT
        )
        self.hint.setFont(font)
        self.hint.adjustSize()
        self.hint.move(theme.DOUBLE, self.place.y())
        if self.live is not None:
            width = round(unit * (50 * 16 / 9 - 2 * MARGINS[0]))  # as wide as the content above it
            self.live.set_text_size(max(13, round(SMALL * unit)))
            height = self.live.sizeHint().height()
            self.live.setGeometry((self.width() - width) // 2, self.height() - height - 2 * theme.TRIPLE, width, height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint(painter, QRectF(self.rect()), self.pages[self.index], self._story, theme.colors())
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in NEXT:
            self.go_to(self.index + 1)
        elif key in BACK:
            self.go_to(self.index - 1)
        elif key == Qt.Key.Key_Home:
            self.go_to(0)
        elif key == Qt.Key.Key_End:
            self.go_to(len(self.pages) - 1)
        elif key == Qt.Key.Key_N:
            self.show_notes()
        elif key == Qt.Key.Key_Escape:
            self.close()
        elif key == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.go_to(self.index + (1 if event.button() == Qt.MouseButton.LeftButton else -1))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._findings.watch(False)
        if self.notes is not None:
            self.notes.close()
        self.finished.emit()
        super().closeEvent(event)
