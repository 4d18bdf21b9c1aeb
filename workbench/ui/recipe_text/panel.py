"""The recipe as text beside the forms: typed text is applied once it is a valid recipe, edits elsewhere are written."""

from collections.abc import Mapping

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontDatabase, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.core.base.errors import UserError
from workbench.core.recipe.action import MethodInfo
from workbench.core.recipe.params import check
from workbench.core.recipe.recipe import Recipe, parse_recipe
from workbench.core.recipe.recovery import parameters
from workbench.core.recipe.rows import check_rows
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.recipe_text import completion
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Caution

REST_MS = 400  # pause in typing after which the text is applied
LETTERS = 2  # letters of a word from which it is completed automatically
TAKING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_Backtab)


class RecipeEditor(QPlainTextEdit):
    """Plain text with completion: for words of at least two letters, and by Ctrl+Space. `left`: the focus was lost."""

    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Recipe as text"))
        self.completer = QCompleter(QStringListModel(self), self)
        self.words = QListView(self)
        self.completer.setPopup(self.words)
        self.completer.setWidget(self)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.activated.connect(self.complete)

    def complete(self, word: str) -> None:
        """Replace the typed part by a word."""
        cursor = self.textCursor()
        typed = completion.word_before(self._before())
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(typed))
        cursor.insertText(word)
        self.setTextCursor(cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.words.isVisible() and event.key() in TAKING:
            event.ignore()  # handled by the list
            return
        asked = event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if not asked:
            super().keyPressEvent(event)
        word = completion.word_before(self._before())
        if asked or (len(word) >= LETTERS and event.text().isprintable() and event.text()):
            self._offer(word)
        else:
            self.words.hide()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def _before(self) -> str:
        return self.toPlainText()[: self.textCursor().position()]

    def _offer(self, word: str) -> None:
        session = self._session
        layers = [layer.path for layer in session.model.layers] if session.model is not None else []
        words = completion.candidates(self._before(), session.methods, layers)
        model = self.completer.model()
        assert isinstance(model, QStringListModel)
        model.setStringList(words)
        self.completer.setCompletionPrefix(word)
        if not self.completer.completionCount() or self.completer.currentCompletion() == word:
            self.words.hide()
            return
        self.words.setCurrentIndex(self.completer.completionModel().index(0, 0))
        place = self.cursorRect()
        place.setWidth(
            self.words.sizeHintForColumn(0) + self.words.verticalScrollBar().sizeHint().width() + theme.DOUBLE
        )
        self.completer.complete(place)


class RecipePanel(QWidget):
    """Follows the recipe, and changes it: what is typed without leaving is one step of the undo list."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: Recipe | None = None  # the recipe that the text stands for
        self.editor = RecipeEditor(session, self)
        self.fault = Caution(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.UNIT, theme.HALF, theme.UNIT, theme.UNIT)
        column.setSpacing(theme.HALF)
        column.addWidget(self.editor, 1)
        column.addWidget(self.fault)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.apply)
        self._text = session.turns.piece(self, self.refresh, Place.ELSEWHERE)
        for signal in (session.recipe_changed, session.model_changed):
            signal.connect(self._text.soon)
        self.editor.textChanged.connect(self._rest.start)
        self.editor.left.connect(self._on_left)
        self._text.soon()

    def refresh(self) -> None:
        """Write the recipe, unless the text is equivalent."""
        session = self._session
        self.editor.setReadOnly(session.model is None)
        if session.recipe == self._shown:
            return
        self._shown = session.recipe
        self._write("" if session.model is None else session.recipe.to_yaml())
        self._rest.stop()
        self.fault.show_text("")

    def apply(self) -> None:
        """Make the text the recipe if it is valid; else show the error, and change nothing."""
        self._rest.stop()
        session = self._session
        if session.model is None or not session.methods:
            return
        try:
            recipe = read(self.editor.toPlainText(), session.methods)
            check_rows(recipe, [layer.path for layer in session.model.layers])
        except UserError as error:
            self.fault.show_text(said(error.message))
            return
        self.fault.show_text("")
        self._shown = recipe
        session.change_recipe(recipe, self.tr("edit text"), finished=False)

    def _on_left(self) -> None:
        """Make the typed text a separate step."""
        if self._rest.isActive():
            self.apply()
        self._session.history.gesture += 1

    def _write(self, text: str) -> None:
        """Replace the text as one change, so that the editor can undo it; the cursor stays near."""
        cursor = self.editor.textCursor()
        place = cursor.position()
        before = self.editor.blockSignals(True)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.setPosition(min(place, len(text)))
        self.editor.setTextCursor(cursor)
        self.editor.blockSignals(before)


NAME = "The recipe"  # its name in messages


def read(text: str, methods: Mapping[str, MethodInfo]) -> Recipe:
    """Return the recipe in a text. Raises UserError naming the first error in it."""
    recipe = parse_recipe(text, NAME)
    for action in (action for row in recipe.rows for action in row.actions):
        if action.method not in methods:
            known = [*methods]
            raise UserError(
                "There is no method '{method}'.", "The methods are: {known}.", method=action.method, known=known
            )
        check(methods[action.method].fields, action.params, action.method)
    for stage in recipe.recover:
        parameters(stage)
    return recipe
