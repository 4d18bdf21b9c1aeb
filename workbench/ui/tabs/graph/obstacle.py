"""Detection of what keeps the graph view from starting, before Chromium does, as it would end the whole program."""

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.ui.tabs.graph import pages

SWITCH = "QTWEBENGINE_DISABLE_SANDBOX"
KERNEL = Path("/proc/sys")
# Kernel switches that deny ordinary users the namespaces of Chromium's sandbox, and the value that does.
FORBIDDEN = {
    "kernel/unprivileged_userns_clone": "0",
    "user/max_user_namespaces": "0",
    "kernel/apparmor_restrict_unprivileged_userns": "1",
}


@dataclass(frozen=True)
class Obstacle:
    """Reason why the graph cannot be drawn. `library`: an import failed; `netron`: missing, or another version; `root`,
    `namespaces`: no sandbox."""

    kind: Literal["library", "netron", "root", "namespaces"]
    detail: str = ""


def find() -> Obstacle | None:
    """Return the obstacle; None if the graph view can start. Imports WebEngine, which takes a moment the first time."""
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
    """Return whether the user, or a container's image, has turned Chromium's sandbox off."""
    return os.environ.get(SWITCH, "") not in ("", "0") or "--no-sandbox" in os.environ.get(
        "QTWEBENGINE_CHROMIUM_FLAGS", ""
    )


def turn_sandbox_off() -> None:
    """Turn the sandbox off for this run of the program, after the user's consent. Has no effect once WebEngine has
    started."""
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
