"""Is there a screen to open a window on? Asked before Qt is loaded, because Qt aborts where there is none."""

import ctypes
import ctypes.util
import os
import sys

NO_X11 = ("offscreen", "minimal", "vnc", "eglfs", "linuxfb")  # Qt platforms that need no display server


def display_problem() -> str:
    """One sentence saying why no window can be opened, or nothing."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM", "").startswith(NO_X11):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "There is no display (DISPLAY and WAYLAND_DISPLAY are not set)."
    return "" if _x11_answers() else f"The display {display} does not answer."


def _x11_answers() -> bool:
    """Connect as Qt would; without the library the answer is left to Qt."""
    name = ctypes.util.find_library("xcb")
    if not name:
        return True
    xcb = ctypes.CDLL(name)
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)


if __name__ == "__main__":
    problem = display_problem()
    if problem:
        print(problem)
    sys.exit(1 if problem else 0)
