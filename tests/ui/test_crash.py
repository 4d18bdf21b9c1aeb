"""An error nobody expected: logged, told, and the window goes on."""

import sys
import threading

import pytest

from workbench.ui.base.crash import CrashWatch, make_report


@pytest.fixture
def watch(qapp):
    hooks = sys.excepthook, threading.excepthook
    yield CrashWatch(lambda: {"torch": "2.13"})
    sys.excepthook, threading.excepthook = hooks


def broken() -> None:
    raise ValueError("no such thing")


@pytest.mark.allow_logs
def test_an_error_in_a_thread_is_reported_in_the_gui_thread(watch, qtbot):
    with qtbot.waitSignal(watch.report) as report:
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()
    summary, text = report.args
    assert summary == "ValueError: no such thing"
    assert "in broken" in text and "torch 2.13" in text and "PySide6" in text


@pytest.mark.allow_logs
def test_an_error_in_a_slot_is_reported(watch, qtbot):
    with qtbot.waitSignal(watch.report) as report:
        try:
            broken()
        except ValueError:
            sys.excepthook(*sys.exc_info())
    assert "no such thing" in report.args[0]


def test_a_section_that_fails_does_not_spoil_the_report():
    def versions():
        raise OSError("gone")

    text = make_report("the trace", versions)
    assert "the trace" in text and "not available: gone" in text
