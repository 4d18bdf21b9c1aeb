"""Speaker's notes on each slide, in a window for the speaker's own screen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.ui.presentation.story import Story
from workbench.ui.text.i18n import titled
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, muted

SIZE = 520, 320


class Notes(QWidget):
    """Follows the slides; keys are passed to the presentation, which can so be controlled from here."""

    closed = Signal()

    def __init__(self, presentation: QWidget) -> None:
        super().__init__(presentation, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setWindowTitle(self.tr("Speaker notes"))
        self.resize(*SIZE)
        self._presentation = presentation
        self.text = Plain("", self, wordWrap=True)
        self.text.setFont(theme.font(4))
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.figures = muted("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.TRIPLE, theme.TRIPLE, theme.TRIPLE, theme.DOUBLE)
        column.setSpacing(theme.DOUBLE)
        column.addWidget(self.text, 1)
        column.addWidget(self.figures)

    def show_note(self, key: str, story: Story) -> None:
        """Show the note on the slide of this key, with figures for questions."""
        self.text.setText(
            story.design.note(key)
            or self.tr("No note. Write one under notes: {key} in the design file.").format(key=key)
        )
        self.figures.setText(
            "\n".join(titled(number.caption, f"{number.words} · {number.note}") for number in story.numbers)
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._presentation.keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)
