"""Theme: one font, two colour schemes, a grid of eight pixels.

`apply` may be called again at any time; widgets that paint with `colors()` listen to `signals.changed`.
"""

import time
from typing import Literal

import shiboken6
from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFont, QFontDatabase, QFontMetrics, QIcon
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QStackedWidget, QStyle, QStyleFactory, QWidget

from workbench.core.base.resources import resource_path
from workbench.ui.text.i18n import language, tr
from workbench.ui.widgets import icons, schemes
from workbench.ui.widgets.schemes import Colors
from workbench.ui.widgets.stylesheet import draw_pictures, stylesheet

Scheme = Literal["light", "dark", "system"]
Motion = Literal["system", "full", "reduced"]

HALF, UNIT, DOUBLE, TRIPLE = 4, 8, 16, 24  # spacing inside a group, between parts, around cards, between blocks
RADIUS = 6
ICON = 16
SLICE = 0.01  # seconds of work on what is hidden, in one turn of the event loop
FAMILY = "Inter"
SIGNS = "Workbench Signs"  # ◐, which Inter lacks (packaging/signs_font.py)
# Inter has no Chinese: what the translation needs is bundled (packaging/subset_font.py). For other texts, such as names
# that users give, Qt would find a font by itself, but not always the same one.
CHINESE = "Workbench Sans SC"
FALLBACKS = (
    CHINESE,
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei UI",
    "WenQuanYi Micro Hei",
    "Noto Sans",
    "Sans Serif",
)
# Even steps of lightness, and told apart by colour-blind eyes (Nunez et al. 2018; van der Walt and Smith 2015).
MAPS = ("cividis", "viridis", "magma")
FILES = ("Regular", "Italic", "Medium", "SemiBold", "SemiBoldItalic")
CHINESE_FILES = ("Regular", "Bold")


class Signals(QObject):
    """Signal: `changed`: the colours have changed, those of data included."""

    changed = Signal()


class _State:
    """Current theme; one per application."""

    colors: Colors = schemes.LIGHT
    wanted: Scheme = "system"
    data_colors = MAPS[0]
    motion: Motion = "system"
    loaded: tuple[str, ...] = ()  # families
    applied = False
    listening = False
    changing = False
    stale: list[QWidget] = []  # noqa: RUF012 -- hidden, and not yet in the colours in use


signals = Signals()


def data_colors() -> str:
    """Return the name of the colour map for data."""
    return _State.data_colors


def set_data_colors(name: str) -> None:
    """Set the colour map for data, one of MAPS."""
    if name != _State.data_colors:
        _State.data_colors = name
        signals.changed.emit()


def set_motion(motion: Motion) -> None:
    _State.motion = motion


def moves() -> bool:
    """Return whether animations are on; `system` follows the desktop if Qt knows its setting."""
    if _State.motion == "system":
        return QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
    return _State.motion == "full"


def colors() -> Colors:
    """Return the current colours."""
    return _State.colors


def apply(app: QApplication, scheme: Scheme = "system") -> None:
    """Apply the theme to the application. `system` follows the desktop, also when that changes later."""
    _State.wanted = scheme
    if not _State.listening:
        _State.listening = True
        app.styleHints().colorSchemeChanged.connect(_on_system_changed)
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(_load_font(app.font()))
    if language().startswith("zh"):
        _load_family(CHINESE, CHINESE_FILES)
    _tell_platform(app, scheme)
    dark = scheme == "dark" or (scheme == "system" and app.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    wanted = schemes.DARK if dark else schemes.LIGHT
    if wanted is _State.colors and _State.applied:
        return  # avoids polishing every widget again
    _State.colors, _State.applied = wanted, True
    app.setPalette(schemes.palette(_State.colors))
    draw_pictures(_State.colors)
    if app.styleSheet():
        _polish(app)
    else:
        app.setStyleSheet(stylesheet())
    signals.changed.emit()


def _polish(app: QApplication) -> None:
    """Let the sheet take its colours from the palette again: in widgets on show, and those that a page on show may show
    next, now; in all others right after.

    To set a sheet takes seven times as long: Qt polishes a widget once for each of its parents, and lays all out anew.
    """
    _State.stale = []
    known: dict[QWidget, bool] = {}
    for widget in app.allWidgets():
        if widget.isVisible() or _is_near(widget, known):
            _polish_again(widget, app.style())
        else:
            _State.stale.append(widget)
    QTimer.singleShot(0, app, _polish_hidden)


def _is_near(widget: QWidget, known: dict[QWidget, bool]) -> bool:
    """Return whether a widget is hidden by itself in a page on show: not for hidden pages, windows and menus."""
    if widget not in known:
        parent = None if widget.isWindow() else widget.parentWidget()
        on_show = parent is not None and parent.isVisible()
        near = not isinstance(parent, QStackedWidget) if on_show else parent is not None and _is_near(parent, known)
        known[widget] = near
    return known[widget]


def _polish_hidden() -> None:
    """Polish all that was shown since, others for a moment, and what is left in the next turn of the event loop."""
    app, end = QApplication.instance(), time.perf_counter() + SLICE
    _State.stale = sorted(filter(shiboken6.isValid, _State.stale), key=QWidget.isVisible)
    while isinstance(app, QApplication) and _State.stale:
        widget = _State.stale.pop()
        shown = shiboken6.isValid(widget) and widget.isVisible()
        if shiboken6.isValid(widget):
            _polish_again(widget, app.style())
        if not shown and time.perf_counter() > end:
            QTimer.singleShot(0, app, _polish_hidden)
            return


def _polish_again(widget: QWidget, style: QStyle) -> None:
    style.unpolish(widget)  # or Qt would keep the colours that it took
    style.polish(widget)
    widget.update()


def font(points: float = 0.0, weight: QFont.Weight = QFont.Weight.Normal, italic: bool = False) -> QFont:
    """Return the program's font, `points` larger or smaller than ordinary text."""
    result = QFont(QApplication.font())
    result.setPointSizeF(result.pointSizeF() + points)
    result.setWeight(weight)
    result.setItalic(italic)
    return result


def steady(label: QLabel) -> None:
    """Give a line the height of the language's script, so that figures align with words next to them."""
    whole = QFontMetrics(label.font()).boundingRect(QRect(0, 0, 9999, 9999), 0, tr("Parameters") + "Ag")
    label.setMinimumHeight(whole.height())


def icon(name: str, color: QColor | None = None) -> QIcon:
    """Return an icon of resources/icons in the colour of text, or in another; to be requested again when the colours
    change."""
    colors = _State.colors
    return icons.icon(name, *map(icons.hexes, (color or colors.text, colors.disabled, colors.on_accent)))


def set_icon(button: QAbstractButton | QAction, name: str, role: str = "text") -> None:
    """Give a button or an action an icon that follows the colours; `role` is a name in `Colors`."""
    _Dresser(button, name, role)


class _Dresser(QObject):
    """Updates the icon of a button, as whose child it is deleted with it."""

    def __init__(self, button: QAbstractButton | QAction, name: str, role: str) -> None:
        super().__init__(button)
        self._button, self._name, self._role = button, name, role
        signals.changed.connect(self.dress)
        self.dress()

    def dress(self) -> None:
        self._button.setIcon(icon(self._name, getattr(_State.colors, self._role)))


def _load_font(platform: QFont) -> QFont:
    """Return Inter with tabular figures, so that a changing number does not move its neighbours."""
    _load_family(FAMILY, FILES)
    _load_family(SIGNS, FILES[:1])
    result = QFont(platform)
    result.setFamilies([FAMILY, SIGNS, *FALLBACKS])
    result.setPointSizeF(max(platform.pointSizeF(), 9.75))  # 13 pixels at 96 dpi, or what the user asked for
    result.setFeature(QFont.Tag("tnum"), 1)
    result.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return result


def _load_family(family: str, styles: tuple[str, ...]) -> None:
    """Load a font once; the Chinese one only if needed, because it delays the window."""
    if family not in _State.loaded:
        _State.loaded += (family,)
        for style in styles:
            QFontDatabase.addApplicationFont(str(resource_path(f"fonts/{family.replace(' ', '')}-{style}.otf")))


def _tell_platform(app: QApplication, scheme: Scheme) -> None:
    """Set the colour scheme of title bars and native dialogs, if the platform supports it."""
    _State.changing = True
    hints = app.styleHints()
    if scheme == "system":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if scheme == "dark" else Qt.ColorScheme.Light)
    _State.changing = False


def _on_system_changed() -> None:
    app = QApplication.instance()
    if _State.wanted == "system" and not _State.changing and isinstance(app, QApplication):
        apply(app, "system")
