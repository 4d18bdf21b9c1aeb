"""One real window on a real X server: what a user starts is what appears."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux" or shutil.which("Xvfb") is None, reason="Xvfb is not installed")
SCREEN = "1440x900x24"


@pytest.fixture
def display():
    """An X server of our own; it chooses a free number itself."""
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"],
                              pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(10)


def colours(display: str, path: Path) -> int:
    """How many colours the screen shows; the picture is kept."""
    from PIL import ImageGrab
    picture = ImageGrab.grab(xdisplay=display)
    picture.save(path)
    return len(picture.convert("RGB").getcolors(1 << 24))


def test_the_window_appears_opens_the_demo_and_closes(display, tmp_path):
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "XDG_CONFIG_HOME": str(tmp_path),
                   "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    code = ("import sys\n"
            "from workbench.ui.app import demo_paths, run\n"
            "if __name__ == '__main__':\n"
            "    demo = demo_paths()\n"
            "    sys.exit(run(demo.model, demo.data, None, False))\n")
    script = tmp_path / "start.py"
    script.write_text(code)
    root = str(Path(__file__).parents[2])
    window = subprocess.Popen([sys.executable, str(script)], env={**environment, "PYTHONPATH": root}, cwd=tmp_path,
                              stderr=subprocess.PIPE, text=True)
    try:
        found = 0
        for _ in range(120):
            time.sleep(0.5)
            assert window.poll() is None, window.stderr.read()
            found = colours(display, tmp_path / "screen.png")
            if found > 400:      # plots, text and icons; a blank or plain window has a handful
                break
        assert found > 400
    finally:
        window.send_signal(signal.SIGTERM)
        window.wait(20)
