"""Axes with few, plain ticks: 0.01 instead of 10⁻², 12,000 instead of 12 k, a true minus sign."""

import math
from math import isfinite
from typing import Any

import pyqtgraph as pg

from workbench.ui.widgets import theme

APART = {"left": 18, "bottom": 36}  # pixels between readable ticks


class Axis(pg.AxisItem):
    """Linear, or logarithmic if the plot draws log10 of its values."""

    def __init__(self, orientation: str, log: bool = False) -> None:
        super().__init__(orientation)
        self.log = log
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=-4, tickTextOffset=6, maxTickLevel=1, autoReduceTextSpace=False)
        if orientation == "left":
            self.setWidth(68)  # fixed width, or the plot would jump sideways when the counts change
        else:
            self.setHeight(40)  # height of the tick texts and the label, without the gap between them

    def dress(self) -> None:
        """Apply the colours and the font of the theme."""
        colors = theme.colors()
        self.setPen(pg.mkPen(colors.border))
        self.setTextPen(pg.mkPen(colors.muted))
        self.setTickPen(pg.mkPen(colors.border))
        font = theme.font(-1)
        self.setTickFont(font)
        self.label.setFont(font)
        if self.labelText:
            self.setLabel(self.labelText, color=colors.muted.name())

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        if not self.log:
            levels = super().tickValues(low, high, size)
            levels = levels[:1] if levels and len(levels[0][1]) > 2 else levels[:2]
            apart = APART[self.orientation] * (high - low) / max(size, 1.0)
            fitting = [(spacing, list(values)) for spacing, values in levels if spacing >= apart]
            return fitting or [(spacing, list(values)[:: math.ceil(apart / spacing)]) for spacing, values in levels[:1]]
        return [(1.0, log_ticks(low, high, size))]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self.log:
            return [number(10.0**value) for value in values]
        if spacing * scale >= 1:
            return [f"{value * scale:,.0f}".replace("-", "−") for value in values]
        return [text.replace("-", "−") for text in super().tickStrings(values, scale, spacing)]

    def labelString(self) -> str:
        return f"<span style='color: {theme.colors().muted.name()}'>{self.labelText}</span>"

    def setLabel(self, text: str | None = None, **style: Any) -> None:
        super().setLabel(text, **style)
        self.label.setFont(theme.font(-1))


def log_ticks(low: float, high: float, size: float) -> list[float]:
    """Return positions (log10) of round numbers: decades, or 1, 2, 5 of each, or every digit, or closer."""
    room = max(int(size / 28), 2)  # a tick needs 28 pixels
    decades = range(math.floor(low), math.ceil(high) + 1)
    for digits in ((1,), (1, 2, 5), range(1, 10)):
        ticks = [d + math.log10(digit) for d in decades for digit in digits]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) >= 3:
            return inside[:: math.ceil(len(inside) / room)]
    span = 10**high - 10**low
    step = 10.0 ** math.floor(math.log10(span / 2)) if span > 0 else 1.0
    first, last = math.ceil(10**low / step), math.floor(10**high / step)
    inside = [math.log10(step * i) for i in range(max(first, 1), last + 1)]
    return inside[:: max(math.ceil(len(inside) / room), 1)]


def number(value: float, fixed: bool = False) -> str:
    """Return a tick of a logarithmic axis, or a value read off a plot: three significant digits, no exponent if
    avoidable; a dash for not-a-number.

    `fixed` keeps trailing zeros, so that numbers align.
    """
    if value == 0 or not isfinite(value):
        return "0" if value == 0 else "–"
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.0f}"
    elif size >= (1e-3 if fixed else 1e-4):  # columns are narrow
        text = f"{value:#.3g}".removesuffix(".") if fixed else f"{value:.3g}"
    else:
        mantissa, exponent = f"{value:.1e}".split("e")
        text = f"{mantissa if fixed else mantissa.removesuffix('.0')}e{int(exponent)}"
    return text.replace("-", "−")
