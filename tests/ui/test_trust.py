"""The window asks for each file whose code would run, and names it; one yes is not another."""

import os
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from tests.ui.conftest import WAIT
from tests.ui.test_window import dialog
from workbench.core.recipe.recipe import Stage
from workbench.core.session.session_file import Reference
from workbench.ui.base.dialogs import MAY_BREAK


def answer(window, qtbot, yes: bool, file: str) -> None:
    box = dialog(window, qtbot, "trust")
    assert isinstance(box, QMessageBox) and file in box.text().replace(MAY_BREAK, "")
    button = next(b for b in box.buttons() if ("Trust and run" in b.text()) is yes)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "trust") is not box)


@pytest.fixture
def code(tmp_path):
    """A file with a function that notes that it ran."""
    path = tmp_path / "other.py"
    path.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\ndef make(): raise SystemExit\n")
    return f"{path}:make"


def test_a_teacher_that_the_recipe_names_is_asked_for(small_window, qtbot, code, tmp_path):
    session = small_window.session
    stage = Stage("distill", {"epochs": 1, "teacher": code})
    session.change_recipe(replace(session.recipe, recover=(stage,)), "teacher")
    session.trainings.start()
    answer(small_window, qtbot, False, code)
    assert not session.trainings.job and not (tmp_path / "ran").exists()
    session.trainings.start()
    answer(small_window, qtbot, True, code)
    qtbot.waitUntil(lambda: "SystemExit" in session.trainings.failure, timeout=WAIT)
    assert (tmp_path / "ran").exists() and session.opened.trusted == {code}


def test_the_calibration_of_a_session_is_asked_for_by_itself(small_window, qtbot, code, tmp_path):
    session = small_window.session
    saved = small_window.commands.sessions.gather()
    saved = replace(saved, calibration=Reference(code, code, ""))
    small_window.commands.sessions._attach(saved, tmp_path)
    answer(small_window, qtbot, False, code)
    assert session.attached.calibration == "" and not (tmp_path / "ran").exists()


@pytest.mark.skipif(os.name != "posix", reason="a path that an automounter connects")
def test_a_file_on_another_computer_that_a_session_or_recipe_names_is_asked_for(small_window, qtbot, tmp_path):
    session, away = small_window.session, "/net/evil/t.onnx"
    sessions, found = small_window.commands.sessions, []
    for button, path in (("Cancel", None), ("Connect", "")):
        sessions._allowed(Reference(away), tmp_path, found.append)
        press(small_window, qtbot, button)
        assert found == ([] if path is None else [path])
    session.change_recipe(
        replace(session.recipe, recover=(Stage("distill", {"epochs": 1, "teacher": away}),)), "teacher"
    )
    session.trainings.start()
    press(small_window, qtbot, "Cancel")
    assert not session.trainings.job
    session.trainings.start()
    press(small_window, qtbot, "Connect")
    qtbot.waitUntil(lambda: away in session.trainings.failure, timeout=WAIT)
    assert "/net/evil" in session.opened.trusted


def press(window, qtbot, label: str) -> None:
    box = dialog(window, qtbot, "network")
    button = next(b for b in box.buttons() if label in b.text().replace("&", ""))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "network") is not box)
