"""Undo list with snapshots and branches; a click goes to one."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHBoxLayout, QListView, QVBoxLayout, QWidget

from workbench.core.recipe.recipe import Recipe
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.panels import history_words
from workbench.ui.panels.sparkline import Mark, Sparkline
from workbench.ui.session.session import Session
from workbench.ui.session.undo import ChangeRecipe
from workbench.ui.text.i18n import counted, tr
from workbench.ui.tree.data.search import SearchBox
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, tooltip
from workbench.ui.widgets.rows import WholeRows

if TYPE_CHECKING:  # imports numpy, for which the first paint need not wait
    from workbench.core.layer_data.views import Preview

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
ROW, ICON = 26, 12


class Kind(Enum):
    HEAD = auto()
    SNAPSHOT = auto()
    BRANCH = auto()
    STEP = auto()


@dataclass(frozen=True)
class Entry:
    """A row of the history. `place`: index of the step, or number of the branch; `ahead`: it was undone."""

    kind: Kind
    text: str
    place: int = 0
    here: bool = False
    ahead: bool = False
    tip: str = ""
    preview: "Preview | None" = field(default=None, compare=False)  # the figures of a step; `text` has them, too


class HistoryModel(QAbstractListModel):
    """Snapshots, branches, then the steps from the first to the last; filtered by the typed words."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.entries: list[Entry] = []
        self._all_steps: list[Entry] = []
        self.typed = ""
        self._words: dict[tuple[Recipe, Recipe, str], str] = {}  # of the steps

    def refresh(self) -> None:
        words = self.typed.casefold().split()
        fresh = []
        steps = self._steps()
        self._all_steps = steps[1:]
        for part in (self._snapshots(), self._branches(), steps):
            found = [entry for entry in part[1:] if all(word in entry.text.casefold() for word in words)]
            fresh += [*part[:1], *found] if found else []
        if len(fresh) != len(self.entries):
            self.beginResetModel()
            self.entries = fresh
            self.endResetModel()
        elif fresh != self.entries:
            self.entries = fresh
            self.dataChanged.emit(self.index(0), self.index(len(fresh) - 1))

    @property
    def here(self) -> int:
        """Return the row of the current step, or -1."""
        return next((row for row, entry in enumerate(self.entries) if entry.here), -1)

    def marks(self) -> list[Mark]:
        """Return the steps for the lines of size and metric, unfiltered."""
        return [
            Mark(
                entry.place,
                entry.preview.size.value if entry.preview is not None else None,
                entry.preview.value.value if entry.preview is not None and entry.preview.value is not None else None,
                entry.tip,
                entry.here,
            )
            for entry in self._all_steps
        ]

    def go(self, row: int) -> None:
        entry, session = self.entries[row], self._session
        match entry.kind:
            case Kind.SNAPSHOT:
                session.snapshots.restore(entry.text)
            case Kind.BRANCH:
                branch = session.history.branches[entry.place]
                session.change_recipe(branch.recipe, tr("Return to {step}").format(step=branch.text))
            case Kind.STEP:
                session.go_to(entry.place)

    def _snapshots(self) -> list[Entry]:
        found = [
            Entry(Kind.SNAPSHOT, each.name, tip=tr("Click to restore this snapshot"))
            for each in self._session.snapshots.all
        ]
        return [Entry(Kind.HEAD, tr("Snapshots")), *found] if found else []

    def _branches(self) -> list[Entry]:
        found = [
            Entry(
                Kind.BRANCH,
                counted("{step} ({n} changes)", branch.steps, "{step} ({n} change)", step=branch.text),
                place,
                tip=tr("Undone changes that later ones replaced; click to return to them"),
            )
            for place, branch in enumerate(self._session.history.branches)
        ]
        return [Entry(Kind.HEAD, tr("Branches")), *found] if found else []

    def _steps(self) -> list[Entry]:
        session, history = self._session, self._session.history
        if session.model is None:
            return []
        here = history.stack.index()
        names = {each.recipe.in_effect: each.name for each in session.snapshots.all}
        known, self._words = self._words, {}
        found = [Entry(Kind.HEAD, tr("Changes"))]
        recipe = self._first()
        for place in range(history.stack.count() + 1):
            command = history.stack.command(place - 1) if place else None
            text = command.text() if command is not None else tr("Original")
            preview = None
            if isinstance(command, ChangeRecipe):
                key = (command.old, command.recipe, text)
                self._words[key] = text = known.get(key) or self._told(*key)
                recipe = command.recipe
            if command is None or isinstance(command, ChangeRecipe):
                preview = session.known_preview(recipe)
            figures = history_words.figures(preview)
            shown = history_words.POINT.join(part for part in (text, figures) if part)
            name = names.get(recipe.in_effect, "") if place else ""
            if name:
                shown = tr("{step}  ·  snapshot {name}").format(step=shown, name=name)
            tip = f"{shown}\n{history_words.sources(preview)}"
            found.append(Entry(Kind.STEP, shown, place, place == here, place > here, tip, preview))
        return found

    def _first(self) -> Recipe:
        """Return the recipe that the list began with."""
        stack = self._session.history.stack
        commands = (stack.command(place) for place in range(stack.count()))
        first = (command.old for command in commands if isinstance(command, ChangeRecipe))
        return next(first, self._session.history.standing(self._session.recipe))

    def _told(self, before: Recipe, after: Recipe, text: str) -> str:
        session = self._session
        layers = [layer.path for layer in session.model.layers] if session.model is not None else []
        return history_words.step_words(before, after, text, layers, session.methods)

    # -- what Qt asks ----------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self.entries[index.row()].kind is Kind.HEAD:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.entries):
            return None
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.text
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(entry.tip or entry.text)
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(0, ROW)
            case Qt.ItemDataRole.FontRole if entry.kind is Kind.HEAD:
                return theme.font(-1)
            case Qt.ItemDataRole.FontRole if entry.here:
                return theme.font(weight=QFont.Weight.DemiBold)
            case Qt.ItemDataRole.ForegroundRole if entry.ahead or entry.kind is Kind.HEAD:
                return QApplication.palette().color(QPalette.ColorRole.PlaceholderText)
            case Qt.ItemDataRole.DecorationRole if entry.kind is not Kind.HEAD:
                name = {Kind.SNAPSHOT: "pin", Kind.BRANCH: "right"}.get(entry.kind, "play" if entry.here else "")
                return theme.icon(name) if name else _nothing()
        return None


def _nothing() -> QPixmap:
    """Return an empty icon, so that texts are aligned."""
    empty = QPixmap(ICON, ICON)
    empty.fill(Qt.GlobalColor.transparent)
    return empty


class HistoryList(QListView):
    """A click or Return goes to a step, a snapshot or a branch."""

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.history = model
        WholeRows(self)
        self.setAccessibleName(self.tr("History"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(ICON, ICON))
        self.setUniformItemSizes(True)
        self.clicked.connect(lambda index: model.go(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.history.go(self.currentIndex().row())
            return
        super().keyPressEvent(event)


class HistoryPanel(QWidget):
    """Follows the session; costs nothing while hidden."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = HistoryModel(session, self)
        self.list = HistoryList(self.model, self)
        self.search = SearchBox(self)
        self.search.setPlaceholderText(self.tr("Search: layer, method, value"))
        self.search.setAccessibleName(self.tr("Search the history"))
        self.search.left.connect(self.list.setFocus)
        self.search.textChanged.connect(self._on_typed)
        self.nothing = Plain(self.tr("No matching changes (Esc clears the search)"), self)
        self.nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.nothing.hide()
        self.line = Sparkline(self)
        self.line.chosen.connect(session.go_to)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.UNIT, theme.UNIT, theme.UNIT, 0)
        column.setSpacing(theme.UNIT)
        row = QHBoxLayout()  # side by side, as the dock is low and the list needs the height
        row.setSpacing(theme.DOUBLE)
        row.addWidget(self.search, 1)
        row.addWidget(self.line, 1)
        column.addLayout(row)
        for widget in (self.nothing, self.list):
            column.addWidget(widget)
        self.list.setMinimumHeight(2 * self.search.sizeHint().height())  # a small window keeps its size
        self._rows = session.turns.piece(self, self.refresh, Place.ELSEWHERE)
        self._rows.soon()
        stack = session.undo_stack
        for signal in (
            stack.indexChanged,
            stack.cleanChanged,
            session.history.changed,
            session.snapshots.changed,
            session.recipe_changed,
            session.preview_changed,
            session.methods_changed,
            session.model_changed,
            theme.signals.changed,
        ):
            signal.connect(self._rows.soon)

    def _on_typed(self, text: str) -> None:
        self.model.typed = text
        self.refresh()

    def refresh(self) -> None:
        self.model.refresh()
        self.line.show_marks(self.model.marks())
        entries = self.model.entries
        self.nothing.setVisible(bool(self.model.typed) and not entries)
        row = self.model.here
        if row < 0 and self.model.typed:  # the first that was found, so that Return goes there
            row = next((place for place, entry in enumerate(entries) if entry.kind is not Kind.HEAD), -1)
        if row >= 0:
            self.list.setCurrentIndex(self.model.index(row))
