"""The slides in order: which of them a story has, and which has the slider."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from workbench.ui.presentation import charts, slides
from workbench.ui.presentation.slides import Slide
from workbench.ui.presentation.story import Story
from workbench.ui.widgets.schemes import Colors

FEWEST_DOTS = 3  # that make a trade-off


@dataclass(frozen=True)
class Page:
    """One slide. `key`: of its notes (see design.NOTES); `has`: whether a story has it; `live`: with the slider."""

    key: str
    draw: Callable[[Slide, Story], None]
    has: Callable[[Story], bool] = lambda story: True
    live: bool = False


DECK = (
    Page("cover", slides.cover),
    Page("weights", slides.weights),
    Page("tradeoff", charts.tradeoff, lambda story: len(story.dots) >= FEWEST_DOTS),
    Page("steps", slides.steps),
    Page("savings", slides.smaller),
    Page("examples", charts.examples, lambda story: bool(story.examples), live=True),
    Page("costs", charts.savings, lambda story: bool(story.savings)),
    Page("numbers", slides.numbers, live=True),
)


def pages_of(story: Story) -> tuple[Page, ...]:
    """Return the slides that this story has."""
    return tuple(page for page in DECK if page.has(story))


def paint(painter: QPainter, area: QRectF, page: Page, story: Story, colors: Colors) -> None:
    """Paint a slide over an area, with its background, in the colours of the story's design if it has some."""
    dressed = story.design.dress(colors)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(area, dressed.surface)
    page.draw(Slide(painter, area, dressed), story)
