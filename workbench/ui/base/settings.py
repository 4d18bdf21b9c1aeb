"""Settings that persist between starts: preferences, layout, recent files."""

import os
from pathlib import Path
from typing import cast, get_args

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from workbench.core.analysis.workforce import MOST_WORKERS, Workforce, is_address
from workbench.core.ipc import process
from workbench.ui.text import i18n
from workbench.ui.widgets import theme
from workbench.ui.widgets.theme import Motion, Scheme

RECENT = 8
SCALES = ("80", "90", "100", "110", "125", "150", "175", "200")
SETTINGS = ("basic", "all")  # parameters in forms
LAYOUT_VERSION = 2  # increased when the default arrangement of docks changes
FEW_WORKERS = 4
FOLDERS = ("models", "export")


def store() -> QSettings:
    """Return the user's settings, a plain file on every system."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "compression-workbench", "workbench")


def apply(app: QApplication) -> None:
    """Apply all preferences except the language, which only affects widgets created later. Called again after a
    change."""
    theme.set_motion(motion())
    theme.set_data_colors(data_colors())
    theme.apply(app, scheme())
    if threads():
        os.environ[process.THREADS] = str(threads())
    else:
        os.environ.pop(process.THREADS, None)


def apply_now() -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply(app)


# -- recent files ------------------------------------------------------------------------------------------------------


def recent(kind: str = "recent") -> list[str]:
    """Return the paths opened recently, newest first: models, or "recipes" or "data"."""
    value = store().value(kind, [])
    if isinstance(value, str):  # QSettings turns lists with one entry into texts
        return [value] if value else []
    return [str(path) for path in value] if isinstance(value, list) else []


def remember(path: str, kind: str = "recent") -> None:
    paths = [path, *(known for known in recent(kind) if known != path)]
    store().setValue(kind, paths[:RECENT])


def forget(path: str) -> None:
    store().setValue("recent", [known for known in recent() if known != path])


# -- preferences -------------------------------------------------------------------------------------------------------


def choose(key: str, value: str) -> None:
    """Store a preference; "" removes it."""
    if value:
        store().setValue(key, value)
    else:
        store().remove(key)


def scheme() -> Scheme:
    """Return the chosen theme."""
    return cast(Scheme, _choice("theme", get_args(Scheme), "system"))


def interface_scale() -> int:
    """Return the size of the interface, in per cent of the system's."""
    return int(_choice("interface_scale", SCALES, "100"))


def scale_interface() -> None:
    """Set the scale before the application is created, as Qt reads it then; an environment variable takes
    precedence."""
    if interface_scale() != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{interface_scale() / 100:g}")


def motion() -> Motion:
    return cast(Motion, _choice("motion", get_args(Motion), "system"))


def language() -> str:
    """Return a key of core.base.language.LANGUAGES, or "system"."""
    return _choice("language", ("system", *i18n.LANGUAGES), "system")


def data_colors() -> str:
    return _choice("data_colors", theme.MAPS, theme.MAPS[0])


def threads() -> int:
    """Return the threads of the engine; 0: one per core."""
    return int(_choice("threads", tuple(map(str, range(1 + (os.cpu_count() or 1)))), "0"))


def workers() -> int:
    """Return the number of processes for a search, as chosen; 0: automatic."""
    return int(_choice("workers", tuple(map(str, range(1 + most_workers()))), "0"))


def most_workers() -> int:
    """Return the largest number of processes: more than one per core would compete."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


def automatic_workers() -> int:
    """Return half the cores, which leaves the rest to the window; few, as each process needs memory for model and
    data."""
    return min(max((os.cpu_count() or 1) // 2, 1), FEW_WORKERS)


def cluster() -> str:
    """Return the address of a Dask scheduler for searches, or ""."""
    address = str(store().value("cluster", ""))
    return address if is_address(address) else ""


def workforce() -> Workforce:
    return Workforce(workers() or automatic_workers(), cluster(), waits=True)


def folder(kind: str) -> str:
    """Return the folder where dialogs start, by a key of FOLDERS; "" if none was chosen."""
    return str(store().value(f"{kind}_folder", ""))


def export_folder() -> str:
    """Return the default folder of exports."""
    return folder("export") or str(Path.home() / "workbench")


def all_settings() -> bool:
    """Return whether forms show all parameters, or at first only those that a method calls basic."""
    return _choice("settings", SETTINGS, SETTINGS[0]) == SETTINGS[1]


def tour_was_offered() -> bool:
    return bool(store().value("tour"))


def _choice(key: str, allowed: tuple[str, ...], otherwise: str) -> str:
    """Return a setting if its value is allowed, as anyone may write into the file."""
    value = str(store().value(key, otherwise))
    return value if value in allowed else otherwise
