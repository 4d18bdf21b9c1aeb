"""One real window on a real X server: what a user starts is what appears."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageGrab

from tests.guard import HANG_S, until
from workbench.ui.widgets import schemes

pytestmark = pytest.mark.skipif(sys.platform != "linux" or shutil.which("Xvfb") is None, reason="Xvfb is not installed")
SCREEN = "1440x900x24"


@pytest.fixture
def display():
    """An X server of our own; it chooses a free number itself."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(HANG_S)


def is_open(picture: Image.Image) -> bool:
    """The histogram of the first layer is there: a good part of the screen has the colour of what is before."""
    color = schemes.LIGHT.before
    before = (color.red(), color.green(), color.blue())
    return sum(n for n, shade in picture.getcolors(1 << 24) if shade == before) > 4000


def test_the_window_appears_opens_the_demo_and_closes(display, tmp_path):
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
        "HOME": str(tmp_path),
    }
    code = (
        "import sys\n"
        "from workbench.ui.shell.app import demo_paths, run\n"
        "if __name__ == '__main__':\n"
        "    demo = demo_paths()\n"
        "    sys.exit(run(demo.model, demo.data))\n"
    )
    script = tmp_path / "start.py"
    script.write_text(code)
    root = str(Path(__file__).parents[2])
    words = tmp_path / "stderr.txt"
    with words.open("w") as stderr:
        window = subprocess.Popen(
            [sys.executable, str(script)], env={**environment, "PYTHONPATH": root}, cwd=tmp_path, stderr=stderr
        )
    try:

        def grab() -> Image.Image:
            assert window.poll() is None, words.read_text()
            return ImageGrab.grab(xdisplay=display).convert("RGB")

        until(lambda: is_open(grab()), "the demo did not appear")
        picture = grab()
        picture.save(tmp_path / "screen.png")
        assert len(picture.getcolors(1 << 24)) > 200, "text and icons have many shades"
    finally:
        window.send_signal(signal.SIGTERM)
        window.wait(HANG_S)
    assert not words.read_text()
