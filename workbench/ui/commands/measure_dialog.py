"""Dialog for what is measured: the main metric, others beside it, the output, the batch axis."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.core.analysis.measured import Measuring
from workbench.ui.session.session import Session
from workbench.ui.text.i18n import said
from workbench.ui.widgets.labels import Plain, tooltip
from workbench.ui.widgets.rows import WholeRows

MARGIN = 16  # pixels around the form
SHOWN = 8  # metrics in the list before it scrolls
WIDTH = 480  # pixels
ID = Qt.ItemDataRole.UserRole


class MeasureDialog(QDialog):
    """Form that asks for the output and the metric to measure. `chosen` gets the choice when the form is accepted. The
    engine decides whether it fits; earlier measurements stay until then."""

    def __init__(self, session: Session, chosen: Callable[[Measuring], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measure")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What is measured"))
        self.setMinimumWidth(WIDTH)
        self._session, self._chosen = session, chosen
        self.decides = self._choice(self.tr("Metric"), [(f"{said(info)} · {id}", id) for id, info in self._metrics()])
        self.decides.setToolTip(
            tooltip(
                self.tr(
                    "The deciding metric: searches, limits and the scoreboard use it. A file.py:function works, too."
                )
            )
        )
        self.beside = self._list()
        outputs = session.model.outputs if session.model is not None else ()
        self.output = self._choice(self.tr("Output"), [(spec.name, spec.name) for spec in outputs])
        self.output.setToolTip(
            tooltip(self.tr("Several outputs, separated by commas, are combined: boxes,scores,labels."))
        )
        self.axis = QSpinBox(self, minimum=-1, maximum=7)
        self.axis.setSpecialValueText(self.tr("Automatic"))
        self.axis.setAccessibleName(self.tr("Batch axis"))
        self._fill(session.attached.measuring if session.attached is not None else Measuring())
        self._lay_out()

    def _metrics(self) -> list[tuple[str, str]]:
        return [(id, info.heading) for id, info in self._session.metrics.items()]

    def _choice(self, name: str, entries: list[tuple[str, str]]) -> QComboBox:
        box = QComboBox(self, editable=True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setAccessibleName(name)
        box.addItem(self.tr("Automatic"), "")
        for text, value in entries:
            box.addItem(text, value)
        return box

    def _list(self) -> QListWidget:
        found = QListWidget(self)
        WholeRows(found)
        found.setAccessibleName(self.tr("Also show"))
        found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # long titles are elided
        found.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for id, info in self._metrics():
            item = QListWidgetItem(f"{said(info)} · {id}", found)
            item.setData(ID, id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        found.setFixedHeight(SHOWN * max(found.sizeHintForRow(0), 1) + 2 * found.frameWidth())
        return found

    def _fill(self, measuring: Measuring) -> None:
        """Show the current choice."""
        first, others = (measuring.metrics or ("",))[0], set(measuring.metrics[1:])
        for box, value in ((self.decides, first), (self.output, measuring.output)):
            at = box.findData(value)
            box.setCurrentIndex(at)
            if at < 0:
                box.setEditText(value)
        for item in self._items():
            item.setCheckState(Qt.CheckState.Checked if item.data(ID) in others else Qt.CheckState.Unchecked)
        self.axis.setValue(-1 if measuring.axis is None else measuring.axis)

    def _items(self) -> list[QListWidgetItem]:
        return [self.beside.item(row) for row in range(self.beside.count())]

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.accept_button = buttons.addButton(self.tr("Measure"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.accept_button.setObjectName("primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("Metric"), self.decides)
        form.addRow(self.tr("Also show"), self.beside)
        form.addRow(self.tr("Output"), self.output)
        form.addRow(self.tr("Batch axis"), self.axis)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(MARGIN)
        layout.addLayout(form)
        layout.addWidget(Plain(self.tr("Automatic: chosen by outputs and labels."), self, wordWrap=True))
        layout.addWidget(buttons)

    @property
    def measuring(self) -> Measuring:
        """Return the values of the form."""
        first, output = (self._value(box) for box in (self.decides, self.output))
        others = [item.data(ID) for item in self._items() if item.checkState() == Qt.CheckState.Checked]
        names = [name for name in (first, *others) if name]
        return Measuring.of(names, output, None if self.axis.value() < 0 else self.axis.value())

    @staticmethod
    def _value(box: QComboBox) -> str:
        """Return the selected entry, or the typed text."""
        text = box.currentText().strip()
        at = box.findText(text)
        return text if at < 0 else str(box.itemData(at))

    def accept(self) -> None:
        self._chosen(self.measuring)
        super().accept()
