"""The story as a document: a page for a browser, and a PDF of the slides."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from workbench.core.base.files import write_bytes, write_text
from workbench.core.base.plain import finalize
from workbench.core.base.quantities import size
from workbench.core.base.resources import resource_path
from workbench.ui.presentation.slides import SLIDES, paint
from workbench.ui.presentation.story import Story
from workbench.ui.text import i18n
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import schemes

if TYPE_CHECKING:
    import jinja2

PAGE_MM = QSizeF(297, 297 * 9 / 16)


@cache
def _template() -> "jinja2.Template":
    """Imported here, because the first paint need not wait for it."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=finalize
    )
    environment.filters["size"] = size
    return environment.from_string(resource_path("story.html.j2").read_text(encoding="utf-8"))


def html(story: Story) -> str:
    """Self-contained: no script, nothing loaded from elsewhere."""
    marks = tr(
        "○ forecast, nothing was run · ◐ estimated on part of the samples · ● measured on all samples · "
        "✓ verified in the exported file."
    )
    return _template().render(
        story=story,
        tr=tr,
        marks=marks,
        language=i18n.language(),
        largest=max((bar.before for bar in story.bars), default=1) or 1,
    )


def save(story: Story, path: Path) -> None:
    """Write a .html or .pdf file, atomically. Raises UserError when it cannot be written."""
    if path.suffix.lower() == ".pdf":
        write_bytes(path, pdf(story))
    else:
        write_text(path, html(story))


def pdf(story: Story) -> bytes:
    """One page a slide, in the light colours; text stays text."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(story.name)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(PAGE_MM, QPageSize.Unit.Millimeter), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)
        )
    )
    painter = QPainter(writer)
    for index in range(len(SLIDES)):
        if index:
            writer.newPage()
        area = QRectF(0, 0, writer.width(), writer.height())
        paint(painter, area, index, story, schemes.LIGHT)
    painter.end()
    buffer.close()
    return bytes(buffer.data().data())
