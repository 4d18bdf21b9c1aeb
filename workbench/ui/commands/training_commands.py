"""Commands of training, shared by the Run menu, the palette and the Recover tab."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from workbench.ui.commands.actions import NEEDS, new_action, set_enabled
from workbench.ui.session.session import Session
from workbench.ui.session.training import Trainings


class TrainingCommands(QObject):
    """Enabled while they can be done."""

    def __init__(self, session: Session, trainings: Trainings, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._trainings = session, trainings
        self.train = new_action(self, self.tr("Train"), trainings.start, "Ctrl+T")
        self.hold = new_action(self, "", trainings.hold, "Ctrl+Alt+P")
        self.finish = new_action(self, self.tr("Stop training, keep best"), trainings.finish, "Ctrl+Shift+T")
        self.temperatures = new_action(self, self.tr("Sweep temperatures"), trainings.try_temperatures)
        trainings.changed.connect(self._enable)
        for signal in (session.recipe_changed, session.data_changed, session.model_changed):
            signal.connect(self._enable)
        self._enable()

    def all(self) -> list[QAction]:
        return [self.train, self.hold, self.finish, self.temperatures]

    def _enable(self) -> None:
        trainings = self._trainings
        ready = not trainings.job and not trainings.reason
        running = self.tr("Training is running.")
        set_enabled((self.train,), ready, running if trainings.job else trainings.reason)
        needs = self.train.property(NEEDS) or self.tr("The recipe has no distillation stage.")
        set_enabled((self.temperatures,), ready and trainings.distils, needs)
        self.hold.setText(self.tr("Resume training") if trainings.paused else self.tr("Pause training"))
        set_enabled((self.hold, self.finish), bool(trainings.job), self.tr("No training is running."))
