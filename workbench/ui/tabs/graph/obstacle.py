"""Checks for what keeps the graph view from starting, before Chromium does: it would end the whole program."""

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.ui.tabs.graph import pages

SWITCH = "QTWEBENGINE_DISABLE_SANDBOX"
KERNEL = Path("/proc/sys")
# What forbids an ordinary user the namespaces that Chromium's sandbox is made of, and the value that does.
FORBIDDEN = {
    "kernel/unprivileged_userns_clone": "0",
    "user/max_user_namespaces": "0",
    "kernel/apparmor_restrict_unprivileged_userns": "1",
}


@dataclass(frozen=True)
class Obstacle:
    """`library`: an import failed; `netron`: not there, or another version; `root`, `namespaces`: no sandbox."""

    kind: Literal["library", "netron", "root", "namespaces"]
    detail: str = ""


def find() -> Obstacle | None:
    """None where the graph view can start. Imports WebEngine, which takes a moment the first time."""
    if reason := pages.refusal():
        return Obstacle("netron", reason)
    if not sandbox_is_off() and (obstacle := _sandbox()):
        return obstacle
    try:
        importlib.import_module("PySide6.QtWebEngineWidgets")
    except ImportError as error:
        return Obstacle("library", str(error))
    return None


def sandbox_is_off() -> bool:
    """The user, or a container's image, has said that Chromium runs without its sandbox."""
    return os.environ.get(SWITCH, "") not in ("", "0") or "--no-sandbox" in os.environ.get(
        "QTWEBENGINE_CHROMIUM_FLAGS", ""
    )


def turn_sandbox_off() -> None:
    """For this run of the program, on the user's informed word. Has no effect once WebEngine has started."""
    os.environ[SWITCH] = "1"


def _sandbox() -> Obstacle | None:
    if sys.platform != "linux":
        return None
    if os.geteuid() == 0:
        return Obstacle("root")
    for name, value in FORBIDDEN.items():
        try:
            if (KERNEL / name).read_text().strip() == value:
                return Obstacle("namespaces", f"{name.replace('/', '.')} = {value}")
        except OSError:  # this kernel has no such switch
            continue
    return None
