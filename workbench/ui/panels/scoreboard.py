"""Scoreboard at the bottom: size, accuracy, MACs of original and recipe, each with how it was obtained."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWhatsThis, QWidget

from workbench.core.analysis.profile import Load
from workbench.core.analysis.report import Figure
from workbench.core.base.quantities import MetricInfo, amount, size, three_digits
from workbench.core.ipc.messages import Attach
from workbench.core.layer_data.views import Prediction, Preview
from workbench.ui.commands.snapshot_commands import SnapshotCommands, button
from workbench.ui.engine_client.redraw_scheduler import Place
from workbench.ui.panels.tile import Tile
from workbench.ui.session.session import Session
from workbench.ui.text import format
from workbench.ui.text.i18n import listed, said, titled
from workbench.ui.widgets import theme
from workbench.ui.widgets.buttons import small
from workbench.ui.widgets.rows import activate

SHRUNK = 0.995  # share of the original size above which a file counts as not smaller
BESIDE, ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
# Pixels between the tiles, whether the button that measures has a text, how many tiles of `_spare` are left out; the
# first that fits is taken.
FITS = (
    (theme.DOUBLE, True, 0),
    (12, True, 0),
    (theme.DOUBLE, True, 1),
    (theme.UNIT, True, 1),
    (theme.UNIT, False, 1),
    (theme.UNIT, False, 2),
    (theme.UNIT, False, 3),
)


def reasons_of(preview: Preview | None) -> list[str]:
    """Return why layers did not shrink, the largest first; each reason once."""
    if preview is None:
        return []
    grown = sorted((change for change in preview.changes if change.larger), key=lambda change: -change.bytes_after)
    first = {said(change.larger): change.path for change in reversed(grown)}
    return [titled(path, reason) for reason, path in reversed(first.items())]


class Scoreboard(QFrame):
    """Follows the session. `export_button` and `data_button` are connected by the window."""

    def __init__(self, session: Session, snapshot_commands: SnapshotCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("scoreboard")
        self.setAccessibleName(self.tr("Scoreboard"))
        self.size_tile = Tile(self.tr("File size"), self)
        self.metric_tile = Tile(self.tr("Accuracy"), self)
        self.change_tile = Tile(self.tr("Change"), self)
        self.predicted_tile = Tile(self.tr("Predicted change"), self)
        self.parameters_tile = Tile(self.tr("Parameters"), self)
        self.macs_tile = Tile(self.tr("MACs"), self)
        self.latency_tile = Tile(self.tr("Latency"), self)
        self.timings = session.timings
        self.measure_button = small(
            self,
            self.tr("Measure"),
            self.tr("Measure latency, zipped size"),
            self.tr(
                "Measure latency: runs the original and the compressed model alternately in ONNX "
                "Runtime, and zips both files"
            ),
        )
        theme.set_icon(self.measure_button, "play")
        self._least = 0  # pixels
        self.why_button = small(self, self.tr("Why?"), self.tr("Why the file did not shrink"))
        self.why_button.clicked.connect(self._explain_size)
        self.measure_button.clicked.connect(self.timings.ask)
        self.data_button = QPushButton(self.tr("Open data…"), self)
        self.data_button.setToolTip(
            self.tr("Accuracy is measured on samples: an .npz file, a folder of images or file.py:function (Ctrl+D)")
        )
        theme.set_icon(self.data_button, "data")
        self.snapshot_button = button(snapshot_commands.take, "pin", self)
        self.snapshot_button.setText(self.tr("Snapshot…"))
        self.snapshot_button.setToolTip(
            self.tr("Keep the recipe and its figures under a name, to compare and restore them later")
        )
        self.export_button = QPushButton(self.tr("Export…"), self)
        self.export_button.setObjectName("primary")
        theme.set_icon(self.export_button, "export", "on_accent")
        self.export_button.setDefault(True)
        self._lay_out()
        self._figures = session.turns.piece(self, self.refresh, Place.COST)
        for signal in (
            session.model_changed,
            session.data_changed,
            session.preview_changed,
            session.failed,
            self.timings.changed,
        ):
            signal.connect(self._figures.soon)
        session.recipe_changed.connect(self._figures.soon)
        session.exported.connect(self._figures.soon)
        self.refresh()

    def _lay_out(self) -> None:
        self._row = layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        self._tiles = (
            self.size_tile,
            self.why_button,
            self.data_button,
            self.metric_tile,
            self.change_tile,
            self.predicted_tile,
            self.parameters_tile,
            self.macs_tile,
            self.latency_tile,
        )
        for tile in self._tiles:
            layout.addWidget(tile)
        layout.addStretch(1)
        self._spare = self.parameters_tile, self.macs_tile, self.predicted_tile  # the first to be left out first
        self._buttons = QHBoxLayout()  # at the right edge, where changing figures do not move them
        self._buttons.setSpacing(theme.UNIT)
        self._buttons.addWidget(self.measure_button)
        self._buttons.addWidget(self.snapshot_button)
        self._buttons.addWidget(self.export_button)
        layout.addLayout(self._buttons)

    def refresh(self) -> None:
        model, preview = self._session.model, self._session.preview
        self.setEnabled(model is not None)
        if model is None:
            return
        current = self._session.preview_is_current
        self._show_size(model.bytes, preview, current)
        self._show_metric(preview, current)
        self._show_predicted(preview.predicted if preview and self._session.recipe.rows else None)
        self._show_count(self.parameters_tile, model.parameters, preview.parameters if preview else None, current)
        self._show_count(self.macs_tile, model.macs, preview.macs if preview else None, current)
        self._show_latency()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least, super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Save width if it is narrow: first between the tiles, then the parameters, which correlate with MACs, then the
        text of the button, then MACs, then the predicted change, which is short until the change is known."""
        buttons = {text: self._button_width(text) for text in (False, True)}
        needed = [self._width(gap, buttons[text], without) for gap, text, without in FITS]
        if self._least != needed[-1]:
            self._least = needed[-1]
            self.updateGeometry()
        gap, text, without = next(
            (fit for fit, width in zip(FITS, needed, strict=True) if width <= self.width()), FITS[-1]
        )
        self._row.setSpacing(gap)
        self.measure_button.setToolButtonStyle(BESIDE if text else ALONE)
        for number, tile in enumerate(self._spare):
            tile.setVisible(number >= without and tile.known)
        activate(self)  # a tile that appears has the row laid out at once, by the widths of earlier figures

    def _button_width(self, text: bool) -> int:
        """Return the pixels that the button which measures takes with or without a text."""
        button = self.measure_button
        shown = button.toolButtonStyle()
        button.setToolButtonStyle(BESIDE if text else ALONE)
        width = button.sizeHint().width()
        button.setToolButtonStyle(shown)
        return width

    def _width(self, gap: int, button: int, without: int) -> int:
        """Return the pixels that this takes, whatever is shown."""
        tiles = [tile for tile in self._tiles if not tile.isHidden() and tile not in self._spare]
        tiles += [tile for tile in self._spare[without:] if tile.known]
        margins = self._row.contentsMargins()
        return (
            sum(tile.minimumSizeHint().width() for tile in tiles)
            + button
            + gap * len(tiles)
            + 2 * theme.UNIT
            + sum(each.minimumSizeHint().width() for each in (self.snapshot_button, self.export_button))
            + margins.left()
            + margins.right()
        )

    def _show_size(self, before: float, preview: Preview | None, current: bool) -> None:
        self._reasons: list[str] = []
        self.why_button.hide()
        loads, caption = self._loads(), self.tr("File size")
        self.size_tile.caption.setText(caption)
        if preview is None or not (self._session.recipe.rows or self._session.report):
            self.size_tile.show_text(size(before), self.tr("original"))
            return
        after = self._session.report.after.bytes if self._session.report else preview.size
        exact = after.how == "verified" or (current and all(change.exact for change in preview.changes))
        note = listed((format.smaller(before, after.value), format.source_text(after)))
        tip = format.explain(after)
        if exact and after.how == "forecast":
            tip += "\n" + self.tr("All layers were computed, so the exported file will have this size.")
        if after.value > SHRUNK * before and (reasons := reasons_of(preview)):
            self._reasons = reasons
            self.why_button.show()
            tip = "\n".join((self.tr("Why it did not shrink:"), *reasons, tip))
        if (timing := self.timings.current) is not None:
            zipped = self.tr("zipped {size}").format(size=size(timing.zipped))
            note = listed((format.smaller(before, after.value), f"{format.MARKS[after.how]} {zipped}"))
            tip += "\n" + self.tr(
                "Zipped: {before} → {after}. Compressed model: {file} bytes as a file (written to memory)."
            ).format(before=size(timing.zipped_before), after=size(timing.zipped), file=f"{timing.file:,}")
        if loads is not None:
            # Above, as the note is the longest text here already and would push the buttons.
            self.size_tile.caption.setText(caption + format.in_memory(loads[1]))
            tip += "\n" + format.loading(*loads)
        self.size_tile.show_text(f"{size(before)} → {size(after.value)}", note, tip, sure=exact)

    def _loads(self) -> tuple[Load, Load] | None:
        """Return the cost of loading both files, if it was measured."""
        timing, report = self.timings.current, self._session.report
        if timing is not None and timing.load_before is not None and timing.load is not None:
            return timing.load_before, timing.load
        if report is not None and report.before.load is not None and report.after.load is not None:
            return report.before.load, report.after.load
        return None

    def _explain_size(self) -> None:
        """Show the reasons in a small window beside the button, until the next click or key."""
        place = self.why_button.mapToGlobal(self.why_button.rect().bottomLeft())
        QWhatsThis.showText(place, "\n".join((self.tr("Why it did not shrink:"), *self._reasons)), self.why_button)

    def _show_metric(self, preview: Preview | None, current: bool) -> None:
        data = self._session.data
        for tile in (self.metric_tile, self.change_tile):
            tile.setVisible(data is not None)
        self.data_button.setVisible(data is None and not self._session.link.waits_for(Attach))
        if data is None:
            return
        metric = self._session.metric
        self.metric_tile.caption.setText(said(metric.heading))
        edited = bool(self._session.recipe.rows) or bool(preview and preview.trained)
        awaited = current or not self._session.measuring_paused  # else of the previous recipe
        value = preview.value if preview and edited and awaited else None
        if value is not None and self._session.report is not None and self._session.report.after.value is not None:
            value = self._session.report.after.value
        baseline = preview.baseline if preview and edited and preview.baseline else self._session.baseline
        if value is None or baseline is None:
            note = format.source_text(baseline, data.samples) if baseline else ""
            text = format.value_text(baseline.value, metric) if baseline else "…"
            if edited:
                text = f"{text} → …"
                note = self.tr("not measured (F5)") if self._session.measuring_paused else self.tr("measuring")
            self.metric_tile.show_text(text, note, self._explained(baseline), sure=not edited)
            self.change_tile.show_text("…" if edited else "–", "", sure=False)
            return
        self.metric_tile.show_text(
            f"{format.number_text(baseline.value, metric)} → {format.value_text(value.value, metric)}"
            f"{format.margin_text(value, metric)}",
            self._source(value, preview, data.samples),
            self._explained(value),
            sure=current and value.how != "estimated",
        )
        shown = baseline.value, value.value
        self._show_change(preview.change if preview else None, current, metric, shown)

    def _explained(self, figure: Figure | None) -> str:
        """Return the tooltip of a metric: how it was obtained, the other metrics, and the output if that is not
        obvious."""
        data, preview = self._session.data, self._session.preview
        notes = data.notes if data is not None else ()
        measured = preview.beside if preview is not None else ()
        beside = measured or (data.beside if data is not None else ())
        lines = [format.explain(figure)] if figure is not None else []
        if beside and not measured:
            lines.append(
                self.tr("Other metrics, of the original; the edited model's follow when all samples have run:")
            )
        return "\n".join([*lines, *map(format.beside_text, beside), *map(said, notes)])

    def _source(self, value: Figure, preview: Preview | None, samples: int) -> str:
        """Return the source of the metric, and whether it includes the recipe's training."""
        source = format.source_text(value, samples)
        if preview is None or preview.trained is None or (value.how == "verified" and preview.trained):
            return source
        return (
            self.tr("trained, {source}").format(source=source)
            if preview.trained
            else self.tr("before training, {source}").format(source=source)
        )

    def _show_change(
        self, change: Figure | None, current: bool, metric: MetricInfo, shown: tuple[float, float]
    ) -> None:
        if change is None:
            self.change_tile.show_text("…", "", sure=False)
            return
        settled = format.is_settled(change)
        note = self.tr("paired difference") if settled else self.tr("not significant")
        if change.value == 0 and change.how == "measured":
            note = self.tr("no change on these samples")
        tip = self.tr("Compressed minus original on the same samples. Grey while the 95 % interval contains 0.")
        self.change_tile.show_text(format.change_text(change, metric, shown), note, tip, sure=current and settled)

    def _show_predicted(self, predicted: Prediction | None) -> None:
        """Show the prediction, always styled as a forecast, as nothing was run for it."""
        self.predicted_tile.known = predicted is not None
        if predicted is None:
            return
        note = self.tr("reliability unknown")
        if predicted.correlation is not None:
            note = self.tr("reliability {value}").format(value=f"{predicted.correlation:.2f}")
        if predicted.kind == "loss":
            tip = self.tr(
                "Predicted from weight changes, gradients and layer inputs: KL divergence between the outputs of the "
                "compressed and the original model {rise}. The compressed model was not run."
            )
        else:
            tip = self.tr(
                "Predicted from weight changes and layer inputs, as this model has no gradients: relative error of the "
                "layer outputs {rise}. The compressed model was not run."
            )
        tip = tip.format(rise=format.small(predicted.rise, 2))
        if predicted.likely is not None:
            tip += "\n" + self.tr(
                "The drop of the metric is predicted from {n} candidates that were run; 95 % of such "
                "candidates lie within the error."
            ).format(n=predicted.likely.trials)
        tip += "\n" + self.tr(
            "Prediction reliability: Spearman rank correlation of predicted and measured loss "
            "over {n} measured candidates. 1 is perfect."
        ).format(n=predicted.trials)
        text = format.prediction_text(predicted, self._session.metric)
        if predicted.likely is not None and predicted.likely.beyond:
            text, note = format.bound_figure(predicted.likely, self._session.metric), self.tr("worse than measured")
        self.predicted_tile.show_text(text, note, tip, sure=False)

    def _show_count(self, tile: Tile, before: int | None, after: int | None, current: bool) -> None:
        tile.known = before is not None  # shown if there is room for it
        if before is None:
            return
        if after is None or amount(after) == amount(before) or not self._session.recipe.rows:
            tile.show_text(amount(before), self.tr("unchanged") if self._session.recipe.rows else "")
        else:
            tile.show_text(f"{amount(before)} → {amount(after)}", format.shrunk(before, after), sure=current)

    def _show_latency(self) -> None:
        report, timing = self._session.report, self.timings.current
        self.latency_tile.show_text("–", self.tr("not measured"), self.measure_button.toolTip(), sure=False)
        self.measure_button.setEnabled(not self.timings.running)
        if timing is not None:
            tip = self.tr(
                "Median of {runs} runs of each model, alternating, one sample, in ONNX Runtime on this machine."
            ).format(runs=timing.runs)
            if timing.made_up:
                tip += " " + self.tr("The sample is random because no data is open.")
            self.latency_tile.show_text(
                f"{three_digits(timing.before_ms)} → {three_digits(timing.after_ms)} ms",
                self.tr("● median of {runs}").format(runs=timing.runs),
                tip,
            )
        elif report is not None and report.before.latency_ms and report.after.latency_ms:
            before, after = report.before.latency_ms, report.after.latency_ms
            tip = self.tr("Median of paired runs of the original and the exported file on this machine.")
            self.latency_tile.show_text(
                f"{three_digits(before.value)} → {three_digits(after.value)} ms", self.tr("● measured, batch 1"), tip
            )
