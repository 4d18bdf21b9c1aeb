"""Several selected layers at once: totals, ranges of their parameters, and their distributions side by side."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.analysis.report import LayerChange
from workbench.core.base.quantities import amount, size
from workbench.core.layer_data.layer import Layer
from workbench.core.layer_data.views import LayerView
from workbench.core.recipe.action import Action, MethodInfo
from workbench.ui.actions import families
from workbench.ui.actions.form.values import effective
from workbench.ui.text.describe import value_words
from workbench.ui.text.i18n import counted, listed, titled, tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import heading, muted
from workbench.ui.widgets.rows import set_column

ROW, NAME, FIGURE = 40, 180, 150  # pixels
TAIL = 0.998  # of the weights of each layer are in the picture
RANGE = " … "
Stacks = Mapping[str, tuple[Action, ...]]


class SelectionView(QWidget):
    """Signal: `chosen(path)`: the layer whose row was clicked."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.totals = heading("", self)
        self.ranges = muted("", self)
        self.rows = DistributionRows(self)
        self.rows.chosen.connect(self.chosen)
        scroll = QScrollArea(self)
        set_column(scroll, self.rows)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.UNIT)
        column.addWidget(self.totals)
        column.addWidget(self.ranges)
        column.addWidget(scroll, 1)

    def show_layers(
        self,
        layers: tuple[Layer, ...],
        changes: Mapping[str, LayerChange],
        stacks: Stacks,
        methods: Mapping[str, MethodInfo],
        current: str,
    ) -> None:
        self.totals.setText(totals_words(layers, changes))
        self.ranges.setText("\n".join(range_words(stacks, methods)))
        self.ranges.setVisible(bool(self.ranges.text()))
        self.rows.show_layers(layers, changes, current)

    def show_views(self, views: Mapping[str, LayerView]) -> None:
        """Show distributions as they arrive."""
        self.rows.show_views(views)


def totals_words(layers: tuple[Layer, ...], changes: Mapping[str, LayerChange]) -> str:
    """Return '24 layers · 1.20 M weights · 4.80 MB → 1.20 MB'."""
    before = sum(layer.bytes for layer in layers)
    after = sum(changes[layer.path].bytes_after if layer.path in changes else layer.bytes for layer in layers)
    weights = counted("{n:,} weights", sum(layer.count for layer in layers), "{n} weight")
    parts = [counted("{n} layers", len(layers), "{n} layer"), weights]
    if all(layer.macs is not None for layer in layers):
        parts.append(tr("{count} MACs").format(count=amount(sum(layer.macs or 0 for layer in layers))))
    return " · ".join([*parts, size(before) if after == before else f"{size(before)} → {size(after)}"])


def range_words(stacks: Stacks, methods: Mapping[str, MethodInfo]) -> list[str]:
    """Return for each method its layers and the range of its values: 'Magnitude, 12 layers: Sparsity 40 % … 60 %'."""
    used: dict[str, list[Action]] = {}
    for stack in stacks.values():
        for action in stack:
            if not action.off and action.method in methods:
                used.setdefault(action.method, []).append(action)
    lines = []
    for name, actions in used.items():
        info = methods[name]
        values = [effective(info.fields, action.params) for action in actions]
        parts = []
        for field in info.fields:
            given = [each[field.name] for each in values if each[field.name] is not None]
            if given and (any(field.name in action.params for action in actions)):
                ends = sorted(set(given)) if field.kind in ("int", "float") else list(dict.fromkeys(given))
                words = [value_words(field, end) for end in (ends[0], ends[-1])]
                parts.append(words[0] if len(ends) == 1 else RANGE.join((words[0], words[1].split(" ", 1)[-1])))
        where = listed((families.name(info), counted("{n} layers", len(actions), "{n} layer")))
        lines.append(titled(where, listed(parts)) if parts else where)
    return lines


class DistributionRows(QWidget):
    """A row per layer: its name, a histogram of its weights on a common axis, its bytes."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[Layer, ...] = ()
        self._changes: Mapping[str, LayerChange] = {}
        self._views: Mapping[str, LayerView] = {}
        self._current = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Distributions of the selected layers"))
        theme.signals.changed.connect(self.update)

    def show_layers(self, layers: tuple[Layer, ...], changes: Mapping[str, LayerChange], current: str) -> None:
        self._layers, self._changes, self._current = layers, changes, current
        self.setAccessibleDescription("\n".join(titled(layer.path, size(layer.bytes)) for layer in layers))
        self.setFixedHeight(ROW * max(len(layers), 1))
        self.update()

    def show_views(self, views: Mapping[str, LayerView]) -> None:
        self._views = views
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(NAME + FIGURE + 120, ROW * max(len(self._layers), 1))

    @property
    def reach(self) -> float:
        """Return the end of the common axis, which contains nearly all weights of every layer."""
        known = [self._views[layer.path].magnitudes for layer in self._layers if layer.path in self._views]
        ends = (float(np.interp(TAIL, np.linspace(0, 1, len(values)), values)) for values in known)
        return max(ends, default=0.0) * 1.1 or 1.0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y() // ROW)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self._layers):
            self.chosen.emit(self._layers[row].path)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, last = event.rect().top() // ROW, event.rect().bottom() // ROW
        reach = self.reach
        for number, layer in list(enumerate(self._layers))[first : last + 1]:
            self._paint_row(painter, QRectF(0, number * ROW, self.width(), ROW), layer, reach)
        painter.end()

    def _paint_row(self, painter: QPainter, row: QRectF, layer: Layer, reach: float) -> None:
        colors = theme.colors()
        if layer.path == self._current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.accent_soft)
            painter.drawRoundedRect(row.adjusted(0, 1, 0, -1), 4, 4)
        middle, beside = Qt.AlignmentFlag.AlignVCenter, QRectF(row)
        painter.setFont(theme.font())
        painter.setPen(colors.text)
        beside.setWidth(NAME - theme.UNIT)
        name = painter.fontMetrics().elidedText(layer.path, Qt.TextElideMode.ElideMiddle, NAME - 2 * theme.UNIT)
        painter.drawText(beside.adjusted(theme.UNIT, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | middle, name)
        change = self._changes.get(layer.path)
        words = size(layer.bytes) if change is None else f"{size(layer.bytes)} → {size(change.bytes_after)}"
        figure = QRectF(row.right() - FIGURE, row.top(), FIGURE - theme.UNIT, ROW)
        painter.setFont(theme.font(-1))
        painter.setPen(colors.muted)
        painter.drawText(figure, Qt.AlignmentFlag.AlignRight | middle, words)
        place = QRectF(row.left() + NAME, row.top() + 4, row.width() - NAME - FIGURE, ROW - 8)
        view = self._views.get(layer.path)
        if view is not None:
            painter.setPen(colors.before_line)
            painter.setBrush(colors.before)
            painter.drawPolygon(_outline(view, place, reach))


def _outline(view: LayerView, place: QRectF, reach: float) -> QPolygonF:
    """Return the outline of the histogram in a rectangle; a bar of zeros does not flatten the rest."""
    edges, counts = view.histogram.edges, view.histogram.counts
    inside = (edges[1:] > -reach) & (edges[:-1] < reach)
    rest = np.delete(counts, len(counts) // 2)
    top = max(float(rest.max(initial=0.0)), 1.0)
    xs = place.left() + (np.clip(edges, -reach, reach) / reach + 1) / 2 * place.width()
    ys = place.bottom() - np.minimum(counts / top, 1.0) * place.height()
    points = [QPointF(place.left(), place.bottom())]
    for left, right, y in zip(xs[:-1][inside], xs[1:][inside], ys[inside], strict=True):
        points += [QPointF(left, y), QPointF(right, y)]
    return QPolygonF([*points, QPointF(points[-1].x(), place.bottom())])
