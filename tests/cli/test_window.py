"""The command line that opens the window, or the demo."""

import sys

import pytest

from tests.cli.conftest import sentence, workbench
from workbench import library


def test_without_a_command_the_window_opens(here, windows):
    workbench()
    workbench("small.onnx")
    workbench("small.onnx", "--data", "data.npz", "--recipe", "recipe.yaml", "--trust")
    workbench("--data", "data.npz", "small.onnx")
    assert windows == [
        (None, None, None, False, None, 0),
        ("small.onnx", None, None, False, None, 0),
        ("small.onnx", "data.npz", "recipe.yaml", True, None, 0),
        ("small.onnx", "data.npz", None, False, None, 0),
    ]


def test_demo_opens_the_window_on_the_demo(demo, windows):
    workbench("demo")
    assert windows == [(str(demo.cnn), str(demo.test), None, False, str(demo.calibration))]


@pytest.mark.slow
def test_demo_without_a_window_compresses_and_takes_pictures(demo, tmp_path, monkeypatch):
    from workbench.cli import commands as module

    asked = []
    monkeypatch.setattr(library.Model, "export", lambda model, recipe, out, **_more: asked.append((model, recipe, out)))
    monkeypatch.setattr(module.output, "print_report", asked.append)
    monkeypatch.setattr(module, "take_pictures", lambda *given: asked.append(given))
    assert workbench("demo", "--headless", "--out", tmp_path).exit_code == 0
    (model, recipe, out), report, pictures = asked
    assert (model.summary.path, out, report) == (str(demo.cnn), str(tmp_path), None)
    assert recipe == str(demo.cnn.with_name("recipe.yaml"))
    assert pictures == (str(demo.cnn), str(demo.test), str(demo.calibration), recipe, tmp_path / "screenshots")


@pytest.mark.parametrize("arguments", [["inspekt"], ["small.onnx", "--data", "nowhere.npz"], ["net.py:make"]])
def test_no_window_for_a_file_that_is_not_there(here, windows, arguments):
    assert "There is no file" in sentence(workbench(*arguments)) and not windows


def test_no_display_is_reported_before_qt_aborts(here, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert "There is no display" in sentence(workbench("small.onnx"))
    monkeypatch.setenv("DISPLAY", ":987")
    assert "display :987 does not answer" in sentence(workbench("demo"))
