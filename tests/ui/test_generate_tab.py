"""Text of a language model is generated beside the original's; other models have no such tab."""

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication

from tests.engine.test_generation import workspace  # noqa: F401
from workbench.core.recipe.action import Action
from workbench.ui.shell.main_window import MainWindow
from workbench.ui.widgets import theme


@pytest.fixture
def language(workspace):  # noqa: F811
    return workspace.model.source.path


def marked(box) -> str:
    """The text whose background differs from the page's."""
    cursor, found = QTextCursor(box.document()), ""
    while not cursor.atEnd():
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor)
        if cursor.charFormat().background().style().value:
            found += cursor.selectedText()
        cursor.clearSelection()
    return found


def test_a_language_model_is_asked_beside_the_original_and_marks_show_where_they_part(
    window: MainWindow, qtbot, language
):
    tabs, tab = window.workspace.tabs, window.workspace.generate
    assert not tabs.isTabVisible(tabs.indexOf(tab)), "the demo generates no text"
    window.session.open(language)
    qtbot.waitUntil(lambda: window.session.model is not None and window.session.model.path == language)
    action = next(each for each in window.menus.tabs.actions() if each.text() == "Generate")
    assert tabs.isTabVisible(tabs.indexOf(tab)) and action.isVisible()
    assert not tab.start.isEnabled()
    tab.prompt.setPlainText("b")
    tab.start.click()
    qtbot.waitUntil(lambda: tab.generating.found is not None and not tab.generating.job)
    assert tab.original.toPlainText() == tab.compressed.toPlainText() == " c d </s>" and not marked(tab.original)
    layer = window.session.model.layers[0].path
    window.session.set_actions([layer], (Action("quantize.affine", {"bits": 2, "granularity": "tensor"}),), "2 bits")
    assert "different recipe" in tab.words.text()
    tab.start.click()
    qtbot.waitUntil(lambda: tab.generating.found is not None and not tab.generating.job)
    assert (
        marked(tab.original) == tab.original.toPlainText() != marked(tab.compressed) and "token 1" in tab.words.text()
    )
    theme.apply(QApplication.instance(), "dark")
    cursor = QTextCursor(tab.original.document())
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
    assert cursor.charFormat().background().color() == theme.colors().accent_soft, (
        "or light letters are on a light mark"
    )
    theme.apply(QApplication.instance(), "light")
