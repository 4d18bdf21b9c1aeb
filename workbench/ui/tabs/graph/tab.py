"""The graph of the open model, as opened and after the recipe, with the session's selection and figures.

Everything that needs WebEngine is created when the tab is first shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.analysis.report import LayerChange
from workbench.core.base.errors import UserError
from workbench.core.base.quantities import MetricInfo
from workbench.core.ipc import messages
from workbench.core.layer_data.views import GraphView
from workbench.core.recipe.recipe import Recipe
from workbench.ui.base import dialogs
from workbench.ui.engine_client.client import Handlers
from workbench.ui.engine_client.coalesce import Latest
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.session.session import Session
from workbench.ui.tabs.graph import obstacle, picture, tints
from workbench.ui.tabs.graph.modules import Modules
from workbench.ui.tabs.graph.note import Note
from workbench.ui.text import format
from workbench.ui.text.i18n import titled
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import small, toggle
from workbench.ui.widgets.labels import tooltip
from workbench.ui.widgets.legend import Legend

if TYPE_CHECKING:
    from workbench.ui.tabs.graph.side import Side
    from workbench.ui.tabs.graph.web import Profile

Mode = Literal["original", "compressed", "both"]
Name = Literal["original", "compressed"]
REST_MS = 250  # the compressed graph is updated when editing pauses
PATIENCE_MS = 10_000  # it waits for the edits of the whole recipe


class GraphTab(QWidget):
    """Tab with the graphs of the original and the compressed model. `sides` are those that were shown; `profile` is
    None until the first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._drops: Mapping[str, float] = {}
        self._drops_metric = MetricInfo()
        self._drops_candidate = ""
        self.note = Note(self)
        self.note.again.connect(self._start_again)
        self.note.unguarded.connect(self._start_unguarded)
        self._content = QWidget(self)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.note)
        self._pages.addWidget(self._content)
        self._colors = session.turns.piece(self, self._paint, Place.WHAT_IT_LOOKS_LIKE)
        self._build_bar()
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self._content)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(theme.UNIT)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, theme.UNIT, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addWidget(self.bar)
        column.addWidget(self.splitter, 1)
        # Below, as the widest bar of all tabs limits the room of the layers beside them.
        below = QHBoxLayout()
        below.setContentsMargins(theme.DOUBLE, 0, theme.DOUBLE, theme.HALF)
        for button in (self.boxes, self.turn):
            below.addWidget(button)
        below.addStretch()
        below.addWidget(self.legend)
        column.addLayout(below)
        self.profile: Profile | None = None
        self.sides: dict[Name, Side] = {}
        self._drawn: set[Name] = set()
        self._picture_wanted = False
        self._have: dict[Name, object] = {}  # what each side shows
        self._asked: dict[Name, object] = {}  # what is under way
        self._requests: dict[Name, Latest] = {name: Latest(session.link, PATIENCE_MS, self) for name in get_args(Name)}
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        self._connect()

    def _build_bar(self) -> None:
        self.bar = QWidget(self._content)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(theme.DOUBLE, 0, theme.DOUBLE, 0)
        row.setSpacing(theme.UNIT)
        titles = {"original": self.tr("Original"), "compressed": self.tr("Compressed"), "both": self.tr("Side by side")}
        self.modes = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for index, (name, title) in enumerate(titles.items()):
            button = toggle(self.bar, title)
            self.modes.addButton(button, index)
            self.buttons[name] = button
            row.addWidget(button)
        self.buttons["original"].setChecked(True)
        self.modes.idClicked.connect(lambda _: self._show_mode())
        self.modules = Modules()
        tip = tooltip(self.tr("Draws each module as one box; a click on a box opens it."))
        self.boxes = toggle(self.bar, self.tr("Modules"), self.tr("Modules as boxes"), tip)
        self.boxes.toggled.connect(self._on_boxes)
        self.turn = small(self.bar, "", self.tr("Open or close the module"))
        self.turn.clicked.connect(self._on_turn)
        row.addStretch()
        self.save_button = small(self.bar, "", self.tr("Save graph"), self.tr("Save the whole graph as PNG or SVG"))
        theme.set_icon(self.save_button, "export")
        self.save_button.clicked.connect(self.ask_picture)
        row.addWidget(self.save_button)
        self.tint = QComboBox(self.bar)
        self.tint.setAccessibleName(self.tr("Colour by"))
        self.tint.setToolTip(self.tr("Colour the nodes of each layer by this quantity"))
        self.tint.addItem(self.tr("Bytes saved"), "bytes")
        self.tint.currentIndexChanged.connect(self._colors.soon)
        self.legend = Legend(self._content)
        row.addWidget(self.tint)

    def _connect(self) -> None:
        session = self._session
        session.model_changed.connect(self._on_model)
        session.recipe_changed.connect(self._rest.start)
        session.preview_changed.connect(self._rest.start)  # also after another engine process has opened the model
        session.selection_changed.connect(self._show_selection)
        session.changes_changed.connect(self._colors.soon)
        session.recipe_changed.connect(self._colors.soon)
        session.recipe_changed.connect(self._on_times)
        session.layer_times.changed.connect(self._on_times)
        session.link.lost.connect(self._on_lost)
        theme.signals.changed.connect(self._colors.soon)

    # -- starting ----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.profile is None:
            self.note.wait(self.tr("Starting the graph view…"))
            QTimer.singleShot(0, self, self._start)  # the text first: WebEngine takes a moment
        else:
            self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._rest.stop()
        self._drop()

    def _start(self) -> None:
        if self.profile is not None or not self.isVisible():
            return
        found = obstacle.find()
        if found is not None:
            self.note.explain(found)
            return
        from workbench.ui.tabs.graph.web import Profile

        self.profile = Profile(self._content)  # after the splitter, so that it is deleted after the pages
        QApplication.instance().aboutToQuit.connect(self._end)  # type: ignore[union-attr]
        self._pages.setCurrentWidget(self._content)
        self._show_mode()

    def _start_again(self) -> None:
        if self.profile is None:
            self._start()
            return
        self._pages.setCurrentWidget(self._content)
        self._have.clear()
        for side in self.sides.values():
            side.page.load()
        self._ask()

    def _end(self) -> None:
        """Delete pages before their profile, and both before the application, or Chromium crashes at exit."""
        self._content.deleteLater()

    def _start_unguarded(self) -> None:
        obstacle.turn_sandbox_off()
        self._start()

    @property
    def mode(self) -> Mode:
        return get_args(Mode)[self.modes.checkedId()]

    @property
    def _on_show(self) -> tuple[Name, ...]:
        return get_args(Name) if self.mode == "both" else (self.mode,)

    def _show_mode(self) -> None:
        if self.profile is None:
            return  # nothing is drawn before the tab is first shown, when this is called again
        for name in self._on_show:
            if name not in self.sides:
                self._make_side(name)
        for name, side in self.sides.items():
            side.setVisible(name in self._on_show)
        self._ask()

    def _make_side(self, name: Name) -> None:
        from workbench.ui.tabs.graph.side import Side

        assert self.profile is not None
        title = self.tr("Original") if name == "original" else self.tr("Compressed")
        side = Side(self.profile, name, title, self.splitter)
        self.splitter.insertWidget(get_args(Name).index(name), side)
        side.clicked.connect(lambda path: self._session.select([path]))
        side.opened.connect(self._open)
        side.drawn.connect(partial(self._on_drawn, name))
        side.failed.connect(self._on_failed)
        self.sides[name] = side

    # -- graphs ------------------------------------------------------------------------------------------------------

    def _on_model(self) -> None:
        self._drop()
        model = self._session.model
        self.modules.set_layers(layer.path for layer in (model.layers if model is not None else ()))
        self.set_drops({}, MetricInfo())
        self._rest.start()

    def _on_lost(self, sentence: str, by_itself: bool) -> None:
        self._drop()  # asked again when the model is open again

    def _drop(self) -> None:
        self._rest.stop()
        self._asked.clear()
        for requests in self._requests.values():
            requests.drop()

    def _ask(self) -> None:
        """Request the graphs that should be shown and are missing."""
        session = self._session
        if not self.isVisible() or self.profile is None or session.model is None:
            return
        for name in self._on_show:
            recipe = None if name == "original" else session.recipe
            wanted = (session.model, None if recipe is None else recipe.in_effect, self.modules.collapsed)
            if wanted not in (self._have.get(name), self._asked.get(name)):
                self._asked[name] = wanted
                self._requests[name].submit(partial(self._request, name, wanted, recipe))

    def _request(self, name: Name, wanted: object, recipe: Recipe | None) -> int:
        def settle() -> None:
            self._have[name] = wanted
            self._asked.pop(name, None)
            self._requests[name].answered()

        def done(graph: GraphView) -> None:
            self.sides[name].show_graph(graph)
            self._show_selection()
            self._paint()
            settle()

        def failed(failure: messages.Failed) -> None:
            self.sides[name].complain(failure.what)
            settle()

        handlers = Handlers(done=done, failed=failed, quiet=True)
        return self._session.link.request(messages.Graph, handlers, recipe=recipe, collapsed=self.modules.collapsed)

    # -- a picture -----------------------------------------------------------------------------------------------------

    def ask_picture(self) -> None:
        """Ask where to save the shown graph, as PNG or SVG; the compressed one if both are shown."""
        name = self._on_show[-1]
        self._picture_wanted = name not in self._drawn  # asked again when it is drawn
        if self._picture_wanted:
            self._session.told.emit(self.tr("The graph is saved when it is drawn."))
            return
        side = self.sides[name]
        filters = self.tr("PNG (*.png);;SVG (*.svg)")
        chosen = partial(self.save_picture, side)
        dialogs.choose_target(self, self.tr("Save graph"), filters, chosen, "graph.png", "png")

    def _on_drawn(self, name: Name) -> None:
        self._drawn.add(name)
        if self._picture_wanted:
            self.ask_picture()

    def save_picture(self, side: Side, path: str) -> None:
        def write(svg: str) -> None:
            try:
                picture.save(svg, path)
            except (UserError, OSError) as error:
                words = (error.what, error.hint) if isinstance(error, UserError) else (str(error), "")
                dialogs.complain(self, self.tr("Cannot save the graph"), *words)
                return
            self._session.told.emit(self.tr("Saved {path}").format(path=path))

        side.page.picture(write)

    def _on_failed(self, why: str) -> None:
        self.note.complain(why)
        self._pages.setCurrentWidget(self.note)

    # -- modules -------------------------------------------------------------------------------------------------------

    def _on_boxes(self, on: bool) -> None:
        self.modules.on = on
        self._show_modules()

    def _open(self, module: str) -> None:
        """Draw the content of a box; one of its layers is selected, so that it can be closed."""
        self.modules.open(module)
        inside = self.modules.inside(module)
        if self._session.current not in inside:
            self._session.select(inside[:1])
        self._show_modules()

    def _on_turn(self) -> None:
        """Open the module around the current layer, or close it."""
        if box := self.modules.box_of(self._session.current):
            self._open(box)
        else:
            self.modules.close(self.modules.opened_around(self._session.current))
            self._show_modules()

    def _show_modules(self) -> None:
        self._show_turn()
        self._ask()

    def _show_turn(self) -> None:
        box, opened = (each(self._session.current) for each in (self.modules.box_of, self.modules.opened_around))
        words = self.tr("Open {module}") if box else self.tr("Close {module}")
        self.turn.setText(words.format(module=box or opened))
        self.turn.setVisible(self.modules.on and bool(box or opened))

    # -- selection and colours -----------------------------------------------------------------------------------------

    def _show_selection(self) -> None:
        self._show_turn()
        for side in self.sides.values():
            side.select(self._session.selection)

    def set_drops(self, drops: Mapping[str, float], metric: MetricInfo, candidate: str = "") -> None:
        """Set the drops of single layers with the candidate, from a sensitivity scan; empty if there are none."""
        self._drops, self._drops_metric, self._drops_candidate = drops, metric, candidate
        self._offer("sensitivity", self.tr("Sensitivity"), bool(drops))

    def _on_times(self) -> None:
        self._offer("time", self.tr("Time"), self._session.layer_times.current is not None)

    def _offer(self, name: str, title: str, there: bool) -> None:
        """Enable a quantity for colouring that has become known, or disable it."""
        place = self.tint.findData(name)
        if there and place < 0:
            self.tint.addItem(title, name)
        elif not there and place >= 0:
            self.tint.removeItem(place)
        self._colors.soon()

    def _paint(self) -> None:
        if self.tint.currentData() == "sensitivity":
            self.legend.set_ends("0", format.plain_loss(max(self._drops.values()), self._drops_metric))
        else:
            self.legend.set_ends("0 %", "100 %")
        changes = self._changes()
        for side in self.sides.values():
            side.tint(partial(self._shade, changes))

    def _shade(self, changes: Mapping[str, LayerChange], path: str) -> tints.Shade:
        """Return the shade of a layer; for a module the one of its layers together, or of the most sensitive."""
        inside = self.modules.inside(path) if self._session.layer(path) is None else ()
        if self.tint.currentData() == "sensitivity":
            worst = max(inside, key=lambda each: self._drops.get(each, -inf), default=path)
            shade = tints.by_sensitivity(self._drops, worst, self._drops_metric, self._drops_candidate)
            return replace(shade, words=titled(worst, shade.words)) if inside else shade
        times = self._session.layer_times.current
        if times is not None and self.tint.currentData() == "time":
            return tints.by_time(times, *(inside or (path,)))
        if inside:
            layers = [layer for each in inside if (layer := self._session.layer(each)) is not None]
            return tints.by_bytes(tints.of_module(layers, changes))
        return tints.by_bytes(changes.get(path))

    def _changes(self) -> dict[str, LayerChange]:
        """Return the changes of layers with steps, and of those that shrank because others lost channels."""
        session = self._session
        edited = {path: change for path, change in session.changes.items() if session.recipe.actions_for(path)}
        preview = session.preview if session.preview_is_current else None
        return {**({change.path: change for change in preview.changes} if preview else {}), **edited}
