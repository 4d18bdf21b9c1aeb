"""The story as a document: a page for a browser, a PDF of the slides, or an image of each."""

from base64 import b64encode
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from workbench.core.base.files import write_bytes, write_text
from workbench.core.base.quantities import size
from workbench.core.base.resources import page_template
from workbench.ui.base.pixels import image_of
from workbench.ui.presentation.deck import Page, pages_of, paint
from workbench.ui.presentation.design import png
from workbench.ui.presentation.story import Story
from workbench.ui.text import i18n
from workbench.ui.text.i18n import tr
from workbench.ui.widgets import schemes

PAGE_MM = QSizeF(297, 297 * 9 / 16)
PICTURE = QSize(1920, 1080)
DRAWN = ("tradeoff",)  # slides that the page has as images


def html(story: Story) -> str:
    """Return self-contained HTML, without scripts or external resources."""
    marks = tr(
        "○ forecast, nothing was run · ◐ estimated on part of the samples · ● measured on all samples · "
        "✓ verified in the exported file."
    )
    return page_template("story.html.j2").render(
        story=story,
        size=size,
        tr=tr,
        marks=marks,
        language=i18n.language(),
        drawings={page.key: _data(picture(story, page)) for page in pages_of(story) if page.key in DRAWN},
        examples=[(example, _data(image_of(example.picture))) for example in story.examples],
        logo=None if story.design.logo is None else _data(story.design.logo),
        colors=dict(story.design.colors),
        largest=max((bar.before for bar in story.bars), default=1) or 1,
    )


def files_of(story: Story, path: Path) -> tuple[Path, ...]:
    """Return the files that `save` writes: a .html or .pdf file, or a .png for each slide (name-1.png ...)."""
    if path.suffix.lower() != ".png":
        return (path,)
    return tuple(path.with_name(f"{path.stem}-{number}.png") for number, _ in enumerate(pages_of(story), start=1))


def save(story: Story, path: Path) -> None:
    """Write the files, each atomically. Raises UserError if one cannot be written."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        write_bytes(path, pdf(story))
    elif suffix == ".png":
        for file, page in zip(files_of(story, path), pages_of(story), strict=True):
            write_bytes(file, png(picture(story, page)))
    else:
        write_text(path, html(story))


def pdf(story: Story) -> bytes:
    """Return a PDF with one page per slide, in the light colours; text stays text."""
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
    for index, page in enumerate(pages_of(story)):
        if index:
            writer.newPage()
        area = QRectF(0, 0, writer.width(), writer.height())
        paint(painter, area, page, story, schemes.LIGHT)
    painter.end()
    buffer.close()
    return bytes(buffer.data().data())


def picture(story: Story, page: Page) -> QImage:
    """Return an image of a slide in the light colours."""
    image = QImage(PICTURE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint(painter, QRectF(image.rect()), page, story, schemes.LIGHT)
    painter.end()
    return image


def _data(image: QImage) -> str:
    """Return an image as a data URL, so that the page loads nothing."""
    return "data:image/png;base64," + b64encode(png(image)).decode("ascii")
