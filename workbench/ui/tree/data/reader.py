"""Requests facts about the weights from the engine, visible rows first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QTreeView

from workbench.core.ipc import messages
from workbench.core.ipc.messages import Failed
from workbench.ui.engine_client.client import EngineLink, Handlers
from workbench.ui.session.session import Session
from workbench.ui.tree.data.columns import ColumnChoice
from workbench.ui.tree.data.model import NODE_ROLE

if TYPE_CHECKING:
    from workbench.core.layer_data.views import LayerFacts

REST_MS = 150  # without scrolling
HEAVY = 1 << 30  # bytes of a model above which only visible rows are read


class FactsReader(QObject):
    """Requests each layer once; `told(LayerFacts)` for every answer."""

    told = Signal(object)

    def __init__(self, session: Session, tree: QTreeView, choice: ColumnChoice) -> None:
        super().__init__(tree)
        self._session, self._tree, self._choice = session, tree, choice
        self._known: set[str] = set()
        self._asked: list[int] = []  # the job under way, if any
        self.destroyed.connect(partial(_abandon, session.link, self._asked))
        self._timer = QTimer(self, singleShot=True, interval=REST_MS)
        self._timer.timeout.connect(self._ask)
        session.model_changed.connect(self._forget)
        choice.changed.connect(self.look_again)
        tree.verticalScrollBar().valueChanged.connect(self._timer.start)
        tree.expanded.connect(self._timer.start)

    def look_again(self) -> None:
        """Read again for other visible rows."""
        self._timer.start()

    def _forget(self) -> None:
        self._known.clear()
        _abandon(self._session.link, self._asked)
        self._timer.start()

    def _ask(self) -> None:
        _abandon(self._session.link, self._asked)
        wanted = tuple(path for path in self._wanted() if path not in self._known)
        if wanted:
            handlers = Handlers(updated=self._take, done=self._ended, failed=self._failed, quiet=True)
            self._asked.append(self._session.link.request(messages.Facts, handlers, paths=wanted))

    def _wanted(self) -> list[str]:
        model = self._session.model
        if model is None or (model.bytes > HEAVY and not self._choice.reads_weights):
            return []
        editable = [layer.path for layer in model.layers if not layer.locked]
        first = [path for path in self._on_show() if path in editable]
        return first if model.bytes > HEAVY else list(dict.fromkeys([*first, *editable]))

    def _on_show(self) -> list[str]:
        """Return the paths of the layers whose rows are in view, from the top."""
        tree, found = self._tree, []
        index = tree.indexAt(tree.viewport().rect().topLeft())
        while index.isValid() and tree.visualRect(index).top() <= tree.viewport().height():
            layer = index.data(NODE_ROLE).layer
            if layer is not None:
                found.append(layer.path)
            index = tree.indexBelow(index)
        return found

    def _take(self, facts: LayerFacts) -> None:
        self._known.add(facts.path)
        self.told.emit(facts)

    def _ended(self, _: object) -> None:
        self._asked.clear()

    def _failed(self, failure: Failed) -> None:
        self._asked.clear()
        self._session.mention(failure)


def _abandon(link: EngineLink, asked: list[int], *_: object) -> None:
    """Abandon all jobs; a function, so that it works after the reader was deleted."""
    while asked:
        link.abandon(asked.pop())
