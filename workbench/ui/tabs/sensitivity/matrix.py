"""Qt model of the matrix: a row for each layer, a column for each candidate, sortable by the drops of a column."""

import math
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from workbench.core.analysis.sensitivity import Scan, Stack, Trial
from workbench.core.recipe.action import MethodInfo
from workbench.ui.session.scans import Cell
from workbench.ui.tabs.sensitivity import words
from workbench.ui.text.describe import stack_words
from workbench.ui.text.i18n import listed, tr
from workbench.ui.widgets.labels import tooltip

Index = QModelIndex | QPersistentModelIndex
TRIAL_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
STRENGTH_ROLE = Qt.ItemDataRole.UserRole + 2  # 0..1 along the colour map; None: not measured
REFUSED_ROLE = Qt.ItemDataRole.UserRole + 3
Role = Qt.ItemDataRole


class MatrixModel(QAbstractTableModel):
    """Rows and columns are those of the scan; cells arrive one by one."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.scan: Scan | None = None
        self.layers: tuple[str, ...] = ()
        self.candidates: tuple[Stack, ...] = ()
        self._cells: dict[Cell, Trial] = {}
        self._refused: dict[Cell, str] = {}
        self._methods: Mapping[str, MethodInfo] = {}
        self._bytes: Mapping[str, int] = {}
        self._top = 0.0

    def set_methods(self, methods: Mapping[str, MethodInfo]) -> None:
        self._methods = methods
        if self.candidates:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.candidates) - 1)

    def show(
        self, scan: Scan | None, cells: Mapping[Cell, Trial], refused: Mapping[Cell, str], bytes_of: Mapping[str, int]
    ) -> None:
        """Show a scan. `bytes_of`: current bytes of the layers."""
        layers, candidates = (scan.layers, scan.candidates) if scan is not None else ((), ())
        if (layers, candidates) != (self.layers, self.candidates):
            self.beginResetModel()
            self.layers, self.candidates = layers, candidates
            self._take(scan, cells, refused, bytes_of)
            self.endResetModel()
        elif layers:
            self._take(scan, cells, refused, bytes_of)
            self.dataChanged.emit(self.index(0, 0), self.index(len(layers) - 1, len(candidates) - 1))

    def _take(
        self, scan: Scan | None, cells: Mapping[Cell, Trial], refused: Mapping[Cell, str], bytes_of: Mapping[str, int]
    ) -> None:
        self.scan, self._cells, self._refused, self._bytes = scan, dict(cells), dict(refused), bytes_of
        self._top = max((trial.drop for trial in cells.values() if trial.drop is not None), default=0.0)

    @property
    def top(self) -> float:
        """Return the drop with the last colour."""
        return self._top

    def cell(self, index: Index) -> Cell:
        return self.layers[index.row()], self.candidates[index.column()]

    def trial(self, index: Index) -> Trial | None:
        return self._cells.get(self.cell(index))

    def refusal(self, index: Index) -> str:
        return "" if self.trial(index) else self._refused.get(self.cell(index), "")

    # -- QAbstractTableModel ---------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.layers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.candidates)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if not 0 <= section < (len(self.candidates) if across else len(self.layers)):
            return None
        if role == Role.DisplayRole:
            return words.heading(self.candidates[section], self._methods) if across else self.layers[section]
        if role == Role.ToolTipRole:
            text = tr("{candidate}\nClick to sort; a third click restores the order of the model.")
            return tooltip(
                text.format(candidate=stack_words(self.candidates[section], self._methods))
                if across
                else self.layers[section]
            )
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        trial = self.trial(index)
        match role:
            case Role.DisplayRole:
                return self._text(index, trial)
            case Role.ToolTipRole:
                return tooltip(self.describe(index))
            case Role.AccessibleDescriptionRole:
                return self.describe(index)
            case Role.AccessibleTextRole:
                return listed(self.describe(index).splitlines()[:2])
            case Role.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignCenter
            case _ if role == TRIAL_ROLE:
                return trial
            case _ if role == SORT_ROLE:
                return _order(trial, self.refusal(index))
            case _ if role == STRENGTH_ROLE:
                return None if trial is None or trial.drop is None else strength(trial.drop, self._top)
            case _ if role == REFUSED_ROLE:
                return bool(self.refusal(index))
        return None

    def describe(self, index: Index) -> str:
        """Return the description of a cell, line by line."""
        if self.scan is None:
            return ""
        return words.whole(
            *self.cell(index), self.trial(index), self.scan, self._methods, self._bytes, self.refusal(index)
        )

    def _text(self, index: Index, trial: Trial | None) -> str:
        if trial is None or self.scan is None:
            return "–" if self.refusal(index) else ""
        return words.short_loss(trial, self.scan)

    def to_csv(self) -> str:
        """Return every known cell, one per line."""
        rows = ["layer,candidate,bytes,drop,ci_low,ci_high,predicted"]
        for (path, stack), trial in self._cells.items():
            figures = (trial.drop, trial.low, trial.high, trial.predicted)
            numbers = ",".join("" if value is None else f"{value:.9g}" for value in figures)
            rows.append(f'{path},"{" + ".join(map(str, stack))}",{trial.bytes},{numbers}')
        return "\n".join(rows) + "\n"


class MatrixProxy(QSortFilterProxyModel):
    """Sorts rows; without a sort column, the order is that of the model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(False)  # rows must not jump while cells arrive

    def lessThan(self, left: Index, right: Index) -> bool:
        return left.data(SORT_ROLE) < right.data(SORT_ROLE)


def strength(drop: float, top: float) -> float:
    """Return the position of a drop in the colour map: by its square root, so that small drops can be distinguished."""
    return math.sqrt(max(drop, 0.0) / top) if top > 0 else 0.0


def _order(trial: Trial | None, refused: str) -> tuple[int, float]:
    """Return the sort key: measured, predicted, unknown, impossible."""
    if trial is None:
        return (3 if refused else 2), 0.0
    if trial.drop is not None:
        return 0, trial.drop
    return (1, trial.predicted) if trial.predicted is not None else (2, 0.0)
