"""Choice of how the exported file stores weights: part of the recipe, so that the preview follows it."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from workbench.core.recipe.storing import LARGEST_BATCH, Sides
from workbench.ui.session.session import Session
from workbench.ui.widgets.labels import Plain, muted


class StorageChoice(QWidget):
    """Smallest, lightest and fastest, or by layer for a batch size; entropy codes; smaller storage of other parts of
    the graph."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.choice = self._storages()
        self.batch = QSpinBox(self)
        self.batch.setAccessibleName(self.tr("Batch size"))
        self.batch.setRange(1, LARGEST_BATCH)
        self.codes = self._codes()
        self.sides = QCheckBox(self.tr("16-bit scales"), self)
        self.sides.setToolTip(
            self.tr("Scales, biases, parameters of norms and other small tensors are rounded to 16 bits.")
        )
        self.names = QCheckBox(self.tr("Short names"), self)
        self.names.setToolTip(self.tr("Only inputs and outputs keep their names and metadata."))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(self._row(self.choice, Plain(self.tr("Batch size"), self), self.batch))
        rows.addLayout(self._row(self.codes, self.sides, self.names))
        words = self.tr(
            "16-bit scales: a smaller file; small tensors such as scales and biases are rounded. Short names: a "
            "smaller file; only inputs and outputs keep their names."
        )
        rows.addWidget(muted(words, self))
        self._show()
        self.batch.editingFinished.connect(self._choose)
        for choice in (self.choice, self.codes):
            choice.currentIndexChanged.connect(self._choose)
        for box in (self.sides, self.names):
            box.toggled.connect(self._choose)

    def _storages(self) -> QComboBox:
        return self._combo(
            self.tr("Weight storage"),
            ("auto", self.tr("Automatic"), self.tr("Per layer, whichever costs less at this batch size.")),
            (
                "smallest",
                self.tr("Smallest file"),
                self.tr("Weights are decoded to floats when the file is loaded: as fast as the original."),
            ),
            (
                "fastest",
                self.tr("Lightest and fastest"),
                self.tr(
                    "Weights of 2, 4 and 8 bits stay packed in memory. Products are computed with 8-bit activations."
                ),
            ),
        )

    def _codes(self) -> QComboBox:
        return self._combo(
            self.tr("Entropy codes"),
            (
                "auto",
                self.tr("Entropy codes: automatic"),
                self.tr("Where the saving is worth the time and memory of decoding at load time."),
            ),
            (
                "on",
                self.tr("Entropy codes: always"),
                self.tr("Wherever they save bytes. Loading may take seconds and much memory."),
            ),
            ("off", self.tr("Entropy codes: never"), self.tr("Every level takes the same number of bits.")),
        )

    def _combo(self, name: str, *entries: tuple[str, str, str]) -> QComboBox:
        """Return a combo box. Entries: key of the recipe, text, tooltip."""
        choice = QComboBox(self)
        choice.setAccessibleName(name)
        for key, text, tip in entries:
            choice.addItem(text, key)
            choice.setItemData(choice.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        return choice

    def _row(self, first: QWidget, *others: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(first, 1)
        for widget in others:
            row.addWidget(widget)
        return row

    def _show(self) -> None:
        storing = self._session.recipe.storing
        self.choice.setCurrentIndex(self.choice.findData(storing.storage))
        self.batch.setValue(storing.batch)
        self.codes.setCurrentIndex(self.codes.findData(storing.codes))
        self.sides.setChecked(storing.sides != "float32")
        self.names.setChecked(storing.names == "short")

    def _choose(self) -> None:
        recipe = self._session.recipe
        storing = replace(
            recipe.storing,
            storage=self.choice.currentData(),
            batch=self.batch.value(),
            codes=self.codes.currentData(),
            sides=self._chosen_sides(recipe.storing.sides),
            names="short" if self.names.isChecked() else "keep",
        )
        self._session.change_recipe(replace(recipe, storing=storing), self.tr("weight storage"))

    def _chosen_sides(self, now: Sides) -> Sides:
        """Return the chosen precision of scales; 8 bits set by a recipe are kept."""
        if not self.sides.isChecked():
            return "float32"
        return "float16" if now == "float32" else now
