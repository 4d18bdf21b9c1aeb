"""How the exported file stores weights on levels: a choice that is part of the recipe, so the preview follows it."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget

from workbench.core.recipe.storing import LARGEST_BATCH
from workbench.ui.session.session import Session
from workbench.ui.widgets.labels import Plain


class StorageChoice(QWidget):
    """Smallest, lightest and fastest, or by layer for a number of samples at a time."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.choice = QComboBox(self)
        self.choice.setAccessibleName(self.tr("Weight storage"))
        for key, text, tip in (
            ("auto", self.tr("Automatic"), self.tr("For each layer what costs less at this batch size.")),
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
        ):
            self.choice.addItem(text, key)
            self.choice.setItemData(self.choice.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.batch = QSpinBox(self)
        self.batch.setAccessibleName(self.tr("Batch size"))
        self.batch.setRange(1, LARGEST_BATCH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.choice, 1)
        row.addWidget(Plain(self.tr("Batch size"), self))
        row.addWidget(self.batch)
        self._show()
        self.choice.currentIndexChanged.connect(self._choose)
        self.batch.editingFinished.connect(self._choose)

    def _show(self) -> None:
        storing = self._session.recipe.storing
        self.choice.setCurrentIndex(self.choice.findData(storing.storage))
        self.batch.setValue(storing.batch)

    def _choose(self) -> None:
        recipe = self._session.recipe
        storing = replace(recipe.storing, storage=self.choice.currentData(), batch=self.batch.value())
        self._session.change_recipe(replace(recipe, storing=storing), self.tr("weight storage"))
