"""The slides as images: painted on a screen, and by the same code into a document."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from workbench.core.base.quantities import size
from workbench.ui.presentation.story import Bar, Number, Story
from workbench.ui.text.format import percent
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import theme
from workbench.ui.widgets.schemes import Colors

MARGINS = 5.0, 4.0  # units at the sides, and above and below
TOP_ROW = 6.0  # units down to the content below the heading
STEP = 6.0  # units down that one takes
SMALL = 1.65  # units of the smallest text, readable from the last row of a room
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
MIDDLE, TOP = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignTop


class Slide:
    """A canvas of 16 by 9 whose unit is a fiftieth of its height, with the elements of all slides."""

    def __init__(self, painter: QPainter, area: QRectF, colors: Colors) -> None:
        height = min(area.height(), area.width() * 9 / 16)
        self.u = height / 50
        self.x = area.x() + (area.width() - height * 16 / 9) / 2 + MARGINS[0] * self.u
        self.y = area.y() + (area.height() - height) / 2 + MARGINS[1] * self.u
        self.width = height * 16 / 9 - 2 * MARGINS[0] * self.u
        self.height = height - 2 * MARGINS[1] * self.u
        self.painter, self.colors = painter, colors

    def text(
        self,
        words: str,
        x: float,
        y: float,
        width: float,
        units: float,
        color: QColor | None = None,
        weight: QFont.Weight = QFont.Weight.Normal,
        align: Qt.AlignmentFlag = LEFT,
        lines: int = 1,
        italic: bool = False,
        least: float | None = None,
    ) -> None:
        """Paint text, in slide units from the upper left. A long one is written smaller, down to `least` units, and
        then elided in its middle."""
        font = theme.font(0, weight, italic)
        font.setPixelSize(max(1, round(units * self.u)))
        wide = QFontMetricsF(font).horizontalAdvance(words)
        if least is not None and wide > width * self.u:
            font.setPixelSize(max(1, int(max(units * width * self.u / wide, least) * self.u)))
        self.painter.setFont(font)
        self.painter.setPen(color or self.colors.text)
        box = QRectF(self.x + x * self.u, self.y + y * self.u, width * self.u, units * 1.5 * lines * self.u)
        if lines == 1:
            words = self.painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, int(box.width()))
        wrap = Qt.TextFlag.TextWordWrap if lines > 1 else Qt.TextFlag.TextSingleLine
        self.painter.drawText(box, int(align) | int(MIDDLE if lines == 1 else TOP) | int(wrap), words)

    def bar(self, x: float, y: float, width: float, height: float, color: QColor) -> None:
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(color)
        box = QRectF(self.x + x * self.u, self.y + y * self.u, max(width, 0.1) * self.u, height * self.u)
        self.painter.drawRoundedRect(box, 0.3 * self.u, 0.3 * self.u)

    def picture(self, image: QImage, x: float, y: float, width: float, height: float, right: bool = False) -> QRectF:
        """Paint an image as large as fits, centred or at the right side; small ones stay sharp. Returns its rectangle
        in pixels."""
        place = QRectF(self.x + x * self.u, self.y + y * self.u, width * self.u, height * self.u)
        size = QSizeF(image.size()).scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(QPointF(0, 0), size)
        box.moveCenter(place.center())
        if right:
            box.moveRight(place.right())
        self.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > size.width())
        self.painter.drawImage(box, image)
        return box

    @property
    def columns(self) -> float:
        """Width in units."""
        return self.width / self.u

    @property
    def rows(self) -> float:
        """Height in units."""
        return self.height / self.u

    def heading(self, words: str) -> None:
        self.text(words, 0, 0, self.columns, 3.0, weight=QFont.Weight.DemiBold)


def cover(slide: Slide, story: Story) -> None:
    colors = slide.colors
    slide.text(story.name, 0, 9, slide.columns, 2.4, colors.muted, least=SMALL)
    slide.text(
        story.headline,
        0,
        13,
        slide.columns,
        5.2,
        colors.accent if story.edited else colors.text,
        QFont.Weight.DemiBold,
        least=2 * SMALL,
    )
    lines = [f"{number.caption}  {number.words}" for number in story.numbers[:2]] if story.edited else [tr("original")]
    for index, line in enumerate(lines):
        slide.text(line, 0, 23 + 3.8 * index, slide.columns, 2.4, colors.text)
    if story.verified:
        slide.text(story.verified, 0, 23 + 3.8 * len(lines), slide.columns, 2.0, colors.good, QFont.Weight.Medium)
    if story.design.logo is not None:
        slide.picture(story.design.logo, slide.columns - 22, 0, 22, 7, right=True)
    slide.text(story.design.organisation, 0, 1, slide.columns - 24, 2.0, colors.muted, least=SMALL)
    slide.text(story.facts, 0, slide.rows - 2.5, slide.columns, SMALL, colors.muted)


def weights(slide: Slide, story: Story) -> None:
    slide.heading(tr("Size by layer"))
    _bars(slide, story.bars, False)
    total = sum(bar.before for bar in story.bars) or 1
    share = sum(bar.before for bar in story.bars[:3]) / total
    words = tr("The three largest layers hold {share} of the bytes.").format(share=percent(share))
    slide.text(words, 0, slide.rows - 2.5, slide.columns, SMALL, slide.colors.muted)


def steps(slide: Slide, story: Story) -> None:
    slide.heading(tr("Steps"))
    if not story.steps:
        words = tr("No steps yet: this is the original model.")
        slide.text(words, 0, TOP_ROW, slide.columns, 2.0, slide.colors.muted)
        return
    room = slide.rows - TOP_ROW - 2.5
    shown = story.steps[: int(room // STEP)]
    scale = min(1.35, room / STEP / len(shown))  # few of them fill the slide, too
    largest = max(step.before for step in story.steps)
    for index, step in enumerate(shown):
        y = TOP_ROW + STEP * scale * index
        slide.text(step.what, 0, y, slide.columns - 22, 1.8 * scale, weight=QFont.Weight.Medium)
        slide.text(f"{size(step.before)} → {size(step.after)}", slide.columns - 22, y, 22, 1.8 * scale, align=RIGHT)
        slide.text(step.where, 0, y + 2.4 * scale, slide.columns, SMALL * scale, slide.colors.muted)
        slide.bar(0, y + 4.8 * scale, slide.columns * step.before / largest, 0.4 * scale, slide.colors.before)
        slide.bar(0, y + 4.8 * scale, slide.columns * step.after / largest, 0.4 * scale, slide.colors.after)
    if len(shown) < len(story.steps):
        slide.text(
            tr("and {n} more").format(n=len(story.steps) - len(shown)),
            0,
            slide.rows - 2.5,
            slide.columns,
            SMALL,
            slide.colors.muted,
        )


def smaller(slide: Slide, story: Story) -> None:
    slide.heading(tr("Savings by layer"))
    _bars(slide, story.bars, True)


def numbers(slide: Slide, story: Story) -> None:
    slide.heading(tr("Before and after"))
    for index, number in enumerate(story.numbers[:4]):
        number_row(slide, number, TOP_ROW + 8.4 * index)
    if story.verified:
        slide.text(story.verified, 26, 0.6, slide.columns - 26, SMALL, slide.colors.good, align=RIGHT)


def number_row(slide: Slide, number: Number, y: float) -> None:
    colors = slide.colors
    slide.text(number.caption, 0, y, 24, SMALL, colors.muted)
    slide.text(
        number.words,
        0,
        y + 2.2,
        slide.columns,
        2.6,
        colors.text if number.sure else colors.forecast,
        QFont.Weight.DemiBold,
        italic=not number.sure,
    )
    slide.text(number.note, 24, y, slide.columns - 24, SMALL, colors.muted, align=RIGHT)
    if number.share is not None:
        slide.bar(0, y + 6.4, slide.columns, 0.5, colors.before)
        slide.bar(0, y + 6.4, slide.columns * min(number.share, 1), 0.5, colors.after)


def _bars(slide: Slide, bars: tuple[Bar, ...], after: bool) -> None:
    colors = slide.colors
    largest = max((bar.before for bar in bars), default=1) or 1
    step = min(3.2, (slide.rows - TOP_ROW - 4.5) / max(len(bars), 1))
    left, right = 19.0, 18.0 if after else 10.0
    width = slide.columns - left - right
    for index, bar in enumerate(bars):
        y = TOP_ROW + step * index
        units = min(SMALL, 0.55 * step)
        line = y + 0.45 * step - 0.75 * units  # so that text and bar are centred
        slide.text(bar.name, 0, line, left - 1, units)
        slide.bar(left, y + 0.2 * step, width * bar.before / largest, 0.5 * step, colors.before)
        if after:
            slide.bar(left, y + 0.2 * step, width * min(bar.after, bar.before) / largest, 0.5 * step, colors.after)
        words = f"{size(bar.before)} → {size(bar.after)}" if after else size(bar.before)
        slide.text(words, slide.columns - right, line, right, units, align=RIGHT)
