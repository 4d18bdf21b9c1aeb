"""The menu that adds a step: a search, recommendations for this layer with predicted effects, then every method by
family."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QWidget, QWidgetAction

from workbench.core.recipe.action import Action, MethodInfo
from workbench.ui.actions import families
from workbench.ui.actions.adding.aliases import ALIASES, PRESETS
from workbench.ui.actions.adding.menu import FamiliesMenu, tell
from workbench.ui.text.describe import stack_words
from workbench.ui.text.fuzzy_match import likeness, without_scattered
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import label

PENDING = "…"
LONG = "−000 kB, −00.0 ± 0.0 points"  # room for such an effect, so that the menu does not grow when figures arrive
SPACE = "\N{FIGURE SPACE}"
FOOT_LINES = 5


class AddMenu(QMenu):
    """Signal: `chosen(Action)`: without parameters, which stands for the method's defaults. Typing searches all methods
    by their usual names. Entries do not move while figures arrive."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._methods: dict[str, MethodInfo] = {}
        self._unavailable: dict[str, str] = {}
        self.search = QLineEdit(self)
        self.search.setObjectName("methods")
        self.search.setPlaceholderText(self.tr("Search methods"))
        self.search.setAccessibleName(self.tr("Search methods"))
        self.search.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys arrive through the menu, which needs the arrows
        self.search.setMinimumWidth(30 * theme.UNIT)
        self.search.textChanged.connect(self._filter)
        self.addAction(self._holding(self.search))
        self.caption = self._caption(self.tr("Recommended for this layer"))
        self._heading = self._holding(self.caption)
        self.addAction(self._heading)
        self._families = FamiliesMenu(self)
        self._families.chosen.connect(lambda method: self.chosen.emit(Action(method)))
        self._families.told.connect(self._tell)
        self.hovered.connect(lambda entry: self._tell(entry.statusTip()))
        self.recommended: dict[Action, QAction] = {}
        self.found: list[tuple[str, str, QAction]] = []  # with text and other names
        self._rest = self.addSeparator()
        self.about = self._footer()
        self._foot = self._holding(self.about)
        self.aboutToHide.connect(self.search.clear)

    def set_methods(self, methods: Iterable[MethodInfo]) -> None:
        known = {method.id: method for method in methods}
        if known == self._methods:
            return
        self._methods = known
        self._families.set_methods(known.values())
        for *_, entry in self.found:
            self._drop(entry)
        entries = [(action, names) for action, names in PRESETS if action.method in known]
        entries += [(Action(name), "") for name in known]
        self.found = [(self._words(step), self._names(step, more), self._entry(step)) for step, more in entries]
        self.addActions(self._families.actions())
        self.addActions([entry for *_, entry in self.found])
        self.addAction(self._foot)
        self._filter("")

    def set_unavailable(self, reasons: Mapping[str, str]) -> None:
        if reasons == self._unavailable:
            return
        self._unavailable = dict(reasons)
        self._families.set_unavailable(reasons)
        for *_, entry in self.found:
            method = self._methods[entry.data()]
            tell(entry, method, self._unavailable.get(method.id, ""))

    def recommend(self, actions: tuple[Action, ...]) -> None:
        """Show steps that suit the layer, best first; their effects are requested. Nothing moves in an open menu."""
        if self.isVisible():
            return
        for entry in self.recommended.values():
            self._drop(entry)
        self.recommended = {action: self._entry(action) for action in actions}
        self.insertActions(self._rest, list(self.recommended.values()))
        for action in self.recommended:
            self.show_effect(action, PENDING)
        self._filter(self.search.text())

    def show_effect(self, action: Action, text: str, tip: str = "") -> None:
        """Show the predicted effect of a recommended step, at the right."""
        entry = self.recommended.get(action)
        if entry is not None:
            width = self.fontMetrics().horizontalAdvance
            room = SPACE * max(-(-(width(LONG) - width(text)) // width(SPACE)), 0)
            entry.setText(f"{self._words(action)}\t{text}{room}")
            summary = families.summary(self._methods[action.method])
            entry.setStatusTip(f"{summary} {tip}".strip())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the menu on the screen when arriving figures widen it."""
        super().resizeEvent(event)
        room = self.screen().availableGeometry()
        self.move(max(room.left(), min(self.x(), room.left() + room.width() - self.width())), self.y())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if event.key() == Qt.Key.Key_Backspace:
            self.search.backspace()
        elif typed and typed.isprintable() and not (typed == " " and not self.search.text()):
            self.search.insert(typed)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.activeAction() is None:
            self._take_first()
        else:
            super().keyPressEvent(event)

    def _take_first(self) -> None:
        """Choose the best match."""
        best = next((entry for entry in self._matches(self.search.text()) if entry.isEnabled()), None)
        if best is not None:
            self.close()
            best.trigger()

    def _filter(self, typed: str) -> None:
        """Show the matching methods for a text, best first; without one the recommendations and the families."""
        searching = bool(typed.strip())
        headed = not searching and bool(self.recommended)
        self._heading.setVisible(headed)
        self.caption.setVisible(headed)  # a menu that is open leaves it where it was
        for entry in (*self.recommended.values(), *self._families.actions()):
            entry.setVisible(not searching)
        self._rest.setVisible(not searching and bool(self.recommended))
        matches = self._matches(typed) if searching else []
        for *_, entry in self.found:
            entry.setVisible(entry in matches)
        for entry in matches:  # behind one another, in their order
            self.removeAction(entry)
            self.insertAction(self._foot, entry)
        if matches:
            self.setActiveAction(next((entry for entry in matches if entry.isEnabled()), matches[0]))

    def _matches(self, typed: str) -> list[QAction]:
        scored = {entry: likeness(typed, text, names) for text, names, entry in self.found}
        found = without_scattered({entry: score for entry, score in scored.items() if score is not None})
        fit = [(round(score, 1), entry) for entry, score in found.items()]
        suiting = [action.method for action in self.recommended]

        def rank(entry: QAction) -> int:
            return suiting.index(entry.data()) if entry.data() in suiting else len(suiting)

        # Ties: recommended ones first, then in order, so that settings with exactly that name lead.
        return [entry for _, entry in sorted(fit, key=lambda each: (-each[0], rank(each[1])))]

    def _names(self, action: Action, more: str) -> str:
        method = self._methods[action.method]
        family = families.title(method.family)
        return f"{family} {action.method} {more or ALIASES.get(action.method, '')}"

    def _words(self, action: Action) -> str:
        return stack_words((action,), self._methods).replace("&", "&&")

    def _entry(self, action: Action) -> QAction:
        entry = QAction(self._words(action), self)
        entry.setData(action.method)
        theme.set_icon(entry, families.icon_name(self._methods[action.method].family))
        tell(entry, self._methods[action.method], self._unavailable.get(action.method, ""))
        entry.triggered.connect(lambda: self.chosen.emit(action))
        return entry

    def _drop(self, entry: QAction) -> None:
        self.removeAction(entry)
        entry.deleteLater()  # the menu is its parent, and would keep it

    def _footer(self) -> QLabel:
        """Return the label for the entry under the pointer, as a tooltip would hide the next entries. Its height is
        fixed, so that nothing moves."""
        words = label("", self, -1)  # muted by the style sheet, also while it is disabled
        words.setContentsMargins(theme.UNIT, theme.HALF, theme.UNIT, theme.HALF)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        words.setFixedHeight(FOOT_LINES * words.fontMetrics().lineSpacing() + theme.UNIT)
        return words

    def _tell(self, text: str) -> None:
        self.about.setText(text)

    def _caption(self, text: str) -> QWidget:
        title = label(text, self, -1)
        title.setWordWrap(False)
        title.setContentsMargins(theme.UNIT, theme.UNIT, theme.DOUBLE, theme.HALF)
        return title

    def _holding(self, widget: QWidget) -> QWidgetAction:
        made = QWidgetAction(self)
        made.setDefaultWidget(widget)
        made.setEnabled(False)
        return made
