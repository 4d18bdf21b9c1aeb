"""A second window: a separate process with its own engine, so that one cannot crash the other."""

import os
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[3]  # where this program is imported from
_started: list[subprocess.Popen[bytes]] = []  # kept, as they outlive what started them


def open_another() -> subprocess.Popen[bytes] | None:
    """Start the program again, packaged or with this Python; return None if it did not start."""
    arguments, environment = [sys.executable, "window"], dict(os.environ)
    if not getattr(sys, "frozen", False):
        arguments = [sys.executable, "-m", "workbench", "window"]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HOME), environment.get("PYTHONPATH", ""))))
    _started[:] = [each for each in _started if each.poll() is None]
    try:
        made = subprocess.Popen(arguments, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError:
        return None
    _started.append(made)
    return made
