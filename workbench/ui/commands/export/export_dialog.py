"""Export dialog: destination, files to write, progress, result."""

import os
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core.analysis.report import Report
from workbench.core.base import files, system
from workbench.core.base.job import Progress
from workbench.core.base.quantities import duration, size
from workbench.ui.base import dialogs, settings
from workbench.ui.commands.export.export_result import ResultPage
from workbench.ui.commands.export.storage_choice import StorageChoice
from workbench.ui.session.session import Session
from workbench.ui.text import format
from workbench.ui.text.i18n import listed, said
from workbench.ui.widgets.labels import Plain

MARGIN = 16  # pixels around the pages
SUFFIXES = (("onnx", "model"), ("yaml", "recipe"), ("html", "report"))


class ExportDialog(QDialog):
    """Three pages: form, progress, result. Nothing is written before the user confirms."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export"))
        self.setMinimumWidth(560)
        self._session = session
        self._job = 0
        self.pages = QStackedWidget(self)
        self.form = self._make_form()
        self.running = self._make_progress()
        self.outcome = ResultPage(self)
        for page in (self.form, self.running, self.outcome):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.addWidget(self.pages)
        session.exported.connect(self._on_exported)
        session.export_failed.connect(self._on_failed)
        session.link.job_progressed.connect(self._on_progress)
        session.preview_changed.connect(self._describe)
        self.outcome.open_folder.clicked.connect(lambda: open_path(self.folder.text()))
        self.outcome.open_report.clicked.connect(lambda: open_path(self.outcome.report_path))
        self.outcome.back.clicked.connect(lambda: self.pages.setCurrentWidget(self.form))
        self.outcome.close_button.clicked.connect(self.accept)
        self.pages.currentChanged.connect(self._choose_default)
        self._choose_default()
        self._describe()

    def _choose_default(self) -> None:
        """Set the button that Return presses; the pages share one dialog with one default button."""
        done = self.pages.currentWidget() is self.outcome
        (self.outcome.close_button if done else self.start).setDefault(True)
        if done:  # else Return presses the first button, which opens the folder
            self.outcome.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- pages -----------------------------------------------------------------------------------------------------

    def _make_form(self) -> QWidget:
        page = QWidget(self)
        opened = files.stem(self._session.opened.path) if self._session.opened else "model"
        self.folder = QLineEdit(settings.export_folder(), page)
        self.folder.setAccessibleName(self.tr("Folder"))
        browse = QPushButton(self.tr("Choose…"), page)
        browse.setAutoDefault(False)
        browse.clicked.connect(
            lambda: dialogs.choose_folder(self, self.tr("Export to"), self.folder.setText, self.folder.text())
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(browse)
        self.name = QLineEdit(f"{opened}_compressed", page)
        self.name.setAccessibleName(self.tr("Name"))
        self.summary = Plain(page, wordWrap=True)
        self.summary.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, page)
        self.start = buttons.addButton(self.tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.start.setObjectName("primary")
        buttons.accepted.connect(self._start)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("Folder"), row)
        form.addRow(self.tr("Name"), self.name)
        self.storage = StorageChoice(self._session, page)
        form.addRow(self.tr("Weights"), self.storage)
        self.format = self._make_format(page)
        form.addRow(self.tr("Also write"), self.format)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(self.summary)
        layout.addStretch()
        layout.addWidget(buttons)
        self.folder.textChanged.connect(self._describe)
        self.name.textChanged.connect(self._describe)
        return page

    def _make_format(self, page: QWidget) -> QComboBox:
        """Return the choice of a second format, written next to the ONNX file. Data of an entry: its name, and its
        suffix."""
        choice = QComboBox(page)
        choice.setAccessibleName(self.tr("Also write"))
        floats = self.tr("The compressed weights as floats, under their original names.")
        for names, text, tip in (
            (("", ""), self.tr("Nothing else"), ""),
            (("pt2", ".pt2"), self.tr("PyTorch program (.pt2)"), floats),
            (("safetensors", ".safetensors"), self.tr("Weights (.safetensors)"), floats),
            (
                ("packed-safetensors", ".packed.safetensors"),
                self.tr("Packed weights (.packed.safetensors)"),
                self.tr("The weights as they are stored, with the graph that decodes them."),
            ),
        ):
            choice.addItem(text, names)
            choice.setItemData(choice.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        choice.currentIndexChanged.connect(self._describe)
        return choice

    def _make_progress(self) -> QWidget:
        page = QWidget(self)
        self.progress_text = Plain(page)
        self.bar = QProgressBar(page, textVisible=False)
        self.bar.setAccessibleName(self.tr("Export progress"))
        self.cancel = QPushButton(self.tr("Cancel"), page)
        self.cancel.clicked.connect(self._cancel)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addStretch()
        layout.addWidget(self.progress_text)
        layout.addWidget(self.bar)
        layout.addStretch()
        layout.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignRight)
        return page

    def _describe(self) -> None:
        """Describe the files that Export will write and replace."""
        name, folder = self.name.text().strip(), self.folder.text().strip()
        problem = system.name_problem(name) if name else ""
        self.start.setEnabled(bool(name) and bool(folder) and not problem)
        if problem:
            self.summary.setText(self.tr("This file name cannot be used: {why}.").format(why=said(problem)))
            return
        paths = [Path(folder) / f"{name}.{suffix}" for suffix, _ in SUFFIXES]
        lines = [
            self.tr(
                "Writes {model}, the recipe {recipe} and the report {report}. The model is then "
                "reopened and compared with the preview."
            ).format(**{kind: path.name for path, (_, kind) in zip(paths, SUFFIXES, strict=True)})
        ]
        preview, model = self._session.preview, self._session.model
        if preview is not None and model is not None:
            after = preview.size.value
            text = self.tr("Forecast: {size}, {smaller}.")
            text = text.format(size=size(after), smaller=format.smaller(model.bytes, after))
            lines.append(" ".join((text, self._metric_words())).strip())
        if suffix := self.format.currentData()[1]:
            paths.append(Path(folder) / f"{name}{suffix}")
            lines.append(
                self.tr("Also writes {name}, which is reopened and measured, too.").format(name=paths[-1].name)
            )
        there = [path.name for path in paths if files.exists(str(path))]
        if there:
            lines.append(self.tr("Existing files will be replaced: {files}.").format(files=listed(there)))
        self.summary.setText("\n\n".join(lines))
        room = self.minimumWidth() - 2 * MARGIN  # Qt does not ask stacked pages for height for width
        self.summary.setMinimumHeight(self.summary.heightForWidth(room))

    def _metric_words(self) -> str:
        """Return 'Top-1 92.2 → 91.9 %, ● measured, 2,000.' of the recipe; "" where that is not known yet."""
        session, preview = self._session, self._session.preview
        if session.data is None or preview is None or preview.value is None or not session.preview_is_current:
            return ""
        baseline, metric = preview.baseline or session.baseline, session.metric
        if baseline is None:
            return ""
        return self.tr("{metric} {before} → {after}, {source}.").format(
            metric=said(metric.heading),
            before=format.number_text(baseline.value, metric),
            after=format.value_text(preview.value.value, metric),
            source=format.source_text(preview.value, session.data.samples),
        )

    # -- commands ------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        folder, name = self.folder.text().strip(), self.name.text().strip()
        settings.choose("export_folder", folder)
        self.pages.setCurrentWidget(self.running)
        self._on_text(self.tr("Starting"), None)
        self.cancel.setEnabled(True)
        self._job = self._session.export(os.path.expanduser(folder), name, self.format.currentData()[0])

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self._session.link.cancel(self._job)

    def reject(self) -> None:
        """Cancel a running export, or close the dialog; called for Escape and the close button."""
        if self._job:
            self._cancel()
        else:
            super().reject()

    def _on_progress(self, job: int, progress: Progress) -> None:
        if job == self._job:
            left = "" if progress.eta is None else self.tr(" · {time} left").format(time=duration(progress.eta))
            self._on_text(progress.text[:1].upper() + progress.text[1:] + left, progress.fraction)

    def _on_text(self, text: str, fraction: float | None) -> None:
        self.progress_text.setText(text)
        self.bar.setRange(0, 0 if fraction is None else 1000)
        self.bar.setValue(round(1000 * (fraction or 0)))

    def _on_exported(self, report: Report) -> None:
        self._job = 0
        self.outcome.show_report(report)
        self.pages.setCurrentWidget(self.outcome)
        wanted = self.outcome.heightForWidth(self.outcome.width()) + 2 * MARGIN  # Qt does not ask stacked pages
        self.resize(self.width(), max(self.height(), min(wanted, self.screen().availableGeometry().height() - MARGIN)))

    def _on_failed(self, what: str, hint: str) -> None:
        self._job = 0
        self.outcome.show_failure(what, hint)
        self.pages.setCurrentWidget(self.outcome)


def open_path(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
