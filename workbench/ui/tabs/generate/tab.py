"""Generate tab: continuations by the original and the compressed model of the same prompt, and where they diverge."""

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from workbench.core.analysis.generation import MOST_TOKENS, Generation, Said, Wanted
from workbench.core.base.plain import plain_lines
from workbench.ui.session.session import Session
from workbench.ui.tabs.generate.generating import Generating
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, heading, muted

PROMPT_LINES = 3


class GenerateTab(QWidget):
    """Shows the last generated text, with its recipe if that is no longer the current one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.generating = Generating(session)
        self.prompt = QPlainTextEdit(self)
        self.prompt.setAccessibleName(self.tr("Prompt"))
        self.prompt.setPlaceholderText(self.tr("Prompt"))
        self.prompt.setTabChangesFocus(True)
        self.prompt.setFixedHeight(PROMPT_LINES * self.prompt.fontMetrics().lineSpacing() + theme.DOUBLE)
        self.tokens = QSpinBox(self, minimum=1, maximum=MOST_TOKENS, value=Wanted("").tokens)
        self.tokens.setAccessibleName(self.tr("Tokens"))
        self.start = QPushButton(self.tr("Generate"), self)
        self.start.setObjectName("primary")
        self.stop = QPushButton(self.tr("Stop"), self)
        self.words = Plain(self, wordWrap=True)
        self.original, self.compressed = self._answer(self.tr("Original")), self._answer(self.tr("Compressed"))
        self._lay_out()
        self.start.clicked.connect(self._start)
        self.stop.clicked.connect(self.generating.stop)
        self.prompt.textChanged.connect(self.refresh)
        self.generating.changed.connect(self.refresh)
        session.recipe_changed.connect(self.refresh)
        theme.signals.changed.connect(self.refresh)  # marks are part of the text
        self.refresh()

    def _answer(self, name: str) -> QPlainTextEdit:
        box = QPlainTextEdit(self, readOnly=True)
        box.setAccessibleName(name)
        box.setTabChangesFocus(True)
        return box

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(Plain(self.tr("Tokens"), self))
        row.addWidget(self.tokens)
        row.addWidget(self.start)
        row.addWidget(self.stop)
        row.addStretch(1)
        answers = QGridLayout()
        answers.setSpacing(theme.UNIT)
        for column, (title, box) in enumerate(
            ((self.tr("Original"), self.original), (self.tr("Compressed"), self.compressed))
        ):
            answers.addWidget(heading(title, self), 0, column)
            answers.addWidget(box, 1, column)
            answers.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.DOUBLE)
        layout.setSpacing(theme.UNIT)
        layout.addWidget(self.prompt)
        layout.addLayout(row)
        layout.addLayout(answers, 1)
        layout.addWidget(self.words)
        layout.addWidget(
            muted(self.tr("Greedy: each token is the one with the highest score. Run as the preview runs."), self)
        )

    def _start(self) -> None:
        self.generating.start(Wanted(self.prompt.toPlainText(), self.tokens.value()))

    def refresh(self) -> None:
        """Show the text so far, and enable the buttons."""
        found, running = self.generating.found, bool(self.generating.job)
        self.start.setEnabled(not running and bool(self.prompt.toPlainText()))
        self.stop.setEnabled(running)
        self.words.setText(said(self.generating.failure) or self._told(found))
        at = found.parts_at if found is not None else None
        for box, answer in ((self.original, found and found.original), (self.compressed, found and found.compressed)):
            self._show(box, answer or Said(), at)

    def _told(self, found: Generation | None) -> str:
        if found is None:
            return ""
        if self.generating.recipe != self._session.recipe:
            return self.tr("Generated with a different recipe from the one shown.")
        if found.parts_at is not None:
            return self.tr("They diverge at token {at}; the tokens from there on are marked.").format(
                at=found.parts_at + 1
            )
        count = len(found.original.pieces)
        return self.tr("Identical tokens: {count}").format(count=count)

    def _show(self, box: QPlainTextEdit, answer: Said, at: int | None) -> None:
        """Show the text, marked from the token where the two diverge."""
        place = len(answer.pieces) if at is None else at
        box.clear()
        cursor = QTextCursor(box.document())
        marked = QTextCharFormat()
        marked.setBackground(theme.colors().accent_soft)
        for pieces, form in ((answer.pieces[:place], QTextCharFormat()), (answer.pieces[place:], marked)):
            cursor.insertText(plain_lines("".join(pieces)), form)
        box.moveCursor(QTextCursor.MoveOperation.End)
