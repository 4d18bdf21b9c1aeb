"""What Qt itself says: in the language of the window, and in English again when that is English."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QColorDialog, QFileDialog, QLabel, QMessageBox, QWidget

from workbench.ui.text import i18n

BUTTONS = QMessageBox.StandardButton
NOT_OF_THE_SYSTEM = {
    QFileDialog: QFileDialog.Option.DontUseNativeDialog,
    QColorDialog: QColorDialog.ColorDialogOption.DontUseNativeDialog,
}


@pytest.fixture
def spoken(qapp, qtbot):
    """All that a dialog of Qt says, in a language."""

    def words(kind: type[QWidget], language: str) -> list[str]:
        i18n.apply(qapp, language)
        dialog = kind()
        qtbot.addWidget(dialog)
        if isinstance(dialog, QMessageBox):
            dialog.setStandardButtons(BUTTONS.Ok | BUTTONS.Cancel | BUTTONS.Save | BUTTONS.Discard | BUTTONS.Yes)
        else:
            dialog.setOption(NOT_OF_THE_SYSTEM[kind])
        said = [each.text() for each in dialog.findChildren(QLabel)]
        said += [each.text() or each.toolTip() for each in dialog.findChildren(QAbstractButton)]
        return [text for text in said if text.strip()]

    yield words
    i18n.apply(qapp, i18n.ENGLISH)


@pytest.mark.parametrize("kind", [QFileDialog, QColorDialog, QMessageBox])
def test_dialogs_of_qt_speak_the_language_of_the_window(spoken, kind):
    chinese, english = spoken(kind, "zh_CN"), spoken(kind, i18n.ENGLISH)
    assert chinese and len(chinese) == len(english) and not set(chinese) & set(english)
    assert all(text.isascii() for text in english)
