"""The goal in one line: 'At most [300] [kB ▾]', allowed families, and the start button; beside it the presets, which
need no search."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
    QWidgetAction,
)

from workbench.core.analysis.plan import FAMILIES, Told
from workbench.core.base.quantities import MetricInfo
from workbench.core.layer_data.layer import ModelSummary
from workbench.core.targets.reading import UNKNOWN_ENERGY
from workbench.ui.actions import families
from workbench.ui.plans.wish import LIMITS, MOST, Limit, Wish
from workbench.ui.tabs.sensitivity.candidates import TickMenu
from workbench.ui.tabs.time_limit import TimeLimit
from workbench.ui.text.i18n import listed, said, titled
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, tooltip

WIDTH = 84  # pixels of the limit


class Amount(QDoubleSpinBox):
    """A number without trailing zeros; the arrow keys change its second last digit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(4)
        self.setRange(0.0001, MOST)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setFixedWidth(WIDTH)

    def textFromValue(self, value: float) -> str:
        return self.locale().toString(float(f"{value:.6g}"), "g", 6)


class Summary(QPushButton):
    """A button whose text is elided if it is narrow and the text longer than `usual`; the tooltip has the full text."""

    def __init__(self, about: str, usual: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about, self._usual, self.full = about, usual, ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        self.full = text
        self.setToolTip(f"{self._about}\n{text}")
        self.setAccessibleName(titled(self._about, text))
        self._bound()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and self.full:
            self._bound()

    def _bound(self) -> None:
        most, usual = (
            self._edges() + self.fontMetrics().horizontalAdvance(text) + 2 for text in (self.full, self._usual)
        )
        self.setMinimumWidth(min(most, usual))
        self.setMaximumWidth(most)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _edges(self) -> int:
        """Return the pixels around the text."""
        return self.sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())

    def _elide(self) -> None:
        room = max(self.width() - self._edges(), 0)
        self.setText(self.fontMetrics().elidedText(self.full, Qt.TextElideMode.ElideRight, room))


class UnitBox(QComboBox):
    """A combo box as wide as its current title, and its list as wide as the widest; Qt measures the ink only, without
    the blank half of a closing Chinese bracket."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # the metric may be another
        self.currentIndexChanged.connect(lambda _: self.updateGeometry())

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self._whole().width())
        super().showPopup()

    def sizeHint(self) -> QSize:
        metrics, titles = self.fontMetrics(), [self.itemText(place) for place in range(self.count())]
        widest = max(map(metrics.horizontalAdvance, titles), default=0)
        return self._whole() - QSize(widest - metrics.horizontalAdvance(self.currentText()), 0)

    def _whole(self) -> QSize:
        """Return the size with the widest title."""
        metrics, titles = self.fontMetrics(), [self.itemText(place) for place in range(self.count())]
        ink = max((metrics.boundingRect(title).width() for title in titles), default=0)
        whole = max(map(metrics.horizontalAdvance, titles), default=0)
        return super().sizeHint() + QSize(max(whole - ink, 0) + 2, 0)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class GoalBar(QWidget):
    """Signals: `changed` when the wish changes, `started` for Enter and for the button."""

    changed = Signal()
    started = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wish = Wish()
        self._model: ModelSummary | None = None
        self._metric = MetricInfo()
        self._selected = 0
        self._target = ""
        self._energy: Told = ""
        self.targets: QMenu | None = None  # where the device is chosen
        self._build()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.UNIT)
        for widget in (self.words, self.amount, self.unit):
            row.addWidget(widget)
        row.addWidget(self.options, 100)
        row.addStretch(1)
        row.addWidget(self.begin)
        self.show_wish()

    def _build(self) -> None:
        self.words = Plain(self.tr("At most"), self)
        self.amount = Amount(self)
        self.amount.setAccessibleName(self.tr("Limit"))
        self.amount.setToolTip(self.tr("The limit that the recipe must keep (Enter starts the search)"))
        self.amount.valueChanged.connect(self._on_amount)
        self.amount.lineEdit().returnPressed.connect(self.started)
        self.unit = UnitBox(self)
        self.unit.setAccessibleName(self.tr("Kind of limit"))
        self.unit.setToolTip(
            self.tr("What is limited: file size, loss of the metric, operations, time, memory or energy; or nothing")
        )
        self.unit.activated.connect(lambda _: self.on_limit(self.unit.currentData()))
        self.words.setBuddy(self.amount)
        self.options = Summary(
            self.tr("What the search may change, and how much it may run"), self.tr("Any steps"), self
        )
        menu = TickMenu(self.options)
        menu.aboutToShow.connect(self._fill)
        self.options.setMenu(menu)
        self.begin = QPushButton(self.tr("Find"), self)
        self.begin.setObjectName("primary")
        self.begin.setToolTip(self.tr("Search for the best recipe within this limit"))
        theme.set_icon(self.begin, "search", "on_accent")
        self.begin.clicked.connect(self.started)

    # -- what is shown ---------------------------------------------------------------------------------------------

    def set_wish(self, wish: Wish, model: ModelSummary | None) -> None:
        """Show the goal of another model."""
        self.wish, self._model = wish, model
        self.show_wish()

    def set_metric(self, metric: MetricInfo) -> None:
        """Set the metric, which determines the unit of drops."""
        if metric != self._metric:
            self._metric = metric
            self.show_wish()

    def set_selected(self, count: int) -> None:
        """Set how many editable layers are selected."""
        if count != self._selected:
            self._selected = count
            self._show_options()

    def set_target(self, title: str, energy: Told) -> None:
        """Set the target device; "" for any. `energy`: how energy is obtained for it."""
        if (title, energy) != (self._target, self._energy):
            self._target, self._energy = title, energy
            self.show_wish()

    @property
    def points(self) -> bool:
        """Return whether a drop is in percentage points."""
        return self._metric.percent or not self._metric

    @property
    def obstacle(self) -> str:
        """Return why this goal cannot be searched for; "" if it can."""
        if self.wish.limit == "energy" and not self._energy:
            return said(UNKNOWN_ENERGY[0])
        return self.tr("Select layers that can be edited.") if self.wish.chosen and not self._selected else ""

    def show_wish(self) -> None:
        """Show every field in the controls."""
        titles = self._titles()
        if [self.unit.itemText(place) for place in range(self.unit.count())] != list(titles.values()):
            self.unit.clear()
            for limit, title in titles.items():
                self.unit.addItem(title, limit)
        self.unit.setCurrentIndex(LIMITS.index(self.wish.limit))
        self._able_energy()
        limited = self.wish.limit != "none"
        self.words.setVisible(limited)
        self.amount.setVisible(limited)
        with_signals = self.amount.blockSignals(True)
        self.amount.setValue(self.wish.amount(self._model, self.points))
        self.amount.blockSignals(with_signals)
        self._show_options()

    def _able_energy(self) -> None:
        """Enable energy for devices for which it is known; otherwise show the reason."""
        items = self.unit.model()
        assert isinstance(items, QStandardItemModel)
        item, reason = items.item(LIMITS.index("energy")), " ".join(map(said, UNKNOWN_ENERGY))
        how = {"by rule": self.tr("By rule: the target's figures"), "measured": self.tr("Measured: RAPL"), "": reason}
        item.setEnabled(bool(self._energy))
        item.setToolTip(tooltip(how[self._energy]))

    def _titles(self) -> dict[Limit, str]:
        lost = (
            self.tr("points lost")
            if self.points
            else self.tr("{unit} lost").format(unit=self._metric.unit or self._metric)
        )
        return {
            "kB": self.tr("kB"),
            "MB": self.tr("MB"),
            "share": self.tr("% of the size"),
            "drop": lost,
            "macs": self.tr("million MACs"),
            "latency": self.tr("ms latency"),
            "memory": self.tr("MB memory"),
            "energy": self.tr("mJ energy"),
            "none": self.tr("Whole trade-off"),
        }

    def _show_options(self) -> None:
        wish = self.wish
        some = self.tr("1 layer") if self._selected == 1 else self.tr("{n} layers").format(n=self._selected)
        names = [families.title(family) for family in wish.families]
        parts = [] if len(names) == len(FAMILIES) else [listed(names)]
        if wish.chosen:
            parts.append(some)
        if self._target:
            parts.append(self._target)
        if wish.samples:
            parts.append(self.tr("{n} samples").format(n=f"{wish.samples:,}"))
        if wish.minutes:
            parts.append(self.tr("{n} min").format(n=f"{wish.minutes:g}"))
        if wish.retrain:
            parts.append(self.tr("retrained"))
        self.options.show_text(listed(parts) or self.tr("Any steps"))

    def _fill(self) -> None:
        menu = self.options.menu()
        menu.clear()
        for family in FAMILIES:
            action = menu.addAction(families.title(family))
            action.setCheckable(True)
            action.setChecked(family in self.wish.families)
            action.toggled.connect(partial(self._on_family, family, action))
        menu.addSeparator()
        group = QActionGroup(menu)
        for chosen, title in (
            (False, self.tr("All layers")),
            (True, self.tr("Selected layers ({n})").format(n=self._selected)),
        ):
            action = menu.addAction(title)
            action.setCheckable(True)
            group.addAction(action)
            action.setChecked(self.wish.chosen == chosen)
            action.triggered.connect(partial(self._set, chosen=chosen))
        menu.addSeparator()
        if self.targets is not None:
            menu.addMenu(self.targets)
        retrain = menu.addAction(self.tr("Retrain the best recipes"))
        retrain.setCheckable(True)
        retrain.setToolTip(self.tr("Trains the best few on the calibration data, and measures them again"))
        retrain.setChecked(self.wish.retrain)
        retrain.toggled.connect(lambda ticked: self._set(retrain=ticked))
        menu.addSeparator()
        effort = QWidgetAction(menu)
        effort.setDefaultWidget(self._effort(menu))
        menu.addAction(effort)

    def _effort(self, parent: QWidget) -> QWidget:
        """Return the fields for samples and minutes of the search."""
        form = QWidget(parent)
        rows = QFormLayout(form)
        rows.setContentsMargins(theme.DOUBLE, theme.UNIT, theme.DOUBLE, theme.UNIT)
        samples = QSpinBox(form)
        samples.setRange(0, 10_000_000)
        samples.setSingleStep(100)
        samples.setSpecialValueText(self.tr("all"))
        samples.setValue(self.wish.samples)
        samples.setToolTip(self.tr("Samples that are run at most; part of them is held out for the final figure"))
        samples.valueChanged.connect(lambda number: self._set(samples=number))
        minutes = TimeLimit(self.wish.minutes, self.tr("Minutes after which the search ends with what it has"), form)
        minutes.valueChanged.connect(lambda number: self._set(minutes=number))
        rows.addRow(Plain(self.tr("Samples"), form), samples)
        rows.addRow(Plain(self.tr("Minutes"), form), minutes)
        return form

    # -- hand ------------------------------------------------------------------------------------------------------

    def _set(self, _: bool = False, **values: object) -> None:
        self.wish = replace(self.wish, **values)  # type: ignore[arg-type]
        self._show_options()
        self.changed.emit()

    def _on_amount(self, value: float) -> None:
        self._set(amounts={**self.wish.amounts, self.wish.limit: value})

    def on_limit(self, limit: Limit) -> None:
        self.wish = self.wish.limited(limit, self._model, self.points)
        self.show_wish()
        self.changed.emit()

    def _on_family(self, family: str, action: QAction, ticked: bool) -> None:
        """Keep at least one family ticked."""
        chosen = tuple(each for each in FAMILIES if (ticked if each == family else each in self.wish.families))
        if chosen:
            self._set(families=chosen)
        else:
            action.setChecked(True)
