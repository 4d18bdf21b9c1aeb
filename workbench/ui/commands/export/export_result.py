"""Result of an export: the preview against the exported file."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.core.analysis.profile import Load, Spread
from workbench.core.analysis.report import Report
from workbench.core.base.quantities import size, three_digits
from workbench.ui.text import format
from workbench.ui.text.format import percent, value_text
from workbench.ui.text.i18n import listed, sentence
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain


class ResultPage(QWidget):
    """A table of predicted and actual figures, or the error and what to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report_path = ""
        self.title = Plain(self, wordWrap=True)
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() + 4)
        self.title.setFont(font)
        self.words = Plain(self, wordWrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = QWidget(self)
        self._grid = QGridLayout(self.table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(4)
        self.open_folder = QPushButton(self.tr("Open folder"), self)
        self.open_report = QPushButton(self.tr("Open report"), self)
        self.back = QPushButton(self.tr("Back"), self)
        self.close_button = QPushButton(self.tr("Close"), self)
        self.close_button.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.open_folder, self.open_report):
            row.addWidget(button)
        row.addStretch()
        row.addWidget(self.back)
        row.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.title)
        layout.addWidget(self.table)
        layout.addWidget(self.words)
        layout.addStretch()
        layout.addLayout(row)

    def show_report(self, report: Report) -> None:
        before, after = report.before.bytes.value, report.after.bytes.value
        self.report_path = report.files.get("report", "")
        self._state(done=True)
        headline = format.smaller(before, after)
        if report.verified is not None and report.verified.change is not None:  # the preview includes its cost
            values = report.before.value, report.after.value
            shown = (values[0].value, values[1].value) if values[0] and values[1] else None
            change = replace(report.verified.change, low=None, high=None)  # its interval is in the report
            headline = listed((headline, format.change_text(change, report.metric, shown)))
        self.title.setText(headline[:1].upper() + headline[1:])
        self._fill(self._rows(report))
        self.words.setText(
            "\n\n".join(
                [self.tr("Written: {path}").format(path=report.files.get("model", "")), *map(sentence, report.notes)]
            )
        )

    def show_failure(self, what: str, hint: str) -> None:
        self._state(done=False)
        self.title.setText(self.tr("Not exported"))
        self.words.setText(f"{what}\n{hint}".strip())

    def _state(self, done: bool) -> None:
        for widget in (self.table, self.open_folder):
            widget.setVisible(done)
        self.open_report.setVisible(done and bool(self.report_path))
        self.back.setVisible(not done)

    def _rows(self, report: Report) -> list[tuple[str, str, str, str]]:
        rows = [
            ("", self.tr("Original"), self.tr("Preview"), self.tr("Exported file")),
            (
                self.tr("Size"),
                size(report.before.bytes.value),
                size(report.forecast_bytes),
                size(report.after.bytes.value),
            ),
        ]
        if report.after.value and report.preview_value is not None and report.before.value:
            rows.append(
                (
                    report.metric.heading,
                    value_text(report.before.value.value, report.metric),
                    value_text(report.preview_value, report.metric),
                    value_text(report.after.value.value, report.metric),
                )
            )
        for each in report.beside:
            values = (value_text(figure.value, each.metric) for figure in (each.baseline, each.value))
            original, written = values
            rows.append((each.metric.heading, original, "", written))
        if report.verified and report.verified.agreement is not None:
            rows.append(
                (
                    self.tr("Identical predictions"),
                    "",
                    "",
                    self.tr("{share} of {n}").format(
                        share=percent(report.verified.agreement, 2), n=f"{report.verified.samples:,}"
                    ),
                )
            )
            largest = format.small(report.verified.max_abs_diff or 0, 2)
            rows.append((self.tr("Largest output difference"), "", "", largest))
        if report.before.latency_ms and report.after.latency_ms:
            rows.append(
                (
                    self.tr("Latency, one sample"),
                    f"{three_digits(report.before.latency_ms.value)} ms",
                    "",
                    f"{three_digits(report.after.latency_ms.value)} ms",
                )
            )
        if report.before.load and report.after.load:
            rows += self._load_rows(report.before.load, report.after.load)
        return rows

    def _load_rows(self, before: Load, after: Load) -> list[tuple[str, str, str, str]]:
        """Return rows of load time, memory and run time, measured in new processes."""

        def bytes_of(memory: Spread | None) -> str:
            return "–" if memory is None else size(memory.median)

        def seconds(load: Load) -> str:
            return f"{three_digits(load.seconds.median)} s"

        rows = [
            (self.tr("Load time"), seconds(before), "", seconds(after)),
            (self.tr("Memory after loading"), bytes_of(before.memory), "", bytes_of(after.memory)),
            (self.tr("Peak memory"), bytes_of(before.peak), "", bytes_of(after.peak)),
        ]
        if before.run and after.run:
            times = [f"{three_digits(run.median)} ms" for run in (before.run, after.run)]
            title = self.tr("Latency in a fresh process, batch {n}").format(n=after.batch)
            rows.append((title, times[0], "", times[1]))
        return rows

    def _fill(self, rows: list[tuple[str, str, str, str]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                label = Plain(text, self.table)
                theme.steady(label)  # the sentences below need room, too, or text would be cut off
                label.setAlignment(
                    (Qt.AlignmentFlag.AlignRight if x else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
                )
                if y == 0 or x == 0:
                    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
                self._grid.addWidget(label, y, x)
