"""The rails in conftest.py hold: each catches what it is there for."""

import os
import subprocess
import sys
from pathlib import Path

from tests.guard import HANG_S

RAILS = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8").replace(
    "from tests.guard import HANG_S", "HANG_S = 0.1")
GUILTY = '''
import logging, subprocess, threading, time, warnings
from PySide6.QtCore import qWarning
started = []
def test_thread(): threading.Thread(target=time.sleep, args=[3], name="loiterer").start()
def test_process(): started.append(subprocess.Popen(["sleep", "3"]))
def test_log(): logging.getLogger("somewhere").warning("look out")
def test_warning(): warnings.warn("old spelling", DeprecationWarning)
def test_qt(): qWarning("widget without a parent")
'''
COMPLAINTS = ("left running: thread loiterer", "sleep 3", "WARNING somewhere: look out",
              "DeprecationWarning: old spelling", "widget without a parent")
INNOCENT = '''
import logging, pytest
def test_clean(): pass
@pytest.mark.allow_logs
def test_logs(): logging.warning("meant")
@pytest.mark.needs("pytest==0.1", "no-such-package")
def test_needs(): assert False
@pytest.mark.needs("pytest")
def test_has(): pass
'''


def run(folder: Path, tests: str) -> str:
    """What pytest says of these tests under our conftest and settings."""
    (folder / "conftest.py").write_text(RAILS, encoding="utf-8")
    (folder / "test_case.py").write_text(tests, encoding="utf-8")
    config = Path(__file__).parents[1] / "pyproject.toml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", config, "--rootdir", folder, folder]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=HANG_S).stdout


def test_whoever_leaves_something_fails(tmp_path):
    output = run(tmp_path, GUILTY)
    assert all(complaint in output for complaint in COMPLAINTS), output
    assert all(f"test_case.py::test_{name}" in output for name in ("thread", "process", "log", "warning", "qt")), output


def test_whoever_leaves_nothing_passes_and_a_missing_package_skips_with_its_reason(tmp_path):
    output = run(tmp_path, INNOCENT)
    assert "3 passed, 1 skipped" in output and "pytest==0.1 is not installed" in output, output


def test_the_home_of_a_test_is_its_own(tmp_path):
    from PySide6.QtCore import QSettings
    assert os.environ["XDG_CONFIG_HOME"].startswith(str(tmp_path))
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "compression-workbench", "workbench")
    assert store.fileName().startswith(str(tmp_path)) and not store.allKeys()
