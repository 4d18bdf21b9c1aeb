"""File > New window starts a process by itself, with another engine."""

import sys
from pathlib import Path

import pytest

from tests.guard import HANG_S
from workbench.ui.base.new_window import open_another
from workbench.ui.shell.palette.found import actions_of


def engines(window: int) -> list[int]:
    """Processes that this one started and that are made by multiprocessing."""
    found = Path(f"/proc/{window}/task/{window}/children").read_text().split()
    return [int(each) for each in found if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
def test_a_second_window_has_another_engine(qtbot, tmp_path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    started = open_another()
    assert started is not None
    try:
        qtbot.waitUntil(lambda: engines(started.pid))
    finally:
        started.terminate()
        started.wait(HANG_S)


def test_the_menu_and_the_palette_have_it(window):
    found = [action for way, action in actions_of(window.menuBar()) if way.endswith("New window")]
    assert len(found) == 1 and found[0].isEnabled() and found[0].shortcut().toString() == "Ctrl+Shift+N"
