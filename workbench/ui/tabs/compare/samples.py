"""Samples whose prediction changed, with their images; below them the layer responsible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QListView,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.analysis.prediction_diff import Changes, Flip, FlipKind, SampleError
from workbench.ui.base.pixels import image_of
from workbench.ui.tabs.compare.attribution import AttributionPanel
from workbench.ui.tabs.compare.changed_predictions import ChangedPredictions
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import titled, tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import toggle
from workbench.ui.widgets.labels import label, muted, tooltip
from workbench.ui.widgets.rows import WholeRows

if TYPE_CHECKING:
    import numpy as np

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
FLIP_ROLE = Qt.ItemDataRole.UserRole
PICTURE = 56  # logical pixels
TILE = QSize(96, 108)
SHORT = 4  # characters of a class name: two names and an arrow fit below an image in one line


@dataclass(frozen=True)
class Wanted:
    """Filter of the samples by class; -1 for all classes."""

    kind: FlipKind = "lost"
    truth: int = -1
    decision: int = -1

    def holds(self, flip: Flip) -> bool:
        return flip.kind == self.kind and self.truth in (-1, flip.truth) and self.decision in (-1, flip.after)


class FlipsModel(QAbstractListModel):
    """Samples as tiles: image, prediction before and now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[Flip | SampleError, ...] = ()
        self._classes: tuple[str, ...] = ()
        self._pictures: dict[int, QPixmap] = {}

    def show_items(self, items: Sequence[Flip | SampleError], classes: tuple[str, ...]) -> None:
        self.beginResetModel()
        self.items, self._classes = tuple(items), classes
        self._pictures.clear()
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.items):
            return None
        item = self.items[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return short(item, self._classes)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(describe(item, self._classes))
            case Qt.ItemDataRole.AccessibleTextRole:
                return describe(item, self._classes)
            case Qt.ItemDataRole.SizeHintRole:
                return TILE if item.picture is not None else None
            case Qt.ItemDataRole.DecorationRole if item.picture is not None:
                return self._picture(index.row(), item.picture)
        return item if role == FLIP_ROLE else None

    def _picture(self, row: int, pixels: np.ndarray) -> QPixmap:
        if row not in self._pictures:
            self._pictures[row] = pixmap(pixels, PICTURE)
        return self._pictures[row]


def short(item: Flip | SampleError, classes: tuple[str, ...]) -> str:
    if isinstance(item, SampleError):
        return titled(f"#{item.sample}", f"{item.before:.3g} → {item.after:.3g}")
    gap = "\n" if item.picture is not None and max(map(len, classes)) > SHORT else " "
    return f"{classes[item.before]}{gap}→ {classes[item.after]}"


def describe(item: Flip | SampleError, classes: tuple[str, ...]) -> str:
    """Return a sample in words."""
    if isinstance(item, SampleError):
        return tr("Sample {n}: {before} before, {after} now.").format(
            n=item.sample, before=f"{item.before:.4g}", after=f"{item.after:.4g}"
        )
    return tr("Sample {n} is {truth}: {before} ({sure}) before, {after} ({sure_now}) now.").format(
        n=item.sample,
        truth=classes[item.truth],
        before=classes[item.before],
        after=classes[item.after],
        sure=percent(item.sure_before),
        sure_now=percent(item.sure_after),
    )


def pixmap(pixels: np.ndarray, side: int) -> QPixmap:
    """Return an image of uint8 pixels, grey or RGB; small ones are enlarged without blurring."""
    image = image_of(pixels)
    fast = max(image.width(), image.height()) < side
    mode = Qt.TransformationMode.FastTransformation if fast else Qt.TransformationMode.SmoothTransformation
    return QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode))


class SamplesPage(QWidget):
    """Samples filtered by kind of change and by class, with a button that attributes the selected ones to layers."""

    def __init__(self, findings: ChangedPredictions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings = findings
        self._changes: Changes | None = None
        self.wanted = Wanted()
        self.model = FlipsModel(self)
        self._build_filters()
        self._build_list()
        self.suspects = AttributionPanel(findings, self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self._upper)
        self.splitter.addWidget(self.suspects)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.UNIT)
        column.setSpacing(theme.UNIT)
        column.addLayout(self._filters)
        column.addWidget(self.splitter, 1)
        self.show_changes(None)

    def _build_filters(self) -> None:
        self._filters = QHBoxLayout()
        self._filters.setSpacing(theme.UNIT)
        self.kinds: dict[FlipKind, QToolButton] = {}
        group = QButtonGroup(self)
        for kind in get_args(FlipKind):
            self.kinds[kind] = toggle(self, "")
            self.kinds[kind].clicked.connect(
                lambda _=False, kind=kind: self._want(Wanted(kind, self.wanted.truth, self.wanted.decision))
            )
            group.addButton(self.kinds[kind])
            self._filters.addWidget(self.kinds[kind])
        self.classes = QComboBox(self)
        self.classes.setAccessibleName(self.tr("Class"))
        self.classes.setMaximumWidth(180)
        self.classes.activated.connect(lambda index: self._want(Wanted(self.wanted.kind, index - 1)))
        self._filters.addWidget(self.classes)
        self._filters.addStretch(1)

    def _build_list(self) -> None:
        self._upper = QWidget(self)
        self.list = QListView(self._upper)
        self.list.setModel(self.model)
        WholeRows(self.list)
        self.list.setAccessibleName(self.tr("Changed samples"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setIconSize(QSize(PICTURE, PICTURE))
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setUniformItemSizes(True)
        self.list.setWordWrap(False)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setMinimumHeight(TILE.height() + theme.UNIT)
        self.list.selectionModel().selectionChanged.connect(self._describe)
        self.words = label("", self._upper, weight=QFont.Weight.Medium)
        self.find_layer = QPushButton(self.tr("Find responsible layer"), self._upper)
        self.find_layer.clicked.connect(self.ask)
        self.note = muted("", self._upper)
        row = QHBoxLayout()
        row.setSpacing(theme.UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(self.find_layer)
        column = QVBoxLayout(self._upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addWidget(self.list, 1)
        column.addWidget(self.note)
        column.addLayout(row)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_changes(self, changes: Changes | None) -> None:
        if changes is self._changes and changes is not None:
            return
        self._changes = changes
        classes = changes.classes if changes else ()
        names = [self.tr("All classes"), *classes]
        if [self.classes.itemText(i) for i in range(self.classes.count())] != names:
            self.classes.clear()
            self.classes.addItems(names)
            self.wanted = Wanted()
        counts = (changes.lost, changes.won, changes.moved) if changes else (0, 0, 0)
        titles = (self.tr("Now wrong"), self.tr("Now correct"), self.tr("Another mistake"))
        for button, title, count in zip(self.kinds.values(), titles, counts, strict=True):
            button.setText(f"{title}  {count:,}")
            button.setVisible(bool(classes))
        self.kinds["moved"].setToolTip(self.tr("Wrong before and now, with a different answer"))
        self.classes.setVisible(bool(classes))
        self._want(self.wanted)

    def look_at(self, truth: int, decision: int = -1) -> None:
        """Show the samples of a class, or of a cell of the confusion matrix, with the first kind of change that has
        any."""
        flips = self._changes.flips if self._changes else ()
        ways = [Wanted(kind, truth, decision) for kind in get_args(FlipKind)]
        self._want(next((way for way in ways if any(map(way.holds, flips))), ways[0]))

    def _want(self, wanted: Wanted) -> None:
        self.wanted, changes = wanted, self._changes
        self.kinds[wanted.kind].setChecked(True)
        self.classes.setCurrentIndex(wanted.truth + 1)
        items: Sequence[Flip | SampleError] = ()
        if changes is not None:
            items = tuple(flip for flip in changes.flips if wanted.holds(flip)) if changes.classes else changes.errors
        pictures = bool(items) and items[0].picture is not None
        self.list.setViewMode(QListView.ViewMode.IconMode if pictures else QListView.ViewMode.ListMode)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setGridSize(TILE if pictures else QSize())
        self.model.show_items(items, changes.classes if changes else ())
        self.note.setText(self._summary(len(items)))
        self._describe()

    def _summary(self, shown: int) -> str:
        changes, wanted = self._changes, self.wanted
        if changes is None:
            return ""
        if not changes.classes:
            return self.tr("{worse} of {n} samples became worse, {better} better ({metric}); worst first.").format(
                worse=f"{changes.worse:,}",
                better=f"{changes.better:,}",
                n=f"{changes.samples:,}",
                metric=changes.metric,
            )
        words = self.tr("Most confident first; showing {shown} of {n} samples.").format(
            shown=f"{shown:,}", n=f"{changes.samples:,}"
        )
        if wanted.decision >= 0:
            words += " " + self.tr("Only {truth} predicted as {decision}.").format(
                truth=changes.classes[wanted.truth], decision=changes.classes[wanted.decision]
            )
        return words

    def _describe(self) -> None:
        chosen = self.chosen()
        changes = self._changes
        if changes is None or not self.model.items:
            self.words.setText("" if changes is None else self.tr("No samples changed this way."))
        elif len(chosen) == 1:
            self.words.setText(describe(chosen[0], changes.classes))
        elif chosen:
            self.words.setText(self.tr("{n} samples selected").format(n=len(chosen)))
        else:
            self.words.setText("")
        self.find_layer.setEnabled(bool(self.model.items) and self._findings.current)

    def chosen(self) -> list[Flip | SampleError]:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self.model.items[row] for row in rows]

    # -- hand ------------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Request the attribution of the selected samples, or of all that are shown."""
        chosen = self.chosen()
        items = chosen or list(self.model.items)
        if not items:
            return
        words = (
            self.tr("{n} samples").format(n=len(items))
            if len(items) > 1
            else self.tr("Sample {n}").format(n=items[0].sample)
        )
        self._findings.attribute([item.sample for item in items], words)
