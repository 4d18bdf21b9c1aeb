"""Garbage that other threads make, or happen upon, is collected in the thread of the window."""

import gc
import threading

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from workbench.ui.engine_client.client import EngineLink


class Ring(QWidget):
    """Nobody but itself holds it."""

    def __init__(self) -> None:
        super().__init__()
        self.ring = [self, QLabel(self)]


@pytest.fixture
def collectors():
    """The names of the threads in which Python has collected since."""
    names = []

    def note(phase: str, _: dict) -> None:
        if phase == "stop":
            names.append(threading.current_thread().name)

    gc.callbacks.append(note)
    yield names
    gc.callbacks.remove(note)


def allocate(enough: threading.Event) -> None:
    kept = []
    while not enough.is_set():
        kept.append([kept])
        if len(kept) > 2000:
            kept.clear()


def test_no_widget_is_deleted_by_the_thread_that_reads_the_engine(qtbot, collectors):
    EngineLink()  # from now on, at the latest
    gone, enough = [], threading.Event()
    Ring().destroyed.connect(lambda: gone.append(threading.current_thread().name))
    busy = threading.Thread(target=allocate, args=(enough,), name="another")
    busy.start()
    try:
        qtbot.waitUntil(lambda: bool(gone))
    finally:
        enough.set()
        busy.join()
    assert set(gone) == set(collectors) == {"MainThread"}
