"""Style sheet for what Fusion's palette cannot express: flat controls with visible outlines in both schemes, cards,
bars.

Trees and dialogs keep the style of Fusion; menus do not, whose boxes it outlines in a colour that vanishes in the dark.
"""

import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from PySide6.QtGui import QPixmapCache

from workbench.core.base.resources import resource_path
from workbench.ui.widgets.schemes import Colors

ROLES = {  # of a colour of the sheet, the role of schemes.palette that carries it
    "window": "window",
    "surface": "base",
    "raised": "button",
    "hover": "midlight",
    "border": "mid",
    "outline": "dark",
    "outline_soft": "shadow",
    "track": "tooltip-base",
    "text": "text",
    "muted": "placeholder-text",
    "disabled": "tooltip-text",
    "accent": "highlight",
    "on_accent": "highlighted-text",
    "accent_soft": "alternate-base",
    "accent_strong": "link-visited",
}

BUTTONS = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px 6px; }}

QPushButton {{
    background: {raised}; color: {text}; border: 1px solid {outline_soft}; border-radius: 5px;
    padding: 5px 14px; min-height: 16px;
}}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed, QPushButton:checked {{ background: {accent_soft}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {disabled}; border-color: {border}; }}
QPushButton#primary {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton#primary:hover, QPushButton#primary:pressed {{ background: {accent_strong}; border-color: {accent_strong}; }}
QPushButton#primary:focus {{ border-color: {text}; }}
QPushButton#primary:disabled {{ background: {hover}; color: {disabled}; border-color: {border}; }}
QPushButton#quiet {{ background: transparent; border-color: transparent; padding: 5px 8px; text-align: left; }}
QPushButton#quiet:hover {{ background: {hover}; }}
QPushButton#quiet:focus {{ border-color: {accent}; }}
QPushButton::menu-indicator {{ width: 0; image: none; }}

QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 5px; padding: 3px; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {accent_soft}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton#toggle {{ border-color: {outline_soft}; padding: 2px 8px; }}
QToolButton#toggle:checked {{ border-color: {accent}; color: {accent}; }}
QToolButton#toggle:focus {{ border-color: {accent}; }}
QToolButton#status {{ color: {muted}; padding: 3px 6px; }}
QToolButton#status:hover {{ color: {text}; }}
QToolButton#fold {{ color: {muted}; padding: 2px 4px 2px 0; margin-left: -5px; }}
QToolButton#name {{ color: {text}; padding: 2px 4px; margin-left: -5px; }}
QToolButton#name::menu-indicator {{ image: none; width: 0; }}
QToolButton#fold:hover, QToolButton#fold:checked {{ background: transparent; color: {text}; }}
"""

INPUTS = """
QLineEdit, QAbstractSpinBox, QComboBox {{
    background: {surface}; color: {text}; border: 1px solid {outline}; border-radius: 5px;
    padding: 2px 6px; min-height: 20px;
    selection-background-color: {accent}; selection-color: {on_accent}; placeholder-text-color: {muted};
}}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {{ border-color: {muted}; }}
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {{ border-color: {accent}; }}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{
    background: {window}; color: {disabled}; border-color: {border};
}}
QLineEdit#methods:disabled {{
    background: {surface}; color: {text}; placeholder-text-color: {muted}; border-color: {outline};
}}
QAbstractSpinBox {{ padding-right: 2px; qproperty-alignment: AlignRight; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    subcontrol-origin: border; width: 18px; border: none; background: transparent; border-radius: 4px;
}}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; margin: 2px 2px 0 0; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; margin: 0 2px 2px 0; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {hover}; }}
QAbstractSpinBox::up-arrow {{ image: url("{up}"); width: 10px; height: 10px; }}
QAbstractSpinBox::down-arrow {{ image: url("{down}"); width: 10px; height: 10px; }}
QAbstractSpinBox::up-arrow:off, QAbstractSpinBox::up-arrow:disabled {{ image: url("{up_off}"); }}
QAbstractSpinBox::down-arrow:off, QAbstractSpinBox::down-arrow:disabled {{ image: url("{down_off}"); }}
QComboBox::drop-down {{ subcontrol-origin: border; subcontrol-position: right; width: 22px; border: none; }}
QComboBox::down-arrow {{ image: url("{down}"); width: 10px; height: 10px; }}
QComboBox::down-arrow:disabled {{ image: url("{down_off}"); }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {border}; padding: 2px; outline: none; }}

QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator, QAbstractItemView::indicator {{
    width: 14px; height: 14px; border: 1px solid {outline}; border-radius: 4px; background: {surface};
}}
QAbstractItemView::indicator {{ width: 12px; height: 12px; }}
QAbstractItemView::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{check}"); }}
QCheckBox::indicator:hover, QCheckBox::indicator:focus {{ border-color: {accent}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url("{check}"); }}
QCheckBox::indicator:disabled {{ background: {window}; border-color: {border}; }}
QCheckBox::indicator:checked:disabled {{ background: {disabled}; border-color: {disabled}; }}

QRadioButton {{ spacing: 8px; }}
QRadioButton::indicator {{
    width: 14px; height: 14px; border: 1px solid {outline}; border-radius: 8px; background: {surface};
}}
QRadioButton::indicator:hover, QRadioButton::indicator:focus {{ border-color: {accent}; }}
QRadioButton::indicator:checked {{
    width: 6px; height: 6px; border: 5px solid {accent}; background: {on_accent};
}}

QSlider:horizontal {{ min-height: 20px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {track}; }}
QSlider::sub-page:horizontal {{ border-radius: 2px; background: {accent}; }}
QSlider::sub-page:horizontal:disabled {{ background: {disabled}; }}
QSlider::handle:horizontal {{
    width: 10px; height: 10px; margin: -5px 0; border: 2px solid {accent}; border-radius: 7px; background: {surface};
}}
QSlider::handle:horizontal:hover {{ background: {accent_soft}; }}
QSlider::handle:horizontal:focus {{ background: {accent}; }}
QSlider::handle:horizontal:disabled {{ border-color: {disabled}; background: {window}; }}
"""

MENUS = """
QMenu {{ background: {raised}; border: 1px solid {border}; padding: 3px; }}
QMenu::item {{ color: {text}; border-radius: 4px; padding: 4px 16px 4px 4px; }}
QMenu::item:selected {{ background: {accent_soft}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QMenu::icon {{ margin-left: 4px; }}
QMenu::icon:checked {{ background: {accent_soft}; border: 1px solid {accent}; border-radius: 3px; }}
QMenu::separator {{ background: {border}; height: 1px; margin: 3px 4px; }}
QMenu::indicator {{ width: 12px; height: 12px; margin-left: 4px; border: 1px solid {outline}; background: {surface}; }}
QMenu::indicator:selected {{ border-color: {accent}; }}
QMenu::indicator:non-exclusive {{ border-radius: 4px; }}
QMenu::indicator:exclusive {{ border-radius: 7px; }}
QMenu::indicator:non-exclusive:checked {{
    background: {accent}; border-color: {accent}; image: url("{check}");
}}
QMenu::indicator:exclusive:checked {{ background: {on_accent}; border: 4px solid {accent}; width: 6px; height: 6px; }}
QMenu::indicator:disabled {{ border-color: {disabled}; }}
QMenu::indicator:checked:disabled {{ background: {disabled}; border-color: {disabled}; }}
QMenu::right-arrow {{ image: url("{right}"); width: 10px; height: 10px; }}
QMenu::right-arrow:disabled {{ image: url("{right_off}"); }}
QMenu QLabel, QMenu QLabel:disabled {{ color: {muted}; }}
"""

FRAMES = """
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 12px; }}
QScrollBar:horizontal {{ height: 12px; }}
QScrollBar::handle {{ background: {border}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {outline}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QFrame#card {{ background: {raised}; border: 1px solid {border}; border-radius: 6px; }}
QFrame#look {{ background: {accent_soft}; border: 1px solid {accent}; border-radius: 6px; }}
QFrame#result {{ border: none; border-top: 1px solid {border}; }}
QTabBar {{ qproperty-drawBase: 0; }}
QTabBar::tab {{
    background: transparent; color: {muted}; border: none; border-bottom: 2px solid transparent; padding: 8px 12px;
}}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {border}; }}
QDockWidget::title {{ background: {window}; padding: 8px 16px; text-align: left; }}
QHeaderView {{ background: {surface}; border: none; }}
QHeaderView::section {{
    background: {surface}; color: {muted}; border: none; border-bottom: 1px solid {border}; padding: 4px 6px;
}}
QHeaderView#candidates::up-arrow, QHeaderView#candidates::down-arrow {{
    subcontrol-origin: border; subcontrol-position: top right; width: 10px; height: 10px; margin: 1px;
}}
QHeaderView#recipes::up-arrow, QHeaderView#recipes::down-arrow {{
    subcontrol-origin: border; subcontrol-position: top center; width: 10px; height: 8px;
}}
QHeaderView#candidates::up-arrow, QHeaderView#recipes::up-arrow {{ image: url("{up}"); }}
QHeaderView#candidates::down-arrow, QHeaderView#recipes::down-arrow {{ image: url("{down}"); }}
QTableCornerButton::section {{ background: {surface}; border: none; border-bottom: 1px solid {border}; }}
QHeaderView::section:hover {{ color: {text}; }}
QToolBar {{ background: {window}; border: none; border-top: 1px solid {border}; spacing: 0; }}
QStatusBar::item {{ border: none; }}
QMainWindow::separator {{ background: {border}; width: 1px; height: 1px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {border}; }}
"""


# Of a picture of the sheet, the file that it is drawn from and the name of its colour in Colors.
PICTURES = {
    "check": ("check", "on_accent"),
    "up": ("up", "muted"),
    "down": ("down", "muted"),
    "right": ("right", "muted"),
    "up_off": ("up", "disabled"),
    "right_off": ("right", "disabled"),
    "down_off": ("down", "disabled"),
}


@cache
def stylesheet() -> str:
    """Return the style sheet in these colours."""
    colors = {name: f"palette({role})" for name, role in ROLES.items()}
    pictures = {name: (_folder() / f"{name}.svg").as_posix() for name in PICTURES}
    return (BUTTONS + INPUTS + MENUS + FRAMES).format(**colors, **pictures)


def draw_pictures(colors: Colors) -> None:
    """Draw ticks and arrows in these colours where the sheet finds them. Qt keeps the path of a picture as long as the
    sheet, and reads it again when its cache of pixmaps is empty. On a full disk the window does without them."""
    with suppress(OSError):
        _folder().mkdir(exist_ok=True)  # some systems remove temporary folders after days
        for name, (drawing, color) in PICTURES.items():
            source = resource_path(f"icons/controls/{drawing}.svg").read_text(encoding="utf-8")
            path = _folder() / f"{name}.svg"
            path.write_text(source.replace("currentColor", getattr(colors, color).name()), encoding="utf-8")
    QPixmapCache.clear()


@cache
def _made() -> tempfile.TemporaryDirectory[str]:
    """Removed when the program ends."""
    return tempfile.TemporaryDirectory(prefix="workbench-")


def _folder() -> Path:
    return Path(_made().name)
