"""The two colour schemes, light and dark: colours named by purpose, and converted to palettes for Fusion.

Text on every surface has a contrast of at least 4.5:1, lines that carry meaning at least 3:1 (WCAG 2.2 AA); a test
computes them. One accent; the other colours are for state only.
"""

from dataclasses import dataclass, fields

from PySide6.QtGui import QColor, QPalette

Role, Group = QPalette.ColorRole, QPalette.ColorGroup


@dataclass(frozen=True)
class Colors:
    """Colours by purpose."""

    window: QColor  # behind everything
    surface: QColor  # plots, lists, editors
    raised: QColor  # cards, buttons, menus
    hover: QColor  # a button under the mouse
    border: QColor  # around surfaces; decoration
    outline: QColor  # around what can be edited
    grid: QColor  # behind plots
    text: QColor
    muted: QColor  # captions, units, notes
    disabled: QColor
    accent: QColor  # the accent colour, for main buttons
    on_accent: QColor  # text on it
    accent_soft: QColor  # a tint of it
    before: QColor  # fill of what was
    before_line: QColor  # line of what was
    after: QColor  # what is now
    after_soft: QColor  # fill of what is now
    forecast: QColor  # a figure that was not measured
    good: QColor
    warn: QColor
    bad: QColor
    dark: bool


def _colors(dark: bool, **hexes: str) -> Colors:
    return Colors(dark=dark, **{name: QColor(value) for name, value in hexes.items()})


LIGHT = _colors(
    False,
    window="#f4f5f7",
    surface="#ffffff",
    raised="#fbfbfc",
    hover="#eceef2",
    border="#dadee5",
    outline="#828b99",
    grid="#e8ebef",
    text="#1c2129",
    muted="#59636f",
    disabled="#9aa2ad",
    accent="#2a5fcc",
    on_accent="#ffffff",
    accent_soft="#dde7fa",
    before="#cdd3dc",
    before_line="#77818f",
    after="#2a5fcc",
    after_soft="#b5c9f1",
    forecast="#59636f",
    good="#1b7345",
    warn="#8a5300",
    bad="#b42822",
)
DARK = _colors(
    True,
    window="#1a1d22",
    surface="#14171b",
    raised="#23272e",
    hover="#2d333c",
    border="#343a44",
    outline="#6f7a89",
    grid="#262b32",
    text="#e6e9ee",
    muted="#a0a9b6",
    disabled="#666f7b",
    accent="#82a9ff",
    on_accent="#0d1830",
    accent_soft="#26365a",
    before="#3c444f",
    before_line="#8b95a3",
    after="#82a9ff",
    after_soft="#33497d",
    forecast="#a0a9b6",
    good="#63c795",
    warn="#e0a64a",
    bad="#f5857d",
)


def palette(colors: Colors) -> QPalette:
    """Return a palette with every role that Fusion draws, so that nothing depends on the platform."""
    result = QPalette()
    roles = {
        Role.Window: colors.window,
        Role.WindowText: colors.text,
        Role.Base: colors.surface,
        Role.AlternateBase: colors.accent_soft,
        Role.Text: colors.text,
        Role.Button: colors.raised,
        Role.ButtonText: colors.text,
        Role.BrightText: colors.bad,
        Role.ToolTipBase: mix(colors.outline, colors.border, 0.2),
        Role.ToolTipText: colors.disabled,
        Role.PlaceholderText: colors.muted,
        Role.Highlight: colors.accent,
        Role.HighlightedText: colors.on_accent,
        Role.Accent: colors.accent,
        Role.Link: colors.accent,
        Role.LinkVisited: mix(colors.accent, colors.text, 0.85),
        Role.Light: colors.raised,
        Role.Midlight: colors.hover,
        Role.Mid: colors.border,
        Role.Dark: colors.outline,
        Role.Shadow: mix(colors.outline, colors.border, 0.35),
    }
    for role, color in roles.items():
        result.setColor(role, color)
    for role in (Role.WindowText, Role.Text, Role.ButtonText, Role.PlaceholderText):
        result.setColor(Group.Disabled, role, colors.disabled)
    result.setColor(Group.Disabled, Role.Highlight, colors.border)
    result.setColor(Group.Disabled, Role.HighlightedText, colors.disabled)
    result.setColor(Group.Disabled, Role.Accent, colors.border)
    return result


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """`share` of the first colour, the rest of the second."""
    rest = 1 - share
    return QColor.fromRgbF(
        first.redF() * share + second.redF() * rest,
        first.greenF() * share + second.greenF() * rest,
        first.blueF() * share + second.blueF() * rest,
    )


def contrast(first: QColor, second: QColor) -> float:
    """Return the WCAG contrast ratio, 1..21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: QColor) -> float:
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


NAMES = tuple(f.name for f in fields(Colors) if f.name != "dark")
