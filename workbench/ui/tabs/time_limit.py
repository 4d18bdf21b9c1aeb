"""Field for a time limit in minutes."""

from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from workbench.ui.text.i18n import tr

LONGEST = 60 * 24  # minutes


class TimeLimit(QDoubleSpinBox):
    """Minutes after which work ends with what it has; 0, shown as 'no time limit', for none."""

    def __init__(self, minutes: float, what_it_does: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, LONGEST)
        self.setDecimals(1)
        self.setSpecialValueText(tr("no time limit"))
        self.setValue(minutes)
        self.setToolTip(what_it_does)

    @property
    def seconds(self) -> float:
        return 60 * self.value()
