"""Dialog for the network of a file of weights: by the config.json beside it, a name of timm, a Python function, or
none."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.recognition import folders
from workbench.ui.base import dialogs
from workbench.ui.widgets.labels import Plain, tooltip

MARGIN = 16  # pixels around the form
WIDTH = 520  # pixels
TIMM, TRANSFORMERS = "timm:", "transformers"


class ArchitectureDialog(QDialog):
    """Form that asks for the network of a file of weights. `chosen` gets the architecture when the form is accepted, as
    `--architecture` takes it; "" for weights alone, the path itself if the pickled module in the file is to be run. The
    engine decides whether it fits."""

    def __init__(self, path: str, chosen: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("architecture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Network of these weights"))
        self.setMinimumWidth(WIDTH)
        self._path, self._chosen = path, chosen
        self.alone = QRadioButton(self.tr("None: weights only"), self)
        self.transformers = QRadioButton(self.tr("transformers, by config.json"), self)
        self.transformers.setVisible(folders.has_config(path))
        self.module = QRadioButton(self.tr("Pickled module (runs code)"), self)
        self.module.setVisible(folders.is_pickled(path))
        self.timm = QRadioButton(self.tr("timm, by name"), self)
        self.name = self._line(self.tr("Name in timm"), "resnet18")
        self.function = QRadioButton(self.tr("Python function"), self)
        self.function.setToolTip(tooltip(self.tr("It returns the module and its example inputs. Its code is run.")))
        self.file = self._line(self.tr("Python file and function"), "file.py:function")
        self.browse = QPushButton(self.tr("Choose…"), self)
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.start = QPushButton(self.tr("Open"), self)
        self.start.setObjectName("primary")  # before the box takes ownership and styles it
        self.buttons.addButton(self.start, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        (self.transformers if folders.has_config(path) else self.alone).setChecked(True)
        for line, button in ((self.name, self.timm), (self.file, self.function)):
            line.textEdited.connect(lambda _text, button=button: button.setChecked(True))
            line.textChanged.connect(self._check)
        for button in self._options():
            button.toggled.connect(self._check)
        self._lay_out()
        self._check()

    def _options(self) -> tuple[QRadioButton, ...]:
        return self.alone, self.transformers, self.module, self.timm, self.function

    def _line(self, name: str, example: str) -> QLineEdit:
        line = QLineEdit(self, placeholderText=example)
        line.setAccessibleName(name)
        return line

    def _lay_out(self) -> None:
        words = Plain(self, wordWrap=True)
        words.setText(
            self.tr(
                "{name} holds weights. Without their network the layers can be looked at, compressed and saved, but "
                "nothing is run or measured."
            ).format(name=Path(self._path).name)
        )
        file = QHBoxLayout()
        file.setSpacing(8)
        file.addWidget(self.file, 1)
        file.addWidget(self.browse)
        grid = QGridLayout()
        grid.setSpacing(8)
        grid.setColumnMinimumWidth(0, MARGIN)
        grid.setColumnStretch(1, 1)
        for row, item in enumerate((*self._options()[:4], self.name, self.function)):
            grid.addWidget(item, row, 1 if item is self.name else 0, 1, 1 if item is self.name else 2)
        grid.addLayout(file, grid.rowCount(), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(16)
        layout.addWidget(words)
        layout.addLayout(grid)
        layout.addStretch()
        layout.addWidget(self.buttons)

    def architecture(self) -> str:
        """Return the architecture as `--architecture` takes it."""
        if self.transformers.isChecked():
            return TRANSFORMERS
        if self.module.isChecked():
            return self._path
        if self.timm.isChecked():
            return f"{TIMM}{self.name.text().strip()}"
        return self.file.text().strip() if self.function.isChecked() else ""

    def _check(self) -> None:
        wanted = self.name if self.timm.isChecked() else self.file if self.function.isChecked() else None
        self.start.setEnabled(wanted is None or bool(wanted.text().strip()))

    def _browse(self) -> None:
        self.function.setChecked(True)
        title, filters = self.tr("Python file"), self.tr("Python (*.py)")
        dialogs.choose_file(self, title, filters, self.file.setText, str(Path(self._path).parent))

    def _accept(self) -> None:
        wanted = self.architecture()
        self.accept()
        self._chosen(wanted)
