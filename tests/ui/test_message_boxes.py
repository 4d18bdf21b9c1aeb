"""Message boxes show every word of the longest messages, in both languages."""

import re

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QPushButton,
    QStyle,
    QToolButton,
    QTreeView,
    QWidget,
)

from tests import translations
from tests.ui.conftest import settle
from workbench.ui.base import dialogs
from workbench.ui.base.dialogs import BUTTONS, Icons
from workbench.ui.text import i18n
from workbench.ui.tree.data.search import SearchBox
from workbench.ui.widgets import icons, theme

LONGEST = 8  # messages of the catalogue
PATH = "/data/experiments/2024/compression/" + "very_long_name_of_a_run_" * 4 + "/model.safetensors"
NAME = "encoder.layers.11.attention.self.query.weight" * 4


@pytest.fixture(scope="module")
def longest() -> list[str]:
    """The longest messages of the engine, as templates."""
    texts = sorted(translations.engine_messages(), key=len)[-LONGEST:]
    assert len(texts[0]) > 140
    return texts


@pytest.fixture(params=["en", "zh_CN"])
def spoken(qapp, request):
    i18n.apply(qapp, request.param)
    theme.apply(qapp, "light")
    yield request.param
    i18n.apply(qapp, "en")


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(1280, 800)
    widget.show()
    return widget


def cut(box: QMessageBox) -> list[str]:
    """The labels and buttons of a box that have less room than their text needs."""
    settle()
    found = []
    for label in box.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        room = label.contentsRect()
        flags = int(label.alignment()) | (int(Qt.TextFlag.TextWordWrap) if label.wordWrap() else 0)
        needed = label.fontMetrics().boundingRect(QRect(0, 0, room.width(), 10_000), flags, label.text())
        if needed.width() > room.width() or needed.height() > room.height():
            found.append(f"{needed.size().toTuple()} in {room.size().toTuple()}: {label.text()}")
    found += [
        button.text()
        for button in box.findChildren(QPushButton)
        if button.isVisible() and button.width() < button.sizeHint().width()
    ]
    return found


def check(box: QMessageBox) -> None:
    assert cut(box) == []
    assert box.width() <= 1280 and box.height() <= 800
    box.close()


def filled(text: str) -> str:
    """In the language of the window, each placeholder filled with a path or a name without a space."""
    return re.sub(r"\{[^}]*\}", NAME, re.sub(r"\{[^}]*\}", PATH, i18n.tr(text), count=1))


def test_complaints_show_the_longest_messages_whole(spoken, parent, longest):
    for what in longest:
        check(dialogs.complain(parent, i18n.tr("Cannot open this file"), filled(what), filled(longest[-1])))


def test_a_middling_sentence_wraps(spoken, parent):
    """Longer than the narrowest box, shorter than the widest: the one that was cut."""
    words = "model.safetensors is a file of weights without the network they belong to."
    for times in range(1, 6):
        check(dialogs.complain(parent, "Cannot open", words * times, words))


def test_questions_show_their_words_and_buttons_whole(spoken, parent, longest):
    check(dialogs.ask_trust(parent, f"{PATH}.py:function", lambda: None))
    for whole in (False, True):
        check(dialogs.ask_unsaved(parent, lambda proceed: None, lambda: None, whole))
    ways = ((i18n.tr("Restore"), lambda: None), (i18n.tr("Discard"), lambda: None))
    for what in longest:
        check(dialogs.ask_way_out(parent, "way", "Title", filled(what), filled(what), ways, i18n.tr("Later")))


def test_long_words_break_after_their_folders():
    path = dialogs.breakable(f"See {PATH} for more.")
    assert path.replace(dialogs.MAY_BREAK, "") == f"See {PATH} for more."
    assert path.endswith(f"{dialogs.MAY_BREAK}model.safetensors for more.")
    assert max(map(len, re.split(rf"[\s{dialogs.MAY_BREAK}]", path))) <= dialogs.UNBROKEN + 1
    assert dialogs.breakable("short/path.onnx") == "short/path.onnx"


def same(icon, name: str, role: str = "text") -> bool:
    drawn, own = (each.pixmap(16, 16).toImage() for each in (icon, theme.icon(name, getattr(theme.colors(), role))))
    return not drawn.isNull() and drawn == own


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs_of_files_have_the_programs_icons_and_buttons_none(qapp, parent, qtbot, scheme):
    theme.apply(qapp, scheme)
    dialog = dialogs.choose_file(parent, "Open", "All (*)", print)
    found = {button.objectName(): button for button in dialog.findChildren(QToolButton)}
    for name, drawing in BUTTONS.items():
        assert same(found[name].icon(), drawing), name
    assert isinstance(dialog.iconProvider(), Icons)
    boxes = dialog.findChildren(QDialogButtonBox)
    assert boxes and all(button.icon().isNull() for box in boxes for button in box.buttons())
    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    assert not dialog.style().styleHint(hint, None, boxes[0])
    dialog.close()
    search = SearchBox(parent)
    assert same(search.findChild(QAction, "_q_qlineeditclearaction").icon(), "cancel", "muted")
    theme.apply(qapp, "light")


def test_the_list_of_an_open_file_dialog_follows_the_colours(qapp, parent, qtbot, tmp_path):
    (tmp_path / "model.onnx").touch()
    dialog = dialogs.file_dialog(parent, "Open", str(tmp_path))
    listed = dialog.findChild(QTreeView, "treeView")

    def shown() -> bool:
        row = listed.model().index(0, 0, listed.rootIndex())
        return row.isValid() and same(row.data(Qt.ItemDataRole.DecorationRole), "file")

    dialog.open()
    qtbot.waitUntil(shown)
    theme.apply(qapp, "dark")
    assert shown()
    theme.apply(qapp, "light")
    assert shown()
    dialog.close()


def test_a_triangle_is_for_what_went_wrong_or_may(qapp, parent):
    def sign(box) -> str:
        drawn = box.iconPixmap().toImage()
        box.close()
        size, dense = dialogs.SIGN, box.devicePixelRatioF()
        roles = (("warning", "warn"), ("help", "accent"), ("info", "accent"))
        return next(
            name
            for name, role in roles
            if icons.pixmap(name, icons.hexes(getattr(theme.colors(), role)), size, dense).toImage() == drawn
        )

    theme.apply(qapp, "light")
    assert sign(dialogs.complain(parent, "Cannot open", "No.")) == "warning"
    assert sign(dialogs.ask_trust(parent, "model.py:make", print)) == "warning"
    assert sign(dialogs.ask_unsaved(parent, print, print)) == "help"
    assert sign(dialogs.ask_way_out(parent, "way", "Open?", "What", "", (("Go", print),))) == "help"


def test_every_button_of_a_question_has_a_letter(spoken, parent, qtbot):
    """Alt and the letter press it, whichever has the focus."""
    asked = []
    box = dialogs.ask_unsaved(parent, lambda proceed: asked.append("save"), lambda: asked.append("discard"))
    letters = [button.text().partition("&")[2][:1].upper() for button in box.buttons()]
    assert len(set(letters)) == len(letters) == 3 and all(letter.isalpha() for letter in letters)
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    letter = box.button(QMessageBox.StandardButton.Discard).text().partition("&")[2][:1].upper()
    qtbot.keyClick(box, letter.lower(), Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: asked == ["discard"])
