"""What Fusion's palette cannot say: flat buttons, cards, quiet splitters. Everything else stays Fusion's own."""

from PySide6.QtGui import QColor

from workbench.ui.schemes import Colors

TEMPLATE = """
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
QToolButton#fold {{ color: {muted}; padding: 2px 4px 2px 0; margin-left: -5px; }}
QToolButton#name {{ color: {text}; padding: 2px 4px; margin-left: -5px; }}
QToolButton#name::menu-indicator {{ image: none; width: 0; }}
QToolButton#fold:hover, QToolButton#fold:checked {{ background: transparent; color: {text}; }}

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
QFrame#result {{ border: none; border-top: 1px solid {border}; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {border}; }}
"""


def stylesheet(colors: Colors) -> str:
    values = {name: value.name() for name, value in vars(colors).items() if isinstance(value, QColor)}
    return TEMPLATE.format(**values, outline_soft=mix(colors.outline, colors.border, 0.35).name(),
                           accent_strong=mix(colors.accent, colors.text, 0.85).name())


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """`share` of the first colour, the rest of the second."""
    rest = 1 - share
    return QColor.fromRgbF(first.redF() * share + second.redF() * rest,
                           first.greenF() * share + second.greenF() * rest,
                           first.blueF() * share + second.blueF() * rest)
