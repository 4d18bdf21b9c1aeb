"""The trade-off: the metric against size, MACs, latency, memory or energy; measurements, predictions, the limit."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QComboBox, QGraphicsRectItem, QToolTip, QWidget

from workbench.core.base.plain import plain
from workbench.core.base.quantities import size
from workbench.core.recipe.action import MethodInfo
from workbench.ui.plans.entries import AXES, Entry, Scene, axis_of, figure_of, kind_of, limit_of, uniform_line, unit_of
from workbench.ui.plots.base import PlotPanel, Readout
from workbench.ui.plots.dots import Dot, TradeoffCanvas
from workbench.ui.tabs.plan import page, symbols, words
from workbench.ui.text import format
from workbench.ui.text.i18n import said, tr
from workbench.ui.widgets.labels import tooltip

LOG_FROM = 3.0  # ratio of the largest to the smallest from which the axis is logarithmic
ROUGH = 0.15  # share of the original's metric: recipes with a larger drop do not affect the range
LITTLE = 0.03  # share of the original's metric: the least drop that the range shows
BESIDE = 1.5  # relative to the drops on the front: how far others may lie below
ENDLESS = 200  # size of a shaded area relative to the initial range
OF_USE = frozenset({"front", "chosen", "current", "snapshot"})


class TradeoffPlot(PlotPanel):
    """Follows a Scene; the canvas reports what the user does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        canvas = TradeoffCanvas()
        self.canvas: TradeoffCanvas
        super().__init__(parent.tr("Trade-off") if parent else "Trade-off", canvas, (), "", parent)
        self.table.hide()
        self.scene = Scene()
        self._methods: Mapping[str, MethodInfo] = {}
        self.axis = QComboBox(self)
        self.axis.setAccessibleName(self.tr("Horizontal axis"))
        self.axis.setToolTip(self.tr("What the metric is drawn against"))
        self.axis.addItem(self._titles()["bytes"], "bytes")
        self.axis.currentIndexChanged.connect(lambda _: self._on_axis())
        self._limited = ""  # the axis of the limit that was turned to
        self.key = symbols.Key(self)
        self.subtitle.hide()
        self.tools.addWidget(self.key, 1)
        self.tools.addWidget(self.axis)
        self.recipe = Readout(Qt.TextElideMode.ElideRight, self)
        self.recipe.set_muted()
        self.column.insertWidget(self.column.indexOf(self.table), self.recipe)
        self._beyond = QGraphicsRectItem()
        self._beyond.setZValue(-10)
        self._base = pg.InfiniteLine(angle=0, movable=False)
        self._uniform, self._predicted = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._bars = pg.ErrorBarItem(x=np.zeros(0), y=np.zeros(0), top=np.zeros(0), bottom=np.zeros(0))
        self._dots = pg.ScatterPlotItem()
        for item in (self._beyond, self._base, self._uniform, self._predicted, self._bars, self._dots):
            canvas.addItem(item, ignoreBounds=True)
        canvas.pointed.connect(self._on_pointed)
        self.keeper.page = self.to_html
        self.show_scene(self.scene, {})

    def _titles(self) -> dict[str, str]:
        return {
            "bytes": self.tr("File size"),
            "macs": self.tr("MACs"),
            "latency": self.tr("Latency"),
            "memory": self.tr("Memory"),
            "energy": self.tr("Energy, by rule") if self.scene.energy == "by rule" else self.tr("Energy, measured"),
        }

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_scene(self, scene: Scene, methods: Mapping[str, MethodInfo]) -> None:
        self.scene, self._methods = scene, methods
        self._show_axes()
        self._follow_goal()
        if not any(entry.drop is not None and "original" not in entry.marks for entry in scene.entries):
            self.show_sentence(
                self.tr(
                    "Set a limit and press Find. The metric of each recipe that is measured is drawn here against its "
                    "size, with the predicted front and the recipes that treat all layers alike."
                )
            )
            return
        self.show_canvas()
        self.redraw()

    def _show_axes(self) -> None:
        """Show only axes with data."""
        wanted = [
            axis
            for axis in AXES
            if axis == "bytes" or sum(figure_of(entry.point, axis) is not None for entry in self.scene.entries) > 1
        ]
        if [self.axis.itemData(place) for place in range(self.axis.count())] != wanted:
            chosen = self.axis.currentData()
            before = self.axis.blockSignals(True)
            self.axis.clear()
            for axis in wanted:
                self.axis.addItem(self._titles()[axis], axis)
            self.axis.setCurrentIndex(max(self.axis.findData(chosen), 0))
            self.axis.blockSignals(before)

    def _follow_goal(self) -> None:
        """Turn to the axis of a new limit, as soon as there are figures for it; the user may turn to another."""
        limited = axis_of(self.scene.goal, self.scene.model)
        place = self.axis.findData(limited)
        if not limited:
            self._limited = ""
        elif limited != self._limited and place >= 0:
            self._limited = limited
            self.axis.setCurrentIndex(place)

    @property
    def across(self) -> str:
        return str(self.axis.currentData())

    def redraw(self) -> None:
        if self._turned_to is not self.canvas:
            return
        placed = [(entry, x) for entry in self.scene.entries if (x := self._x(entry)) is not None]
        self._set_axes([x for _, x in placed])
        self._draw_dots(placed)
        self._draw_lines()
        home = self._home(placed)
        self._draw_goal(home)
        self.canvas.set_spots([self._dot(entry, x) for entry, x in placed], home)
        self._draw_key(placed)
        self._describe(self.canvas.under)

    def _x(self, entry: Entry) -> float | None:
        """Return the position of a recipe whose drop is known, in the unit of the axis, or None."""
        figure = figure_of(entry.point, self.across)
        return None if figure is None or entry.drop is None else figure

    def _y(self, drop: float) -> float:
        metric = self.scene.metric
        return (100 if metric.percent else 1) * ((self.scene.value or 0.0) - metric.sign * drop)

    def _set_axes(self, found: Sequence[float]) -> None:
        scale, unit = unit_of(self.across, max(found, default=1.0))
        self._scale = scale
        self._log = min(found, default=1.0) > 0 and max(found, default=1.0) / min(found, default=1.0) > LOG_FROM
        self.canvas.x_axis.log = self._log
        title = self._titles()[self.across]
        self.canvas.setLabel("bottom", self.tr("{axis}, {unit}").format(axis=title, unit=unit))
        self.canvas.setLabel("left", format.axis_text(self.scene.metric))

    def _across(self, figure: float) -> float:
        scaled = figure / self._scale
        return math.log10(max(scaled, 1e-9)) if self._log else scaled

    def _draw_dots(self, placed: Sequence[tuple[Entry, float]]) -> None:
        density = self.canvas.devicePixelRatioF()
        spots, bars = [], []
        pens = {name: pg.mkPen(symbols.color(name), width=1.2 * density) for name in symbols.LINES}
        brushes = {name: pg.mkBrush(symbols.color(name)) for name in symbols.FILLS}
        for entry, figure in sorted(placed, key=lambda each: ("chosen" in each[0].marks, "front" in each[0].marks)):
            assert entry.drop is not None
            x, y, sign = self._across(figure), self._y(entry.drop), symbols.symbol_of(entry)
            hollow = entry.point.best is None and "original" not in entry.marks
            spots.append((x, y, sign.symbol, sign.size, brushes["surface" if hollow else sign.fill], pens[sign.line]))
            if (best := entry.point.best) is not None:
                ends = sorted((self._y(best.low), self._y(best.high)))
                bars.append((x, y, ends[1] - y, y - ends[0]))
        names = ("x", "y", "symbol", "size", "brush", "pen")
        self._dots.setData(**{name: list(values) for name, values in zip(names, zip(*spots, strict=True), strict=True)})
        columns = np.array(bars, float).reshape(-1, 4).T
        pen = pg.mkPen(symbols.color("before_line"), width=density)
        self._bars.setData(x=columns[0], y=columns[1], top=columns[2], bottom=columns[3], beam=0, pen=pen)

    def _draw_lines(self) -> None:
        front, bytes_across = self.scene.front, self.across == "bytes"
        line = front.predicted if front is not None and bytes_across else ()
        self._predicted.setData(
            [self._across(figure) for figure, _ in line],
            [self._y(drop) for _, drop in line],
            pen=pg.mkPen(symbols.color("accent"), width=1.5 * self.devicePixelRatioF(), style=Qt.PenStyle.DashLine),
        )
        best = uniform_line(self.scene.entries, self.across)
        self._uniform.setData(
            [self._across(x) for x, _ in best],
            [self._y(drop) for _, drop in best],
            pen=pg.mkPen(symbols.color("before_line"), width=self.devicePixelRatioF()),
        )
        self._base.setPen(pg.mkPen(symbols.color("before"), width=self.devicePixelRatioF()))
        self._base.setValue(self._y(0.0))

    def _draw_goal(self, home: QRectF) -> None:
        """Shade the area beyond the limit, if it is on this axis, or on the metric."""
        limit, drop = limit_of(self.scene.goal, self.across, self.scene.model), self.scene.goal.max_drop
        self._beyond.setVisible(limit is not None or drop is not None)
        self._beyond.setBrush(pg.mkBrush(symbols.shade()))
        # Only the limit is in sight.
        self._beyond.setPen(pg.mkPen(symbols.color("bad"), width=self.devicePixelRatioF()))
        wide, high = ENDLESS * home.width(), ENDLESS * home.height()
        if limit is not None:
            self._beyond.setRect(self._across(limit), home.top() - high / 2, wide, high)
        elif drop is not None:
            below = self.scene.metric.sign > 0
            self._beyond.setRect(home.left() - wide / 2, self._y(drop) - (high if below else 0), wide, high)

    def _home(self, placed: Sequence[tuple[Entry, float]]) -> QRectF:
        """Return the range that shows all recipes except useless ones."""
        xs = [self._across(x) for _, x in placed]
        rough = ROUGH * abs(self.scene.value or 0.0) or math.inf
        known = [(entry, entry.drop) for entry, _ in placed if entry.drop is not None]
        others = [(entry, drop) for entry, drop in known if "original" not in entry.marks]
        of_use = [drop for entry, drop in others if entry.marks & OF_USE and drop <= rough]
        # Where all that is of use loses hardly anything, its surroundings show how little that is.
        useful = max(*of_use, LITTLE * abs(self.scene.value or 0.0)) if of_use else 0.0
        shown = [(entry, drop) for entry, drop in known if drop <= BESIDE * useful or not useful]
        near = [0.0, *(drop for _, drop in shown)]
        near += [end for entry, _ in shown if (best := entry.point.best) is not None for end in (best.low, best.high)]
        if self.scene.goal.max_drop is not None:
            near.append(1.2 * self.scene.goal.max_drop)
        ys = [self._y(drop) for drop in near]
        wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
        return QRectF(min(xs) - 0.05 * wide, min(ys) - 0.08 * high, 1.1 * wide, 1.16 * high)

    def _dot(self, entry: Entry, x: float) -> Dot:
        label = ""
        if entry.marks & {"original", "chosen", "snapshot"}:
            label = words.name_of(entry)
        elif "current" in entry.marks:
            label = tr("Current recipe")
        assert entry.drop is not None
        strong = "chosen" in entry.marks
        return Dot(entry.key, self._across(x), self._y(entry.drop), label, "front" in entry.marks, strong)

    def _draw_key(self, placed: Sequence[tuple[Entry, float]]) -> None:
        drawn = {symbols.symbol_of(entry) for entry, _ in placed}
        there = {
            "search": bool(drawn & {symbols.FOUND, symbols.BEHIND, symbols.CHOSEN}),
            "predicted": len(self._predicted.xData if self._predicted.xData is not None else ()) > 0,
            "uniform": symbols.UNIFORM in drawn,
            "greedy": symbols.GREEDY in drawn,
            "own": symbols.OWN in drawn,
            "limit": self._beyond.isVisible(),
        }
        self.key.show_kinds(*(kind for kind, shown in there.items() if shown))

    # -- hand ------------------------------------------------------------------------------------------------------

    def _on_axis(self) -> None:
        self.canvas.reset()
        self.redraw()
        self.canvas.reset()

    def entry(self, key: int | None) -> Entry | None:
        return next((entry for entry in self.scene.entries if entry.key == key), None)

    def _describe(self, key: int | None) -> tuple[str, str]:
        """Describe the dot under the mouse, else the chosen one, else what to do."""
        chosen = self.canvas.chosen
        entry = self.entry(key) or self.entry(chosen[-1] if chosen else None)
        figures, recipe = self.words(entry) if entry is not None else (self._hint(), self._sources())
        self.readout.show_text(figures)
        self.recipe.show_text(recipe)
        return figures, recipe

    def _on_pointed(self, key: int | None) -> None:
        figures, recipe = self._describe(key)
        if self.entry(key) is not None:
            dot = next(dot for dot in self.canvas.spots if dot.key == key)
            at = self.canvas.viewport().mapToGlobal(self.canvas.place(dot).toPoint())
            QToolTip.showText(at, tooltip(f"{figures}\n{recipe}"), self.canvas)
        elif QToolTip.isVisible():
            QToolTip.hideText()

    def _hint(self) -> str:
        return self.tr("Click a recipe to preview it, Ctrl+click a second one to compare, drag and scroll to zoom.")

    def _sources(self) -> str:
        """Return on how many samples the search chose, and how many were held out; and what is out of view."""
        front, home = self.scene.front, self.canvas.home
        parts = []
        if front is not None and front.selection:
            words = self.tr("Chosen by {selection} samples, {held} held out.")
            parts.append(words.format(selection=f"{front.selection:,}", held=f"{front.held_out:,}"))
        outside = sum(not home.top() <= spot.y <= home.bottom() for spot in self.canvas.spots)
        if outside:
            parts.append(self.tr("Recipes outside the plot: {n}.").format(n=outside))
        return " ".join(parts)

    def words(self, entry: Entry) -> tuple[str, str]:
        """Return an entry's figures, and its recipe."""
        scene = self.scene
        assert scene.model is not None
        figures = words.point_words(entry, scene.metric, scene.value, scene.energy)
        return figures, words.recipe_words(entry.point.recipe, scene.model, self._methods)

    def _turn(self, page: QWidget) -> None:
        super()._turn(page)
        self.table.hide()
        drawn = page is self.canvas
        for widget in (self.axis, self.key, self.recipe):
            widget.setVisible(drawn)

    def to_html(self) -> str:
        """Return the trade-off as drawn initially, regardless of the current zoom."""
        scene, canvas, ruler = self.scene, self.canvas, page.Ruler(self.canvas.home)
        spots = {spot.key: spot for spot in canvas.spots}
        dots, rows = [], []
        for entry in sorted(scene.entries, key=lambda each: each.point.bytes):
            figures, recipe = self.words(entry)
            rows.append(page.Row(kind_of(entry), self._cells(entry), recipe))
            if (spot := spots.get(entry.key)) is not None:
                best = entry.point.best
                low, high = (None, None) if best is None else (ruler.y(self._y(end)) for end in (best.low, best.high))
                at = ruler.x(spot.x), ruler.y(spot.y)
                dots.append(page.PageDot(*at, kind_of(entry), figures, recipe, spot.label, low, high))
        uniform, predicted = (
            ruler.line(tuple(zip(*curve.getData(), strict=True))) for curve in (self._uniform, self._predicted)
        )
        beyond = ruler.beyond(self._beyond.rect()) if self._beyond.isVisible() else None
        heads = (tr("Recipe"), tr("Size"), tr("Smaller"), said(scene.metric.heading), tr("Drop"), tr("How, samples"))
        name = plain(Path(scene.model.path).name) if scene.model is not None else ""
        return page.html(
            page.Page(
                name,
                self._sources(),
                " ".join(said(note) for note in (scene.front.notes if scene.front is not None else ())),
                canvas.x_axis.labelText,
                canvas.y_axis.labelText,
                ruler.ticks(canvas.x_axis),
                ruler.ticks(canvas.y_axis),
                dots,
                uniform,
                predicted,
                beyond,
                heads,
                rows,
            )
        )

    def _cells(self, entry: Entry) -> tuple[str, ...]:
        scene = self.scene
        original = scene.model.bytes if scene.model is not None else 0
        return (
            words.name_of(entry),
            size(entry.point.bytes),
            words.ratio_words(entry.point, original),
            words.value_words(entry, scene.metric, scene.value),
            words.drop_words(entry, scene.metric, scene.value, unit=True),
            words.how_of(entry),
        )

    def to_csv(self) -> str:
        rows = ["name,kind,bytes,macs,latency_ms,memory,energy_mj,energy_how,drop,ci_low,ci_high,samples,how"]
        for entry in self.scene.entries:
            point, best = entry.point, entry.point.best
            interval = (None, None, None) if best is None else (best.low, best.high, best.samples)
            name = words.name_of(entry).replace(chr(34), chr(39))
            how = "" if point.energy is None else self.scene.energy
            before = _cells((point.bytes, point.macs, point.latency, point.memory, point.energy))
            least = best is None and point.beyond  # the drop is at least this
            source = "reference" if point.kind == "original" else "worse than measured" if least else point.how
            rows.append(f'"{name}",{point.kind},{before},{how},{_cells((entry.drop, *interval))},{source}')
        return "\n".join(rows) + "\n"


def _cells(figures: Iterable[float | None]) -> str:
    return ",".join("" if figure is None else f"{figure:.9g}" for figure in figures)
