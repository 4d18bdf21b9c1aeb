"""Sensitivity scans of the open model: the request, the known cells, and which of them are shown elsewhere."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal

from workbench.core.analysis.sensitivity import Scan, Stack, Trial, Wanted
from workbench.core.ipc import messages
from workbench.ui.base import settings
from workbench.ui.engine_client.tracked_job import TrackedJob
from workbench.ui.session.state import State

REDRAW_MS = 60
Cell = tuple[str, Stack]


class Scans(TrackedJob):
    """Cells are kept until the model or the data changes; a stopped scan keeps its results.

    shown   another candidate is shown in the tree and in the graph
    """

    shown = Signal()

    def __init__(self, session: State) -> None:
        super().__init__(session.link, session)
        self.plan: Scan | None = None  # result of the newest scan, without its cells until it is complete
        self.cells: dict[Cell, Trial] = {}
        self.refused: dict[Cell, str] = {}
        self.candidate: Stack = ()  # candidate whose drops are shown beside the layers; empty: none
        self._soon = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._soon.timeout.connect(self.changed)
        session.model_changed.connect(self.forget)
        session.data_changed.connect(self.forget)

    def start(self, wanted: Wanted) -> None:
        if self.job or not wanted.candidates:
            return
        stopped = self.tr("Stopped. The next scan resumes here.")
        force = settings.workforce()
        self._ask(
            messages.Scan, self.tr("Sensitivity"), self._take_all, self._updated, stopped, wanted=wanted, force=force
        )

    def show(self, candidate: Stack) -> None:
        """Show the drops of this candidate beside the layers."""
        if candidate != self.candidate:
            self.candidate = candidate
            self.shown.emit()

    def drops(self) -> dict[str, float]:
        """Return the measured drop of the metric per layer for the shown candidate; that of a block is of no layer."""
        return {
            row: trial.drop
            for (row, stack), trial in self.cells.items()
            if stack == self.candidate and trial.drop is not None and not trial.block
        }

    def paths(self, row: str) -> tuple[str, ...]:
        """Return the layers of a row: of a block, or the layer itself."""
        return (row,) if self.plan is None else self.plan.blocks.get(row, (row,))

    def row(self, path: str) -> str:
        """Return the row of a layer."""
        blocks = {} if self.plan is None else self.plan.blocks
        return next((row for row, paths in blocks.items() if path in paths), path)

    @property
    def top(self) -> float:
        """Return the largest measured drop, in the metric's unit; at least 0."""
        return max((trial.drop for trial in self.cells.values() if trial.drop is not None), default=0.0)

    def forget(self) -> None:
        """Drop all results, as the model or the data changed."""
        self.plan, self.candidate = None, ()
        self.cells.clear()
        self.refused.clear()
        self._drop()

    # -- replies ---------------------------------------------------------------------------------------------------

    def _updated(self, piece: Scan | Trial) -> None:
        if isinstance(piece, Scan):
            self._take_plan(piece)
        else:
            self._take(piece)
        if not self._soon.isActive():
            self._soon.start()

    def _take_plan(self, plan: Scan) -> None:
        self.plan = plan
        self.refused |= plan.refused
        if self.candidate not in plan.candidates and plan.candidates:
            self.candidate = plan.candidates[0]

    def _take(self, trial: Trial) -> None:
        for row in trial.rows:
            known = self.cells.get((row, trial.candidate))
            if known is None or known.drop is None or trial.drop is not None:  # results are kept
                self.cells[row, trial.candidate] = trial

    def _take_all(self, scan: Scan) -> None:
        self._take_plan(scan)
        for trial in scan.trials:
            self._take(trial)

    def _over(self, failure: str) -> None:
        super()._over(failure)
        if self.plan is not None:
            self.plan = replace(self.plan, complete=not failure)
