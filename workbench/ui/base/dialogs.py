"""Questions, errors and file dialogs. None of them blocks: each calls back, so that window and tests keep running."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from string import ascii_uppercase

from PySide6.QtCore import QFileInfo, QObject, Qt
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QGridLayout,
    QInputDialog,
    QLabel,
    QMessageBox,
    QSizePolicy,
    QSpacerItem,
    QToolButton,
    QWidget,
)

from workbench.core.base.files import file_and_function
from workbench.core.base.plain import plain, plain_lines
from workbench.core.base.trust import NOBODY, Trust
from workbench.ui.base.files import functions_in, runs_code
from workbench.ui.text.i18n import said, tr
from workbench.ui.widgets import icons, theme

SIGN, WORDS = 32, 340  # pixels
UNBROKEN = 40  # characters without a space that fit on a line of the narrowest box
_LONG = re.compile(rf"\S{{{UNBROKEN + 1},}}")
_PART = re.compile(rf"[^/\\]{{1,{UNBROKEN}}}[/\\]*|[/\\]+")
MAY_BREAK = "\u200b"  # zero-width space
SIGNS = {QMessageBox.Icon.Warning: ("warning", "warn"), QMessageBox.Icon.Question: ("help", "accent")}


def complain(parent: QWidget, title: str, what: str, hint: str = "") -> QMessageBox:
    """Show an error: what happened, and what to do about it."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, said(what), QMessageBox.StandardButton.Ok, parent)
    box.setInformativeText(said(hint))
    return _open(box, "complaint")


def ask_unsaved(
    parent: QWidget, save: Callable[[Callable[[], None]], None], proceed: Callable[[], None], whole: bool = False
) -> QMessageBox:
    """Ask about unsaved work: a recipe, or a `whole` session. `proceed` follows unless the user cancels."""
    buttons = QMessageBox.StandardButton
    title, question = (
        (tr("Unsaved session"), tr("Save the session first?"))
        if whole
        else (tr("Unsaved recipe"), tr("Save the recipe first?"))
    )
    box = QMessageBox(
        QMessageBox.Icon.Question, title, question, buttons.Save | buttons.Discard | buttons.Cancel, parent
    )
    box.setInformativeText(
        tr("Otherwise the steps of all layers and the snapshots are lost.")
        if whole
        else tr("Otherwise the steps of all layers are lost.")
    )

    def answered(button: QAbstractButton) -> None:
        match box.standardButton(button):
            case buttons.Save:
                save(proceed)
            case buttons.Discard:
                proceed()

    box.buttonClicked.connect(answered)
    return _open(box, "unsaved")


def ask_way_out(
    parent: QWidget,
    name: str,
    title: str,
    what: str,
    hint: str,
    ways: tuple[tuple[str, Callable[[], object]], ...],
    cancel: str = "",
) -> QMessageBox:
    """Show one sentence and the ways to continue, the first of them as the default. Escape, or Cancel, does nothing."""
    box = QMessageBox(QMessageBox.Icon.Question, title, what, QMessageBox.StandardButton.Cancel, parent)
    box.setInformativeText(hint)
    if cancel:
        box.button(QMessageBox.StandardButton.Cancel).setText(cancel)
    buttons = {box.addButton(text, QMessageBox.ButtonRole.AcceptRole): verb for text, verb in ways}
    box.setDefaultButton(next(iter(buttons)))
    box.buttonClicked.connect(lambda button: buttons[button]() if button in buttons else None)
    return _open(box, name)


def ask_trust(parent: QWidget, path: str, proceed: Callable[[], object]) -> QMessageBox:
    """Ask for consent before opening a file that runs its own code."""
    file = file_and_function(path)[0]
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        tr("Run this code?"),
        tr("Opening {path} runs the Python code in {file}.").format(path=path, file=file),
        QMessageBox.StandardButton.Cancel,
        parent,
    )
    box.setInformativeText(
        tr("The code can read, change and send your files. Run it only if you wrote it or trust its author.")
    )
    yes = box.addButton(tr("Trust and run"), QMessageBox.ButtonRole.AcceptRole)
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.buttonClicked.connect(lambda button: proceed() if button is yes else None)
    return _open(box, "trust")


def ask_place(parent: QWidget, path: str, place: str, proceed: Callable[[], object]) -> QMessageBox:
    """Ask for consent before accessing a file on another computer that a session or recipe names, as it may come from
    anyone."""
    return ask_way_out(
        parent,
        "network",
        tr("File on another computer"),
        tr("{path} is on another computer.").format(path=path),
        tr("Connecting signs in to {place} with your account. Do this only if you know that computer.").format(
            place=place
        ),
        ((tr("Connect"), proceed),),
    )


def with_trust(parent: QWidget, path: str, proceed: Callable[[str, Trust], object]) -> None:
    """Call `proceed(path, trusted)`; for a Python file, ask for its function, then for consent."""

    def trusting(chosen: str) -> None:
        ask_trust(parent, chosen, lambda: proceed(chosen, frozenset({chosen})))

    if runs_code(path):
        trusting(path)
    elif Path(path).suffix == ".py":
        _ask_function(parent, path, trusting)
    else:
        proceed(path, NOBODY)


def with_trust_for_all(parent: QWidget, paths: Sequence[str], proceed: Callable[[Trust], object]) -> None:
    """Call `proceed(trusted)` after consent to each of these files that runs code."""
    first, *others = paths or ("",)

    def further(path: str, trusted: Trust) -> None:
        if others:
            with_trust_for_all(parent, others, lambda more: proceed(trusted | more))
        else:
            proceed(trusted)

    with_trust(parent, first, further)


def _ask_function(parent: QWidget, path: str, proceed: Callable[[str], object]) -> None:
    names = functions_in(path)
    if not names:
        complain(
            parent,
            tr("Cannot open this file"),
            tr("{path} defines no function.").format(path=path),
            tr("Choose a Python file with a function that returns the model or the data."),
        )
        return
    dialog = QInputDialog(parent)
    dialog.setObjectName("function")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Choose a function"))
    name = plain(Path(path).name)
    dialog.setLabelText(tr("Function in {name} that returns the model or the data:").format(name=name))
    dialog.setComboBoxItems(names)
    for words in dialog.findChildren(QLabel):
        words.setTextFormat(Qt.TextFormat.PlainText)
    dialog.textValueSelected.connect(lambda name: proceed(f"{path}:{name}"))
    dialog.open()


def choose_file(
    parent: QWidget, title: str, filters: str, proceed: Callable[[str], object], start: str = ""
) -> QFileDialog:
    """Let the user choose an existing file."""
    dialog = file_dialog(parent, title, start, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open_files(dialog, proceed)


def choose_files(
    parent: QWidget, title: str, filters: str, proceed: Callable[[list[str]], object], start: str = ""
) -> QFileDialog:
    """Let the user choose one or more existing files."""
    dialog = file_dialog(parent, title, start, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(proceed)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def choose_target(
    parent: QWidget, title: str, filters: str, proceed: Callable[[str], object], start: str = "", suffix: str = ""
) -> QFileDialog:
    """Let the user choose a file to write; asks before replacing one. The suffix follows the chosen type."""
    dialog = file_dialog(parent, title, start, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.filterSelected.connect(lambda kind: _take_kind(dialog, kind))
    return _open_files(dialog, proceed)


def _take_kind(dialog: QFileDialog, kind: str) -> None:
    """Adapt the suffix to the chosen type: for `Document (*.pdf)`, story.html becomes story.pdf."""
    suffix = kind.rpartition("*.")[2].rstrip(")")
    dialog.setDefaultSuffix(suffix)
    if chosen := dialog.selectedFiles():
        dialog.selectFile(Path(chosen[0]).with_suffix(f".{suffix}").name)


def choose_folder(parent: QWidget, title: str, proceed: Callable[[str], object], start: str = "") -> QFileDialog:
    dialog = file_dialog(parent, title, start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _open_files(dialog, proceed)


def _open_files(dialog: QFileDialog, proceed: Callable[[str], object]) -> QFileDialog:
    dialog.setObjectName("files")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(proceed)
    dialog.open()
    return dialog


def _open(box: QMessageBox, name: str) -> QMessageBox:
    box.setObjectName(name)
    box.setText(breakable(plain_lines(box.text())))
    box.setInformativeText(breakable(plain_lines(box.informativeText())))
    _Sign(box)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for words in box.findChildren(QLabel):
        words.setTextFormat(Qt.TextFormat.PlainText)  # also the text on what to do about it
    _give_letters(box)
    _widen(box)
    box.open()
    return box


class _Sign(QObject):
    """The icon of a message box, in the colours in use as long as it is open; a child of the box."""

    def __init__(self, box: QMessageBox) -> None:
        super().__init__(box)
        self._box = box
        self._name, self._role = SIGNS.get(box.icon(), ("info", "accent"))
        theme.signals.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        color = icons.hexes(getattr(theme.colors(), self._role))
        self._box.setIconPixmap(icons.pixmap(self._name, color, SIGN, self._box.devicePixelRatioF()))


def _give_letters(box: QMessageBox) -> None:
    """Give each button a different mnemonic, appended in parentheses if the text lacks the letter."""
    free = list(ascii_uppercase)
    for button in box.buttons():
        text = button.text()
        if "&" not in text:
            place = next((at for at, letter in enumerate(text) if letter.upper() in free), None)
            initial = (box.standardButton(button).name or "")[:1]
            last = initial if initial in free else free[0]
            button.setText(f"{text}(&{last})" if place is None else f"{text[:place]}&{text[place:]}")
        letter = button.text().partition("&")[2][:1].upper()
        if letter in free:
            free.remove(letter)


def breakable(text: str) -> str:
    """Return the text with break opportunities in long paths and names; Qt breaks lines only at spaces and cuts off the
    rest."""
    return _LONG.sub(lambda found: MAY_BREAK.join(_PART.findall(found[0])), text)


def _widen(box: QMessageBox) -> None:
    """Widen a message box, which Qt makes as narrow as its title allows, by an empty row: the minimum width of a label
    does not include its text, which would then not wrap."""
    layout = box.layout()
    assert isinstance(layout, QGridLayout)
    fixed = QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed
    layout.addItem(QSpacerItem(WORDS, 0, *fixed), layout.rowCount(), layout.columnCount() - 1)


BUTTONS = {  # object names of Qt's own buttons
    "backButton": "left",
    "forwardButton": "right",
    "toParentButton": "up",
    "newFolderButton": "add",
    "listModeButton": "list",
    "detailModeButton": "table",
}


class Icons(QAbstractFileIconProvider):
    """Icons of folders and files."""

    def icon(self, of: QAbstractFileIconProvider.IconType | QFileInfo) -> QIcon:
        if isinstance(of, QFileInfo):
            return theme.icon("open" if of.isDir() else "file")
        files = of is QAbstractFileIconProvider.IconType.File
        return theme.icon(
            "file" if files else "engine" if of is QAbstractFileIconProvider.IconType.Computer else "open"
        )


class FileDialog(QFileDialog):
    """Qt's dialog with the icons of this program, or a native one."""

    def dress(self) -> None:
        self.setIconProvider(_provider())  # Qt keeps the icons of the files that it has listed


def file_dialog(parent: QWidget, title: str, start: str, filters: str = "") -> QFileDialog:
    """Return a dialog that is not open yet; a native one has no Qt buttons, and keeps its own."""
    dialog = FileDialog(parent, title, start, filters)
    buttons = [button for button in dialog.findChildren(QToolButton) if button.objectName() in BUTTONS]
    for button in buttons:
        theme.set_icon(button, BUTTONS[button.objectName()])
    if buttons:
        theme.signals.changed.connect(dialog.dress)
        dialog.dress()
    return dialog


@cache
def _provider() -> Icons:
    """Return the icon provider, which lives as long as the program, as Qt does not own it."""
    return Icons()
