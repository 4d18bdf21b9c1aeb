"""Toast in the corner of the window when a long job is done."""

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsOpacityEffect, QHBoxLayout, QMainWindow

from workbench.core.base.quantities import duration
from workbench.ui.engine_client.jobs import Finished, Jobs
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Icon, Plain

WORTH_S = 3.0  # shorter jobs were probably watched
STAYS_MS = 6000
FADE_MS = 200
LEAST = 20  # pixels of height, if the menus are not in the window


class Toast(QFrame):
    """Appears for a few seconds; a click closes it. It requires no reaction."""

    def __init__(self, window: QMainWindow, jobs: Jobs) -> None:
        super().__init__(window)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._window = window
        self.words = Plain(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.DOUBLE, 0, theme.DOUBLE, 0)
        row.setSpacing(theme.UNIT)
        row.addWidget(Icon("info", "good", parent=self))
        row.addWidget(self.words)
        self._gone = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._gone.timeout.connect(self.hide)
        self.hide()
        jobs.finished.connect(self._on_finished)
        window.installEventFilter(self)

    def _on_finished(self, over: Finished) -> None:
        """Show the toast for success only: failures have a dialog, and stopping was the user's choice."""
        if over.outcome != "done" or over.seconds < WORTH_S:
            return
        self.words.setText(self.tr("{title}: done after {time}").format(title=over.title, time=duration(over.seconds)))
        self.setAccessibleName(self.words.text())
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._fade_in()
        self._gone.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        if not self._window.isActiveWindow():
            QApplication.alert(self._window)

    def _fade_in(self) -> None:
        if not theme.moves():
            return
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        fade = QPropertyAnimation(effect, b"opacity", self)
        fade.setDuration(FADE_MS)
        fade.setStartValue(0.0)
        fade.setEndValue(1.0)
        fade.finished.connect(lambda: self.setGraphicsEffect(None))  # type: ignore[arg-type]
        fade.start(QPropertyAnimation.DeletionPolicy.DeleteWhenStopped)

    def _place(self) -> None:
        """Place it beside the menus at the right, where it covers no figure and no button."""
        self.resize(self.width(), max(self._window.menuBar().height(), LEAST))
        self.move(self._window.width() - self.width() - theme.UNIT, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
