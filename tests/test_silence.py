"""Nothing is looked up on a network, and nothing is kept outside our cache: the runtime has telemetry built in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guard import HANG_S

LOOKUPS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static void note(const char *name) {
    int file = open(getenv("LOOKUPS"), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0 || !name) return;
    if (write(file, name, strlen(name)) < 0 || write(file, "\n", 1) < 0) abort();
    close(file);
}
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    note(name);
    return EAI_FAIL;
}
struct hostent *gethostbyname(const char *name) { note(name); return NULL; }
"""
OPENING = """
import sys
import workbench as wb
from workbench.engine.api import service
assert wb.open(sys.argv[1]).layers[0].moments
"""
PLAIN = """
import socket
try:
    socket.getaddrinfo("model.invalid", 80)
except OSError:
    pass
"""


@pytest.fixture(scope="module")
def listening(tmp_path_factory):
    """Environment of a process whose lookups of names are noted and answered with none, and where they are noted."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler, to listen to what the runtime's own code looks up")
    folder = tmp_path_factory.mktemp("lookups")
    (folder / "lookups.c").write_text(LOOKUPS)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "lookups.so", folder / "lookups.c"], check=True)
    home = folder / "home"
    home.mkdir()
    names = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR")
    places = {name: str(home / name.lower()) for name in names}
    (home / "tmpdir").mkdir()
    # What the user's environment says must not count.
    return (
        {
            **os.environ,
            **places,
            "HOME": str(home),
            "LD_PRELOAD": str(folder / "lookups.so"),
            "LOOKUPS": str(folder / "lookups"),
            "ORT_DISABLE_TELEMETRY": "0",
            "WORKBENCH_CACHE": str(folder / "cache"),
        },
        home,
        folder / "lookups",
    )


def child(environment: dict[str, str], code: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        check=True,
        timeout=HANG_S,
        cwd=Path(__file__).parents[1],
    )


def test_a_lookup_would_be_heard(listening):
    environment, _, lookups = listening
    child(environment, PLAIN)
    assert lookups.read_text() == "model.invalid\n"
    lookups.unlink()


@pytest.mark.slow
def test_opening_a_model_looks_nothing_up_and_leaves_nothing_at_home(listening, demo):
    environment, home, lookups = listening
    child(environment, OPENING, str(demo.cnn))
    assert not lookups.exists() or lookups.read_text() == ""
    assert [path for path in home.rglob("*") if path.is_file()] == []
