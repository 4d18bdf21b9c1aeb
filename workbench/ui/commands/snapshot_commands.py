"""Commands on snapshots, as actions shared by the menu, the palette, the scoreboard and the table."""

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QPlainTextEdit, QPushButton, QWidget

from workbench.core.session.snapshot import NOTE
from workbench.ui.commands.actions import new_action, set_enabled
from workbench.ui.session.session import Session
from workbench.ui.widgets import theme

NOTE_SIZE = 420, 240  # pixels


class SnapshotCommands(QObject):
    """Actions on snapshots. `restore`, `rename`, `note` and `remove` act on the snapshot selected in the table,
    `differences` on two.

    taken    the name of a new snapshot
    """

    taken = Signal(str)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window
        self._chosen, self._rows = "", 0
        self.take = new_action(self, self.tr("Take snapshot…"), self.ask_name, "Ctrl+P")
        self.compare = new_action(self, self.tr("Compare snapshots"), None, "Ctrl+Shift+P")
        self.restore = new_action(self, self.tr("Restore"), self._restore)
        self.rename = new_action(self, self.tr("Rename"), None)  # in place, by the table
        self.note = new_action(self, self.tr("Note…"), self._ask_note)
        self.differences = new_action(self, self.tr("Differences"), None)  # of two rows, by the table
        self.remove = new_action(self, self.tr("Delete"), self._remove)
        self.of_one = [self.restore, self.rename, self.note, self.remove]
        self._menus: list[QMenu] = []
        session.model_changed.connect(self._enable)
        session.snapshots.changed.connect(self._enable)
        self._enable()

    def menu(self, parent: QWidget) -> QMenu:
        """Return a menu of all commands, with one entry per snapshot that restores it."""
        menu = QMenu(self.tr("Snapshots"), parent)
        self._menus.append(menu)
        self._enable()
        return menu

    def choose(self, name: str, rows: int) -> None:
        """Set the snapshot in the only selected row, else ""; and the number of selected rows."""
        self._chosen, self._rows = name, rows
        self._enable_chosen()

    def ask_name(self) -> None:
        """Ask for the name; one from size and metric is proposed."""
        if self._session.model is None:
            return
        dialog = QInputDialog(self._window)
        dialog.setMinimumWidth(380)
        dialog.setObjectName("snapshot")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Take snapshot"))
        dialog.setLabelText(self.tr("Snapshot name:"))
        dialog.setTextValue(self._session.snapshots.suggestion())
        dialog.setOkButtonText(self.tr("Take snapshot"))
        dialog.textValueSelected.connect(self._take)
        dialog.open()

    def _take(self, name: str) -> None:
        made = self._session.snapshots.add(name)
        self._session.told.emit(self.tr("Snapshot taken: {name}").format(name=made.name))
        self.taken.emit(made.name)

    def _ask_note(self) -> None:
        snapshot = self._session.snapshots.find(self._chosen)
        if snapshot is None:
            return
        dialog = QInputDialog(self._window)
        dialog.setOption(QInputDialog.InputDialogOption.UsePlainTextEditForTextInput)
        dialog.setObjectName("note")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Note"))
        dialog.setLabelText(self.tr("Note on the snapshot, {most} characters at most:").format(most=NOTE))
        dialog.setTextValue(snapshot.note)
        for box in dialog.findChildren(QPlainTextEdit):
            box.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)  # Qt lets long lines leave the box
        dialog.resize(*NOTE_SIZE)
        dialog.textValueSelected.connect(partial(self._session.snapshots.write_note, snapshot.name))
        dialog.open()

    def _restore(self) -> None:
        self._session.snapshots.restore(self._chosen)

    def _remove(self) -> None:
        self._session.snapshots.remove(self._chosen)

    def _enable(self) -> None:
        opened = self._session.model is not None
        set_enabled((self.take, self.compare), opened, self.tr("Open a model first."))
        self._enable_chosen()
        for menu in self._menus:
            self._fill(menu)

    def _enable_chosen(self) -> None:
        there = self._session.snapshots.find(self._chosen) is not None
        two = self.tr("Choose two rows of the table of snapshots first.")
        set_enabled((self.differences,), self._rows == 2, two)
        set_enabled(self.of_one, there, self.tr("Choose a snapshot in the table of snapshots first."))

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        menu.addActions([self.take, self.compare])
        menu.addSeparator()
        menu.addActions([*self.of_one, self.differences])
        menu.addSeparator()
        for each in self._session.snapshots.all:
            text = self.tr("Restore {name}").format(name=each.name).replace("&", "&&")
            menu.addAction(text).triggered.connect(partial(self._session.snapshots.restore, each.name))


def button(action: QAction, icon: str, parent: QWidget) -> QPushButton:
    """Return a button for an action, enabled when the action is."""
    made = QPushButton(action.text(), parent)
    if icon:
        theme.set_icon(made, icon)
    made.setToolTip(action.toolTip())
    made.clicked.connect(action.trigger)

    def follow() -> None:
        made.setEnabled(action.isEnabled())

    action.enabledChanged.connect(made.setEnabled)
    follow()
    return made
