"""Dialog of the comparison with another file: figures, layers, operators; and a page to pass on."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.core.analysis.measured import FileComparison
from workbench.core.base.errors import UserError
from workbench.core.base.files import write_text
from workbench.ui.base import dialogs
from workbench.ui.file_compare import words
from workbench.ui.text.i18n import said
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Caution, Plain, heading, muted
from workbench.ui.widgets.rows import WholeRows

SIZE = 880, 600
NUMBERS = 3  # columns at the right


class FileComparisonDialog(QDialog):
    """Shows one comparison; the window stays usable beside it."""

    def __init__(self, found: FileComparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("file-comparison")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Compare with a file"))
        self.resize(*SIZE)
        self.found = found
        first, second = words.names(found)
        without = Caution(self)
        without.show_text(said(found.without))
        self.table = self._layers()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.save = buttons.addButton(self.tr("Save page…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.save.clicked.connect(self._choose_page)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.TRIPLE, theme.TRIPLE, theme.TRIPLE, theme.DOUBLE)
        column.setSpacing(theme.DOUBLE)
        title = heading(f"{first} → {second}", self)
        title.setWordWrap(True)
        column.addWidget(title)
        column.addLayout(self._figures(first, second))
        column.addWidget(without)
        column.addWidget(muted(words.summary(found), self))
        column.addWidget(self.table, 1)
        column.addWidget(buttons)

    def write(self, path: str) -> None:
        """Save the page; a failure is shown in a dialog."""
        try:
            write_text(Path(path), words.html(self.found))
        except UserError as error:
            dialogs.complain(self, self.tr("Cannot save the page"), error.what, error.hint)

    def _choose_page(self) -> None:
        start = str(Path(self.found.second).with_suffix(".comparison.html"))
        dialogs.choose_target(self, self.tr("Save page"), self.tr("Page (*.html)"), self.write, start, "html")

    def _figures(self, first: str, second: str) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.TRIPLE)
        grid.setColumnStretch(3, 1)
        for row, line in enumerate(words.lines(self.found)):
            for place, text in enumerate((line.caption, line.before, line.after, line.change)):
                label = Plain(text, self, wordWrap=place == 3)
                if place in (0, 3):
                    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
                grid.addWidget(label, row, place)
        return grid

    def _layers(self) -> QTreeWidget:
        table = QTreeWidget(self)
        WholeRows(table)
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setAccessibleName(self.tr("Layers"))
        table.setHeaderLabels(words.heads())
        for pair in self.found.diff.layers:
            line = words.layer_line(pair)
            item = QTreeWidgetItem(list(line.cells))
            item.setDisabled(line.same)
            table.addTopLevelItem(item)
        for name, before, after in self.found.diff.operators:
            if before != after:
                item = QTreeWidgetItem([name, self.tr("operator"), "", f"{before:,}", f"{after:,}", ""])
                table.addTopLevelItem(item)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column in range(len(words.heads()) - NUMBERS, len(words.heads())):
            table.headerItem().setTextAlignment(column, right)
            for item in table.findItems("", Qt.MatchFlag.MatchContains):
                item.setTextAlignment(column, right)
        table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.header().setStretchLastSection(False)
        table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setStyleSheet(f"QTreeView::item {{ height: {3 * theme.UNIT}px; }}")
        return table
